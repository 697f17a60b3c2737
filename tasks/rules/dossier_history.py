"""A dossier at a moment: finished or not, paused or not, who holds it, which dates bind.

One function answers for now and for any past moment with today's knowledge, so that flags and corrections
("your mail was wrong: it had been resolved") can never disagree about how to read a history.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial

from tasks.rules.deadlines import DeadlineMemo, remembered_deadline
from tasks.rules.model import Duration, DurationUnit, Pause, SupplementPolicy
from tasks.rules.office_hours import OfficeHours
from tasks.rules.records import (
    FINISHED,
    PAUSED_BY_STATUS,
    DossierEvent,
    DossierFile,
    DossierRecord,
    Procedure,
)
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierState:
    """How a dossier stood at a moment."""

    finished_at: datetime | None
    pauses: tuple[Pause, ...]
    paused: bool
    paused_since: datetime | None
    holding_unit_code: str  # "" when the recorded unit holds it
    holding_since: datetime | None  # when the present holding began, also after a transfer back; None: from the start
    extended_to: datetime | None
    extension_document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierDates:
    """The two dates of design §6 and the one that binds; None where unknown or while paused."""

    received_on: date | None  # effective day 0
    appointment_on: date | None  # moved off days off
    own_on: date | None
    due_at: datetime | None
    due_on: date | None
    by_minute: bool
    original_due_on: date | None  # before an approved extension
    internal_due_on: date | None
    duration_known: bool
    same_day: bool  # counted in hours, or answered within the day
    as_pause_began_on: date | None  # our date as it stood when the running pause began


def state_at(dossier: DossierFile, moment: datetime, *, present: bool = True) -> DossierState:
    """Read the history up to `moment`. `present` False ignores the source's own word on pauses, which is about now."""
    record = dossier.record
    events = sorted((e for e in dossier.events if e.at <= moment), key=lambda e: e.at)
    pauses = _pauses(events)
    running = bool(pauses) and pauses[-1].end is None
    paused = _source_says_paused(record) if present else None
    if paused is None:
        paused = running
    if running and not paused:  # the source counts again, the log has no resume yet
        pauses = (*pauses[:-1], Pause(start=pauses[-1].start, end=_counts_again(record, pauses[-1].start, moment)))
    holding, since = _holder(record, events, present=present)
    extensions = [e for e in events if e.event == "extend" and e.document_no and e.new_due_at]
    return DossierState(
        finished_at=_finished_at(record, moment, present=present),
        pauses=pauses,
        paused=paused,
        paused_since=pauses[-1].start if running and paused else None,
        holding_unit_code=holding,
        holding_since=since,
        extended_to=extensions[-1].new_due_at if extensions else None,
        extension_document=extensions[-1].document_no if extensions else "",
    )


def dates_of(
    dossier: DossierFile,
    state: DossierState,
    calendar: WorkingCalendar,
    hours: OfficeHours,
    *,
    appointment_at: datetime | None = None,
    known: DeadlineMemo | None = None,  # spares equal counts where many dossiers are judged
) -> DossierDates:
    """The appointment, our own date and the binding one (the later). `appointment_at` overrides the source's.

    Raises:
        CalendarUnknownError: a day falls into a year the calendar does not know.
    """
    known = {} if known is None else known
    record = dossier.record
    duration = record.duration or (dossier.procedure.duration if dossier.procedure else None)
    by_minute = duration is not None and duration.unit is DurationUnit.WORKING_HOUR
    appointment = appointment_at or record.due_at
    appointment_on = calendar.on_or_after(_day(appointment)) if appointment else None
    own_at = own_on = received_on = before_pause = None
    if duration is not None:
        policy = dossier.procedure.policy if dossier.procedure else SupplementPolicy.PAUSE
        count = partial(remembered_deadline, record.received_at, duration, calendar, hours, known, policy=policy)
        own = count(pauses=state.pauses)
        own_at, own_on, received_on = own.due_at, own.due_on, own.received_on
        if state.paused and state.paused_since:
            before_pause = count(pauses=state.pauses[:-1]).due_on
    due_at, original_on = None, None
    if not state.paused:
        closing = _closing(appointment_on, hours)
        promised = appointment if by_minute and appointment and appointment_on == _day(appointment) else closing
        due_at = _later(own_at, promised)
        extended_at = _closing(calendar.on_or_after(_day(state.extended_to)), hours) if state.extended_to else None
        if due_at is not None and extended_at is not None and extended_at > due_at:  # never to an earlier date
            original_on, due_at = _day(due_at), extended_at
    return DossierDates(
        received_on=received_on or _day(record.received_at),
        appointment_on=appointment_on,
        own_on=own_on,
        due_at=due_at,
        due_on=_day(due_at) if due_at else None,
        by_minute=by_minute,
        original_due_on=original_on,
        internal_due_on=_internal_on(dossier, state, calendar, hours, known),
        duration_known=duration is not None,
        same_day=by_minute or (duration is not None and duration.amount == 0),
        as_pause_began_on=before_pause,
    )


