"""When a dossier is due, and the day-by-day trail of how that date was reached (design §6).

The one scalar implementation, written to read like the rule; `deadlines_frame` is its vectorised twin and property
tests hold the two equal. Comparing a date with today (late, soon) stays out, so does the appointment of the source.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from tasks.rules.deadline_clocks import Count, Interval, count_days, count_hours
from tasks.rules.deadline_trail import TrailStep, Why, nature, off_days
from tasks.rules.model import Duration, DurationUnit, Pause, SupplementPolicy
from tasks.rules.office_hours import OfficeHours
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import WorkingCalendar

__all__ = [
    "RULE_VERSION",
    "Deadline",
    "DeadlineMemo",
    "TrailStep",
    "Why",
    "deadline",
    "effective_receipt",
    "local",
    "remembered_deadline",
    "split_pauses",
]

RULE_VERSION = "2026.1"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A due date with its trail. `due_at` and `due_on` are None while a pause runs; `received_on` is day 0."""

    due_at: datetime | None
    due_on: date | None
    received_on: date
    steps: tuple[TrailStep, ...]


DeadlineMemo = dict[tuple[date, int, DurationUnit], Deadline]


def deadline(
    received_at: datetime,
    duration: Duration,
    calendar: WorkingCalendar,
    hours: OfficeHours,
    *,
    pauses: Sequence[Pause] = (),
    policy: SupplementPolicy = SupplementPolicy.PAUSE,
    running_pause_ends: datetime | None = None,
) -> Deadline:
    """When a dossier received at `received_at` is due, and why.

    A pause without end leaves nothing due, unless `running_pause_ends` supposes when it will end. Policy `restart`
    counts anew from the last completion, `none` knows no pauses. Raises CalendarUnknownError for a year nobody
    knows, ValueError for a negative duration, a naive instant or a pause that ends before it starts.
    """
    if duration.amount < 0:
        msg = f"an allowed time cannot be negative: {duration.amount}"
        raise ValueError(msg)
    received_at = local(received_at)
    receipt = effective_receipt(received_at, calendar, hours)
    closed, running_since = split_pauses(pauses, policy, running_pause_ends)
    restart = max((end for _, end in closed if end > received_at), default=None)
    if policy is SupplementPolicy.RESTART and restart is not None:
        start, why = effective_receipt(restart, calendar, hours), Why.RESTART
        steps = _void_days(received_at, receipt, restart, calendar, closed)
        steps += off_days(restart.date(), start.date(), calendar, Why.RECEIVED_AFTER_HOURS)
        closed = ()
    else:
        start, why = receipt, Why.RECEIPT_DAY
        steps = list(off_days(received_at.date(), start.date(), calendar, Why.RECEIVED_AFTER_HOURS))
    count = Count(start, duration, calendar, hours, closed, running_since, why)
    due_at, counted = count_hours(count) if duration.unit is DurationUnit.WORKING_HOUR else count_days(count)
    if running_since is not None:
        due_at = None
    return Deadline(due_at, due_at and due_at.date(), receipt.date(), (*steps, *counted))


def remembered_deadline(
    received_at: datetime,
    duration: Duration,
    calendar: WorkingCalendar,
    hours: OfficeHours,
    known: DeadlineMemo,
    *,
    pauses: Sequence[Pause] = (),
    policy: SupplementPolicy = SupplementPolicy.PAUSE,
) -> Deadline:
    """`deadline` without its trail, for thousands of dossiers: equal cases are counted once.

    Without pauses a count of days depends on the effective day of receipt alone. `known` belongs to one calendar and
    one schedule of office hours.
    """
    counts_days = duration.unit is not DurationUnit.WORKING_HOUR and duration.amount > 0
    if pauses or not counts_days:
        return deadline(received_at, duration, calendar, hours, pauses=pauses, policy=policy)
    key = effective_receipt(received_at, calendar, hours).date(), duration.amount, duration.unit
    if key not in known:
        known[key] = replace(deadline(received_at, duration, calendar, hours, policy=policy), steps=())
    return known[key]


def effective_receipt(moment: datetime, calendar: WorkingCalendar, hours: OfficeHours) -> datetime:
    """The moment itself on a working day until closing time, else the opening of the next working day."""
    moment = local(moment)
    day = moment.date()
    if calendar.is_working_day(day) and moment <= hours.closing_on(day):
        return moment
    return hours.opening_on(calendar.next_working_day(day))


def split_pauses(
    pauses: Sequence[Pause], policy: SupplementPolicy, running_ends: datetime | None = None
) -> tuple[tuple[Interval, ...], datetime | None]:
    """Closed pauses in order, those that overlap or touch made one, and since when a pause runs.

    Policy `none` knows neither.
    """
    if policy is SupplementPolicy.NONE:
        return (), None
    intervals = [(local(p.start), p.end or running_ends) for p in pauses]
    running_since = min((start for start, end in intervals if end is None), default=None)
    closed: list[Interval] = []
    for start, end in sorted((start, local(end)) for start, end in intervals if end is not None):
        if end < start:
            msg = f"a pause cannot end before it starts: {start.isoformat()}"
            raise ValueError(msg)
        if closed and start <= closed[-1][1]:
            closed[-1] = (closed[-1][0], max(closed[-1][1], end))
        else:
            closed.append((start, end))
    return tuple(closed), running_since


def _void_days(
    received_at: datetime, receipt: datetime, restart: datetime, calendar: WorkingCalendar, pauses: Sequence[Interval]
) -> list[TrailStep]:
    """The days before a restart, which no longer count."""
    steps = []
    for n in range((restart.date() - received_at.date()).days):
        day = received_at.date() + timedelta(days=n)
        if day < receipt.date():
            why = nature(day, calendar, Why.RECEIVED_AFTER_HOURS)
        elif day == receipt.date():
            why = Why.RECEIPT_DAY
        elif any(start.date() < day <= end.date() for start, end in pauses):
            why = nature(day, calendar, Why.PAUSED)
        else:
            why = nature(day, calendar, Why.BEFORE_RESTART)
        steps.append(TrailStep(day, counted=False, why=why))
    return steps


def local(moment: datetime) -> datetime:
    """The instant on Hanoi's clock. Naive ones are refused: nobody knows what they mean."""
    if moment.tzinfo is None:
        msg = "an instant needs its time zone, for example 2026-11-23T07:30:00+07:00"
        raise ValueError(msg)
    return moment.astimezone(HANOI)
