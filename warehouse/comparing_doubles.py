"""Records told twice: a key that stands several times in one body, and one dossier under several keys.

Of a staged pull and of the current versions beside it. What is to be said of it is the caller's; contradictions
between repeated records are `repeats`' and quarantine's business.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, Table, and_, func, literal, select, union

from tasks.rules.column_rules import folded_code
from tasks.rules.timezone import HANOI
from warehouse.chunks import chunks
from warehouse.comparing import Row, Sides, hanoi_text
from warehouse.comparing_gone import is_read
from warehouse.repeats import keys_told_twice

Place = tuple[str, str, date | None]  # code, unit, day of receipt in Hanoi
_Members: TypeAlias = dict[tuple[str, str, str], list[tuple[str, datetime]]]

_BODY: Final = len("sha256:") + 64
_NOTHING: Final[Mapping[str, Place]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Repeat:
    """A key that the newest body telling it tells several times; `row`: as it stands there last, sound or refused."""

    key: str
    times: int
    row: Row


@dataclass(frozen=True, slots=True)
class Double:
    """One dossier (code, unit, year of receipt) under several keys; the day of receipt is that of the first key."""

    code: str
    unit_code: str
    year: str
    received_at: datetime
    in_source: tuple[str, ...]
    in_warehouse: tuple[str, ...]


def repeats_in_bodies(conn: Connection, sides: Sides) -> list[Repeat]:
    """Before keys are settled, when the staged tables are ready: all bodies told so far still have their rows."""
    rows, aside = sides.staged.rows, sides.staged.aside
    several = keys_told_twice(sides.staged)
    found: list[Repeat] = []
    for some in chunks(conn.execute(several).scalars().all()):
        members: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for table in (rows, aside):
            chosen = select(table.c.record_key, table.c.rid, table.c.source_ref).where(table.c.record_key.in_(some))
            for key, rid, ref in conn.execute(chosen).tuples():
                members[key].append((rid, ref))
        found += _repeats(conn, sides, members)
    return sorted(found, key=lambda one: one.key)


def doubles(
    conn: Connection, sides: Sides, extra: Mapping[str, Place] = _NOTHING, lacking: frozenset[str] = frozenset()
) -> Iterator[Double]:
    """One dossier under several keys, in the warehouse or in the source; each once, in order of code.

    Records that both sides have alike are looked for in the warehouse only, the odd ones among all. Where segments were
    not read, the source has there what the warehouse has of it, without `lacking` and with `extra` (code, unit, day of
    receipt by key), as was found when they were read last.
    """
    rows, odd, current = sides.staged.rows, sides.odd, sides.versions
    year = hanoi_text(conn, current.c.received_at, "YYYY")
    mine = (current.c.dossier_code, current.c.unit_code, year)
    often = select(current.c.dossier_code).where(sides.all_current()).group_by(current.c.dossier_code)
    often = often.having(func.count() > 1).correlate(None)  # nearly none: the year of receipt is dear to work out
    chosen = select(current.c.dossier_code).where(sides.current(), current.c.dossier_code.in_(often))
    stored = chosen.group_by(*mine).having(func.count() > 1)
    closer = select(rows.c.dossier_code, odd.c.version_id).where(rows.c.rid == odd.c.rid).subquery("closer")
    twice = select(closer.c.dossier_code).group_by(closer.c.dossier_code).having(func.count() > 1)
    same = and_(
        current.c.dossier_code == closer.c.dossier_code, current.c.version_id.is_distinct_from(closer.c.version_id)
    )
    beside = select(closer.c.dossier_code).join(current, and_(sides.current(), same))
    spelled: dict[str, set[str]] = defaultdict(set)
    for code in (*conn.execute(union(stored, twice, beside)).scalars(), *_otherwise_written(conn, sides)):
        spelled[folded_code(code)].add(code)
    elsewhere: _Members = defaultdict(list)
    for key, (code, unit, day) in extra.items():
        if code and day is not None:
            spelled[folded_code(code)].add(code)
            elsewhere[folded_code(code), unit, f"{day:%Y}"].append((key, datetime.combine(day, time(), HANOI)))
    for some in chunks(sorted(spelled)):
        asked = {fold: spelled[fold] for fold in some}
        known = {name: members for name, members in elsewhere.items() if name[0] in asked} if elsewhere else {}
        yield from _among(conn, sides, asked, known, lacking)


def _otherwise_written(conn: Connection, sides: Sides) -> Iterator[str]:
    """Codes that differ in capitals only: within the warehouse, within the odd records, and between the two."""
    rows, odd = sides.staged.rows, sides.odd
    one, other = sides.versions.alias("one"), sides.versions.alias("other")
    closer = select(rows.c.dossier_code).where(rows.c.rid == odd.c.rid).subquery("closer")
    current = {t: and_(t.c.known_to.is_(None), t.c.system == sides.system) for t in (one, other)}
    small = and_(current[one], one.c.dossier_code != func.upper(one.c.dossier_code))
    capitals = and_(current[other], other.c.dossier_code == func.upper(one.c.dossier_code))
    pairs = [select(one.c.dossier_code, other.c.dossier_code).join_from(one, other, capitals).where(small)]
    for code, condition in ((one.c.dossier_code, small), (closer.c.dossier_code, literal(value=True))):
        alike = select(func.min(code), func.max(code)).where(condition).group_by(func.upper(code))
        pairs.append(alike.having(func.min(code) != func.max(code)))
    for form in (func.upper, func.lower):
        met = and_(current[other], other.c.dossier_code == form(closer.c.dossier_code))
        beside = select(closer.c.dossier_code, other.c.dossier_code).join_from(closer, other, met)
        pairs.append(beside.where(other.c.dossier_code != closer.c.dossier_code))
    for chosen in pairs:
        for pair in conn.execute(chosen).tuples():
            yield from pair


def _among(
    conn: Connection, sides: Sides, spelled: Mapping[str, set[str]], elsewhere: _Members, lacking: frozenset[str]
) -> Iterator[Double]:
    """The doubles among dossiers of these codes, each of which may be written in several ways."""
    codes = sorted(set().union(*spelled.values()))
    rows, odd, current = sides.staged.rows, sides.odd, sides.versions
    stored = _members(conn, current, sides.current(), codes)
    keys = {key for members in stored.values() for key, _ in members}
    came: set[str] = set()
    for some in chunks(sorted(keys)):
        came.update(conn.execute(select(rows.c.record_key).where(rows.c.record_key.in_(some))).scalars())
        if sides.is_limited:
            unread = and_(sides.current(), current.c.source == sides.source, ~is_read(conn, sides))
            unread = and_(unread, current.c.record_key.in_(some))
            came.update(set(conn.execute(select(current.c.record_key).where(unread)).scalars()) - lacking)
    told = _members(conn, rows, select(odd.c.rid).where(odd.c.rid == rows.c.rid).exists(), codes)
    for name in sorted(stored.keys() | told.keys() | elsewhere.keys()):
        ours, theirs = dict(stored.get(name, ())), dict(told.get(name, ())) | dict(elsewhere.get(name, ()))
        theirs |= {key: at for key, at in ours.items() if key in came}
        if len(ours) > 1 or len(theirs) > 1:
            first = min((ours | theirs).items())
            yield Double(min(spelled[name[0]]), *name[1:], first[1], tuple(sorted(theirs)), tuple(sorted(ours)))


def _members(conn: Connection, table: Table, condition: ColumnElement[bool], codes: list[str]) -> _Members:
    """(folded code, unit, year) → keys with their instant of receipt."""
    chosen = select(table.c.dossier_code, table.c.unit_code, table.c.received_at, table.c.record_key)
    found: _Members = defaultdict(list)
    for code, unit, received, key in conn.execute(chosen.where(condition, table.c.dossier_code.in_(codes))).tuples():
        if received is not None:
            found[folded_code(code), unit or "", f"{received.astimezone(HANOI):%Y}"].append((key, received))
    return found


def _repeats(conn: Connection, sides: Sides, members: Mapping[str, list[tuple[int, str]]]) -> Iterator[Repeat]:
    """Those told several times by the newest body that tells them: an older one has been overtaken."""
    for key, told in members.items():
        rid, newest = max(told)
        times = len({ref for _, ref in told if ref[:_BODY] == newest[:_BODY]})  # a copy of a file says nothing twice
        if times > 1:
            chosen = [select(table).where(table.c.rid == rid) for table in (sides.staged.rows, sides.staged.aside)]
            rows = (conn.execute(one).mappings().one_or_none() for one in chosen)
            yield Repeat(key, times, dict(next(row for row in rows if row is not None)))
