"""Finished dossiers of a span of time, page by page: what the comparison of definitions judges.

Finished is resolved or returned with a date; withdrawn and refused dossiers are nobody's punctuality. No decisions.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, true

from warehouse.tables import VERSIONS

PAGE = 5_000  # rows held at a time
_DONE = ("9", "10")
_HIDDEN = ("known_to", "run_id")

Row = dict[str, Any]


def finished(
    conn: Connection, systems: Collection[str], units: Collection[str], begin: datetime, end: datetime
) -> Iterator[list[Row]]:
    """Current dossiers finished from `begin` on and before `end`, as `current` gives rows; no units means all.

    Pages go by the number of the version, so that the table is walked once however many there are.
    """
    table = VERSIONS["dossiers"]
    at = func.coalesce(table.c.resolved_at, table.c.returned_at)
    shown = [c for c in table.columns if c.name not in _HIDDEN]
    chosen = select(*shown).where(*_of(systems, units), at >= begin, at < end).order_by(table.c.version_id).limit(PAGE)
    last = 0
    while page := [dict(row) for row in conn.execute(chosen.where(table.c.version_id > last)).mappings()]:
        last = page[-1]["version_id"]
        for row in page:
            del row["version_id"]
        yield page


def without_date(conn: Connection, systems: Collection[str], units: Collection[str]) -> int:
    """How many current dossiers are finished, and nobody says when."""
    table = VERSIONS["dossiers"]
    bare = (table.c.resolved_at.is_(None), table.c.returned_at.is_(None))
    return conn.execute(select(func.count()).where(*_of(systems, units), *bare)).scalar_one()


def _of(systems: Collection[str], units: Collection[str]) -> list[ColumnElement[bool]]:
    table = VERSIONS["dossiers"]
    mine = table.c.unit_code.in_(sorted(units)) if units else true()
    return [table.c.known_to.is_(None), table.c.status.in_(_DONE), table.c.system.in_(sorted(systems)), mine]
