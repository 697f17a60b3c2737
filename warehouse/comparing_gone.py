"""Current versions of which the source told nothing: found once, read in pages.

Those whose key the source only writes otherwise are taken out again by `comparing_folds`. What an absent record means
is the caller's to say.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, insert, literal, or_, select

from tasks.rules.difference_model import Scope
from warehouse.chunks import CHUNK, chunks
from warehouse.comparing import APART, Row, Sides, hanoi_text, in_scope


def find(conn: Connection, sides: Sides) -> None:
    """Current versions of this source of which no record came, when all are staged and settled."""
    rows, aside, odd, current = sides.staged.rows, sides.staged.aside, sides.odd, sides.versions
    came = select(rows.c.rid).where(rows.c.record_key == current.c.record_key).exists()
    put_aside = select(aside.c.rid).where(aside.c.record_key == current.c.record_key).exists()
    paired = select(odd.c.rid).where(odd.c.version_id == current.c.version_id).exists()
    conditions = [sides.all_mine(), ~came, ~put_aside, ~paired]
    lost = select(current.c.version_id, current.c.record_key).where(*conditions, is_read(conn, sides))
    conn.execute(insert(sides.gone).from_select(["version_id", "record_key"], lost))


def count(conn: Connection, sides: Sides) -> int:
    """How many current versions of this source it did not tell, in scope or not."""
    return conn.execute(select(func.count()).select_from(sides.gone)).scalar_one()


def page(conn: Connection, sides: Sides, scope: Scope, after: str, size: int = CHUNK) -> list[Row]:
    """Current versions of this source in scope that the source did not tell, in order of key. Begin after ""."""
    current, gone = sides.versions, sides.gone
    chosen = select(current).join(gone, gone.c.version_id == current.c.version_id)
    chosen = chosen.where(in_scope(current, scope), gone.c.record_key > after)
    return [dict(row) for row in conn.execute(chosen.order_by(gone.c.record_key).limit(size)).mappings()]


def told(conn: Connection, sides: Sides, keys: Iterable[str]) -> dict[str, datetime]:
    """Of these keys those of which a record came, sound or not: as of when the newest was told."""
    found: dict[str, datetime] = {}
    for some in chunks(sorted(set(keys))):
        for table in (sides.staged.rows, sides.staged.aside):
            chosen = select(table.c.record_key, table.c.moment).where(table.c.record_key.in_(some))
            for key, moment in conn.execute(chosen).tuples():
                found[key] = max(moment, found.get(key, moment))
    return found


def told_of_others(conn: Connection, sides: Sides) -> list[str]:
    """Keys of which a record came, sound or not, and whose current version another source of the system told last."""
    current = sides.versions
    others = and_(sides.current(), current.c.source != sides.source)
    came = [
        select(table.c.rid).where(table.c.record_key == current.c.record_key).exists()
        for table in (sides.staged.rows, sides.staged.aside)
    ]
    return list(conn.execute(select(current.c.record_key).where(others, or_(*came))).scalars())


def is_read(conn: Connection, sides: Sides) -> ColumnElement[bool]:
    """Versions in units and months that were asked for."""
    if not sides.is_limited:
        return literal(value=True)
    current = sides.versions
    month = hanoi_text(conn, current.c.received_at, "YYYY-MM")
    segment = current.c.unit_code.concat(literal(APART)).concat(month)
    return select(sides.read.c.segment).where(sides.read.c.segment == segment).exists()
