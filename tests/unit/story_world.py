"""The seven mornings as the rules see them: records at each morning, written from the story's table by hand."""

from dataclasses import replace
from datetime import date, datetime

from tasks.calendar_files import shipped_calendar
from tasks.rules.directory import Directory
from tasks.rules.dossier_flags import World
from tasks.rules.model import Duration, DurationUnit
from tasks.rules.office_hours import DEFAULT_HOURS
from tasks.rules.records import (
    Absence,
    Contact,
    DossierEvent,
    DossierFile,
    DossierRecord,
    FlagRules,
    Provenance,
    RecommendationEvent,
    RecommendationFile,
    RecommendationRecord,
    Succession,
    Unit,
)
from tasks.rules.timezone import HANOI

CALENDAR = shipped_calendar()
OFF = frozenset({"apology_missing", "stalled", "suspect_pause", "no_plan", "stale"})
MORNINGS = [date(2026, 11, d) for d in (23, 24, 25, 26, 27, 30)] + [date(2026, 12, 1)]
NEW = date(2025, 7, 1)
OLD_END = date(2025, 6, 30)


def at(day: int, month: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=HANOI)


def as_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 7, 30, tzinfo=HANOI)


UNITS = [
    Unit(code="92", name="UBND thành phố Cần Thơ"),
    *(
        Unit(code=code, name=name, parent_code="92", valid_from=NEW)
        for code, name in (
            ("31157", "UBND phường Thới Long"),
            ("31231", "UBND xã Thạnh An"),
            ("31246", "UBND xã Thạnh Quới"),
            ("31309", "UBND xã Trường Long"),
            ("31299", "UBND xã Phong Điền"),
        )
    ),
    Unit(code="SNNMT", name="Sở Nông nghiệp và Môi trường", parent_code="92"),
    Unit(code="SNV", name="Sở Nội vụ", parent_code="92"),
    Unit(code="31243", name="UBND xã Thạnh Thắng", parent_code="924", valid_to=OLD_END),
    Unit(code="31240", name="UBND xã Thạnh An", parent_code="924", valid_to=OLD_END),
]
SUCCESSIONS = [
    Succession(old_code="31243", new_code="31231", effective_from=NEW, share="whole"),
    Succession(old_code="31240", new_code="31246", effective_from=NEW, share="whole"),
]
HEADS = {"31157": "h1", "31231": "absent", "31246": "h3", "SNNMT": "h4", "31299": "pd", "SNV": "i"}
CONTACTS = [
    *(Contact(unit_code=u, role="head", email=f"{n}@x.gov.vn", title=n) for u, n in HEADS.items()),
    Contact(unit_code="31231", role="deputy", email="h2@x.gov.vn", title="h2"),
    Contact(unit_code="92", role="superior", email="p@x.gov.vn", title="p"),
]
ABSENCES = [
    Absence(unit_code="31231", from_on=date(2026, 11, 16), to_on=date(2026, 12, 4), delegate_email="h2@x.gov.vn")
]
DIRECTORY = Directory(UNITS, SUCCESSIONS, CONTACTS, ABSENCES)


def world(day: date) -> World:
    return World(DIRECTORY, CALENDAR, DEFAULT_HOURS, FlagRules(off=OFF), as_of(day))


