"""When an office is open on a working day, and until when a same-day dossier is still taken.

Times of day only, on Asia/Ho_Chi_Minh clocks; which days are worked is `working_calendar`'s business.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from tasks.rules.timezone import HANOI

_SPAN = re.compile(r"^\s*(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})\s*$")


@dataclass(frozen=True)
class OfficeHours:
    """Opening spans in order, and the cut-off of procedures answered within the day (15:00)."""

    spans: tuple[tuple[time, time], ...]
    same_day_cutoff: time = time(15, 0)

    def __post_init__(self) -> None:
        edges = [edge for span in self.spans for edge in span]
        if not edges or edges != sorted(set(edges)):
            msg = "opening spans must follow each other without overlap, for example 07:30-11:30 and 13:30-17:00"
            raise ValueError(msg)

    @classmethod
    def parse(cls, spans: Sequence[str], same_day_cutoff: str = "15:00") -> "OfficeHours":
        """From `["07:30-11:30", "13:30-17:00"]`. Raises ValueError saying what to write."""
        return cls(tuple(_span(text) for text in spans), _time(same_day_cutoff))

    @property
    def opening(self) -> time:
        """Start of office."""
        return self.spans[0][0]

    @property
    def closing(self) -> time:
        """End of office: when day deadlines fall."""
        return self.spans[-1][1]

    def opening_on(self, day: date) -> datetime:
        """Start of office as an instant."""
        return datetime.combine(day, self.opening, HANOI)

    def closing_on(self, day: date) -> datetime:
        """End of office as an instant."""
        return datetime.combine(day, self.closing, HANOI)

    def spans_on(self, day: date) -> list[tuple[datetime, datetime]]:
        """The opening spans of a working day as instants."""
        return [(datetime.combine(day, a, HANOI), datetime.combine(day, b, HANOI)) for a, b in self.spans]


def _span(text: str) -> tuple[time, time]:
    match = _SPAN.match(text)
    if match is None:
        msg = f"{text!r} is no opening span: write 07:30-11:30"
        raise ValueError(msg)
    return _time(match[1]), _time(match[2])


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text.strip().zfill(5))
    except ValueError:
        msg = f"{text!r} is no time of day: write 15:00"
        raise ValueError(msg) from None


DEFAULT_HOURS = OfficeHours.parse(["07:30-11:30", "13:30-17:00"])
SCHEDULES = {"default": DEFAULT_HOURS, "S8": OfficeHours.parse(["07:00-11:30", "13:30-17:00"])}
