"""How late, how soon: by date in working days, by the minute for hour procedures (design §6)."""

from dataclasses import dataclass
from datetime import date, datetime

from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import WorkingCalendar

TIER_LIMITS = (5, 20)  # working days: tier 1 up to 5, tier 2 up to 20, tier 3 beyond


@dataclass(frozen=True, slots=True)
class Lateness:
    """Against a binding date. Exactly one of the two numbers is set."""

    days_late: int | None
    days_left: int | None

    @property
    def tier(self) -> int | None:
        """Age class of an overdue item: 1, 2 or 3; None when not overdue."""
        if self.days_late is None:
            return None
        return 1 + sum(self.days_late > limit for limit in TIER_LIMITS)


def counting_day(as_of: datetime, calendar: WorkingCalendar) -> date:
    """The day a count stands on: on a day off still the last working day, so that no tier changes."""
    day = as_of.astimezone(HANOI).date()
    return day if calendar.is_working_day(day) else calendar.previous_working_day(day)


def lateness(due_at: datetime, as_of: datetime, calendar: WorkingCalendar, *, by_minute: bool) -> Lateness:
    """How an open item stands. Day units are late from the next working day (days_late >= 1); hour units from the
    next minute (days_late may be 0).
    """
    today = counting_day(as_of, calendar)
    due_on = due_at.astimezone(HANOI).date()
    late = calendar.working_days_between(due_on, today)
    if late >= 1 or (by_minute and as_of > due_at):
        return Lateness(late, None)
    return Lateness(None, calendar.working_days_between(today, due_on))


def has_passed(day: date, as_of: datetime, calendar: WorkingCalendar) -> bool:
    """Whether a working day has passed since that day."""
    return calendar.working_days_between(day, counting_day(as_of, calendar)) >= 1
