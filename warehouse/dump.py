"""A canonical text of the whole warehouse: equal content gives equal text on SQLite and PostgreSQL.

For tests of equality (crash and rerun against a clean run, one database against the other) and for support. Row
numbers are replaced by what they stand for; who ran and by whose clock is left out.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, select

from warehouse.engine import reading
from warehouse.instants import to_text
from warehouse.tables import mails, metadata

RUN_LOG = ("heartbeats", "runs", "loads")
_NUMBERS = ("version_id", "load_id", "id")
_RUN = ("run_id", "first_run_id", "touched_by")
_CLOCK = ("started_at", "finished_at", "claimed_at", "in_data_at", "settled_at", "landed_at", "deleted_at")
_SEALS = ("seal",)  # over names of runs too; `audit_chain` checks them
_LEFT_OUT = frozenset((*_NUMBERS, *_RUN, *_CLOCK, *_SEALS))


def dump(engine: Engine, *, run_log: bool = False) -> str:
    """One line per row, tables and rows sorted; `run_log` adds the books of runs and loads and the signs of life."""
    with reading(engine) as conn:
        names = _mail_names(conn)
        tables = [t for t in sorted(metadata.tables) if run_log or t not in RUN_LOG]
        return "".join(_table(conn, metadata.tables[name], names) for name in tables)


def _mail_names(conn: Connection) -> dict[int, str]:
    """What stands for a mail's number: its key."""
    chosen = select(mails.c.id, mails.c.business_date, mails.c.audience, mails.c.address, mails.c.revision)
    return {number: "/".join(map(str, key)) for number, *key in conn.execute(chosen)}


def _table(conn: Connection, table: Table, names: Mapping[int, str]) -> str:
    columns = [c for c in table.columns if c.name not in _LEFT_OUT]
    lines = []
    for row in conn.execute(select(*columns)):
        told = {column.name: _plain(column.name, value, names) for column, value in zip(columns, row, strict=True)}
        lines.append(json.dumps(told, ensure_ascii=False, sort_keys=True))
    return "".join(f"{table.name} {line}\n" for line in sorted(lines))


def _plain(name: str, value: Any, names: Mapping[int, str]) -> Any:
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return "sha256:" + hashlib.sha256(value).hexdigest()
    if name == "mail_id":
        return names[value]
    if name == "corrects":
        return [names.get(number, str(number)) for number in value]
    return _without_numbers(value, names) if name == "digest" else value


def _without_numbers(value: Any, names: Mapping[int, str]) -> Any:
    """A frozen digest with the ledger ids of its corrections (`mails`) replaced by keys."""
    if isinstance(value, dict):
        return {key: _mails_named(key, part, names) for key, part in value.items()}
    return [_without_numbers(part, names) for part in value] if isinstance(value, list) else value


def _mails_named(key: str, part: Any, names: Mapping[int, str]) -> Any:
    if key == "mails" and isinstance(part, list) and all(isinstance(number, int) for number in part):
        return [names.get(number, str(number)) for number in part]
    return _without_numbers(part, names)
