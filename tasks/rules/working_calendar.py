"""Which days count: the working calendar of the administration as an immutable value.

Questions about days live here (does it count, why, the next, the n-th, how many between). The entries
themselves stay in `calendar_table`, times of day in `office_hours`, deadlines in `deadlines`.
"""

import hashlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate

from tasks.rules.calendar_table import Basis, CalendarDay, DayKind, parse_calendar_csv

__all__ = ["Basis", "CalendarDay", "CalendarUnknownError", "DayKind", "WorkingCalendar", "parse_calendar_csv"]

EDITION = "2026.1"  # of the shipped table; the hash behind it tells what was really in force
FEWEST_DAYS_OFF = 10  # on weekdays, compensation included: Labour Code 2012; the Code of 2019 gives more
WORKING, WEEKEND = "working", "weekend"
_ONE_DAY = timedelta(days=1)
_SATURDAY, _SUNDAY = 5, 6


class CalendarUnknownError(Exception):
    """Nothing is known of that year: no deadline that touches it may be guessed."""

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(
            f"the calendar of {year} is not known: list its days off (at least {FEWEST_DAYS_OFF} on weekdays) "
            "in a file under [calendar] files"
        )


@dataclass(frozen=True)
class WorkingCalendar:
    """The days off and the make-up days of the years it knows.

    A year is known when its entries hold as many days off on weekdays as the law gives at the very least: a
    province's single extra day makes no year known. Every question about another year raises
    CalendarUnknownError. Saturday-morning duty receives dossiers, it makes Saturday a working day only with
    `saturday_counts`.
    """

    entries: tuple[CalendarDay, ...]
    saturday_counts: bool = False
    _by_day: dict[date, CalendarDay] = field(init=False, repr=False, compare=False)
    _years: frozenset[int] = field(init=False, repr=False, compare=False)
    _version: str = field(init=False, repr=False, compare=False)
    _counted: dict[int, tuple[int, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        entries = tuple(sorted(self.entries, key=lambda entry: entry.day))
        object.__setattr__(self, "entries", entries)
        object.__setattr__(self, "_by_day", {entry.day: entry for entry in entries})
        object.__setattr__(self, "_years", whole_years(entries))
        content = repr([(str(e.day), *_told(e)) for e in entries]) + str(self.saturday_counts)
        object.__setattr__(self, "_version", f"{EDITION}-{hashlib.sha256(content.encode()).hexdigest()[:8]}")

    @property
    def version(self) -> str:
        """Edition and content hash, for example `2026.1-ab12cd34`: any change of an entry changes it."""
        return self._version

    @property
    def years(self) -> frozenset[int]:
        """The years it can answer for."""
        return self._years

    def entry(self, day: date) -> CalendarDay | None:
        """The entry of a day that differs from an ordinary week, with its name and document."""
        self._must_know(day)
        return self._by_day.get(day)

    def why(self, day: date) -> str:
        """What the day is: working, weekend, holiday, compensatory, swap_off or makeup."""
        self._must_know(day)
        entry = self._by_day.get(day)
        if entry is not None:
            return entry.kind.value
        return WEEKEND if self._rests(day) else WORKING

    def is_working_day(self, day: date) -> bool:
        """Make-up days count in full, whatever their weekday."""
        self._must_know(day)
        entry = self._by_day.get(day)
        if entry is not None:
            return entry.kind is DayKind.MAKEUP
        return not self._rests(day)

    def is_provisional(self, year: int) -> bool:
        """The government has not announced that year yet: its dates may still move."""
        return any(entry.provisional for entry in self.entries if entry.day.year == year)

    def on_or_after(self, day: date) -> date:
        """The day itself when it is worked, else the next that is."""
        while not self.is_working_day(day):
            day += _ONE_DAY
        return day

    def next_working_day(self, day: date) -> date:
        """Strictly after."""
        return self.on_or_after(day + _ONE_DAY)

    def previous_working_day(self, day: date) -> date:
        """Strictly before."""
        day -= _ONE_DAY
        while not self.is_working_day(day):
            day -= _ONE_DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which is not counted itself (Civil Code 2015, Article 147).

        With 0 the day itself, even when it is a day off.
        """
        if count < 0:
            msg = f"count must not be negative: {count}"
            raise ValueError(msg)
        if count == 0:
            return day
        first = day + _ONE_DAY
        year, passed = first.year, self._worked_before(first)
        while (worked := self._worked(year))[-1] - passed < count:
            count -= worked[-1] - passed
            year, passed = year + 1, 0
        return date(year, 1, 1) + timedelta(days=bisect_left(worked, passed + count))

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days lie in (after, until]; 0 when `until` is not later."""
        if until <= after:
            return 0
        first = after + _ONE_DAY
        whole = sum(self._worked(year)[-1] for year in range(first.year, until.year))
        return whole + self._worked(until.year)[until.timetuple().tm_yday - 1] - self._worked_before(first)

    def with_entries(self, entries: Iterable[CalendarDay]) -> "WorkingCalendar":
        """The calendar with a province's entries over it, day by day.

        Entries that bring a whole announced year first take away what was only provisional of it, so that a
        Tết that was computed wrongly does not stay off beside the announced one.
        """
        added = tuple(entries)
        announced = whole_years(entry for entry in added if not entry.provisional)
        kept = (e for e in self.entries if not (e.provisional and e.day.year in announced))
        merged = {entry.day: entry for entry in (*kept, *added)}
        return WorkingCalendar(tuple(merged.values()), self.saturday_counts)

    def _worked(self, year: int) -> tuple[int, ...]:
        """How many working days a year has had by the end of each of its days: counted once, on first asking."""
        if year not in self._counted:
            self._must_know(date(year, 1, 1))
            days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
            self._counted[year] = tuple(accumulate(self.is_working_day(day) for day in days if day.year == year))
        return self._counted[year]

    def _worked_before(self, day: date) -> int:
        """Working days of the day's year before it."""
        passed = day.timetuple().tm_yday - 1
        return self._worked(day.year)[passed - 1] if passed else 0

    def _rests(self, day: date) -> bool:
        return day.weekday() == _SUNDAY or (day.weekday() == _SATURDAY and not self.saturday_counts)

    def _must_know(self, day: date) -> None:
        if day.year not in self._years:
            raise CalendarUnknownError(day.year)


def whole_years(entries: Iterable[CalendarDay]) -> frozenset[int]:
    """Years of which the entries tell enough to count by."""
    off = Counter(e.day.year for e in entries if e.kind is not DayKind.MAKEUP and e.day.weekday() < _SATURDAY)
    return frozenset(year for year, days in off.items() if days >= FEWEST_DAYS_OFF)


def _told(entry: CalendarDay) -> tuple[str, ...]:
    return (
        entry.kind.value,
        entry.name,
        entry.document_no,
        str(entry.document_on or ""),
        entry.basis.value,
        str(entry.provisional),
    )
