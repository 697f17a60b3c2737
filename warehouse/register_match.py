"""Current dossiers that paper registers are held against: by the codes written in them, and by their units and days.

Reads only. What a line means among them is decided in `tasks/rules/register_rules`.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, Select, func, or_, select

from tasks.rules.difference_model import DifferenceClass, DifferenceState
from tasks.rules.lookalike import folded
from tasks.rules.register_model import Held
from tasks.rules.timezone import HANOI
from warehouse.chunks import chunks
from warehouse.difference_tables import differences
from warehouse.tables import VERSIONS, loads

_AT_ONCE = 5_000
_DAY = timedelta(days=1)
_DOSSIERS = VERSIONS["dossiers"]
_TOLD = (
    "system",
    "record_key",
    "dossier_code",
    "unit_code",
    "received_at",
    "source",
    "status",
    "due_at",
    "returned_at",
)


def bearing_codes(conn: Connection, codes: Collection[str]) -> Iterator[Held]:
    """Current dossiers whose code is one of these folded ones: one walk over all codes, since no index knows how a
    clerk writes them.
    """
    if not codes:
        return
    t = _DOSSIERS
    walk = select(t.c.system, t.c.record_key, t.c.dossier_code).where(t.c.known_to.is_(None))
    walk = walk.execution_options(yield_per=_AT_ONCE)
    found: dict[str, list[str]] = {}
    for system, key, code in conn.execute(walk).tuples():
        if folded(code) in codes:
            found.setdefault(system, []).append(key)
    for system, keys in sorted(found.items()):
        for some in chunks(sorted(keys)):
            yield from _held(conn, _narrow().where(t.c.system == system, t.c.record_key.in_(some)))


def received_between(conn: Connection, spans: Mapping[str, tuple[date, date]]) -> Iterator[Held]:
    """Current dossiers of these units, each received within the days of its unit (both included)."""
    t = _DOSSIERS
    for units in chunks(sorted(spans)):
        begins = _midnight(min(spans[unit][0] for unit in units))
        ends = _midnight(max(spans[unit][1] for unit in units) + _DAY)
        chosen = _narrow().where(t.c.unit_code.in_(units), t.c.received_at >= begins, t.c.received_at < ends)
        for one in _held(conn, chosen):
            first, last = spans[one.unit_code]
            if one.received_on is not None and first <= one.received_on <= last:
                yield one


def last_heard(conn: Connection) -> dict[str, date]:
    """Source → the day in Hanoi as of which its last promoted or unchanged pull spoke."""
    chosen = (
        select(loads.c.source, func.max(loads.c.data_moment))
        .where(loads.c.state.in_(("promoted", "unchanged")), loads.c.data_moment.is_not(None))
        .group_by(loads.c.source)
    )
    return {source: moment.astimezone(HANOI).date() for source, moment in conn.execute(chosen).tuples()}


def standing_at_source(conn: Connection) -> Iterator[tuple[str, str, date | None, str, str, str, str]]:
    """What earlier comparisons left open where the source says otherwise than we: source, unit, day of receipt, system,
    record key, column, and what the source says ("" for nothing).
    """
    t = differences
    chosen = select(t.c.source, t.c.unit_code, t.c.day, t.c.system, t.c.record_key, t.c.column_name, t.c.facts).where(
        t.c.kind == DifferenceClass.FIELD_DIFFERS,
        t.c.sides == "source/warehouse",
        t.c.state != DifferenceState.FIXED,
    )
    for source, unit_code, day, system, key, column, facts in conn.execute(chosen).tuples():
        yield source, unit_code, day, system, key, column, str(facts.get("source") or "")


def books_in_question(conn: Connection) -> Iterator[tuple[str, str]]:
    """Unit and file of tracking books in which something found earlier still stands."""
    t = differences
    on_paper = or_(t.c.sides == "register", t.c.sides.like("register/%"))
    chosen = select(t.c.unit_code, t.c.source).where(on_paper, t.c.state != DifferenceState.FIXED, t.c.source != "")
    yield from conn.execute(chosen.distinct()).tuples()


def _narrow() -> Select[tuple[object, ...]]:
    return select(*(_DOSSIERS.c[name] for name in _TOLD)).where(_DOSSIERS.c.known_to.is_(None))


def _held(conn: Connection, chosen: Select[tuple[object, ...]]) -> Iterator[Held]:
    for row in conn.execute(chosen).mappings():
        status = row["status"]
        yield Held(
            system=row["system"],
            key=row["record_key"],
            code=row["dossier_code"],
            unit_code=row["unit_code"],
            received_on=_day(row["received_at"]),
            source=row["source"],
            status=int(status) if status.isdigit() else 0,
            due_on=_day(row["due_at"]),
            returned_on=_day(row["returned_at"]),
        )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=HANOI)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.astimezone(HANOI).date()