def procedure_for(procedures: Sequence[Procedure], received_on: date) -> Procedure | None:
    """The procedure version in force on the day of receipt."""
    return next((p for p in procedures if p.valid_from <= received_on <= p.valid_to), None)


def _internal_on(
    dossier: DossierFile, state: DossierState, calendar: WorkingCalendar, hours: OfficeHours, known: DeadlineMemo
) -> date | None:
    internal: Duration | None = dossier.procedure.internal if dossier.procedure else None
    if internal is None or state.paused:
        return None
    received = dossier.record.received_at
    return remembered_deadline(received, internal, calendar, hours, known, pauses=state.pauses).due_on


def _source_says_paused(record: DossierRecord) -> bool | None:
    if record.paused is not None:
        return record.paused
    return True if record.status in PAUSED_BY_STATUS else None


def _pauses(events: Sequence[DossierEvent]) -> tuple[Pause, ...]:
    pauses: list[Pause] = []
    start: datetime | None = None
    for event in events:
        if event.event == "pause" and start is None:
            start = event.at
        elif event.event == "resume" and start is not None:
            pauses.append(Pause(start=start, end=event.at))
            start = None
    if start is not None:
        pauses.append(Pause(start=start, end=None))
    return tuple(pauses)


def _holder(record: DossierRecord, events: Sequence[DossierEvent], *, present: bool) -> tuple[str, datetime | None]:
    transfers = [e for e in events if e.event == "transfer" and e.to_unit_code]
    if transfers:
        last = transfers[-1]
        return ("" if last.to_unit_code == record.unit_code else last.to_unit_code), last.at
    if present and record.holding_unit_code and record.holding_unit_code != record.unit_code:
        return record.holding_unit_code, record.holding_since
    return "", None


def _finished_at(record: DossierRecord, moment: datetime, *, present: bool) -> datetime | None:
    """Finished means resolved, not collected. Without a date: when the source last spoke of it, else when we learnt it.

    About now the status is believed even where its date lies a moment ahead of as_of (resolved during the pull).
    """
    if record.status not in FINISHED:
        return None
    origin = record.origin
    at = record.resolved_at or record.returned_at or record.updated_at or origin.known_from or origin.data_moment
    return at if present or at <= moment else None


def _counts_again(record: DossierRecord, paused_since: datetime, moment: datetime) -> datetime:
    """When a pause without a resume event ended: a fixed instant, or the due date would move with every day."""
    spoke = record.updated_at or record.origin.known_from or moment
    return min(max(spoke, paused_since), moment)


def _day(moment: datetime) -> date:
    return moment.astimezone(HANOI).date()


def _closing(day: date | None, hours: OfficeHours) -> datetime | None:
    closing: time = hours.closing
    return datetime.combine(day, closing, tzinfo=HANOI) if day else None


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return max(one, other)
