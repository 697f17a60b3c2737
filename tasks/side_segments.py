"""Which units and months of a source must be read row by row, and which stand as they were last compared.

A source that tells digests is read only where its digest, or ours, is another than when rows were last compared; with
`depth = counts` one that can count only where the counts differ. What is meant by a text of the source, and whether
that has changed since, is part of the digest. A plan only: nothing is read here but digests and counts.
"""

import calendar
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from tasks.intake.normalise import NormaliseContext, normalise
from tasks.rules.column_rules import column_rules
from tasks.rules.datasets import DOSSIERS
from tasks.rules.difference_model import ComparedSegment, Scope
from tasks.sources.base import Part
from tasks.sources.looking import UNDATED, Segment, SegmentName

ALL: Final = ""  # unit of a count that holds all units of a month

Ours = tuple[str, str]  # unit code, month


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is read and what is not. `asked`: the source's segments to read, None for all.

    `read`: our segments that are read whole, None for all; `unread`: those that need none; `compared`: what is to be
    remembered of those read, when nothing in them is unsure. `total`: segments there are on either side.
    """

    asked: frozenset[SegmentName] | None = None
    read: frozenset[Ours] | None = None
    unread: frozenset[Ours] = frozenset()
    compared: tuple[ComparedSegment, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the source's units mean, and a fingerprint of everything else that a row's meaning depends on."""

    context: NormaliseContext

    @property
    def fingerprint(self) -> str:
        """Moves when the same text would be understood or compared otherwise."""
        told = replace(self.context, as_of=self.context.as_of.min)
        return repr((told, column_rules(DOSSIERS)))

    def units(self, names: Iterable[SegmentName]) -> dict[SegmentName, frozenset[str]]:
        """The unit codes that a segment's text may mean on some day of its month."""
        asked = [(name, day) for name in sorted(set(names)) for day in self._days(name[1])]
        if not asked:
            return {}
        texts = [unit or None for (unit, _), _ in asked]
        columns: dict[str, list[str | None]] = {"received_at": [day.isoformat() if day else None for _, day in asked]}
        if any(texts):
            columns["unit_code"] = texts
        part = Part(columns=columns, refs=[""] * len(asked), moment=self.context.as_of)
        codes = normalise(DOSSIERS, part, self.context)["unit_code"].tolist()
        found: dict[SegmentName, set[str]] = defaultdict(set)
        for (name, _), code in zip(asked, codes, strict=True):
            found[name].add(code or "")
        return {name: frozenset(units) for name, units in found.items()}

    def _days(self, month: str) -> list[date | None]:
        """Days of the month between which no line of the unit map begins."""
        if month == UNDATED:
            return [None]
        first = date.fromisoformat(f"{month}-01")
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        lines = self.context.unit_map.entries.values() if self.context.unit_map else ()
        begun = {day for entries in lines for day, _ in entries if first < day <= last}
        return [first, *sorted(begun)]


def by_digest(
    scope: Scope,
    meaning: Meaning,
    theirs: Mapping[SegmentName, Segment],
    ours: Mapping[Ours, tuple[int, str]],
    remembered: Mapping[Ours, ComparedSegment],
) -> Plan:
    """Read what has moved on either side since it was last compared."""
    links = meaning.units(theirs)
    told: dict[Ours, list[tuple[str, int, str]]] = defaultdict(list)
    for name, segment in theirs.items():
        for unit in links[name]:
            told[unit, name[1]].append((name[0], segment.count, segment.digest))
    fingerprint = meaning.fingerprint
    now = {
        name: ComparedSegment(
            *name,
            source_digest=hashlib.sha256(repr((sorted(told[name]), fingerprint)).encode()).hexdigest(),
            warehouse_digest=ours.get(name, (0, ""))[1],
            source_count=sum(count for _, count, _ in told[name]),
        )
        for name in told.keys() | ours.keys()
        if _touches(scope, name)
    }
    moved = {name for name, segment in now.items() if remembered.get(name) != segment}
    asked = frozenset(name for name in theirs if any((unit, name[1]) in moved for unit in links[name]))
    return Plan(
        asked=asked,
        read=frozenset(moved),
        unread=frozenset(now.keys() - moved),
        compared=tuple(now[name] for name in sorted(moved) if _lies_in(scope, name[1])),
        total=len(now),
    )


def by_count(
    scope: Scope,
    meaning: Meaning,
    theirs: Mapping[SegmentName, int],
    ours: Mapping[Ours, int],
    standing: Iterable[Ours],
) -> Plan:
    """Read where the sides count differently; equal counts are taken for equal, which is said in a notice.

    `standing`: segments in which earlier differences stand: they go on standing where nothing is read.
    """
    whole_months = all(unit == ALL for unit, _ in theirs)
    links = {name: frozenset({ALL}) for name in theirs} if whole_months else meaning.units(theirs)
    told: dict[Ours, int] = defaultdict(int)
    unsure: set[Ours] = set()
    for (text, month), count in theirs.items():
        for unit in links[text, month]:
            told[unit, month] += count
        if len(links[text, month]) > 1:
            unsure |= {(unit, month) for unit in links[text, month]}
    held: dict[Ours, int] = defaultdict(int)
    for (unit, month), count in ours.items():
        held[ALL if whole_months else unit, month] += count
    asked_for = _touches_month if whole_months else _touches
    names = {name for name in told.keys() | held.keys() if asked_for(scope, name)}
    moved = {name for name in names if name in unsure or told[name] != held[name]}
    known = {name for name in {*ours, *standing} if _touches(scope, name)} | (set() if whole_months else names)
    read = {name for name in known if (ALL if whole_months else name[0], name[1]) in moved}
    asked = frozenset(name for name in theirs if any((unit, name[1]) in moved for unit in links[name]))
    asked |= {(ALL, month) for _, month in moved if whole_months}
    return Plan(asked=asked, read=frozenset(read), unread=frozenset(known - read), total=len(names))


def _touches(scope: Scope, name: Ours) -> bool:
    """Whether something of that segment may be asked for."""
    return scope.holds_unit(name[0]) and _touches_month(scope, name)


def _touches_month(scope: Scope, name: Ours) -> bool:
    """The same of all units together."""
    month = name[1]
    if month == UNDATED:
        return scope.holds_day(None)
    first, last = _ends(month)
    return (scope.period_from is None or last >= scope.period_from) and (
        scope.period_to is None or first <= scope.period_to
    )


def _lies_in(scope: Scope, month: str) -> bool:
    """Whether all of that month is asked for: only then is it compared when this run is over."""
    return scope.holds_day(None) if month == UNDATED else all(scope.holds_day(day) for day in _ends(month))


def _ends(month: str) -> tuple[date, date]:
    first = date.fromisoformat(f"{month}-01")
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])
