"""What a flag of a dossier says: the facts frozen beside it, built from record, history and dates."""

from datetime import date, datetime
from typing import Any

from tasks.rules.answering import lead_unit
from tasks.rules.arming import arming_event
from tasks.rules.deadlines import RULE_VERSION
from tasks.rules.directory import Resolved
from tasks.rules.dossier_history import DossierDates, DossierState
from tasks.rules.lateness import Lateness, lateness
from tasks.rules.mismatch import cause_of
from tasks.rules.model import Flag, ItemFacts, Subject
from tasks.rules.records import DossierFile
from tasks.rules.stillness import dossier_moved_at
from tasks.rules.timezone import HANOI
from tasks.rules.world import World


def facts_of(
    dossier: DossierFile,
    flag: Flag,
    asked: Resolved,
    world: World,
    state: DossierState,
    dates: DossierDates | None = None,
    *,
    holder_unknown: bool = False,
) -> ItemFacts:
    """The facts of one flag; `asked` is whose business it is today, `dates` None where they cannot be known."""
    record, procedure = dossier.record, dossier.procedure
    lead = lead_unit(record.unit_code, record.received_at, world.directory, world.today)
    unit = asked.today or asked.recorded
    stands = _lateness(dates, world)
    promised = (dates.due_on or dates.appointment_on) if dates else None
    held_from = _day(state.holding_since) if state.holding_since else None
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
        arming=arming_event(record.item_key, flag, promised, dossier.reopened),
        title=record.procedure_name or (procedure.name if procedure else ""),
        field=record.field or (procedure.field if procedure else ""),
        received_at=record.received_at,
        **_dates_told(dates),
        extension_document=state.extension_document,
        days_late=stands.days_late if stands and flag is Flag.OVERDUE else None,
        days_left=stands.days_left if stands and flag in (Flag.DUE_SOON, Flag.PAST_APPOINTMENT) else None,
        tier=stands.tier if stands and flag is Flag.OVERDUE else None,
        paused_since=state.paused_since,
        holding_since=held_from if state.holding_unit_code else None,
        asked_from=held_from,
        holder_unknown=holder_unknown,
        last_moved_at=dossier_moved_at(dossier, world.as_of) if flag is Flag.STALLED else None,
        procedure_code=record.procedure_code,
        cause=cause_of(dossier, state, dates, world) if dates and flag is Flag.DUE_MISMATCH else "",
        succession_basis=asked.basis,
        **_said_by_source(dossier),
        data_moment=_data_moment(dossier),
        rule_version=RULE_VERSION,
        calendar_version=world.calendar.version,
    )


def _said_by_source(dossier: DossierFile) -> dict[str, Any]:
    record = dossier.record
    return {
        "step_name": record.step_name,
        "officer_post": record.officer_post,
        "source": record.origin.source,
        "source_ref": record.origin.source_ref,
    }


def _dates_told(dates: DossierDates | None) -> dict[str, Any]:
    if dates is None:
        return {"duration_known": False}
    return {
        "appointment_on": dates.appointment_on,
        "own_due_on": dates.own_on,
        "due_at": dates.due_at,
        "due_by_minute": dates.by_minute,
        "same_day": dates.same_day,
        "original_due_on": dates.original_due_on,
        "internal_due_on": dates.internal_due_on,
        "duration_known": dates.duration_known,
    }


def _lateness(dates: DossierDates | None, world: World) -> Lateness | None:
    if dates is None or dates.due_at is None:
        return None
    return lateness(dates.due_at, world.as_of, world.calendar, by_minute=dates.by_minute)


def _data_moment(dossier: DossierFile) -> datetime:
    """The oldest of what the dossier and its events were read from."""
    return min([dossier.record.origin.data_moment, *(e.data_moment for e in dossier.events if e.data_moment)])


def _day(moment: datetime) -> date:
    return moment.astimezone(HANOI).date()
