"""The trail: every day from receipt to due, and why it counted or not."""

from tasks.rules.deadlines import Deadline
from tests.unit.deadline_kit import CD, RESTART, WD, WH, due


def trail(found: Deadline) -> list[tuple[str, bool, str, str]]:
    return [(f"{step.day:%d/%m}", step.counted, str(step.why), step.detail) for step in found.steps]


def test_the_trail_tells_every_day_of_a_pause_over_a_weekend():
    assert trail(due("2025-03-12T17:30", 2, WD, "2025-03-14T09:00/2025-03-17T09:00")) == [
        ("12/03", False, "received_after_hours", ""),
        ("13/03", False, "receipt_day", ""),
        ("14/03", True, "working", "day=1"),
        ("15/03", False, "weekend", ""),
        ("16/03", False, "weekend", ""),
        ("17/03", False, "paused", ""),
        ("18/03", True, "due_day", "day=2;due"),
    ]


def test_the_trail_of_calendar_days_counts_days_off_and_then_moves_on():
    assert trail(due("2025-04-30T09:00", 2, CD)) == [
        ("30/04", False, "holiday", ""),
        ("01/05", False, "holiday", ""),
        ("02/05", False, "swap_off", ""),
        ("03/05", False, "weekend", ""),
        ("04/05", False, "weekend", ""),
        ("05/05", False, "receipt_day", ""),
        ("06/05", True, "working", "day=1"),
        ("07/05", True, "due_day", "day=2;due"),
    ]
    assert trail(due("2025-03-13T09:00", 2, CD))[2:] == [
        ("15/03", True, "weekend", "day=2"),
        ("16/03", False, "weekend", ""),
        ("17/03", False, "moved_to_working_day", "due"),
    ]


def test_the_trail_of_hours_tells_the_minutes_of_each_day():
    assert trail(due("2026-01-09T16:00", 3, WH)) == [
        ("09/01", True, "receipt_day", "minutes=60"),
        ("10/01", True, "makeup", "minutes=120;due"),
    ]
    assert trail(due("2025-03-13T16:00", 2, WH, "2025-03-14T07:00/2025-03-17T09:00"))[1:] == [
        ("14/03", False, "paused", ""),
        ("15/03", False, "weekend", ""),
        ("16/03", False, "weekend", ""),
        ("17/03", True, "due_day", "minutes=60;due"),
    ]


def test_the_trail_of_a_same_day_procedure_and_of_a_restart():
    assert trail(due("2025-03-10T09:00", 0, WD)) == [("10/03", False, "receipt_day", "due")]
    assert trail(due("2025-03-10T16:00", 0, WD)) == [
        ("10/03", False, "receipt_day", "after_cutoff"),
        ("11/03", False, "due_day", "due"),
    ]
    assert trail(due("2025-03-10T09:00", 1, WD, "2025-03-12T09:00/2025-03-13T09:00", RESTART)) == [
        ("10/03", False, "receipt_day", ""),
        ("11/03", False, "before_restart", ""),
        ("12/03", False, "before_restart", ""),
        ("13/03", False, "restart", ""),
        ("14/03", True, "due_day", "day=1;due"),
    ]
