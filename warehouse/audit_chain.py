"""The audit as a chain: each row's seal is a hash over its content and the seal before it.

Whoever changes, inserts or removes a row afterwards breaks the chain at that row, the owner of the database included;
whoever also writes every later seal anew is found by a head that was noted elsewhere (the nightly report, a backup).
The one place that writes audit rows; a seal's form may never change, older rows were sealed with it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select

from warehouse.instants import to_text
from warehouse.tables import audit

_COLUMNS = (audit.c.id, audit.c.at, audit.c.by, audit.c.act, audit.c.target, audit.c.detail, audit.c.seal)


@dataclass(frozen=True, slots=True)
class Head:
    """How long the chain is and the seal it ends with; "" for an empty one."""

    rows: int
    seal: str

    @property
    def mark(self) -> str:
        """The seal, short enough for a letter."""
        return self.seal[:16]


@dataclass(frozen=True, slots=True)
class Break:
    """The first row that does not fit. `code`: `seal` when it is not what was sealed, `missing` without a seal."""

    row_id: int
    at: datetime
    act: str
    code: str


def append(conn: Connection, now: datetime, by: str, act: str, target: str, detail: Mapping[str, Any]) -> None:
    """Add a row to the audit; in a writing transaction, so that no other row can come between it and the last one."""
    newest = select(audit.c.seal).order_by(audit.c.id.desc()).limit(1)
    before = conn.execute(newest).scalar() or ""
    told: dict[str, Any] = {"at": now, "by": by, "act": act, "target": target, "detail": dict(detail)}
    conn.execute(insert(audit).values(**told, seal=seal_of(before, **told)))


def seal_of(before: str, *, at: datetime, by: str, act: str, target: str, detail: Mapping[str, Any]) -> str:
    """The seal of a row that follows the seal `before`."""
    plain = json.loads(json.dumps(detail))  # as the database gives it back
    content = json.dumps([before, to_text(at), by, act, target, plain], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def head(conn: Connection, before: datetime | None = None, rows: int | None = None) -> Head:
    """The end of the chain; with `before` as it stood when that moment began, with `rows` after so many of them."""
    newest = select(audit.c.id, audit.c.seal).order_by(audit.c.id.desc()).limit(1)
    if rows is not None:
        among = select(audit.c.id).order_by(audit.c.id).limit(rows).subquery()
        newest = newest.where(audit.c.id.in_(select(among.c.id)))
    last = conn.execute(newest if before is None else newest.where(audit.c.at < before)).one_or_none()
    if last is None:
        return Head(0, "")
    number = conn.execute(select(func.count()).where(audit.c.id <= last.id)).scalar_one()
    return Head(number, last.seal or "")


def first_break(conn: Connection) -> Break | None:
    """The first row that was tampered with, None while the chain holds."""
    before = ""
    for row in rows_of(conn):
        told = {name: row[name] for name in ("at", "by", "act", "target", "detail")}
        if row["seal"] != seal_of(before, **told):
            return Break(row["id"], row["at"], row["act"], "seal" if row["seal"] else "missing")
        before = row["seal"]
    return None


def rows_of(conn: Connection) -> Iterator[RowMapping]:
    """Every act, oldest first, a few at a time."""
    chosen = select(*_COLUMNS).order_by(audit.c.id).execution_options(yield_per=1000)
    yield from conn.execute(chosen).mappings()
