"""The desk of the quarantine: what lies there, why, and what a person does about it.

One short transaction each, with an audit row, without the run lock. How rows come and go with loads: `quarantine`.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from warehouse.errors import DeskError
from warehouse.quarantine import RELEASED
from warehouse.tables import audit, quarantine

_OPEN = quarantine.c.closed_at.is_(None)


def release(conn: Connection, row_id: int, by: str, now: datetime) -> None:
    """Ops let an open row go: it counts as settled and is not opened again by the same content."""
    done = conn.execute(
        update(quarantine).where(quarantine.c.id == row_id, _OPEN).values(closed_at=now, closed_reason=RELEASED)
    )
    if done.rowcount != 1:
        raise DeskError("not_an_open_row", f"quarantine {row_id}")
    conn.execute(insert(audit).values(at=now, by=by, act="quarantine_release", target=str(row_id), detail={}))


def open_rows(conn: Connection, source: str | None = None) -> list[dict[str, Any]]:
    """Open quarantine rows in order of arrival."""
    chosen = select(quarantine).where(_OPEN).order_by(quarantine.c.first_seen_at, quarantine.c.id)
    if source is not None:
        chosen = chosen.where(quarantine.c.source == source)
    return [dict(row) for row in conn.execute(chosen).mappings()]


def row(conn: Connection, row_id: int) -> dict[str, Any] | None:
    """One row, open or closed."""
    found = conn.execute(select(quarantine).where(quarantine.c.id == row_id)).mappings().one_or_none()
    return None if found is None else dict(found)


def open_count(conn: Connection) -> int:
    """How many rows are open."""
    return conn.execute(select(func.count()).select_from(quarantine).where(_OPEN)).scalar_one()


def reason_counts(conn: Connection) -> list[tuple[str, int]]:
    """Each reason's sentence with its number of open rows, most frequent first."""
    numbers: dict[str, int] = {}
    for reasons in conn.execute(select(quarantine.c.reasons).where(_OPEN)).scalars():
        for text in {str(reason["text"]) for reason in reasons}:
            numbers[text] = numbers.get(text, 0) + 1
    return sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
