"""The calendar and the office hours as arrays, for rules that look at many rows at once.

Moments are microseconds of Hanoi's wall clock since 1970 (the offset has not changed since); positions count days
from the first year known. Rules stay in `deadlines_frame`.
"""

from dataclasses import dataclass
from datetime import date, time
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tasks.rules.office_hours import OfficeHours
from tasks.rules.working_calendar import WorkingCalendar

Ints = NDArray[np.int64]
DAY = 24 * 3_600_000_000
EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class CalendarArrays:
    """The calendar as arrays over one span of days; position `size`, as if worked, stands for all beyond."""

    first: int  # days since 1970
    size: int
    rank: Ints  # working days up to and including a position
    worked: Ints  # positions of the working days, the last one `size`
    works: NDArray[np.bool_]
    strangers: Ints  # days of unknown years before a position
    opens: Ints  # office spans of a day, and the office time before each
    closes: Ints
    before: Ints
    length: int
    cutoff: int

    @classmethod
    def of(cls, calendar: WorkingCalendar, hours: OfficeHours) -> "CalendarArrays":
        """The span from the first to the last year that the calendar knows."""
        first = date(min(calendar.years), 1, 1).toordinal()
        last = date(max(calendar.years), 12, 31).toordinal()
        span = [date.fromordinal(n) for n in range(first, last + 1)]
        known = np.array([day.year in calendar.years for day in span])
        works = np.array([day.year in calendar.years and calendar.is_working_day(day) for day in span] + [True])
        opens = np.array([microseconds(a) for a, _ in hours.spans])
        closes = np.array([microseconds(b) for _, b in hours.spans])
        passed = np.concatenate([[0], np.cumsum(closes - opens)])
        return cls(
            first=first - EPOCH,
            size=len(span),
            rank=np.cumsum(works),
            worked=np.flatnonzero(works),
            works=works,
            strangers=np.concatenate([[0], np.cumsum(~known), [(~known).sum() + 1]]),
            opens=opens,
            closes=closes,
            before=passed[:-1],
            length=int(passed[-1]),
            cutoff=microseconds(hours.same_day_cutoff),
        )

    def place(self, day: Ints) -> Ints:
        """Position of a day counted since 1970."""
        return np.clip(day - self.first, 0, self.size)

    def day(self, place: Ints) -> Ints:
        """Inverse of `place`."""
        return place + self.first

    def nth(self, index: Ints) -> Ints:
        """Position of the working day of that index."""
        place: Ints = self.worked[np.minimum(index, len(self.worked) - 1)]
        return place

    def on_or_after(self, place: Ints) -> Ints:
        """The position itself when it is worked, else the next that is."""
        return self.nth(self.rank[place] - self.works[place])

    def closing(self, place: Ints) -> Ints:
        """End of office there."""
        moment: Ints = self.day(place) * DAY + self.closes[-1]
        return moment

    def unknown(self, since: Ints, until: Ints) -> NDArray[np.bool_]:
        """A day of an unknown year lies in [since, until]."""
        met = self.strangers[self.place(until) + 1] - self.strangers[self.place(since)]
        return np.asarray((met > 0) | (since < self.first))

    def effective(self, moment: Ints) -> Ints:
        """Twin of `deadlines.effective_receipt`."""
        place = self.place(moment // DAY)
        late = ~self.works[place] | (moment % DAY > self.closes[-1])
        return np.where(late, self.day(self.nth(self.rank[place])) * DAY + self.opens[0], moment)

    def office_time(self, moment: Ints) -> Ints:
        """Office microseconds from the beginning of the table until the moment."""
        place = self.place(moment // DAY)
        spent = np.clip((moment % DAY)[:, None] - self.opens, 0, self.closes - self.opens).sum(axis=1)
        office: Ints = (self.rank[place] - self.works[place]) * self.length + self.works[place] * spent
        return office

    def reached(self, office: Ints) -> Ints:
        """The earliest moment with so much office time behind it."""
        index = (office - 1) // self.length
        return self._at(index, office - index * self.length, "left")

    def opened(self, office: Ints) -> Ints:
        """The moment from which more office time follows."""
        index = office // self.length
        return self._at(index, office % self.length, "right")

    def _at(self, index: Ints, spent: Ints, side: Literal["left", "right"]) -> Ints:
        span = np.maximum(np.searchsorted(self.before, spent, side) - 1, 0)
        return self.day(self.nth(index)) * DAY + self.opens[span] + spent - self.before[span]


def microseconds(moment: time) -> int:
    """Since midnight."""
    return (moment.hour * 3600 + moment.minute * 60 + moment.second) * 1_000_000
