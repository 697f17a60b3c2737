"""The words in which a deadline explains itself: one step a day, with a code for why it counted or not.

Codes only; sentences in either language belong to whoever prints them. Add a code here when `deadlines` learns a
new reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tasks.rules.working_calendar import WORKING, WorkingCalendar

ONE_DAY = timedelta(days=1)


class Why(StrEnum):
    """Reasons beside those of the calendar (working, weekend, holiday, compensatory, swap_off, makeup)."""

    RECEIPT_DAY = "receipt_day"  # day 0
    RECEIVED_AFTER_HOURS = "received_after_hours"
    PAUSED = "paused"
    PAUSE_RUNNING = "pause_running"  # the count stops here until the pause ends
    BEFORE_RESTART = "before_restart"  # counted once, void since a completion restarted the time
    RESTART = "restart"  # day 0 of the time that counts
    DUE_DAY = "due_day"  # an ordinary working day on which the time ran out; a make-up day keeps its own code
    MOVED = "moved_to_working_day"  # the last day was a day off, this one stands for it


@dataclass(frozen=True, slots=True)
class TrailStep:
    """One day from receipt to due.

    `detail` holds codes joined by `;`: `day=3` (the third counted day), `minutes=150` (office minutes counted that
    day), `due`, `after_cutoff`.
    """

    day: date
    counted: bool
    why: str
    detail: str = ""


def nature(day: date, calendar: WorkingCalendar, otherwise: str) -> str:
    """What took the day off, or `otherwise` for an ordinary working day."""
    why = calendar.why(day)
    return otherwise if why == WORKING else why


def off_days(first: date, until: date, calendar: WorkingCalendar, otherwise: str) -> Iterator[TrailStep]:
    """Steps that count nothing, for every day from `first` up to, not including, `until`."""
    for n in range((until - first).days):
        day = first + timedelta(days=n)
        yield TrailStep(day, counted=False, why=nature(day, calendar, otherwise))
