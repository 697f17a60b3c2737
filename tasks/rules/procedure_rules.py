"""Which procedures a unit receives and displays, held against the catalogue in force (article 004, V07).

Counts by unit and code go in, findings come out; they are owned by the unit. Counts span everything the warehouse
knows, whatever period is asked for: what a finding says must not change with the question, only whether it is told.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from tasks.rules.difference_model import OPS, DifferenceClass, Finding
from tasks.rules.procedures_in_force import Catalogue, Outage, fold_words

RECEIVED: Final = "received"
POSTED: Final = "posted"
IN_SOFTWARE: Final = "catalogue/warehouse"
ON_DISPLAY: Final = "catalogue/posting"
UNMAPPED: Final = "?"  # before the code of an agency that no unit map knows
_EVERYBODYS_WORK: Final = frozenset({"ward", "commune", "special_zone"})  # kinds of units that all do the same work
_COMMUNE_LEVEL: Final = "xã"
_NAMED: Final = 10  # procedures that one finding names
_NOT_LISTED: Final = "no"  # what a side says of what it does not have
_NOBODY: Final[Mapping[str, frozenset[str]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Current dossiers of a unit under one code and field; `asked`: those of the period and sources asked for."""

    unit_code: str
    procedure_code: str
    field: str
    count: int
    asked: int
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days on which dossiers under a code are looked for, both included."""

    procedure_code: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class InWindow:
    """Dossiers of a unit received in a window: how many, when, and the codes of the last few."""

    unit_code: str
    window: Window
    count: int
    asked: int
    first: date
    last: date
    dossiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What a unit had on display when it was last looked at."""

    unit_code: str
    procedure_code: str
    seen_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Performer:
    """A unit that receives dossiers: its kind and level decide which fields it must receive."""

    unit_code: str
    kind: str = ""
    level: str = ""

    @property
    def levels(self) -> frozenset[str]:
        """The levels at which every unit of this kind works; none for units that each have a field of their own."""
        if self.kind not in _EVERYBODYS_WORK:
            return frozenset()
        return levels_of(self.level) or frozenset({_COMMUNE_LEVEL})


def windows(groups: Iterable[Received], catalogue: Catalogue) -> list[Window]:
    """Where to look closer: under codes nobody listed, and on days on which listed ones were out of force."""
    reach: dict[str, tuple[date, date]] = {}
    for group in groups:
        if group.procedure_code:
            first, last = reach.get(group.procedure_code, (group.first, group.last))
            reach[group.procedure_code] = min(first, group.first), max(last, group.last)
    found = []
    for code, (first, last) in sorted(reach.items()):
        if not catalogue.knows(code):
            found.append(Window(procedure_code=code, first=first, last=last))
        gaps = (gap for gap in catalogue.outages(code) if gap.first <= last and gap.last >= first)
        found += [Window(procedure_code=code, first=max(first, gap.first), last=min(last, gap.last)) for gap in gaps]
    return found


def received_findings(seen: Iterable[InWindow], catalogue: Catalogue) -> Iterator[Finding]:
    """One finding a unit and code: received under an unknown code, or on days on which it was out of force."""
    by_place: dict[tuple[str, str], list[InWindow]] = defaultdict(list)
    for one in seen:
        by_place[one.unit_code, one.window.procedure_code].append(one)
    for (unit, code), parts in sorted(by_place.items()):
        if not any(part.asked for part in parts):
            continue
        parts.sort(key=lambda part: part.last, reverse=True)
        last = parts[0].last
        facts: dict[str, Any] = {
            "where": RECEIVED,
            "count": sum(part.count for part in parts),
            "first_received": min(part.first for part in parts).isoformat(),
            "last_received": last.isoformat(),
            "dossiers": [code for part in parts for code in part.dossiers][:5],
        }
        outage = catalogue.outage_on(code, last)
        kind = DifferenceClass.UNKNOWN_PROCEDURE if outage is None else DifferenceClass.REPEALED_PROCEDURE
        yield _finding(kind, unit, code, IN_SOFTWARE, last, facts | _told(IN_SOFTWARE, code, outage))


def posted_findings(posted: Iterable[Posted], catalogue: Catalogue) -> Iterator[Finding]:
    """What was on display although out of force on the day it was seen, or under a code that nobody listed."""
    for one in sorted(posted, key=lambda p: (p.unit_code, p.procedure_code)):
        facts = {"where": POSTED, "seen_on": one.seen_on.isoformat()}
        outage = catalogue.outage_on(one.procedure_code, one.seen_on)
        if not catalogue.knows(one.procedure_code):
            kind = DifferenceClass.UNKNOWN_PROCEDURE
        elif outage is not None:
            kind = DifferenceClass.POSTED_REPEALED
        else:
            continue
        yield _finding(
            kind,
            one.unit_code,
            one.procedure_code,
            ON_DISPLAY,
            one.seen_on,
            facts | _told(ON_DISPLAY, one.procedure_code, outage),
        )


