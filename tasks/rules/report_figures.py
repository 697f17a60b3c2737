"""What one dossier and one recommendation count as in a report: pure, by the same rules as flags and mails.

Received and finished count for the unit that took the dossier in (its legal successor), open ones for the unit that is
asked for them today. Which rows are read is the caller's; adding up is `report_model.Tallies`.
"""

from collections.abc import Iterator
from datetime import date

from tasks.rules.answering import asked_unit, lead_unit
from tasks.rules.dossier_history import DossierState, dates_of, state_at
from tasks.rules.lateness import lateness
from tasks.rules.punctuality import Verdict, by_law, when_finished
from tasks.rules.recommendations import answering_unit, due_instant, recommendation_state
from tasks.rules.records import NOT_RECEIVED, DossierFile, RecommendationFile
from tasks.rules.report_model import Figure, Period, Remedy
from tasks.rules.working_calendar import CalendarUnknownError
from tasks.rules.world import World

RESOLVED = frozenset({9, 10})  # withdrawn and refused dossiers are nobody's punctuality
_DONE = frozenset({"verified", "closed"})
_TIERS = {1: Figure.TIER_1, 2: Figure.TIER_2, 3: Figure.TIER_3}
_VERDICTS = {
    Verdict.EARLY: Figure.EARLY,
    Verdict.ON_TIME: Figure.ON_TIME,
    Verdict.LATE: Figure.LATE,
    Verdict.UNKNOWN: Figure.UNDATED,
}


def field_of(dossier: DossierFile) -> str:
    """The field it belongs to, "" where neither the dossier nor its procedure tells."""
    return dossier.record.field or (dossier.procedure.field if dossier.procedure else "")


def dossier_figures(
    dossier: DossierFile, period: Period, world: World, *, present: bool
) -> Iterator[tuple[str, Figure]]:
    """(unit code, figure) of all that the dossier counts as.

    `present` False: as_of lies behind what is known, so the source's word on now is no word on then.
    """
    record = dossier.record
    if record.status in NOT_RECEIVED or record.received_at > world.as_of:
        return
    lead = lead_unit(record.unit_code, record.received_at, world.directory, world.today)
    home = lead.today.code if lead.today else record.unit_code
    if period.holds(record.received_at):
        yield home, Figure.RECEIVED
    finished_at = record.resolved_at or record.returned_at
    if record.status in RESOLVED and period.holds(finished_at):
        yield home, _verdict(dossier, world)
    state = state_at(dossier, world.as_of, present=present)
    if state.finished_at is None:
        asked = asked_unit(dossier, state, world.directory, world.today)
        yield (asked.today.code if asked.today else home), age_of(dossier, state, world)


def age_of(dossier: DossierFile, state: DossierState, world: World) -> Figure:
    """How an open dossier stands to its binding date."""
    if dossier.in_doubt:
        return Figure.UNCLEAR
    if state.paused:
        return Figure.PAUSED
    try:
        dates = dates_of(dossier, state, world.calendar, world.hours, known=world.known)
        if dates.due_at is None:
            return Figure.UNCLEAR
        stands = lateness(dates.due_at, world.as_of, world.calendar, by_minute=dates.by_minute)
    except CalendarUnknownError:
        return Figure.UNCLEAR
    if stands.tier is not None:
        return _TIERS[stands.tier]
    assert stands.days_left is not None
    return Figure.DUE_SOON if stands.days_left <= world.rules.due_soon_dossier else Figure.NOT_DUE


def remedy_figures(item: RecommendationFile, world: World) -> Iterator[tuple[str, Remedy]]:
    """(unit code, where it stands) for the unit that owes the remedy today; nothing before it was issued."""
    if item.record.issued_on > world.today:
        return
    state = recommendation_state(item, world.as_of)
    owner = answering_unit(item, state, world).today
    code = owner.code if owner else state.unit_code
    if not state.owner_must_act:
        ended = Remedy.REPORTED if state.status == "reported" else Remedy.ENDED
        yield code, Remedy.DONE if state.status in _DONE else ended
    elif item.in_doubt:
        yield code, Remedy.UNCLEAR
    elif state.due_on is None:
        yield code, Remedy.UNDATED
    else:
        stands, first = _by_date(state.due_on, world), state.original_due_on
        yield code, stands
        if first and stands is Remedy.IN_TIME and _by_date(first, world) is Remedy.OVERDUE:
            yield code, Remedy.PAST_ORIGINAL


def _by_date(due_on: date, world: World) -> Remedy:
    if due_on >= world.today:
        return Remedy.IN_TIME  # a year that no calendar knows yet is no missing date
    try:
        stands = lateness(due_instant(due_on, world), world.as_of, world.calendar, by_minute=False)
    except CalendarUnknownError:
        return Remedy.UNDATED
    return Remedy.IN_TIME if stands.days_late is None else Remedy.OVERDUE


def _verdict(dossier: DossierFile, world: World) -> Figure:
    finished_at = dossier.record.resolved_at or dossier.record.returned_at
    assert finished_at is not None
    try:
        state = when_finished(dossier, finished_at)
        dates = dates_of(dossier, state, world.calendar, world.hours, known=world.known)
        return _VERDICTS[by_law(finished_at, dates, world.calendar)]
    except CalendarUnknownError:
        return Figure.UNDATED
