"""Why an item left a recipient's list since the last handed mail: the words of "đã xong" and of "gia hạn đến"."""

from datetime import date, datetime

from tasks.rules.answering import asked_unit
from tasks.rules.dossier_history import DossierState, dates_of, state_at
from tasks.rules.model import Cleared, ClearedReason, Flag, ItemFacts
from tasks.rules.recommendations import recommendation_state
from tasks.rules.records import WITHDRAWN, DossierFile, RecommendationFile
from tasks.rules.stillness import dossier_moved_at, recommendation_moved_at
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import CalendarUnknownError
from tasks.rules.world import World

SourceFile = DossierFile | RecommendationFile


def why_left(told: ItemFacts, file: SourceFile | None, world: World) -> Cleared:
    """The reason, as far as the history tells it; `told` is what the last handed mail said."""
    try:
        if isinstance(file, DossierFile):
            return _dossier_left(told, file, world)
        if isinstance(file, RecommendationFile):
            return _recommendation_left(told, file, world)
    except CalendarUnknownError:  # one far date must not silence everybody
        return Cleared(reason=ClearedReason.NOT_DUE)
    return Cleared(reason=ClearedReason.NOT_DUE)


def _dossier_left(told: ItemFacts, file: DossierFile, world: World) -> Cleared:
    state = state_at(file, world.as_of)
    if state.finished_at is not None:
        if file.record.status == WITHDRAWN:
            return Cleared(reason=ClearedReason.WITHDRAWN, at=state.finished_at)
        return _resolved(state.finished_at, _due_on(file, state, world), world)
    if state.paused and told.flag is not Flag.PAUSED_PAST_DUE:
        return Cleared(reason=ClearedReason.PAUSED, at=state.paused_since)
    unit = asked_unit(file, state, world.directory, world.today).today
    if unit is not None and unit.code != told.unit_code:
        return Cleared(reason=ClearedReason.MOVED, at=state.holding_since)
    if state.extended_to is not None:
        until = state.extended_to.astimezone(HANOI).date()
        return Cleared(reason=ClearedReason.EXTENDED, until=until, document=state.extension_document)
    if told.flag is Flag.STALLED:
        return Cleared(reason=ClearedReason.UPDATED, at=dossier_moved_at(file, world.as_of))
    return Cleared(reason=ClearedReason.NOT_DUE)


def _due_on(file: DossierFile, state: DossierState, world: World) -> date | None:
    try:
        return dates_of(file, state, world.calendar, world.hours, known=world.known).due_on
    except CalendarUnknownError:
        return None


def _resolved(at: datetime, due_on: date | None, world: World) -> Cleared:
    finished_on = at.astimezone(HANOI).date()
    if due_on is None:
        return Cleared(reason=ClearedReason.RESOLVED, at=at)
    if finished_on < due_on:
        return Cleared(reason=ClearedReason.RESOLVED_EARLY, at=at)
    late = world.calendar.working_days_between(due_on, finished_on)
    reason = ClearedReason.RESOLVED_LATE if late else ClearedReason.RESOLVED_ON_TIME
    return Cleared(reason=reason, at=at, days_late=late or None)


def _recommendation_left(told: ItemFacts, file: RecommendationFile, world: World) -> Cleared:
    state = recommendation_state(file, world.as_of)
    if state.status in ("verified", "closed"):
        return Cleared(reason=ClearedReason.VERIFIED, at=state.since)
    if state.status == "reported":
        return Cleared(reason=ClearedReason.REPORTED, at=state.since)
    if not state.owner_must_act:  # cancelled, superseded, not applicable, risk accepted
        return Cleared(reason=ClearedReason.WITHDRAWN, at=state.since)
    if told.flag is Flag.DUE_DATE_MISSING and state.due_on is not None:
        return Cleared(reason=ClearedReason.DUE_DATE_SET, until=state.due_on)
    if told.flag in (Flag.STALE, Flag.NO_PLAN):
        return Cleared(reason=ClearedReason.UPDATED, at=recommendation_moved_at(file, world.as_of))
    if state.original_due_on is not None:
        late = world.calendar.working_days_between(state.original_due_on, world.today)
        return Cleared(
            reason=ClearedReason.EXTENDED, until=state.due_on, document=state.extension_document, days_late=late or None
        )
    return Cleared(reason=ClearedReason.NOT_DUE)
