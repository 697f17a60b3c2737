"""Deadlines: the golden cases, the dossiers of the seven mornings, the edges of each rule, and what always holds."""

import csv
from datetime import date, datetime
from pathlib import Path

import pytest

from tasks.rules.deadlines import deadline
from tasks.rules.model import Duration, DurationUnit, SupplementPolicy
from tasks.rules.office_hours import DEFAULT_HOURS, SCHEDULES, OfficeHours
from tasks.rules.working_calendar import CalendarUnknownError, DayKind, WorkingCalendar
from tests.unit.deadline_kit import CALENDAR, CD, EDGES, NONE, PAUSE, RESTART, WD, WH, at, due

GOLDEN = list(
    csv.DictReader((Path(__file__).parents[1] / "data" / "deadline_cases.csv").read_text("utf-8").splitlines())
)


def golden(case: dict[str, str], calendar: WorkingCalendar = CALENDAR) -> str:
    hours = SCHEDULES[case["schedule"] or "default"]
    found = due(case["received_at"], int(case["amount"]), case["unit"], case["pauses"], hours=hours, calendar=calendar)
    assert found.due_at is not None
    return found.due_at.isoformat()


def test_there_are_thirty_four_golden_cases():
    assert [case["case_id"] for case in GOLDEN] == [f"G{n:02}" for n in range(1, 35)]


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: f"{case['case_id']} {case['shows']}")
def test_golden_case(case: dict[str, str]):
    assert golden(case) == case["expected_due"]


def test_a_calendar_without_makeup_days_would_miss_the_golden_dates():
    without = WorkingCalendar(tuple(e for e in CALENDAR.entries if e.kind is not DayKind.MAKEUP))
    wrong = {case["case_id"] for case in GOLDEN if golden(case, without) != case["expected_due"]}
    assert wrong == {"G05", "G06", "G07", "G10", "G11", "G17", "G22"}


MORNINGS = [
    ("T1", "2026-11-09T09:10", 5, "", "2026-11-16"),
    ("T2", "2026-11-13T17:20", 5, "", "2026-11-23"),
    ("T3", "2026-11-19T09:00", 3, "", "2026-11-25"),
    ("T4", "2026-11-02T10:15", 10, "2026-11-05T15:00/2026-11-12T09:30", "2026-11-23"),
    ("T5 paused", "2026-11-10T08:40", 5, "2026-11-13T10:00/", None),
    ("T5 as the pause began", "2026-11-10T08:40", 5, "", "2026-11-17"),
    ("T5 resumed", "2026-11-10T08:40", 5, "2026-11-13T10:00/2026-11-30T09:00", "2026-12-02"),
    ("T6", "2026-11-05T14:00", 7, "", "2026-11-16"),
    ("T7", "2026-11-02T08:05", 5, "", "2026-11-09"),
    ("A1", "2026-10-26T08:30", 3, "", "2026-10-29"),
    ("A2", "2026-11-20T10:00", 5, "", "2026-11-30"),
    ("Q1", "2026-11-12T13:45", 5, "", "2026-11-19"),
    ("L1", "2026-11-11T09:00", 5, "", "2026-11-18"),
    ("S1", "2026-11-16T16:30", 5, "", "2026-11-23"),
    ("S2", "2026-11-20T15:00", 2, "", "2026-11-25"),
]


@pytest.mark.parametrize(("item", "received", "amount", "pauses", "expected"), MORNINGS, ids=lambda v: str(v)[:22])
def test_dossiers_of_the_seven_mornings(item: str, received: str, amount: int, pauses: str, expected: str | None):
    found = due(received, amount, WD, pauses)
    assert found.due_on == (date.fromisoformat(expected) if expected else None)
    assert found.due_at == (datetime.fromisoformat(f"{expected}T17:00+07:00") if expected else None)


DAYS_LATE = [
    ("2026-11-23", {"2026-11-16": 5, "2026-10-29": 17, "2026-11-19": 2, "2026-11-18": 3, "2026-10-30": 16}),
    ("2026-11-23", {"2026-11-20": 1, "2026-11-23": 0, "2026-11-25": 0}),
    ("2026-11-25", {"2026-11-16": 6, "2026-11-23": 1, "2026-10-29": 18, "2026-10-30": 17, "2026-11-20": 2}),
    ("2026-11-26", {"2026-11-23": 2, "2026-11-16": 7, "2026-10-29": 19, "2026-11-25": 1, "2026-11-18": 5}),
    ("2026-11-27", {"2026-10-29": 20, "2026-10-30": 19, "2026-11-20": 4, "2026-11-16": 8, "2026-11-18": 6}),
    ("2026-11-30", {"2026-11-20": 5, "2026-11-18": 7}),
    ("2026-12-01", {"2026-11-18": 8}),
]


@pytest.mark.parametrize(("as_of", "late"), DAYS_LATE)
def test_days_late_on_the_seven_mornings(as_of: str, late: dict[str, int]):
    today = date.fromisoformat(as_of)
    assert {d: CALENDAR.working_days_between(date.fromisoformat(d), today) for d in late} == late


