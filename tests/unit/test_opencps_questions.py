"""Which questions a pull asks, by the calendar alone."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.timezone import HANOI
from tasks.sources.opencps_questions import beyond, months_between, questions

MONDAY = datetime(2026, 11, 23, 7, 30, tzinfo=HANOI)


def day(text: str) -> date:
    return date(*reversed([int(part) for part in text.split("/")]))


def received(as_of: datetime, history: date | None, window: int = 30) -> list[tuple[str, date, date]]:
    asked = questions(as_of, window, history)
    return [(name, day(p["fromReceiveDate"]), day(p["toReceiveDate"])) for name, p in asked if "fromReceiveDate" in p]


def test_an_ordinary_run_asks_three_things() -> None:
    assert [label for label, _ in questions(MONDAY, 30)] == ["open", "finished", "received"]


@pytest.mark.parametrize(
    ("history", "labels"),
    [
        (None, ["received"]),
        (date(2026, 11, 10), ["received"]),  # within the window anyway
        (date(2026, 9, 16), ["received-2026-09", "received-2026-10", "received-2026-11"]),
        (date(2025, 12, 1), ["received-2025-12", *(f"received-2026-{m:02}" for m in range(1, 12))]),
    ],
)
def test_a_history_is_asked_for_month_by_month(history: date | None, labels: list[str]) -> None:
    assert [name for name, _, _ in received(MONDAY, history)] == labels


@given(as_of=st.dates(date(2023, 1, 1), date(2030, 12, 31)), back=st.integers(31, 1500))
def test_no_day_of_receipt_since_the_history_began_is_left_out(as_of: date, back: int) -> None:
    """A day wider on both sides, for a server two hours, or a time zone, off (R12)."""
    moment = datetime(as_of.year, as_of.month, as_of.day, 0, 5, tzinfo=HANOI)
    begin = as_of - timedelta(days=back)
    ranges = [(first, last) for _, first, last in received(moment, begin)]
    assert ranges[0][0] == begin - timedelta(days=1)
    assert ranges[-1][1] == as_of + timedelta(days=1)
    for (_, last), (first, _) in pairwise(ranges):
        assert first < last  # neighbours overlap


def test_the_open_sweep_reaches_into_the_future() -> None:
    (_, params), *_ = questions(MONDAY, 30)
    assert (params["fromReceiveNotDoneDate"], params["toReceiveNotDoneDate"]) == ("01/01/2000", "31/12/2031")
    assert params["systemId"] == "0,1,2"


def test_agencies_widen_every_question() -> None:
    assert {params["agency"] for _, params in questions(MONDAY, 30, None, ("A", "B"))} == {"A,B"}


@given(st.dates(date(2000, 1, 2), date(2026, 11, 23)))
def test_a_look_without_ends_leaves_no_day_out(oldest: date) -> None:
    today = MONDAY.date()
    asked = [*months_between(oldest, today), *((first, last) for _, first, last in beyond(MONDAY, oldest, today))]
    assert [min(asked)[0], max(asked)[1]] == [date(2000, 1, 1), date(2031, 12, 31)]
    assert all(end + timedelta(days=1) == begin for (_, end), (begin, _) in pairwise(sorted(asked)))
