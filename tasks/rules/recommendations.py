"""Recommendations of inspections: their state from the log, and the flags that follow (design §8).

Reported is not done: an inspector verifies, never the owner. An extension needs a document; the original date stays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tasks.rules.arming import arming_event
from tasks.rules.deadlines import RULE_VERSION
from tasks.rules.directory import Resolved
from tasks.rules.lateness import lateness
from tasks.rules.model import Flag, ItemFacts, Subject
from tasks.rules.records import RecommendationEvent, RecommendationFile
from tasks.rules.stillness import is_quiet, recommendation_moved_at
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import CalendarUnknownError
from tasks.rules.world import World

STATE_AFTER = {
    "acknowledge": "acknowledged",
    "dispute": "disputed",
    "accept_plan": "planned",
    "progress": "in_progress",
    "report": "reported",
    "verify": "verified",
    "return": "returned",
    "partial": "partially_done",
    "transfer": "transferred",
    "supersede": "superseded",
    "not_applicable": "not_applicable",
    "accept_risk": "risk_accepted",
    "cancel": "cancelled",
    "reopen": "in_progress",
    "close": "closed",
}
OWNER_MUST_ACT = frozenset(
    {"issued", "acknowledged", "disputed", "planned", "in_progress", "returned", "partially_done", "transferred"}
)
WITHOUT_PLAN = frozenset({"issued", "acknowledged", "disputed", "transferred"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationState:
    """How a recommendation stood at a moment."""

    status: str
    since: datetime | None  # when the log brought it there
    decided_by_log: bool
    unit_code: str
    moved_on: date | None
    due_on: date | None
    original_due_on: date | None
    extension_document: str
    reopened: int

    @property
    def owner_must_act(self) -> bool:
        """True while the unit has something to do."""
        return self.status in OWNER_MUST_ACT


def recommendation_state(item: RecommendationFile, moment: datetime) -> RecommendationState:
    """Read the log up to `moment`; without deciding events the source's column seeds the state."""
    record = item.record
    events = sorted((e for e in item.events if e.at <= moment), key=lambda e: e.at)
    deciding = [e for e in events if e.event in STATE_AFTER]
    status, since = (record.status or "issued"), None
    if deciding:
        status, since = STATE_AFTER[deciding[-1].event], deciding[-1].at
        if status == "risk_accepted" and _expired(deciding[-1], moment):
            status = "in_progress"
    extended = _extension(events, record.due_on)
    moves = [e for e in events if e.event == "transfer" and e.to_unit_code]
    return RecommendationState(
        status=status,
        since=since,
        decided_by_log=bool(deciding),
        unit_code=moves[-1].to_unit_code if moves else record.unit_code,
        moved_on=moves[-1].at.astimezone(HANOI).date() if moves else None,
        due_on=extended.new_due_on if extended else record.due_on,
        original_due_on=record.due_on if extended else None,
        extension_document=extended.document_no if extended else "",
        reopened=sum(e.event == "reopen" for e in events),
    )


def recommendation_flags(item: RecommendationFile, world: World) -> tuple[ItemFacts, ...]:
    """Open flags of one recommendation."""
    state = recommendation_state(item, world.as_of)
    if item.in_doubt and (state.owner_must_act or state.status == "reported"):
        return (_facts(item, state, Flag.DATA_IN_DOUBT, world),)
    try:
        found = [_facts(item, state, f, world) for f in _flags(item, state, world) if f.value not in world.rules.off]
    except CalendarUnknownError:
        return (_facts(item, state, Flag.CALENDAR_UNKNOWN, world),)
    return tuple(found)


def answering_unit(item: RecommendationFile, state: RecommendationState, world: World) -> Resolved:
    """The unit that owes the remedy today."""
    return world.directory.answering(state.unit_code, state.moved_on or item.record.issued_on, world.today)


def following_unit(item: RecommendationFile, world: World) -> Resolved:
    """The body that follows up, else the inspecting one."""
    record = item.record
    code = record.follow_up_unit_code or record.inspecting_unit_code
    return world.directory.answering(code, record.issued_on, world.today)


def proposed_due_on(item: RecommendationFile, world: World) -> date:
    """Proposed to the inspecting body where no date was set: issue plus the default (calendar days)."""
    return item.record.issued_on + timedelta(days=world.rules.recommendation_default_days)


def due_instant(due_on: date, world: World) -> datetime:
    """Closing time of the day, moved off days off (Civil Code 2015, Article 148.5)."""
    closing: time = world.hours.closing
    return datetime.combine(world.calendar.on_or_after(due_on), closing, tzinfo=HANOI)


