"""What handed mails had wrong: judged at each mail's own data moment with today's knowledge (design §9)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from tasks.rules.answering import asked_unit
from tasks.rules.departures import SourceFile
from tasks.rules.dossier_history import dates_of, state_at
from tasks.rules.model import Audience, Correction, CorrectionKind, Digest, DigestItem, Flag, ItemFacts, Role
from tasks.rules.recommendations import due_instant, recommendation_state
from tasks.rules.records import DossierFile, RecommendationFile
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import CalendarUnknownError
from tasks.rules.world import World

Address = tuple[Audience, str]
F = TypeVar("F", DossierFile, RecommendationFile)


@dataclass(frozen=True, slots=True)
class Told:
    """A mail in the ledger with what it said."""

    mail_id: int
    digest: Digest

    @property
    def address(self) -> Address:
        """(audience, address): the thread it belongs to."""
        return self.digest.audience, self.digest.recipient.address


def corrections_due(
    told: Iterable[Told],
    already: frozenset[tuple[str, int]],
    files: Mapping[str, SourceFile],
    world: World,
) -> dict[Address, tuple[DigestItem, ...]]:
    """Per address, one correction per item that covers all its wrong mails. `already` holds (item, mail) pairs."""
    wrong: dict[tuple[Address, str], list[tuple[Told, DigestItem, Correction]]] = defaultdict(list)
    for mail in told:
        for item in mail.digest.items():
            key = item.facts.item_key
            if item.role not in (Role.ASKED, Role.INFORMED) or (key, mail.mail_id) in already:
                continue
            found = _what_was_wrong(item.facts, files.get(key), world)
            if found is not None:
                wrong[mail.address, key].append((mail, item, found))
    out: dict[Address, list[DigestItem]] = defaultdict(list)
    for (address, _key), cases in sorted(wrong.items(), key=lambda pair: pair[0]):
        cases.sort(key=lambda case: (case[0].digest.business_date, case[0].mail_id))
        found = cases[0][2]
        correction = Correction(
            kind=found.kind,
            told_on=tuple(dict.fromkeys(mail.digest.business_date for mail, _, _ in cases)),
            mails=tuple(dict.fromkeys(mail.mail_id for mail, _, _ in cases)),
            at=found.at,
            due_on=found.due_on,
            unit_name=found.unit_name,
        )
        out[address].append(DigestItem(facts=cases[-1][1].facts, role=Role.CORRECTED, correction=correction))
    return {address: tuple(items) for address, items in out.items()}


def _what_was_wrong(told: ItemFacts, file: SourceFile | None, world: World) -> Correction | None:
    if told.data_moment is None:
        return None
    try:
        if isinstance(file, DossierFile):
            return _dossier_wrong(told, _surely_before(file, told.data_moment, world), told.data_moment, world)
        if isinstance(file, RecommendationFile):
            return _recommendation_wrong(told, _surely_before(file, told.data_moment, world), told.data_moment, world)
    except CalendarUnknownError:  # one far date must not silence everybody
        return None
    return None


def _surely_before(file: F, moment: datetime, world: World) -> F:
    """Without what may have happened later that day: an event at the minute of opening may be a date without time."""
    day = moment.astimezone(HANOI).date()
    opening = world.hours.opening
    kept = [e for e in file.events if (at := e.at.astimezone(HANOI)).date() != day or at.time() != opening]
    return replace(file, events=tuple(kept))


def _dossier_wrong(told: ItemFacts, file: DossierFile, moment: datetime, world: World) -> Correction | None:
    state = state_at(file, moment, present=False)
    if state.finished_at is not None:
        return _found(CorrectionKind.ALREADY_RESOLVED, at=state.finished_at)
    if state.paused and told.flag is not Flag.PAUSED_PAST_DUE and file.record.paused is not False:
        return _found(CorrectionKind.WAS_PAUSED, at=state.paused_since)
    if told.flag is Flag.PAUSED_PAST_DUE:
        return None
    unit = asked_unit(file, state, world.directory, moment.astimezone(HANOI).date()).today
    if unit is not None and unit.code != told.unit_code and not told.holder_unknown:
        return _found(CorrectionKind.OTHER_HOLDER, at=state.holding_since, unit_name=unit.name)
    appointment = file.record.due_at
    if told.appointment_on is not None and appointment is not None:
        moved = appointment.astimezone(HANOI).replace(
            year=told.appointment_on.year, month=told.appointment_on.month, day=told.appointment_on.day
        )
        dates = dates_of(file, state, world.calendar, world.hours, appointment_at=moved, known=world.known)
        if told.due_at is not None and dates.due_on != told.due_at.astimezone(HANOI).date():
            return _found(CorrectionKind.OTHER_DUE_DATE, due_on=dates.due_on)
    return None


def _recommendation_wrong(
    told: ItemFacts, file: RecommendationFile, moment: datetime, world: World
) -> Correction | None:
    state = recommendation_state(file, moment)
    if told.flag in (Flag.OVERDUE, Flag.DUE_SOON) and not state.owner_must_act:
        return _found(CorrectionKind.ALREADY_RESOLVED, at=state.since)
    if told.flag in (Flag.OVERDUE, Flag.DUE_SOON) and told.due_at is not None:
        on = moment.astimezone(HANOI).date()
        unit = world.directory.answering(state.unit_code, state.moved_on or file.record.issued_on, on).today
        if unit is not None and unit.code != told.unit_code:
            return _found(CorrectionKind.OTHER_HOLDER, unit_name=unit.name)
        extended = state.due_on if state.original_due_on is not None else None
        if extended is not None and due_instant(extended, world) != told.due_at:
            return _found(CorrectionKind.OTHER_DUE_DATE, due_on=extended)
    if told.flag is Flag.AWAITING_VERIFICATION and state.status in ("verified", "closed"):
        return _found(CorrectionKind.ALREADY_RESOLVED, at=state.since)
    return None


def _found(kind: CorrectionKind, **detail: object) -> Correction:
    return Correction(kind=kind, told_on=(), mails=(), **detail)  # type: ignore[arg-type]