def never_received(
    performers: Iterable[Performer],
    posted: Iterable[Posted],
    groups: Iterable[Received],
    catalogue: Catalogue,
    day: date,
    paper: Mapping[tuple[str, str], int],
    forebears: Mapping[str, frozenset[str]] = _NOBODY,
) -> Iterator[Finding]:
    """Fields of work that a unit must receive and that never came through the software: at no time, neither to it nor
    to the units that it followed (`forebears`: unit → those).

    What it must receive: the fields of what it displays, and for units that all do the same work those of the
    procedures of their level in force on `day`. `paper`: register lines by (unit, `fold_words` of the field).
    """
    came = _fields_received(groups, catalogue)
    displayed: dict[str, list[str]] = defaultdict(list)
    for one in posted:
        displayed[one.unit_code].append(one.procedure_code)
    by_level = _by_level(catalogue, day)
    for unit in sorted(performers, key=lambda p: p.unit_code):
        duties: dict[str, tuple[str, set[str]]] = {}
        of_level = [pair for level in unit.levels for pair in by_level.get(level, ())]
        of_display = [(catalogue.field_of(code), code) for code in displayed[unit.unit_code]]
        for told, code in sorted(pair for pair in [*of_level, *of_display] if pair[0]):
            duties.setdefault(fold_words(told), (told, set()))[1].add(code)
        line = {unit.unit_code, *forebears.get(unit.unit_code, ())}
        for key, (told, codes) in sorted(duties.items()):
            if not any((one, key) in came for one in line):
                facts = {
                    "catalogue": told,
                    "warehouse": _NOT_LISTED,
                    "field": told,
                    "procedures": sorted(codes)[:_NAMED],
                    "procedure_count": len(codes),
                    "last_received": "",  # there is no such day, and readers are told so
                    "paper_lines": paper.get((unit.unit_code, key), 0),
                }
                yield _finding(
                    DifferenceClass.FIELD_NEVER_RECEIVED, unit.unit_code, told, IN_SOFTWARE, None, facts, column="field"
                )


def on_paper(lines: Iterable[tuple[str, str]], catalogue: Catalogue) -> Counter[tuple[str, str]]:
    """Register lines (unit, procedure as written), counted by unit and `fold_words` of the procedure's field."""
    counts = Counter((unit, fold_words(catalogue.field_told(told))) for unit, told in lines if told)
    return Counter({place: n for place, n in counts.items() if place[1]})


def levels_of(text: str) -> frozenset[str]:
    """The levels that a cell names: "Cấp tỉnh, cấp xã" is two."""
    words = (fold_words(part) for part in text.replace(";", ",").replace("/", ",").split(","))
    return frozenset(word.removeprefix("cấp ").strip() for word in words) - {""}


def _fields_received(groups: Iterable[Received], catalogue: Catalogue) -> set[tuple[str, str]]:
    """Units and fields of which anything ever came; by the catalogue's word and the dossiers' own."""
    return {
        (group.unit_code, told)
        for group in groups
        for told in (fold_words(catalogue.field_of(group.procedure_code)), fold_words(group.field))
        if told
    }


def _by_level(catalogue: Catalogue, day: date) -> dict[str, list[tuple[str, str]]]:
    out: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for line in catalogue.in_force(day):
        for level in levels_of(line.level):
            out[level].append((line.field, line.code))
    return out


def _told(sides: str, code: str, outage: Outage | None) -> dict[str, Any]:
    """What the catalogue says of a code that the other side bears."""
    catalogue, other = sides.split("/")
    if outage is None:
        return {catalogue: _NOT_LISTED, other: code}
    since = outage.since.isoformat() if outage.since else ""
    told = {"status": outage.status, "since": since, "replaced_by": outage.replaced_by}
    return {catalogue: outage.status, other: code, **told}


def _finding(
    kind: DifferenceClass,
    unit: str,
    code: str,
    sides: str,
    day: date | None,
    facts: Mapping[str, Any],
    *,
    column: str = "procedure_code",
) -> Finding:
    owner = OPS if not unit or unit.startswith(UNMAPPED) else unit
    return Finding(kind=kind, unit_code=unit, code=code, column=column, sides=sides, day=day, owner=owner, facts=facts)
