"""Which faults a person may overrule: every row rule of every suite has its place, and forgotten rows are counted."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from deployments.quarantine_words import REFUSALS
from expectations.check_context import CheckContext
from expectations.rules import Severity
from expectations.suites import SUITES
from tasks.calendar_files import shipped_calendar
from tasks.rules.datasets import DATASETS, Mode
from tasks.rules.release import Candidate, Refusal, is_plausibility, overdue_since, refusal_of
from tasks.rules.timezone import HANOI

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=HANOI)
GOOD = Candidate(
    dataset=DATASETS["dossiers"],
    record_key="one|A|2026",
    content_hash="h",
    content={"dossier_code": "one", "unit_code": "A", "status": "4", "received_at": "2026-11-09T02:00:00+00:00"},
    reasons=["due_before_received"],
    moment=NOW,
)
CONTEXT = CheckContext(now=datetime(2026, 1, 1, tzinfo=UTC), mode=Mode.SNAPSHOT)
CODES = [
    (name, rule.code)
    for name, suite in SUITES.items()
    for rule in suite.rules(CONTEXT)
    if rule.severity is Severity.ROW
]


@pytest.mark.parametrize(("dataset", "code"), CODES)
def test_every_reason_is_either_overruled_or_refused_with_words(dataset: str, code: str) -> None:
    cells = {column.name: "x" for column in DATASETS[dataset].columns if column.required}
    refused = refusal_of(replace(GOOD, dataset=DATASETS[dataset], content=cells, reasons=[code]))
    if refused is not None and not is_plausibility(code):
        assert refused.code in REFUSALS
        assert refused.code != "not_built"
    if "{column}" in REFUSALS[refused.code][0] if refused else False:
        assert refused.column in {column.name for column in DATASETS[dataset].columns}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"reasons": ["due_at_implausible", "received_in_future"]}, None),
        ({"record_key": "?abc"}, Refusal("no_key")),
        ({"content": GOOD.content | {"unit_code": None}}, Refusal("cell_missing", "unit_code")),
        ({"content": GOOD.content | {"status": "lạ"}}, Refusal("word_unknown", "status")),
        ({"reasons": ["malformed_row"]}, Refusal("malformed_row")),
        ({"reasons": ["due_before_received", "due_at_invalid"]}, Refusal("unreadable", "due_at")),
        ({"reasons": ["duration_out_of_range"]}, Refusal("range", "duration_amount")),
        ({"reasons": ["a_rule_of_next_year"]}, Refusal("not_built")),
        ({"current_hash": "h", "current_moment": NOW}, Refusal("already_there")),
        ({"current_hash": "x", "current_moment": NOW}, None),
        ({"current_hash": "x", "current_moment": NOW.replace(hour=8)}, Refusal("overtaken")),
        ({"reasons": ["conflicting_duplicates"], "released_beside": True}, Refusal("other_released")),
        ({"released_beside": True}, None),
    ],
)
def test_what_a_persons_word_can_and_cannot_do(changes: dict, expected: Refusal | None) -> None:
    assert refusal_of(replace(GOOD, **changes)) == expected


def test_a_week_of_work_is_counted_in_working_days() -> None:
    calendar = shipped_calendar()
    for day in range(1, 31):
        now = datetime(2026, 12, day, 9, tzinfo=HANOI)
        border = overdue_since(calendar, now)
        first_forgotten = border.date().fromordinal(border.date().toordinal() - 1)
        assert calendar.working_days_between(first_forgotten, now.date()) > 5
        assert calendar.working_days_between(border.date(), now.date()) <= 5
