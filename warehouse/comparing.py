"""One source's records, staged, held against the current versions: which do not stand there exactly as the source says.

Set-based and only reading: what is found lies in a temporary table beside the staged ones, and is handed out in pages.
Values are compared, never hashes alone, so that a row altered by hand shows. What counts as a difference between two
values is `tasks/rules/column_rules`; records told twice are `comparing_doubles`'.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    type_coerce,
)

from tasks.rules.difference_model import Scope
from tasks.rules.timezone import HANOI
from warehouse.chunks import CHUNK, chunks
from warehouse.instants import Instant
from warehouse.staging import QUARANTINED, Staged, stored_columns
from warehouse.tables import VERSIONS
from warehouse.whole_scan import in_whole_scan

Row = Mapping[str, Any]
SegmentName = tuple[str, str]  # unit, month "YYYY-MM" in Hanoi

_OURS: Final = frozenset({"record_key", "content_hash", "source_ref", "updated_at"})  # not what the source says
APART: Final = "\x1f"


@dataclass(frozen=True, slots=True)
class Sides:
    """A comparison on its way: the staged source side, and `odd`, the records of it that need a closer look.

    `odd` has the number of the record, its key and the current version it is held against, if there is one. `read`:
    the segments that were asked for, where `is_limited`. `gone`: current versions that the source did not tell
    (see `comparing_gone`).
    """

    staged: Staged
    odd: Table
    read: Table
    gone: Table
    system: str
    source: str
    is_limited: bool = False

    @property
    def versions(self) -> Table:
        """The table of versions of the dataset."""
        return VERSIONS[self.staged.dataset]

    def current(self) -> ColumnElement[bool]:
        """The current versions of the system, whichever source told them."""
        return and_(self.versions.c.known_to.is_(None), self.versions.c.system == self.system)

    def all_current(self) -> ColumnElement[bool]:
        """The same, for reads of them all."""
        return and_(self.versions.c.known_to.is_(None), in_whole_scan(self.versions.c.system) == self.system)

    def all_mine(self) -> ColumnElement[bool]:
        """Those that this source told last, for reads of them all."""
        return and_(self.all_current(), self.versions.c.source == self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """One key at which the sides may differ: the current version, and what the source says, sound or refused."""

    key: str
    version: Row | None
    good: Row | None = None
    refused: tuple[Row, ...] = ()  # rid, content, reasons, source_ref, moment, updated_at


def begin(
    conn: Connection, staged: Staged, *, system: str, source: str, segments: Iterable[SegmentName] | None = None
) -> Sides:
    """Beside staging tables that are there already.

    `segments`: (unit, month "YYYY-MM" in Hanoi) that were asked for: no version outside of them can be missed; None:
    all.
    """
    odd = Table(
        "compared_odd",
        MetaData(),
        Column("rid", Integer, primary_key=True, autoincrement=False),
        Column("record_key", Text, nullable=False),
        Column("version_id", Integer),
        prefixes=["TEMPORARY"],
    )
    read = Table("compared_read", MetaData(), Column("segment", Text, primary_key=True), prefixes=["TEMPORARY"])
    columns = (Column("version_id", Integer, primary_key=True, autoincrement=False), Column("record_key", Text))
    gone = Table("compared_gone", MetaData(), *columns, prefixes=["TEMPORARY"])
    sides = Sides(staged, odd, read, gone, system, source, is_limited=segments is not None)
    end(conn, sides)
    for table in (odd, read, gone):
        table.create(conn)
    for some in chunks({"segment": APART.join(one)} for one in segments or ()):
        conn.execute(insert(read), some)
    return sides


def end(conn: Connection, sides: Sides) -> None:
    """Drop the tables if they are there."""
    schema = "temp" if conn.dialect.name == "sqlite" else "pg_temp"
    for table in (sides.odd, sides.read, sides.gone):
        conn.exec_driver_sql(f"DROP TABLE IF EXISTS {schema}.{table.name}")


def held_keys(conn: Connection, sides: Sides, keys: Iterable[str]) -> frozenset[str]:
    """Of these keys those that have a current version."""
    current = sides.versions
    found: set[str] = set()
    for some in chunks(sorted(set(keys))):
        chosen = select(current.c.record_key).where(sides.current(), current.c.record_key.in_(some))
        found.update(conn.execute(chosen).scalars())
    return frozenset(found)


def judge(conn: Connection, sides: Sides, first_rid: int) -> frozenset[int]:
    """Of the rows staged from that number on, those that no current version equals in every value."""
    rows, current = sides.staged.rows, sides.versions
    twin = and_(sides.current(), current.c.record_key == rows.c.record_key)
    distinct = or_(*(rows.c[name].is_distinct_from(current.c[name]) for name in _told(sides)))
    unequal = or_(current.c.version_id.is_(None), distinct)
    found = select(rows.c.rid, rows.c.record_key, current.c.version_id).select_from(rows.outerjoin(current, twin))
    conn.execute(insert(sides.odd).from_select(_ODD, found.where(rows.c.rid >= first_rid, unequal)))
    mine = select(sides.odd.c.rid).where(sides.odd.c.rid >= first_rid)
    return frozenset(conn.execute(mine).scalars())


def settle(conn: Connection, sides: Sides) -> None:
    """All records are staged and one a key is left: what went is no longer odd, what was refused is.

    A key with a sound record is judged by that one alone.
    """
    rows, aside, odd, current = sides.staged.rows, sides.staged.aside, sides.odd, sides.versions
    conn.execute(delete(odd).where(~select(rows.c.rid).where(rows.c.rid == odd.c.rid).exists()))
    twin = and_(sides.current(), current.c.record_key == aside.c.record_key)
    found = select(aside.c.rid, aside.c.record_key, current.c.version_id).select_from(aside.outerjoin(current, twin))
    sound = select(rows.c.rid).where(rows.c.record_key == aside.c.record_key).exists()
    conn.execute(insert(odd).from_select(_ODD, found.where(aside.c.fate == QUARANTINED, ~sound)))
    Index("ix_compared_odd__key", odd.c.record_key).create(conn)
    Index("ix_compared_odd__version", odd.c.version_id).create(conn)
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(f"ANALYZE {odd.name}")


def page(conn: Connection, sides: Sides, after: str, size: int = CHUNK) -> list[Odd]:
    """The next keys that need a closer look, in order of key; an empty list at the end. Begin after "".

    A version may have come, or been replaced, since the record was staged: the one in use now is handed out.
    """
    odd = sides.odd
    keys = select(odd.c.record_key).where(odd.c.record_key > after).distinct().order_by(odd.c.record_key).limit(size)
    wanted = list(conn.execute(keys).scalars())
    if not wanted:
        return []
    members: dict[str, list[tuple[int, int | None]]] = {key: [] for key in wanted}
    chosen = select(odd.c.record_key, odd.c.rid, odd.c.version_id).where(odd.c.record_key.in_(wanted))
    for key, rid, version_id in conn.execute(chosen.order_by(odd.c.rid)).tuples():
        members[key].append((rid, version_id))
    rids = [rid for some in members.values() for rid, _ in some]
    ids = {version_id for some in members.values() for _, version_id in some if version_id is not None}
    good = _by(conn, sides.staged.rows, "rid", rids)
    refused = _by(conn, sides.staged.aside, "rid", rids)
    versions = _by(conn, sides.versions, "version_id", sorted(ids))
    replaced = [row["record_key"] for row in versions.values() if row["known_to"] is not None]
    bare = [key for key, some in members.items() if all(found is None for _, found in some)]
    now = _by(conn, sides.versions, "record_key", [*replaced, *bare], sides.current())
    return [_odd(key, some, good, refused, versions, now) for key, some in members.items()]


def in_scope(table: Table, scope: Scope) -> ColumnElement[bool]:
    """Received in the period, by days in Hanoi, by a unit that is asked for."""
    conditions: list[ColumnElement[bool]] = [literal(value=True)]
    if scope.period_from is not None:
        conditions.append(table.c.received_at >= _midnight(scope.period_from))
    if scope.period_to is not None:
        conditions.append(table.c.received_at < _midnight(scope.period_to + timedelta(days=1)))
    if scope.units:
        conditions.append(table.c.unit_code.in_(sorted(scope.units)))
    return and_(*conditions)


def hanoi_text(conn: Connection, instant: ColumnElement[Any], form: str) -> ColumnElement[str]:
    """The instant in Hanoi as a text of the form YYYY or YYYY-MM."""
    if conn.dialect.name == "sqlite":
        shown = {"YYYY": "%Y", "YYYY-MM": "%Y-%m"}[form]
        return func.strftime(shown, type_coerce(instant, Text), "+7 hours")
    return func.to_char(func.timezone(HANOI.key, instant), form)


def _midnight(day: date) -> ColumnElement[datetime]:
    return literal(datetime.combine(day, time(), HANOI), Instant())


_ODD: Final = ["rid", "record_key", "version_id"]


def _told(sides: Sides) -> Iterable[str]:
    return [c.name for c in stored_columns(sides.staged.dataset) if c.name not in _OURS]


def _odd(
    key: str,
    members: Iterable[tuple[int, int | None]],
    good: Mapping[Any, Row],
    refused: Mapping[Any, Row],
    versions: Mapping[Any, Row],
    now: Mapping[Any, Row],
) -> Odd:
    told = list(members)
    version = versions.get(next((found for _, found in told if found is not None), None))
    return Odd(
        key=key,
        version=now.get(version["record_key"] if version else key, version),
        good=next((good[rid] for rid, _ in told if rid in good), None),
        refused=tuple(refused[rid] for rid, _ in told if rid in refused),
    )


def _by(
    conn: Connection, table: Table, name: str, values: Iterable[Any], condition: ColumnElement[bool] | None = None
) -> dict[Any, Row]:
    found: dict[Any, Row] = {}
    for some in chunks(values):
        chosen = select(table).where(table.c[name].in_(some))
        for row in conn.execute(chosen if condition is None else chosen.where(condition)).mappings():
            found[row[name]] = dict(row)
    return found