# item: unit, received, working days, appointment, resolved, known from that morning on
TABLE = {
    "T1": ("31157", at(9, 11, 9, 10), 5, at(16, 11, 17), at(26, 11, 15), 27),
    "T2": ("31157", at(13, 11, 17, 20), 5, at(20, 11, 17), at(20, 11, 16, 30), 27),
    "T3": ("31157", at(19, 11, 9), 3, at(24, 11, 17), at(25, 11, 16), 26),
    "T4": ("31157", at(2, 11, 10, 15), 10, at(23, 11, 17), at(23, 11, 15), 25),
    "T5": ("31157", at(10, 11, 8, 40), 5, at(17, 11, 17), at(30, 11, 16, 30), 31),
    "T6": ("31157", at(5, 11, 14), 7, at(16, 11, 17), at(27, 11, 11), 30),
    "T7": ("31157", at(2, 11, 8, 5), 5, at(9, 11, 17), at(9, 11, 16), 1),
    "A1": ("31231", at(26, 10, 8, 30), 3, at(29, 10, 17), at(27, 11, 16), 30),
    "A2": ("31231", at(20, 11, 10), 5, at(30, 11, 17), at(30, 11, 15), 31),
    "Q1": ("31246", at(12, 11, 13, 45), 5, at(19, 11, 17), at(23, 11, 14), 25),
    "L1": ("31309", at(11, 11, 9), 5, at(18, 11, 17), None, 99),
    "S1": ("SNNMT", at(16, 11, 16, 30), 5, at(23, 11, 17), at(23, 11, 11), 25),
    "S2": ("SNNMT", at(20, 11, 15), 2, at(25, 11, 17), at(26, 11, 16), 27),
}
EVENTS = {
    "T4": [("pause", at(5, 11, 15), ""), ("resume", at(12, 11, 9, 30), "")],
    "T5": [("pause", at(13, 11, 10), ""), ("resume", at(30, 11, 9), "")],
    "T6": [("transfer", at(12, 11, 8), "SNNMT")],
}


def _origin(day: date, changed: bool) -> Provenance:
    return Provenance(
        source="s", system="s", source_ref="-", content_hash="after" if changed else "before", data_moment=as_of(day)
    )


def dossier(item: str, day: date) -> DossierFile:
    unit, received, days, due, resolved, known = TABLE[item]
    day_of_story = day.day if day.month == 11 else 31
    done = resolved is not None and day_of_story >= known
    record = DossierRecord(
        origin=_origin(day, done),
        record_key=item,
        dossier_code=item,
        unit_code=unit,
        status=9 if done else 4,
        received_at=received,
        due_at=due,
        duration=Duration(amount=days, unit=DurationUnit.WORKING_DAY),
        resolved_at=resolved if done else None,
        paused=True if item == "T5" and day_of_story <= 30 else None,
    )
    events = tuple(
        DossierEvent(dossier_code=item, at=when, event=event, to_unit_code=to)
        for event, when, to in EVENTS.get(item, ())
        if when < as_of(day)
    )
    return DossierFile(record=record, events=events)


RECOMMENDATIONS = {
    "R1": ("31243", date(2025, 6, 20), date(2026, 10, 30)),
    "R2": ("31157", date(2026, 11, 2), date(2026, 11, 30)),
    "R3": ("31299", date(2026, 11, 2), None),
    "R4": ("31240", date(2025, 6, 20), date(2026, 11, 20)),
    "R5": ("31246", date(2026, 11, 2), date(2026, 12, 7)),
}
LOG = [
    ("R2", "report", at(26, 11, 14), {}),
    ("R1", "report", at(27, 11, 15), {}),
    ("R4", "extend", at(27, 11, 10), {"document_no": "532/SNV-CCHC", "new_due_on": date(2026, 12, 31)}),
    *((r, e, at(30, 11, h), {}) for r in ("R1", "R2") for e, h in (("verify", 10), ("close", 11))),
]


def recommendation(item: str, day: date) -> RecommendationFile:
    unit, issued, due = RECOMMENDATIONS[item]
    if item == "R3" and day >= date(2026, 12, 1):
        due = date(2026, 12, 15)
    record = RecommendationRecord(
        origin=_origin(day, changed=False),
        record_key=item,
        recommendation_code=item,
        unit_code=unit,
        content=item,
        issued_on=issued,
        due_on=due,
        inspecting_unit_code="SNV",
    )
    events = tuple(
        RecommendationEvent(recommendation_code=r, at=when, event=event, **more)
        for r, event, when, more in LOG
        if r == item and when < as_of(day)
    )
    return RecommendationFile(record=record, events=events)


def files(day: date) -> dict[str, DossierFile | RecommendationFile]:
    found = [dossier(i, day) for i in TABLE] + [recommendation(r, day) for r in RECOMMENDATIONS]
    return {f.record.item_key: replace(f) for f in found}
