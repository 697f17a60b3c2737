"""Words shared by the tests of deadlines: instants, pauses and durations written short."""

from datetime import datetime

from tasks.calendar_files import shipped_calendar
from tasks.rules.deadlines import Deadline, deadline
from tasks.rules.model import Duration, DurationUnit, Pause, SupplementPolicy
from tasks.rules.office_hours import DEFAULT_HOURS, OfficeHours
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import WorkingCalendar

CALENDAR = shipped_calendar()
WD, CD, WH = "working_day", "calendar_day", "working_hour"
PAUSE, RESTART, NONE = SupplementPolicy


def at(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=HANOI)


def pauses_of(text: str) -> list[Pause]:
    pairs = [pair.split("/") for pair in text.split(";") if pair]
    return [Pause(start=at(start), end=at(end) if end else None) for start, end in pairs]


def due(
    received: str,
    amount: int,
    unit: str,
    pauses: str = "",
    policy: SupplementPolicy = PAUSE,
    hours: OfficeHours = DEFAULT_HOURS,
    calendar: WorkingCalendar = CALENDAR,
    ends: str | None = None,
) -> Deadline:
    return deadline(
        at(received),
        Duration(amount=amount, unit=DurationUnit(unit)),
        calendar,
        hours,
        pauses=pauses_of(pauses),
        policy=policy,
        running_pause_ends=at(ends) if ends else None,
    )
