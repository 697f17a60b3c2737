"""What a check may know besides the rows: the moment of the pull, closing time, and which dates are plausible.

Add a value here when a rule needs it. Configuration is read elsewhere and handed in; the clock never is.
"""

from dataclasses import dataclass
from datetime import date, datetime, time

from tasks.rules.datasets import Dataset, Mode
from tasks.rules.timezone import HANOI

FIRST_EVENT_DAY = date(2000, 1, 1)
FIRST_VALIDITY_DAY = date(1945, 9, 2)  # no Vietnamese authority, post or procedure in force is older
EVENT_YEARS_AHEAD = 5
VALIDITY_YEARS_AHEAD = 50
OPEN_START = date.min  # stands for "no beginning given" (design §2)
OPEN_END = date.max
VALIDITY_COLUMNS = frozenset({"valid_from", "valid_to", "effective_from"})
DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckContext:
    """One check's surroundings.

    `now` is the aware moment "the future" is measured against, `closing` the time of day that stands for a date
    without time, `mode` what the source's files mean (None: as the dataset says).
    """

    now: datetime
    closing: time = time(17)
    mode: Mode | None = None

    @property
    def today(self) -> date:
        """The day of `now` in Vietnam."""
        return self.now.astimezone(HANOI).date()

    def is_snapshot(self, dataset: Dataset) -> bool:
        """True when a missing row means that the row ended, so that an empty pull would end everything."""
        return (self.mode or dataset.mode) is Mode.SNAPSHOT

    def window(self, column: str) -> tuple[date, date]:
        """First and last plausible day of a column: events since 2000, periods of validity since 1945."""
        if column in VALIDITY_COLUMNS:
            return FIRST_VALIDITY_DAY, _years_after(self.today, VALIDITY_YEARS_AHEAD)
        return FIRST_EVENT_DAY, _years_after(self.today, EVENT_YEARS_AHEAD)


def _years_after(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
