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


OVERLAPPING = "2025-03-12T09:00/2025-03-14T08:00;2025-03-13T09:00/2025-03-17T09:00"
TOUCHING = "2025-03-12T09:00/2025-03-13T09:00;2025-03-13T09:00/2025-03-14T09:00"
OVERLAPPING_HOURS = "2025-03-10T08:30/2025-03-10T09:00;2025-03-10T08:45/2025-03-10T09:30"

# (received, amount, unit, pauses, due): where the rules meet their limits
EDGES = [
    # receipt
    ("2025-03-10T17:00", 1, WD, "", "2025-03-11T17:00"),  # closing time itself is not after closing
    ("2025-03-10T17:00:01", 1, WD, "", "2025-03-12T17:00"),
    ("2025-03-10T06:00", 1, WD, "", "2025-03-11T17:00"),
    ("2025-03-10T17:05", 10, CD, "", "2025-03-21T17:00"),
    ("2025-03-15T09:00", 10, CD, "", "2025-03-27T17:00"),  # Saturday: day 0 is Monday 17/3
    ("2026-01-10T09:00", 1, WD, "", "2026-01-12T17:00"),  # a make-up Saturday receives like any day
    ("2025-03-09T18:00+00:00", 1, WD, "", "2025-03-11T17:00"),  # 01:00 on Monday in Hanoi
    # zero days
    ("2025-03-10T15:00", 0, WD, "", "2025-03-10T17:00"),
    ("2025-03-10T15:00:30", 0, WD, "", "2025-03-11T17:00"),
    ("2025-03-14T15:30", 0, WD, "", "2025-03-17T17:00"),
    ("2025-03-10T17:30", 0, WD, "", "2025-03-11T17:00"),  # received on the 11th, before its cut-off
    ("2025-03-15T16:00", 0, WD, "", "2025-03-17T17:00"),
    # hours
    ("2025-03-10T17:05", 1, WH, "", "2025-03-11T08:30"),
    ("2025-03-10T06:00", 1, WH, "", "2025-03-10T08:30"),
    ("2025-03-10T11:30", 1, WH, "", "2025-03-10T14:30"),
    ("2025-03-10T07:30", 4, WH, "", "2025-03-10T11:30"),  # ends before lunch, does not roll over
    ("2025-03-10T13:00", 3, WH, "", "2025-03-10T16:30"),
    ("2025-03-14T09:07", 15, WH, "", "2025-03-18T09:07"),
    ("2025-03-10T12:00", 0, WH, "", "2025-03-10T13:30"),
    # pauses, days
    ("2025-03-10T09:00", 3, WD, "2025-03-13T10:00/2025-03-20T15:00", "2025-03-13T17:00"),  # request day is the last
    ("2025-03-10T09:00", 3, WD, "2025-03-14T10:00/2025-03-20T15:00", "2025-03-13T17:00"),  # after the due day
    ("2025-03-10T09:00", 5, WD, "2025-03-12T09:00/2025-03-12T16:00", "2025-03-17T17:00"),  # within one day
    ("2025-03-10T09:00", 5, WD, "2025-03-12T09:00/2025-03-13T08:00", "2025-03-18T17:00"),
    ("2025-03-10T09:00", 5, WD, OVERLAPPING, "2025-03-20T17:00"),
    ("2025-03-10T09:00", 5, WD, TOUCHING, "2025-03-19T17:00"),
    ("2025-03-10T09:00", 5, WD, "2025-03-01T09:00/2025-03-12T09:00", "2025-03-19T17:00"),  # before receipt
    ("2025-03-10T09:00", 5, WD, "2025-03-15T09:00/2025-03-16T09:00", "2025-03-17T17:00"),  # over a weekend
    ("2025-03-10T09:00", 10, CD, "2025-03-12T09:00/2025-03-16T09:00", "2025-03-24T17:00"),
    # pauses, hours
    ("2025-03-10T09:00", 2, WH, "2025-03-10T10:00/2025-03-10T10:17", "2025-03-10T11:17"),
    ("2025-03-10T09:00", 2, WH, "2025-03-10T11:00/2025-03-12T14:00", "2025-03-10T11:00"),
    ("2025-03-10T09:00", 2, WH, "2025-03-10T10:59/2025-03-12T14:00", "2025-03-12T14:01"),
    ("2025-03-10T08:00", 2, WH, OVERLAPPING_HOURS, "2025-03-10T11:00"),
    ("2025-03-10T09:00", 1, WH, "2025-03-10T08:00/2025-03-10T10:00", "2025-03-10T11:00"),
    ("2025-03-10T16:00", 2, WH, "2025-03-10T18:00/2025-03-11T07:00", "2025-03-11T08:30"),  # outside office hours
]
