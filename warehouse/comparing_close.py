"""Records held against their current version once more, column by column: is there more to it than how it is written?

Set-based as far as the database can tell: only the columns in which a pair differs at all are handed out. Whether
values that differ are the same all the same, the caller says.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, case, delete, select

from warehouse.chunks import chunks
from warehouse.comparing import Row, Sides

Pair = tuple[int, Row, Row]  # number of the record, what it says, what its version says


def pairs(conn: Connection, sides: Sides, names: Sequence[str], always: Sequence[str], first_rid: int) -> list[Pair]:
    """Of the odd records from that number on, those with a version. Columns in which both are alike are None on both.

    `names`: the columns; `always`: those that are given as they are, as others are understood by them.
    """
    rows, odd, current = sides.staged.rows, sides.odd, sides.versions
    apart = {name: rows.c[name].is_distinct_from(current.c[name]) for name in names if name not in always}
    told: list[Any] = []
    for table in (rows, current):
        told += [case((apart[n], table.c[n])) if n in apart else table.c[n] for n in names]
    joined = odd.join(rows, rows.c.rid == odd.c.rid).join(current, current.c.version_id == odd.c.version_id)
    found = conn.execute(select(rows.c.rid, *told).select_from(joined).where(odd.c.rid >= first_rid))
    return list(_paired(names, found))


def settle(conn: Connection, sides: Sides, rids: Iterable[int]) -> None:
    """These records are as the warehouse holds them."""
    for some in chunks(sorted(rids)):
        conn.execute(delete(sides.odd).where(sides.odd.c.rid.in_(some)))


def _paired(names: Sequence[str], found: Iterable[Any]) -> Iterator[Pair]:
    middle = len(names) + 1
    for row in found:
        yield row[0], dict(zip(names, row[1:middle], strict=True)), dict(zip(names, row[middle:], strict=True))
