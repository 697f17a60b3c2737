"""Records of one pull that share a key: found over all its parts, read group by group, settled by row number.

What becomes of them is decided by the caller (`expectations.run.check_keys`); here is only the reading and the moving.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd
from sqlalchemy import (
    CompoundSelect,
    Connection,
    Select,
    Subquery,
    delete,
    func,
    literal,
    null,
    select,
    type_coerce,
    union,
    union_all,
    update,
)

from warehouse.chunks import chunks
from warehouse.instants import Instant, to_text
from warehouse.staging import QUARANTINED, Aside, Staged, add, stored_columns

GOOD: Final = "good"
_GROUP_ROWS: Final = 50_000
_COLUMNS: Final = ("rid", "record_key", "content_hash", "moment", "updated_at", "fate")

Reasons = Sequence[Mapping[str, str]]


def repeated(conn: Connection, staged: Staged) -> Iterator[pd.DataFrame]:
    """All rows whose key came more than once, in frames that hold every key whole; what was read may be settled.

    Columns rid, record_key, content_hash, moment, updated_at, `fate` (`good` or that of a row put aside).
    """
    members = _members(staged)
    last = ""
    while True:
        coming = select(members).where(members.c.record_key > last).order_by(members.c.record_key, members.c.rid)
        rows = conn.execute(coming.limit(_GROUP_ROWS + 1)).tuples().all()
        if not rows:
            return
        if len(rows) > _GROUP_ROWS:
            whole = [row for row in rows if row.record_key != rows[-1].record_key]
            rows = whole or conn.execute(coming.where(members.c.record_key == rows[-1].record_key)).tuples().all()
        last = rows[-1].record_key
        yield _frame(rows)


def drop(conn: Connection, staged: Staged, rids: Iterable[int]) -> None:
    """Other rows stand for these: they are no longer part of the pull."""
    for some in chunks(sorted(rids)):
        conn.execute(delete(staged.rows).where(staged.rows.c.rid.in_(some)))
        conn.execute(delete(staged.aside).where(staged.aside.c.rid.in_(some)))


def put_aside(conn: Connection, staged: Staged, reasons: Mapping[int, Mapping[str, str]]) -> None:
    """Rows that looked good are quarantined, each for its reason; rows put aside already get the reason besides."""
    for some in chunks(sorted(reasons)):
        good = conn.execute(select(staged.rows).where(staged.rows.c.rid.in_(some))).mappings().all()
        add(conn, staged, staged_nothing(staged), [_aside(staged, dict(row), reasons[row["rid"]]) for row in good])
        conn.execute(delete(staged.rows).where(staged.rows.c.rid.in_(some)))
        moved = {row["rid"] for row in good}
        known = select(staged.aside.c.rid, staged.aside.c.reasons).where(staged.aside.c.rid.in_(some))
        for rid, told in conn.execute(known).tuples().all():
            if rid not in moved:
                more = [*told, dict(reasons[rid])]
                conn.execute(update(staged.aside).where(staged.aside.c.rid == rid).values(reasons=more))


def staged_nothing(staged: Staged) -> pd.DataFrame:
    """No rows, as `staging.add` takes them."""
    return pd.DataFrame(columns=["rid", "moment", *(c.name for c in stored_columns(staged.dataset))])


def _members(staged: Staged) -> Subquery:
    """The rows of both tables whose key stands in more than one; records without a key of their own stand alone."""
    rows, aside = staged.rows, staged.aside
    several = keys_told_twice(staged)
    updated = rows.c.updated_at if "updated_at" in rows.c else type_coerce(null(), Instant())
    good = _of(rows, updated, literal(GOOD)).where(rows.c.record_key.in_(several))
    others = _of(aside, aside.c.updated_at, aside.c.fate).where(aside.c.record_key.in_(several))
    return union_all(good, others).subquery("members")


def keys_told_twice(staged: Staged) -> CompoundSelect[Any]:
    """Each once. Asked table by table, so that an index answers for the many that are told once."""
    rows, aside = staged.rows, staged.aside
    named = ~aside.c.record_key.startswith("?")
    good = select(rows.c.record_key).group_by(rows.c.record_key).having(func.count() > 1)
    bad = select(aside.c.record_key).where(named).group_by(aside.c.record_key).having(func.count() > 1)
    both = select(aside.c.record_key).where(named, aside.c.record_key.in_(select(rows.c.record_key)))
    return union(good, bad, both)


def _of(table: Any, updated: Any, fate: Any) -> Select[Any]:
    columns = (table.c.rid, table.c.record_key, table.c.content_hash, table.c.moment)
    return select(*columns, updated.label("updated_at"), fate.label("fate"))


def _frame(rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    frame = pd.DataFrame([tuple(row) for row in rows], columns=list(_COLUMNS))
    for name in ("moment", "updated_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame


def _aside(staged: Staged, row: Mapping[str, Any], reason: Mapping[str, str]) -> Aside:
    names = [c.name for c in stored_columns(staged.dataset) if not c.name.endswith("_precision")]
    canonical = [name for name in names if name not in ("record_key", "content_hash", "source_ref")]
    return Aside(
        rid=row["rid"],
        record_key=row["record_key"],
        content_hash=row["content_hash"],
        source_ref=row["source_ref"],
        moment=row["moment"],
        updated_at=row.get("updated_at"),
        fate=QUARANTINED,
        reasons=[reason],
        content={name: _text(row[name]) for name in canonical},
    )


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return to_text(value) if hasattr(value, "tzinfo") else str(value)
