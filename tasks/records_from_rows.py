"""Warehouse rows become the rules' records: the only place that knows both shapes. No decisions here."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from tasks.event_join import events_of_dossiers
from tasks.rules.dossier_history import procedure_for
from tasks.rules.model import Duration, DurationUnit, SupplementPolicy
from tasks.rules.records import (
    DossierEvent,
    DossierFile,
    DossierRecord,
    Procedure,
    Provenance,
    RecommendationEvent,
    RecommendationFile,
    RecommendationRecord,
)
from tasks.rules.timezone import HANOI

Row = Mapping[str, Any]


def procedures(rows: Iterable[Row]) -> dict[str, list[Procedure]]:
    """Rows of `procedures` by code."""
    out: dict[str, list[Procedure]] = defaultdict(list)
    for r in rows:
        out[r["procedure_code"]].append(
            Procedure(
                procedure_code=r["procedure_code"],
                name=r["name"],
                field=r["field"] or "",
                duration=_duration(r["duration_amount"], r["duration_unit"]),
                internal=_duration(r["internal_amount"], r["internal_unit"]),
                policy=SupplementPolicy(r["supplement_policy"] or "pause"),
                valid_from=r["valid_from"] or date.min,
                valid_to=r["valid_to"] or date.max,
            )
        )
    return out


def dossier_files(
    rows: Iterable[Row],
    event_rows: Iterable[Row],
    catalogue: Mapping[str, list[Procedure]],
    moments: Mapping[str, datetime],
    siblings: Iterable[Row] = (),
    doubtful: Container[str] = (),
    missed: Mapping[tuple[str, str], datetime] = MappingProxyType({}),
    reopened: Mapping[tuple[str, str], int] = MappingProxyType({}),
    first_loads: Mapping[str, datetime] = MappingProxyType({}),
) -> list[DossierFile]:
    """Dossiers with their events.

    `moments` gives each source's newest data moment: a row that did not change is as fresh as its source. `siblings`
    are all dossiers that bear one of the codes, `doubtful` the item keys of which a newer version is in quarantine,
    `missed` what sweeps do not find any more, `reopened` how often it was finished before. A version learnt after its
    source's first load is a change.
    """
    rows = list(rows)
    events, unclear = events_of_dossiers(event_rows, [*rows, *siblings])
    files = []
    for r in rows:
        record = _dossier(r, moments)
        place = (r["system"], r["record_key"])
        procedure = procedure_for(catalogue.get(record.procedure_code, []), record.received_at.astimezone(HANOI).date())
        files.append(
            DossierFile(
                record=record,
                events=tuple(_dossier_event(e, moments) for e in events.get(place, ())),
                procedure=procedure,
                in_doubt=place in unclear or record.item_key in doubtful,
                content_changed_at=_changed_at(r, first_loads),
                missed_since=missed.get(place),
                reopened=reopened.get(place, 0),
            )
        )
    return files


def recommendation_files(
    rows: Iterable[Row],
    event_rows: Iterable[Row],
    moments: Mapping[str, datetime],
    doubtful: Container[str] = (),
    first_loads: Mapping[str, datetime] = MappingProxyType({}),
) -> list[RecommendationFile]:
    """Recommendations with their logs."""
    events: dict[tuple[str, str], list[RecommendationEvent]] = defaultdict(list)
    for e in event_rows:
        events[e["system"], e["recommendation_code"]].append(
            RecommendationEvent(
                recommendation_code=e["recommendation_code"],
                at=e["at"],
                event=e["event"],
                document_no=e["document_no"] or "",
                new_due_on=e["new_due_on"],
                to_unit_code=e["to_unit_code"] or "",
                expires_on=e["expires_on"],
            )
        )
    files = []
    for r in rows:
        record = _recommendation(r, moments)
        log = tuple(events[r["system"], r["recommendation_code"]])
        doubt, changed = record.item_key in doubtful, _changed_at(r, first_loads)
        files.append(RecommendationFile(record=record, events=log, in_doubt=doubt, content_changed_at=changed))
    return files


def _dossier(r: Row, moments: Mapping[str, datetime]) -> DossierRecord:
    return DossierRecord(
        origin=_origin(r, moments),
        record_key=r["record_key"],
        dossier_code=r["dossier_code"],
        unit_code=r["unit_code"],
        status=int(r["status"]),
        received_at=r["received_at"],
        due_at=r["due_at"],
        duration=_duration(r["duration_amount"], r["duration_unit"]),
        resolved_at=r["resolved_at"],
        returned_at=r["returned_at"],
        paused=r["paused"],
        holding_unit_code=r["holding_unit_code"] or "",
        holding_since=r["holding_since"],
        procedure_code=r["procedure_code"] or "",
        procedure_name=r["procedure_name"] or "",
        field=r["field"] or "",
        step_name=r["step_name"] or "",
        officer_post=r["officer_post"] or "",
        updated_at=r["updated_at"],
    )


def _dossier_event(r: Row, moments: Mapping[str, datetime]) -> DossierEvent:
    return DossierEvent(
        dossier_code=r["dossier_code"],
        at=r["at"],
        event=r["event"],
        unit_code=r["unit_code"] or "",
        to_unit_code=r["to_unit_code"] or "",
        document_no=r["document_no"] or "",
        new_due_at=r["new_due_at"],
        data_moment=moments.get(r["source"], r["data_moment"]),
    )


def _recommendation(r: Row, moments: Mapping[str, datetime]) -> RecommendationRecord:
    return RecommendationRecord(
        origin=_origin(r, moments),
        record_key=r["record_key"],
        recommendation_code=r["recommendation_code"],
        unit_code=r["unit_code"],
        content=r["content"],
        issued_on=r["issued_on"],
        due_on=r["due_on"],
        status=r["status"] or "",
        inspecting_unit_code=r["inspecting_unit_code"] or "",
        follow_up_unit_code=r["follow_up_unit_code"] or "",
        document_no=r["document_no"] or "",
    )


def _changed_at(r: Row, first_loads: Mapping[str, datetime]) -> datetime | None:
    """When the row became what it is; None for what its source's first load brought."""
    known_from: datetime | None = r["known_from"]
    first = first_loads.get(r["source"])
    return known_from if known_from is not None and first is not None and known_from > first else None


def _origin(r: Row, moments: Mapping[str, datetime]) -> Provenance:
    return Provenance(
        source=r["source"],
        system=r["system"],
        source_ref=r["source_ref"],
        content_hash=r["content_hash"],
        known_from=r["known_from"],
        data_moment=moments.get(r["source"], r["data_moment"]),
    )


def _duration(amount: int | None, unit: str | None) -> Duration | None:
    return Duration(amount=int(amount), unit=DurationUnit(unit)) if amount is not None and unit else None
