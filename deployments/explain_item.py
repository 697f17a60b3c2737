"""`explain dossier|recommendation`: how an item's date was reached, now or as it was known at a past moment.

Reads versions and hands them to the rules; whether an item is flagged is read from the stored flags, never judged
here. Words are in `item_words`, the day-by-day table in `cli_explain_deadline`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from deployments.exits import UsageFaultError
from deployments.item_words import item_word
from tasks import directory_from_rows as directory_rows
from tasks import records_from_rows as read
from tasks.rules.answering import lead_unit
from tasks.rules.directory import Directory, Resolved
from tasks.rules.dossier_flags import World, asked_unit
from tasks.rules.dossier_history import DossierDates, DossierState, dates_of, state_at
from tasks.rules.model import SupplementPolicy
from tasks.rules.office_hours import OfficeHours
from tasks.rules.recommendations import answering_unit, due_instant, recommendation_state
from tasks.rules.records import DossierFile, FlagRules, RecommendationFile
from tasks.rules.working_calendar import WorkingCalendar
from warehouse import current, freshness, lineage

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which item, judged when, with which knowledge and which working time."""

    item_key: str
    as_of: datetime
    known_at: datetime | None  # None: with all we know now
    calendar: WorkingCalendar
    hours: OfficeHours


def explain_item(conn: Connection, question: Question, locale: str = "vi") -> dict[str, Any]:
    """The item as plain JSON values. Raises UsageFaultError when it was not known at that moment."""
    subject, system, record_key = current.split_item_key(question.item_key)
    found = lineage.trace_item(conn, question.item_key)
    rows = _known(found.versions, question.known_at)
    if not rows:
        raise UsageFaultError(f"{question.item_key}: {item_word('gone', locale)}")
    row = rows[-1]
    events = _known(found.events, question.known_at)
    told: dict[str, Any] = {
        "subject": subject,
        "system": system,
        "item_key": question.item_key,
        "record_key": record_key,
        "as_of": question.as_of,
        "known_at": question.known_at,
        "data_moment": row["data_moment"],
        "source_ref": row["source_ref"],
        "known_from": row["known_from"],
        "versions": sum(question.known_at is None or v["known_from"] <= question.known_at for v in found.versions),
        "flags": [_flag(f) for f in found.flags if _open_at(f, question.as_of)],
    }
    world = _world(conn, question)
    explain = _dossier if subject == "dossier" else _recommendation
    return told | explain(conn, row, events, world)


def _dossier(conn: Connection, row: Row, events: list[Row], world: World) -> dict[str, Any]:
    catalogue = read.procedures(current.current_rows(conn, "procedures"))
    file: DossierFile = read.dossier_files([row], events, catalogue, _moments(conn))[0]
    state = state_at(file, world.as_of)
    dates = dates_of(file, state, world.calendar, world.hours)
    asked = asked_unit(file, state, world.directory, world.today)
    record = file.record
    lead = lead_unit(record.unit_code, record.received_at, world.directory, world.today)
    return {
        "code": record.dossier_code,
        "title": record.procedure_name or (file.procedure.name if file.procedure else ""),
        "status": str(record.status),
        "recorded_unit_code": record.unit_code,
        **_asked(asked),
        "recorded_unit_name": lead.recorded.name if lead.recorded else None,  # also while another unit holds it
        "holding_since": state.holding_since,
        "received_at": record.received_at,
        "finished_at": state.finished_at,
        "paused": state.paused,
        "pauses": [{"from": p.start, "to": p.end} for p in state.pauses],
        "appointment_on": dates.appointment_on,
        "own_due_on": dates.own_on,
        "due_at": dates.due_at,
        "binding": _binding(dates, state),
        "duration_known": dates.duration_known,
        "original_due_on": dates.original_due_on,
        "extension_document": state.extension_document,
        "internal_due_on": dates.internal_due_on,
        "deadline": _trail(file, state, world),
    }


def _trail(file: DossierFile, state: DossierState, world: World) -> dict[str, Any] | None:
    from deployments.cli_explain_deadline import explain_one

    duration = file.record.duration or (file.procedure.duration if file.procedure else None)
    if duration is None:
        return None
    policy = file.procedure.policy if file.procedure else SupplementPolicy.PAUSE
    amount, unit = duration.amount, duration.unit
    return explain_one(
        file.record.received_at, amount, unit, world.calendar, world.hours, pauses=state.pauses, policy=policy
    )


def _recommendation(conn: Connection, row: Row, events: list[Row], world: World) -> dict[str, Any]:
    file: RecommendationFile = read.recommendation_files([row], events, _moments(conn))[0]
    state = recommendation_state(file, world.as_of)
    record = file.record
    return {
        "code": record.recommendation_code,
        "title": record.content,
        "status": state.status,
        "recorded_unit_code": record.unit_code,
        **_asked(answering_unit(file, state, world)),
        "issued_on": record.issued_on,
        "finished_at": None if state.owner_must_act or state.status == "reported" else state.since,
        "due_at": due_instant(state.due_on, world) if state.due_on else None,
        "binding": "extension" if state.extension_document else "due" if state.due_on else "none",
        "original_due_on": state.original_due_on,
        "extension_document": state.extension_document,
        "deadline": None,
    }


def _asked(asked: Resolved) -> dict[str, Any]:
    return {
        "recorded_unit_name": asked.recorded.name if asked.recorded else None,
        "unit_code": asked.today.code if asked.today else None,
        "unit_name": asked.today.name if asked.today else None,
        "succession_basis": asked.basis,
    }


def _binding(dates: DossierDates, state: DossierState) -> str:
    """Which of the two dates is the later and so binds."""
    if dates.due_on is None:
        return "none"
    if state.extended_to is not None:
        return "extension"
    if dates.own_on == dates.appointment_on:
        return "both"
    return "own" if dates.due_on == dates.own_on else "appointment"


def _world(conn: Connection, question: Question) -> World:
    directory = Directory(
        units=directory_rows.units(current.units(conn)),
        successions=directory_rows.successions(current.unit_succession(conn)),
    )
    return World(directory, question.calendar, question.hours, FlagRules(), question.as_of)


def _moments(conn: Connection) -> dict[str, datetime]:
    return {s.source: s.data_moment for s in freshness.latest_loads(conn).values() if s.data_moment is not None}


def _known(rows: Iterable[Row], moment: datetime | None) -> list[Row]:
    """Current rows, or those that were current at the moment."""
    if moment is None:
        return [row for row in rows if row["known_to"] is None]
    return [r for r in rows if r["known_from"] <= moment and (r["known_to"] is None or moment < r["known_to"])]


def _open_at(flag: Row, moment: datetime) -> bool:
    return bool(flag["since"] <= moment and (flag["closed_at"] is None or moment < flag["closed_at"]))


def _flag(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("flag", "since", "tier", "due_at", "days_late", "disputed", "unit_code")}
