"""What both sides of a source looked like, unit by unit and month by month, when they were last compared row by row.

A segment of which neither digest has moved since needs no reading: what was found there then still stands. What is
remembered here is true only together with the findings of the same run, so both are written in one transaction.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from tasks.rules.difference_model import ComparedSegment as ComparedSegment
from warehouse.chunks import chunks
from warehouse.difference_tables import compared_segments


def remembered(conn: Connection, source: str) -> dict[tuple[str, str], ComparedSegment]:
    """(unit, month) → the segment as last compared, for one source."""
    t = compared_segments
    chosen = select(t.c.unit_code, t.c.month, t.c.source_digest, t.c.warehouse_digest, t.c.source_count)
    rows = conn.execute(chosen.where(t.c.source == source)).tuples()
    return {(row[0], row[1]): ComparedSegment(*row) for row in rows}


def remember(
    conn: Connection, source: str, segments: Iterable[ComparedSegment], *, run_id: str, compared_at: datetime
) -> None:
    """These were compared row by row now. What a later comparison has written is left as it is."""
    t = compared_segments
    wanted = {(s.unit_code, s.month): s for s in segments}
    later = select(t.c.unit_code, t.c.month).where(t.c.source == source, t.c.compared_at > compared_at)
    for unit_code, month in conn.execute(later).tuples():
        wanted.pop((unit_code, month), None)
    forget(conn, source, wanted)
    common = {"source": source, "run_id": run_id, "compared_at": compared_at}
    rows = [
        common
        | {
            "unit_code": s.unit_code,
            "month": s.month,
            "source_digest": s.source_digest,
            "warehouse_digest": s.warehouse_digest,
            "source_count": s.source_count,
        }
        for s in wanted.values()
    ]
    for chunk in chunks(rows):
        conn.execute(insert(t), chunk)


def forget(conn: Connection, source: str, segments: Iterable[tuple[str, str]] | None) -> None:
    """(unit, month) that are to be read again next time; None: all of the source."""
    t = compared_segments
    if segments is None:
        conn.execute(delete(t).where(t.c.source == source))
        return
    months: dict[str, list[str]] = {}
    for unit_code, month in segments:
        months.setdefault(unit_code, []).append(month)
    for unit_code, found in sorted(months.items()):
        for chunk in chunks(sorted(found)):
            conn.execute(delete(t).where(t.c.source == source, t.c.unit_code == unit_code, t.c.month.in_(chunk)))