def _flags(item: RecommendationFile, state: RecommendationState, world: World) -> Iterator[Flag]:
    if state.decided_by_log and item.record.status and item.record.status != state.status:
        yield Flag.STATUS_DIFFERS
    if state.status == "reported":
        yield _if_followed(Flag.AWAITING_VERIFICATION, item, world)
    if not state.owner_must_act:
        return
    if answering_unit(item, state, world).today is None:
        yield Flag.UNKNOWN_UNIT
        return
    if state.due_on is None:
        yield _if_followed(Flag.DUE_DATE_MISSING, item, world)
        return
    stands = lateness(due_instant(state.due_on, world), world.as_of, world.calendar, by_minute=False)
    if stands.days_late is not None:
        yield Flag.OVERDUE
    elif stands.days_left is not None and stands.days_left <= world.rules.due_soon_recommendation:
        yield Flag.DUE_SOON
    yield from _quiet_flags(item, state, world)


def _quiet_flags(item: RecommendationFile, state: RecommendationState, world: World) -> Iterator[Flag]:
    """Questions about an item with a date: no plan since it was issued or passed on, nothing new for long."""
    owed_since = _started(state.moved_on or item.record.issued_on, world)
    if state.status in WITHOUT_PLAN and is_quiet(
        owed_since, world.as_of, world.calendar, world.rules.no_plan_working_days
    ):
        yield Flag.NO_PLAN
    moved = recommendation_moved_at(item, world.as_of) or owed_since
    if is_quiet(moved, world.as_of, world.calendar, world.rules.stale_working_days):
        yield Flag.STALE


def _started(day: date, world: World) -> datetime:
    return world.hours.opening_on(day)


def _if_followed(flag: Flag, item: RecommendationFile, world: World) -> Flag:
    """Without a known following or inspecting body it is for ops: never ask the owner to verify himself."""
    return flag if following_unit(item, world).today is not None else Flag.UNKNOWN_UNIT


def _facts(item: RecommendationFile, state: RecommendationState, flag: Flag, world: World) -> ItemFacts:
    record = item.record
    owner = answering_unit(item, state, world)
    asked = following_unit(item, world) if flag in (Flag.AWAITING_VERIFICATION, Flag.DUE_DATE_MISSING) else owner
    unit = asked.today or asked.recorded
    recorded = world.directory.unit_on(record.unit_code, record.issued_on)
    term = flag in (Flag.OVERDUE, Flag.DUE_SOON) and state.due_on is not None
    due_at = due_instant(state.due_on, world) if term and state.due_on else None
    stands = lateness(due_at, world.as_of, world.calendar, by_minute=False) if due_at else None
    return ItemFacts(
        subject=Subject.RECOMMENDATION,
        item_key=record.item_key,
        system=record.origin.system,
        code=record.recommendation_code,
        flag=flag,
        unit_code=unit.code if unit else record.unit_code,
        unit_name=unit.name if unit else record.unit_code,
        recorded_unit_code=record.unit_code,
        recorded_unit_name=recorded.name if recorded else record.unit_code,
        arming=arming_event(record.item_key, flag, state.due_on, state.reopened),
        title=record.content,
        issued_on=record.issued_on,
        due_at=due_at,
        original_due_on=state.original_due_on,
        extension_document=state.extension_document,
        proposed_due_on=proposed_due_on(item, world) if flag is Flag.DUE_DATE_MISSING else None,
        days_late=stands.days_late if stands else None,
        days_left=stands.days_left if stands else None,
        tier=stands.tier if stands else None,
        reported_at=state.since if state.status == "reported" else None,
        asked_from=state.moved_on,
        last_moved_at=recommendation_moved_at(item, world.as_of) if flag is Flag.STALE else None,
        succession_basis=owner.basis,
        owner_unit_name=owner.today.name if owner.today else "",
        document_no=record.document_no,
        source=record.origin.source,
        source_ref=record.origin.source_ref,
        data_moment=record.origin.data_moment,
        rule_version=RULE_VERSION,
        calendar_version=world.calendar.version,
    )


def _extension(events: Sequence[RecommendationEvent], due_on: date | None) -> RecommendationEvent | None:
    """The last extension with a document; never one to an earlier date than the original."""
    found = [e for e in events if e.event == "extend" and e.document_no and e.new_due_on]
    later = [e for e in found if due_on is None or (e.new_due_on is not None and e.new_due_on > due_on)]
    return later[-1] if later else None


def _expired(event: RecommendationEvent, moment: datetime) -> bool:
    return event.expires_on is not None and event.expires_on < moment.astimezone(HANOI).date()
