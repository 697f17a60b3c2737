"""Flags of dossiers: a pure function of one dossier, the directory, the calendar and as_of (design §6, §7).

What a flag says is in `dossier_facts`, who is asked in `answering`.
"""

from collections.abc import Iterator

from tasks.rules.answering import asked_unit, lead_unit
from tasks.rules.dossier_facts import facts_of
from tasks.rules.dossier_history import DossierDates, DossierState, dates_of, state_at
from tasks.rules.lateness import has_passed, lateness
from tasks.rules.mismatch import differs
from tasks.rules.model import Flag, ItemFacts
from tasks.rules.records import NOT_RECEIVED, DossierFile
from tasks.rules.stillness import dossier_moved_at, is_quiet
from tasks.rules.working_calendar import CalendarUnknownError
from tasks.rules.world import World

__all__ = ["World", "asked_unit", "dossier_flags"]


def dossier_flags(dossier: DossierFile, world: World) -> tuple[ItemFacts, ...]:
    """Open flags of one dossier; empty once it is resolved, whether collected or not.

    Nothing is asked of anybody about a dossier that its source no longer has, or of which a newer version waits in
    quarantine. One that lies with an unknown holder is asked of the lead unit, as a question.
    """
    record = dossier.record
    state = state_at(dossier, world.as_of)
    if record.status in NOT_RECEIVED or state.finished_at is not None:
        return ()
    asked = asked_unit(dossier, state, world.directory, world.today)
    if dossier.missed_since is not None:  # never switched off: it would look done
        return (facts_of(dossier, Flag.VANISHED, asked, world, state),)
    if dossier.in_doubt:
        return (facts_of(dossier, Flag.DATA_IN_DOUBT, asked, world, state),)
    try:
        dates = dates_of(dossier, state, world.calendar, world.hours, known=world.known)
        flags = [flag for flag in _flags(dossier, state, dates, world) if flag.value not in world.rules.off]
    except CalendarUnknownError:
        return (facts_of(dossier, Flag.CALENDAR_UNKNOWN, asked, world, state),)
    if asked.today is not None:
        return tuple(facts_of(dossier, flag, asked, world, state, dates) for flag in flags)
    unknown = facts_of(dossier, Flag.UNKNOWN_UNIT, asked, world, state, dates)
    lead = lead_unit(record.unit_code, record.received_at, world.directory, world.today)
    if not state.holding_unit_code or lead.today is None:
        return (unknown,)
    return (unknown, *(facts_of(dossier, f, lead, world, state, dates, holder_unknown=True) for f in flags))


def _flags(dossier: DossierFile, state: DossierState, dates: DossierDates, world: World) -> Iterator[Flag]:
    if state.paused:
        promised = dates.appointment_on or dates.as_pause_began_on or dates.own_on
        if promised is not None and has_passed(promised, world.as_of, world.calendar):
            yield Flag.PAUSED_PAST_DUE
        return
    if dates.due_at is None:
        yield Flag.NO_DUE_DATE
    else:
        term = _term_flag(dates, world)
        if term is not None:
            yield term
        if differs(dossier, state, dates, world):
            yield Flag.DUE_MISMATCH
    quiet_since = dossier_moved_at(dossier, world.as_of)
    if is_quiet(quiet_since, world.as_of, world.calendar, world.rules.stalled_working_days):
        yield Flag.STALLED


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
