"""How old data is when days off do not age it: a source that rests over the weekend is not stale on Monday.

Only the measure lives here; how old is too old is configured per source.
"""

from datetime import datetime, time, timedelta

from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import WorkingCalendar


def working_age(moment: datetime, as_of: datetime, calendar: WorkingCalendar) -> timedelta:
    """Elapsed time from `moment` to `as_of` without the hours that fall on days off.

    Friday 07:30 to Monday 07:30 is 24 hours. Zero when `moment` is not earlier. Raises CalendarUnknownError.
    """
    start, end = moment.astimezone(HANOI), as_of.astimezone(HANOI)
    age, day = timedelta(), start.date()
    while day <= end.date():
        midnight = datetime.combine(day, time(), HANOI)
        if start < end and calendar.is_working_day(day):
            age += min(end, midnight + timedelta(days=1)) - max(start, midnight)
        day += timedelta(days=1)
    return age
