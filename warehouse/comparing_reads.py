"""What a comparison must know of the warehouse before it looks at a source. Reads only, one question a function."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, func, select, union

from tasks.rules.difference_model import DifferenceClass, DifferenceState, Scope
from warehouse.chunks import chunks
from warehouse.comparing import Row, in_scope
from warehouse.difference_tables import differences
from warehouse.loads import PROMOTED, UNCHANGED
from warehouse.tables import VERSIONS, landed, loads
from warehouse.whole_scan import in_whole_scan

_SAID: Final = (DifferenceClass.MISSING_IN_WAREHOUSE, DifferenceClass.FIELD_DIFFERS, DifferenceClass.DUPLICATE)


def newest_version(conn: Connection, dataset: str) -> int:
    """The number of the newest version: one with a higher number was written later."""
    return int(conn.execute(select(func.max(VERSIONS[dataset].c.version_id))).scalar() or 0)


def held(conn: Connection, dataset: str, system: str, source: str, scope: Scope) -> tuple[int, datetime | None]:
    """How many current rows the source told last, in scope, and the earliest receipt among them."""
    table = VERSIONS[dataset]
    chosen = select(func.count(), func.min(table.c.received_at))
    count, oldest = conn.execute(chosen.where(_mine(dataset, system, source), in_scope(table, scope))).tuples().one()
    return count, oldest


def unit_codes(conn: Connection, dataset: str, system: str) -> frozenset[str]:
    """The codes of units that the directory knows, or current rows of that system bear."""
    table, directory = VERSIONS[dataset], VERSIONS["units"]
    borne = select(table.c.unit_code).where(table.c.known_to.is_(None), table.c.system == system)
    told = union(borne, select(directory.c.unit_code).where(directory.c.known_to.is_(None)))
    return frozenset(code for code in conn.execute(told).scalars() if code)


def last_pull(conn: Connection, source: str) -> datetime | None:
    """As of when the source was last brought in line."""
    taken = loads.c.state.in_((PROMOTED, UNCHANGED))
    return conn.execute(select(func.max(loads.c.data_moment)).where(loads.c.source == source, taken)).scalar()


def file_names(conn: Connection, source: str, hashes: Iterable[str]) -> dict[str, str]:
    """Body's hash → the name under which it came."""
    found: dict[str, str] = {}
    for some in chunks(sorted(set(hashes))):
        chosen = select(landed.c.sha256, landed.c.name).where(landed.c.source == source, landed.c.sha256.in_(some))
        found |= dict(conn.execute(chosen).tuples().all())
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the book has a difference of a source that is not fixed."""

    key: str
    unit_code: str
    day: date | None
    kind: str
    code: str


def standing(conn: Connection, system: str, source: str) -> list[Standing]:
    """All of them, in no order."""
    t = differences
    mine = (t.c.system == system, t.c.source == source)
    chosen = select(t.c.record_key, t.c.unit_code, t.c.day, t.c.kind, t.c.code).where(
        *mine, t.c.state != DifferenceState.FIXED
    )
    return [Standing(*row) for row in conn.execute(chosen).tuples()]


def standing_facts(conn: Connection, system: str, source: str) -> list[tuple[str, Mapping[str, Any]]]:
    """(record key, facts) of the unfixed differences that rest on what the source said."""
    t = differences
    mine = (t.c.system == system, t.c.source == source, t.c.state != DifferenceState.FIXED)
    chosen = select(t.c.record_key, t.c.facts).where(*mine, t.c.kind.in_(_SAID))
    return [(key, facts) for key, facts in conn.execute(chosen).tuples()]


def current_by_key(conn: Connection, dataset: str, system: str, keys: Iterable[str]) -> dict[str, Row]:
    """Current versions, with their numbers, by record key."""
    table = VERSIONS[dataset]
    found: dict[str, Row] = {}
    for some in chunks(sorted(set(keys))):
        chosen = select(table).where(table.c.known_to.is_(None), table.c.system == system, table.c.record_key.in_(some))
        found |= {row["record_key"]: dict(row) for row in conn.execute(chosen).mappings()}
    return found


def _mine(dataset: str, system: str, source: str) -> ColumnElement[bool]:
    table: Any = VERSIONS[dataset]
    return and_(table.c.known_to.is_(None), in_whole_scan(table.c.system) == system, table.c.source == source)
