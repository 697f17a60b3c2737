"""How a difference lives on between reconciliations: open, explained, fixed, and open again when it comes back.

Pure. What a run found, and what it looked for without finding, move the book; whatever it did not look at stands as it
is. Runs need no lock and may overlap: who looked earlier never overrules who looked later. The one case left to the
next run: what an earlier look finds for the first time after a later one found nothing is opened.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias

from tasks.rules.difference_model import Comparison, DifferenceClass, DifferenceState, Finding, Scope, SourceSide

REFS: Final = "refs"  # a fact of this name says where each side stands: no explanation rests on it
Segment: TypeAlias = tuple[str, str, str]  # source, unit code, month "YYYY-MM"
_BOOKS: Final = ("register", "transfer_register")  # sides on paper


class News(StrEnum):
    """What a run means for one difference."""

    NEW = "new"
    AGAIN = "again"  # found as before
    REOPENED = "reopened"  # it was explained, but says something else now
    RETURNED = "returned"  # it was fixed and is back: an alarm
    FIXED = "fixed"
    STANDS = "stands"  # nothing to be said of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What moves in the life of a difference. Instants are aware.

    `last_seen_at`: as_of of the last run that found it. `fixed_at`: when it was fixed last, also after it came back.
    `returned`: how often it came back, `returned_at`: the last time.
    """

    state: DifferenceState
    facts_hash: str
    last_seen_at: datetime
    fixed_at: datetime | None = None
    returned: int = 0
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a stored difference belongs: what decides whether a run has looked there."""

    kind: DifferenceClass
    unit_code: str = ""
    system: str = ""
    key: str = ""
    sides: str = ""
    book: str = ""
    source: str = ""
    day: date | None = None

    @property
    def on_paper(self) -> bool:
        """Whether a register is one of its sides."""
        return any(side in _BOOKS for side in self.sides.split("/"))

    @property
    def is_double(self) -> bool:
        """Whether it is one dossier under several keys, which stand in other months than its day too."""
        return self.kind is DifferenceClass.DUPLICATE and self.sides == "source/warehouse"

    @property
    def at_source(self) -> bool:
        """Whether a configured source is one of its sides."""
        return "source" in self.sides.split("/")


def place_of(finding: Finding) -> Place:
    """The place of what a run found."""
    return Place(
        kind=finding.kind,
        unit_code=finding.unit_code,
        system=finding.system,
        key=finding.key,
        sides=finding.sides,
        book=finding.book,
        source=finding.source,
        day=finding.day,
    )


def plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as plain JSON values in one order: days and instants as text, sets as sorted lists."""
    told: dict[str, Any] = json.loads(json.dumps(dict(facts), ensure_ascii=False, sort_keys=True, default=_as_json))
    return told


def _as_json(value: object) -> object:
    if isinstance(value, set | frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def facts_hash(facts: Mapping[str, Any]) -> str:
    """A digest of what an explanation rests on: all facts but where each side stands (file, line, version)."""
    kept = {name: told for name, told in facts.items() if name != REFS}
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_as_json)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def after_found(life: Life | None, found: str, as_of: datetime) -> tuple[Life, News]:
    """A run of that moment found it, its facts having the digest `found`."""
    if life is None:
        return Life(state=DifferenceState.OPEN, facts_hash=found, last_seen_at=as_of), News.NEW
    mended_since = life.state is DifferenceState.FIXED and life.fixed_at is not None and as_of < life.fixed_at
    if as_of < life.last_seen_at or mended_since:
        return life, News.STANDS
    is_back = life.state is DifferenceState.FIXED
    is_news = life.state is DifferenceState.EXPLAINED and found != life.facts_hash
    seen = Life(
        state=DifferenceState.OPEN if is_back or is_news else life.state,
        facts_hash=found,
        last_seen_at=as_of,
        fixed_at=life.fixed_at,
        returned=life.returned + is_back,
        returned_at=as_of if is_back else life.returned_at,
    )
    return seen, News.RETURNED if is_back else News.REOPENED if is_news else News.AGAIN


