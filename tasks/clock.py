"""The one clock of a run. Rules and content see the frozen `as_of`; windows, retries and rates see `now()`.

The only module besides locks and the run log that reads the machine's clock.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from tasks.rules.timezone import HANOI


def machine_now() -> datetime:
    """The machine's clock, in Hanoi time."""
    return datetime.now(UTC).astimezone(HANOI)


def _seconds() -> float:
    """Never set back, and where the system can, also counting while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(frozen=True)
class Clock:
    """`as_of` is an aware instant; `now()` is as_of plus the time elapsed since the clock was made."""

    as_of: datetime
    _started: float = field(default_factory=_seconds)

    @classmethod
    def at(cls, as_of: datetime | None) -> "Clock":
        """A clock at the given instant, else at the machine's."""
        return cls(as_of.astimezone(HANOI) if as_of else machine_now())

    @property
    def business_date(self) -> date:
        """The Hanoi day of as_of."""
        return self.as_of.astimezone(HANOI).date()

    def now(self) -> datetime:
        """as_of plus elapsed time."""
        return self.as_of + timedelta(seconds=_seconds() - self._started)


def parse_as_of(text: str | None) -> datetime | None:
    """ISO 8601; without a zone it is Hanoi time. None stays None.

    Raises:
        ValueError: not an ISO instant.
    """
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=HANOI)
