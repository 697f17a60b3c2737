"""Appointment and rules apart: whether it is worth a word to ops, and what the source probably counted (design §6).

A cause is a hypothesis: the slip that reproduces the source's date to the day, tried from the most telling to the
most general. Add a slip that sources really make as a `MismatchCause` and a line in `_slips`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from tasks.rules.deadlines import deadline, effective_receipt, remembered_deadline
from tasks.rules.dossier_history import DossierDates, DossierState
from tasks.rules.model import Duration, DurationUnit, Flag, ItemFacts, Mismatches, SupplementPolicy
from tasks.rules.records import DossierFile
from tasks.rules.timezone import HANOI
from tasks.rules.words import MismatchCause
from tasks.rules.working_calendar import CalendarUnknownError, WorkingCalendar
from tasks.rules.world import World

MOST_WORKING_DAYS_APART = 1
_ONE_DAY = timedelta(days=1)
_SATURDAY, _SUNDAY = 5, 6

Counts = Callable[[date], bool]


def differs(dossier: DossierFile, state: DossierState, dates: DossierDates, world: World) -> bool:
    """The two dates lie more than one working day apart and no known pause explains it.

    A source that left its appointment where it was before a pause, or moved it for some of the pauses only, is
    explained, and so is one that follows an approved extension.
    """
    if dates.appointment_on is None or dates.own_on is None or dates.original_due_on is not None:
        return False
    if not _apart(dates.appointment_on, dates.own_on, world.calendar):
        return False
    explained = [*_with_fewer_pauses(dossier, state, world)]
    if state.extended_to is not None:
        explained.append(world.calendar.on_or_after(state.extended_to.astimezone(HANOI).date()))
    return all(_apart(dates.appointment_on, day, world.calendar) for day in explained)


def cause_of(dossier: DossierFile, state: DossierState, dates: DossierDates, world: World) -> str:
    """The most telling cause that reproduces the source's date; later than ours without any: a pause unknown to us."""
    appointment, own = dossier.record.due_at, dates.own_on
    if appointment is None or own is None:
        return MismatchCause.UNEXPLAINED
    told = appointment.astimezone(HANOI).date()
    without_document = (e.new_due_at for e in dossier.events if e.event == "extend" and not e.document_no)
    if any(at is not None and at.astimezone(HANOI).date() == told for at in without_document):
        return MismatchCause.EXTENSION_UNKNOWN
    try:
        for cause, day in _slips(dossier, state, world):
            if day in (told, dates.appointment_on):
                return cause
    except CalendarUnknownError:
        return MismatchCause.UNEXPLAINED
    return MismatchCause.PAUSE_UNKNOWN if told > own else MismatchCause.UNEXPLAINED


def mismatches_of(items: Iterable[ItemFacts]) -> tuple[Mismatches, ...]:
    """The open mismatches by procedure and cause, most frequent first; an unknown procedure is ""."""
    counts = Counter((i.procedure_code, i.cause) for i in items if i.flag is Flag.DUE_MISMATCH)
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Mismatches(procedure_code=code, cause=cause, count=n) for (code, cause), n in ordered)


def _slips(dossier: DossierFile, state: DossierState, world: World) -> Iterator[tuple[MismatchCause, date | None]]:
    """What each slip alone would have given, then together with a receipt that was not moved to office hours."""
    record, calendar = dossier.record, world.calendar
    duration = record.duration or (dossier.procedure.duration if dossier.procedure else None)
    other = dossier.procedure.duration if dossier.procedure and record.duration else None
    if other is not None and other != duration:
        policy = dossier.procedure.policy if dossier.procedure else SupplementPolicy.PAUSE
        due = deadline(record.received_at, other, calendar, world.hours, pauses=state.pauses, policy=policy)
        yield MismatchCause.DURATION_DIFFERS, due.due_on
    if duration is None or duration.unit is DurationUnit.WORKING_HOUR:
        return
    from_day = effective_receipt(record.received_at, calendar, world.hours).date()
    raw_day = record.received_at.astimezone(HANOI).date()
    usual = MismatchCause.RECEIVED_AFTER_HOURS
    yield usual, _counted(raw_day, duration.amount, _own_way(duration, calendar), state)
    for start in dict.fromkeys((from_day, raw_day)):
        for cause, counts in _ways(duration, calendar):
            yield cause, _counted(start, duration.amount, counts, state)


def _ways(duration: Duration, calendar: WorkingCalendar) -> Iterator[tuple[MismatchCause, Counts]]:
    if duration.unit is DurationUnit.CALENDAR_DAY:
        yield MismatchCause.WORKING_DAYS_FOR_CALENDAR_DAYS, calendar.is_working_day
        return
    yield MismatchCause.HOLIDAY_IGNORED, lambda day: day.weekday() < _SATURDAY
    yield MismatchCause.HOLIDAY_IGNORED, lambda day: day.weekday() == _SATURDAY or calendar.is_working_day(day)
    yield MismatchCause.HOLIDAY_IGNORED, lambda day: day.weekday() != _SUNDAY
    yield MismatchCause.CALENDAR_DAYS_FOR_WORKING_DAYS, lambda _day: True


def _own_way(duration: Duration, calendar: WorkingCalendar) -> Counts:
    return calendar.is_working_day if duration.unit is DurationUnit.WORKING_DAY else lambda _day: True


def _counted(start: date, amount: int, counts: Counts, state: DossierState) -> date | None:
    """The day on which so many days have been counted, the paused ones left out; None while a pause runs."""
    paused = [(p.start.astimezone(HANOI).date(), p.end.astimezone(HANOI).date()) for p in state.pauses if p.end]
    if state.paused:
        return None
    day = start
    while amount:
        day += _ONE_DAY
        amount -= counts(day) and not any(begin < day <= end for begin, end in paused)
    return day


def _with_fewer_pauses(dossier: DossierFile, state: DossierState, world: World) -> Iterator[date]:
    """Our date as it stood before each of the known pauses."""
    duration = dossier.record.duration or (dossier.procedure.duration if dossier.procedure else None)
    policy = dossier.procedure.policy if dossier.procedure else SupplementPolicy.PAUSE
    for known in range(len(state.pauses)):
        if duration is not None:
            pauses = state.pauses[:known]
            due = remembered_deadline(
                dossier.record.received_at,
                duration,
                world.calendar,
                world.hours,
                world.known,
                pauses=pauses,
                policy=policy,
            )
            if due.due_on is not None:
                yield due.due_on


def _apart(one: date, other: date, calendar: WorkingCalendar) -> bool:
    first, last = sorted((one, other))
    return calendar.working_days_between(first, last) > MOST_WORKING_DAYS_APART