def after_looked(life: Life, as_of: datetime) -> tuple[Life, News]:
    """A run of that moment looked for it and did not find it."""
    if life.state is DifferenceState.FIXED or as_of < life.last_seen_at:
        return life, News.STANDS
    gone = Life(
        state=DifferenceState.FIXED,
        facts_hash=life.facts_hash,
        last_seen_at=life.last_seen_at,
        fixed_at=as_of,
        returned=life.returned,
        returned_at=life.returned_at,
    )
    return gone, News.FIXED


def is_asked(scope: Scope, place: Place) -> bool:
    """Whether something there is in what was asked for."""
    if not (scope.holds_unit(place.unit_code) and scope.holds_day(place.day)):
        return False
    return place.on_paper or not place.source or scope.holds_source(place.source)


def is_covered(comparison: Comparison, place: Place) -> bool:
    """Whether a run really looked there: then what it did not find is fixed."""
    sides = _sides_judged(comparison, place)
    return sides is not None and not any(_is_unread(comparison, side.name, place) for side in sides)


def to_read_again(comparison: Comparison, place: Place) -> list[Segment]:
    """What the next run must read, if this one did not find the difference and yet may not call it fixed: it read only
    some of the segments in which the difference may stand, and those that it read would be at rest next time.
    """
    if not (place.is_double or place.on_paper) or is_covered(comparison, place):
        return []
    sides = _sides_judged(comparison, place) or []
    return [(side.name, *segment) for side in sides for segment in segments_of(place) or ()]


def segments_of(place: Place) -> list[tuple[str, str]] | None:
    """(unit, month "YYYY-MM") of a source in which a difference may stand; None: anywhere.

    A dossier under several keys stands in any month of its year: its keys share no more than that.
    """
    if place.day is None or not place.unit_code:
        return None
    months = range(1, 13) if place.is_double else [place.day.month]
    return [(place.unit_code, f"{place.day.year}-{month:02d}") for month in months]


def _sides_judged(comparison: Comparison, place: Place) -> list[SourceSide] | None:
    """The sources whose rows there decide whether it is fixed; None where this run cannot say, whatever it read."""
    if place.kind not in comparison.covered or not is_asked(comparison.scope, place):
        return None
    if (place.system, place.key) in comparison.undecided:
        return None
    if place.is_double and not _holds_year(comparison.scope, place.day):
        return None
    if place.on_paper and not _is_book_read(comparison, place):
        return None
    if place.on_paper and not place.at_source:
        return []  # book and warehouse only: what the source says does not matter
    sides = _sides_needed(comparison, place)
    if sides is None or any(not side.judged or side.name in comparison.capped for side in sides):
        return None
    return sides


def _is_unread(comparison: Comparison, source: str, place: Place) -> bool:
    segments = segments_of(place)
    if segments is None:
        return any(name == source for name, _, _ in comparison.unread)
    return any((source, *segment) in comparison.unread for segment in segments)


def _holds_year(scope: Scope, day: date | None) -> bool:
    return day is None or all(scope.holds_day(end) for end in (date(day.year, 1, 1), date(day.year, 12, 31)))


def _is_book_read(comparison: Comparison, place: Place) -> bool:
    """The same file, or a newer one of its series that tells the same days of the unit's book again; read whole."""
    if place.source in comparison.books:
        return place.source not in comparison.capped
    return any(_is_told_again(rate, place) for rate in comparison.rates if not comparison.capped & set(rate["files"]))


def _is_told_again(rate: Mapping[str, Any], place: Place) -> bool:
    first, last = rate.get("first_day"), rate.get("last_day")
    if place.day is None or not first or not last or not first <= place.day.isoformat() <= last:
        return False
    in_series = series_of(place.source) in {series_of(name) for name in rate["files"]}
    return in_series and rate["unit_code"] == place.unit_code and place.book in ("", rate["book"])


def series_of(name: str) -> str:
    """What the files of one book have in common: the name without its digits, "so-theo-doi-20261123.xlsx"."""
    return "".join(character for character in name.casefold() if not character.isdigit())


def _sides_needed(comparison: Comparison, place: Place) -> list[SourceSide] | None:
    """Sources that must have been looked at; None where one that is needed was not part of the run at all."""
    if place.on_paper:
        mine = [side for side in comparison.sides.values() if place.system in ("", side.system)]
        return mine if mine or not place.at_source else None
    if not place.source:
        return []
    side = comparison.sides.get(place.source)
    return None if side is None else [side]
