"""The two clocks of a deadline: one counts days, the other office minutes. Both leave a trail.

How a receipt, a pause or a restart sets them is decided in `deadlines`; add here only what changes counting itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tasks.rules.deadline_trail import ONE_DAY, TrailStep, Why, nature, off_days
from tasks.rules.model import Duration, DurationUnit
from tasks.rules.office_hours import OfficeHours
from tasks.rules.working_calendar import WORKING, WorkingCalendar

Interval = tuple[datetime, datetime]
Counted = tuple[datetime | None, list[TrailStep]]
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Count:
    """From when, how long, and what interrupts it. `start` lies on a working day, `pauses` are in order."""

    start: datetime
    duration: Duration
    calendar: WorkingCalendar
    hours: OfficeHours
    pauses: tuple[Interval, ...]
    running_since: datetime | None  # a pause without end: nothing counts after it
    first_why: Why

    def halts_before(self, day: date) -> bool:
        """A running pause keeps this day from counting."""
        return self.running_since is not None and day > self.running_since.date()


def count_days(count: Count) -> Counted:
    """Working or calendar days: day 0 is not counted, paused days are not, the last one falls at closing time."""
    if count.duration.amount == 0:
        return _same_day(count)
    day, done = count.start.date(), 0
    steps = [TrailStep(day, counted=False, why=count.first_why)]
    paused = [(start.date(), end.date()) for start, end in count.pauses]
    while done < count.duration.amount:
        day += ONE_DAY
        if count.halts_before(day):
            return None, [*steps, TrailStep(day, counted=False, why=Why.PAUSE_RUNNING)]
        counts = count.duration.unit is DurationUnit.CALENDAR_DAY or count.calendar.is_working_day(day)
        if counts and any(start < day <= end for start, end in paused):
            steps.append(TrailStep(day, counted=False, why=Why.PAUSED))
            continue
        done += counts
        detail = f"day={done}" if counts else ""
        steps.append(TrailStep(day, counted=counts, why=count.calendar.why(day), detail=detail))
    if not count.calendar.is_working_day(day):
        return _move_on(count, day, steps, Why.MOVED)
    why = nature(day, count.calendar, Why.DUE_DAY)
    steps[-1] = TrailStep(day, counted=True, why=why, detail=f"day={done};due")
    return count.hours.closing_on(day), steps


def _same_day(count: Count) -> Counted:
    """Answered within the day: the day of receipt until the cut-off, else the next working day."""
    day = count.start.date()
    if count.start.time() <= count.hours.same_day_cutoff:
        return count.hours.closing_on(day), [TrailStep(day, counted=False, why=count.first_why, detail="due")]
    steps = [TrailStep(day, counted=False, why=count.first_why, detail="after_cutoff")]
    return _move_on(count, day, steps, Why.DUE_DAY)


def _move_on(count: Count, day: date, steps: list[TrailStep], why: Why) -> Counted:
    due = count.calendar.next_working_day(day)
    last = TrailStep(due, counted=False, why=why, detail="due")
    return count.hours.closing_on(due), [*steps, *off_days(day + ONE_DAY, due, count.calendar, why), last]


def count_hours(count: Count) -> Counted:
    """Office time only, exact to the minute; it ends with its last minute, not with the next opening."""
    left = timedelta(hours=count.duration.amount)
    pauses = count.pauses if left else ()
    day = count.start.date()
    steps: list[TrailStep] = []
    while not count.halts_before(day):
        office = list(_office_time(count, day))
        free = [piece for span in office for piece in _without(span, pauses)]
        due = _reach(free, left)
        spent = left if due is not None else sum((b - a for a, b in free), timedelta())
        why = _hour_why(count, day, paused=bool(office) and not free, due=due is not None)
        steps.append(TrailStep(day, counted=bool(spent), why=why, detail=_hour_detail(spent, due)))
        if due is not None:
            return due, steps
        left -= spent
        day += ONE_DAY
    return None, [*steps, TrailStep(day, counted=False, why=Why.PAUSE_RUNNING)]


def _office_time(count: Count, day: date) -> Iterator[Interval]:
    """Office time of the day from the start of the count until a running pause."""
    spans = count.hours.spans_on(day) if count.calendar.is_working_day(day) else []
    for opens, closes in spans:
        begin = max(opens, count.start)
        end = closes if count.running_since is None else min(closes, count.running_since)
        if begin < end:
            yield begin, end


def _without(span: Interval, pauses: Iterable[Interval]) -> Iterator[Interval]:
    """What the pauses leave of a span."""
    begin, end = span
    for start, stop in pauses:
        if start < end and stop > begin:
            if start > begin:
                yield begin, start
            begin = stop
    if begin < end:
        yield begin, end


def _reach(pieces: Iterable[Interval], left: timedelta) -> datetime | None:
    """The instant at which so much of the pieces is used up; None when they are too short."""
    for begin, end in pieces:
        if left <= end - begin:
            return begin + left
        left -= end - begin
    return None


def _hour_why(count: Count, day: date, *, paused: bool, due: bool) -> str:
    if day == count.start.date():
        return count.first_why
    if paused:
        return Why.PAUSED
    return nature(day, count.calendar, Why.DUE_DAY if due else WORKING)


def _hour_detail(spent: timedelta, due: datetime | None) -> str:
    codes = [f"minutes={spent // _MINUTE}"] if spent else []
    return ";".join([*codes, "due"] if due is not None else codes)
