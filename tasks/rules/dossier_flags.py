"""Flags of dossiers: a pure function of one dossier, the directory, the calendar and as_of (design §6, §7)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from tasks.rules.arming import arming_event
from tasks.rules.deadlines import RULE_VERSION
from tasks.rules.directory import Directory, Resolved
from tasks.rules.dossier_history import DossierDates, DossierState, dates_of, state_at
from tasks.rules.lateness import Lateness, has_passed, lateness
from tasks.rules.model import Flag, ItemFacts, Subject
from tasks.rules.office_hours import OfficeHours
from tasks.rules.records import NOT_RECEIVED, DossierFile, FlagRules
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import CalendarUnknownError, WorkingCalendar


@dataclass(frozen=True, slots=True)
class World:
    """What every flag is judged against."""

    directory: Directory
    calendar: WorkingCalendar
    hours: OfficeHours
    rules: FlagRules
    as_of: datetime

    @property
    def today(self) -> date:
        """The day of as_of in Hanoi."""
        return self.as_of.astimezone(HANOI).date()


def dossier_flags(dossier: DossierFile, world: World) -> tuple[ItemFacts, ...]:
    """Open flags of one dossier; empty once it is resolved, whether collected or not."""
    record = dossier.record
    state = state_at(dossier, world.as_of)
    if record.status in NOT_RECEIVED or state.finished_at is not None:
        return ()
    asked = asked_unit(dossier, state, world.directory, world.today)
    if dossier.in_doubt:
        return (_facts(dossier, Flag.DATA_IN_DOUBT, asked, world, state),)
    try:
        dates = dates_of(dossier, state, world.calendar, world.hours)
    except CalendarUnknownError:
        return (_facts(dossier, Flag.CALENDAR_UNKNOWN, asked, world),)
    if asked.today is None:
        return (_facts(dossier, Flag.UNKNOWN_UNIT, asked, world, state, dates),)
    found = (
        _facts(dossier, flag, asked, world, state, dates)
        for flag in _flags(state, dates, world)
        if flag.value not in world.rules.off
    )
    return tuple(found)


def asked_unit(dossier: DossierFile, state: DossierState, directory: Directory, today: date) -> Resolved:
    """Who is asked on a day: the holder where another unit holds it, else the recorded unit, through succession."""
    if state.holding_unit_code:
        since = (state.holding_since or dossier.record.received_at).astimezone(HANOI).date()
        return directory.answering(state.holding_unit_code, since, today)
    return lead_unit(dossier.record.unit_code, dossier.record.received_at, directory, today)


def lead_unit(unit_code: str, received_at: datetime, directory: Directory, today: date) -> Resolved:
    """The recorded unit's heir: informed where another unit is asked."""
    return directory.answering(unit_code, received_at.astimezone(HANOI).date(), today)


def _flags(state: DossierState, dates: DossierDates, world: World) -> Iterator[Flag]:
    if state.paused:
        promised = dates.appointment_on or dates.as_pause_began_on or dates.own_on
        if promised is not None and has_passed(promised, world.as_of, world.calendar):
            yield Flag.PAUSED_PAST_DUE
        return
    if dates.due_at is None:
        yield Flag.NO_DUE_DATE
        return
    term = _term_flag(dates, world)
    if term is not None:
        yield term
    if _mismatch(dates, world.calendar):
        yield Flag.DUE_MISMATCH


def _term_flag(dates: DossierDates, world: World) -> Flag | None:
    assert dates.due_at is not None
    stands = lateness(dates.due_at, world.as_of, world.calendar, by_minute=dates.by_minute)
    if stands.days_late is not None:
        return Flag.OVERDUE
    if dates.appointment_on and has_passed(dates.appointment_on, world.as_of, world.calendar):
        return Flag.PAST_APPOINTMENT
    assert stands.days_left is not None
    if stands.days_left > world.rules.due_soon_dossier:
        return None
    just_received = dates.received_on is not None and dates.received_on >= world.today
    return None if just_received and dates.due_on != world.today else Flag.DUE_SOON


def _mismatch(dates: DossierDates, calendar: WorkingCalendar) -> bool:
    """The two dates differ by more than one working day."""
    if dates.appointment_on is None or dates.own_on is None or dates.original_due_on is not None:
        return False
    first, last = sorted((dates.appointment_on, dates.own_on))
    return calendar.working_days_between(first, last) > 1


def _facts(
    dossier: DossierFile,
    flag: Flag,
    asked: Resolved,
    world: World,
    state: DossierState | None = None,
    dates: DossierDates | None = None,
) -> ItemFacts:
    record = dossier.record
    lead = lead_unit(record.unit_code, record.received_at, world.directory, world.today)
    unit = asked.today or asked.recorded
    stands = _lateness(dates, world)
    promised = (dates.due_on or dates.appointment_on) if dates else None
    return ItemFacts(
        subject=Subject.DOSSIER,
        item_key=record.item_key,
        system=record.origin.system,
        code=record.dossier_code,
        flag=flag,
        unit_code=unit.code if unit else record.unit_code,
        unit_name=unit.name if unit else record.unit_code,
        recorded_unit_code=record.unit_code,
        recorded_unit_name=lead.recorded.name if lead.recorded else record.unit_code,
        arming=arming_event(record.item_key, flag, promised),
        title=record.procedure_name or (dossier.procedure.name if dossier.procedure else ""),
        field=record.field or (dossier.procedure.field if dossier.procedure else ""),
        received_at=record.received_at,
        appointment_on=dates.appointment_on if dates else None,
        own_due_on=dates.own_on if dates else None,
        due_at=dates.due_at if dates else None,
        due_by_minute=dates.by_minute if dates else False,
        original_due_on=dates.original_due_on if dates else None,
        extension_document=state.extension_document if state else "",
        internal_due_on=dates.internal_due_on if dates else None,
        duration_known=dates.duration_known if dates else False,
        days_late=stands.days_late if stands and flag is Flag.OVERDUE else None,
        days_left=stands.days_left if stands and flag in (Flag.DUE_SOON, Flag.PAST_APPOINTMENT) else None,
        tier=stands.tier if stands and flag is Flag.OVERDUE else None,
        paused_since=state.paused_since if state else None,
        holding_since=_held_since(state),
        asked_from=_day(state.holding_since) if state and state.holding_since else None,
        succession_basis=asked.basis,
        step_name=record.step_name,
        officer_post=record.officer_post,
        source=record.origin.source,
        source_ref=record.origin.source_ref,
        data_moment=_data_moment(dossier),
        rule_version=RULE_VERSION,
        calendar_version=world.calendar.version,
    )


def _lateness(dates: DossierDates | None, world: World) -> Lateness | None:
    if dates is None or dates.due_at is None:
        return None
    return lateness(dates.due_at, world.as_of, world.calendar, by_minute=dates.by_minute)


def _data_moment(dossier: DossierFile) -> datetime:
    """The oldest of what the dossier and its events were read from."""
    return min([dossier.record.origin.data_moment, *(e.data_moment for e in dossier.events if e.data_moment)])


def _held_since(state: DossierState | None) -> date | None:
    if state is None or not state.holding_unit_code or state.holding_since is None:
        return None
    return _day(state.holding_since)


def _day(moment: datetime) -> date:
    return moment.astimezone(HANOI).date()