@pytest.mark.parametrize(
    ("as_of", "due_on", "left"),
    [
        ("2026-11-23", "2026-11-25", 1),
        ("2026-11-23", "2026-11-30", 4),
        ("2026-11-26", "2026-11-30", 2),
        ("2026-11-30", "2026-12-07", 5),
        ("2026-12-01", "2026-12-07", 4),
    ],
)
def test_days_left_on_the_seven_mornings(as_of: str, due_on: str, left: int):
    assert CALENDAR.working_days_between(date.fromisoformat(as_of), date.fromisoformat(due_on)) == left


@pytest.mark.parametrize(("received", "amount", "unit", "pauses", "expected"), EDGES)
def test_edges_of_the_rules(received: str, amount: int, unit: str, pauses: str, expected: str):
    assert due(received, amount, unit, pauses).due_at == at(expected)


# A dossier of 5 working days received Monday 10/3; supplement requested Wednesday 12/3, completed Tuesday 18/3.
@pytest.mark.parametrize(
    ("policy", "completed", "expected"),
    [
        (PAUSE, "2025-03-18T10:00", "2025-03-21T17:00"),
        (NONE, "2025-03-18T10:00", "2025-03-17T17:00"),
        (RESTART, "2025-03-18T10:00", "2025-03-25T17:00"),
        (RESTART, "2025-03-18T17:30", "2025-03-26T17:00"),  # completed after closing
        (RESTART, "2025-03-22T10:00", "2025-03-31T17:00"),  # completed on a Saturday
    ],
)
def test_supplement_policies(policy: SupplementPolicy, completed: str, expected: str):
    assert due("2025-03-10T09:00", 5, WD, f"2025-03-12T09:00/{completed}", policy).due_at == at(expected)


def test_restart_counts_from_the_last_completion_and_in_hours_too():
    twice = "2025-03-12T09:00/2025-03-13T09:00;2025-03-14T09:00/2025-03-17T09:00"
    assert due("2025-03-10T09:00", 5, WD, twice, RESTART).due_on == date(2025, 3, 24)
    assert due("2025-03-10T09:00", 4, WH, twice, RESTART).due_at == at("2025-03-17T15:00")
    assert due("2025-03-10T09:00", 5, WD, "2025-03-01T09:00/2025-03-09T09:00", RESTART).due_on == date(2025, 3, 17)


@pytest.mark.parametrize("unit", [WD, CD, WH])
@pytest.mark.parametrize("policy", [PAUSE, RESTART])
def test_nothing_is_due_while_a_pause_runs(unit: str, policy: SupplementPolicy):
    found = due("2025-03-10T09:00", 5, unit, "2025-03-10T10:00/", policy)
    assert (found.due_at, found.due_on) == (None, None)
    assert found.received_on == date(2025, 3, 10)
    assert found.steps[-1].why == "pause_running"


def test_a_running_pause_may_be_supposed_to_end():
    running = due("2025-03-10T09:00", 5, WD, "2025-03-12T10:00/", ends="2025-03-18T09:00")
    assert running == due("2025-03-10T09:00", 5, WD, "2025-03-12T10:00/2025-03-18T09:00")
    assert due("2025-03-10T09:00", 5, WD, "2025-03-12T10:00/", NONE).due_on == date(2025, 3, 17)


@pytest.mark.parametrize(
    ("received", "amount", "unit", "pauses"),
    [
        ("2025-03-10T09:00", -1, WD, ""),
        ("2025-03-10T09:00", 1, WD, "2025-03-12T10:00/2025-03-11T10:00"),
        ("2025-03-10T09:00", 1, WH, "2025-03-12T10:00/2025-03-11T10:00"),
    ],
)
def test_nonsense_is_refused(received: str, amount: int, unit: str, pauses: str):
    with pytest.raises(ValueError, match=r"negative|before it starts"):
        due(received, amount, unit, pauses)


def test_a_naive_instant_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        deadline(datetime(2025, 3, 10, 9), Duration(amount=1, unit=DurationUnit.WORKING_DAY), CALENDAR, DEFAULT_HOURS)  # noqa: DTZ001


@pytest.mark.parametrize("unit", [WD, CD, WH])
def test_an_unknown_year_is_refused_on_receipt_and_on_the_way(unit: str):
    for received, amount in [("2014-12-31T09:00", 1), ("2027-12-31T16:00", 2), ("2027-12-31T17:30", 0)]:
        with pytest.raises(CalendarUnknownError):
            due(received, amount, unit)


@pytest.mark.parametrize(
    ("spans", "cutoff"),
    [
        (["07:30"], "15:00"),
        ([], "15:00"),
        (["13:30-17:00", "07:30-11:30"], "15:00"),
        (["07:30-11:30", "11:00-17:00"], "15:00"),
        (["07:30-07:30"], "15:00"),
        (["7:30-25:00"], "15:00"),
        (["7:30-17:00"], "3 giờ chiều"),
    ],
)
def test_office_hours_that_make_no_sense_are_refused(spans: list[str], cutoff: str):
    with pytest.raises(ValueError, match=r"07:30|15:00"):
        OfficeHours.parse(spans, cutoff)


def test_office_hours():
    assert OfficeHours.parse([" 7:30 – 11:30 ", "13:30-17:00"]) == DEFAULT_HOURS
