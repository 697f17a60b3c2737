"""Counting by table gives what walking day by day gives, in known and unknown years alike."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.calendar_files import shipped_calendar
from tasks.rules.working_calendar import CalendarUnknownError, WorkingCalendar

SHIPPED = shipped_calendar()
KNOWN = sorted(SHIPPED.years)
CALENDARS = {
    "shipped": SHIPPED,
    "saturdays count": shipped_calendar(saturday_counts=True),
    "a year is missing": WorkingCalendar(tuple(e for e in SHIPPED.entries if e.day.year != 2024)),
    "nothing known": WorkingCalendar(()),
}
DAYS = st.dates(date(KNOWN[0] - 1, 11, 1), date(KNOWN[-1] + 1, 2, 28))


def walked_between(calendar: WorkingCalendar, after: date, until: date) -> int:
    days = (after + timedelta(days=n) for n in range(1, (until - after).days + 1))
    return sum(map(calendar.is_working_day, days))


def walked_on(calendar: WorkingCalendar, day: date, count: int) -> date:
    for _ in range(count):
        day = calendar.next_working_day(day)
    return day


def told(ask: Callable[[], object]) -> object:
    """The answer, or the year that is not known."""
    try:
        return ask()
    except CalendarUnknownError as error:
        return f"unknown {error.year}"


@pytest.mark.parametrize("calendar", CALENDARS.values(), ids=CALENDARS)
@given(after=DAYS, until=DAYS)
def test_days_between(calendar: WorkingCalendar, after: date, until: date) -> None:
    expected = told(lambda: walked_between(calendar, after, until))
    assert told(lambda: calendar.working_days_between(after, until)) == expected


@pytest.mark.parametrize("calendar", CALENDARS.values(), ids=CALENDARS)
@given(day=DAYS, count=st.one_of(st.integers(0, 10), st.integers(0, 600)))
def test_days_added(calendar: WorkingCalendar, day: date, count: int) -> None:
    expected = told(lambda: walked_on(calendar, day, count))
    assert told(lambda: calendar.add_working_days(day, count)) == expected


def test_around_new_year_and_the_ends_of_what_is_known() -> None:
    first, last = date(KNOWN[0], 1, 1), date(KNOWN[-1], 12, 31)
    eve = first - timedelta(days=1)
    assert SHIPPED.working_days_between(eve, last) == walked_between(SHIPPED, eve, last)
    assert SHIPPED.working_days_between(last, last) == 0
    assert SHIPPED.working_days_between(date.max, date.min) == 0
    assert told(lambda: SHIPPED.working_days_between(last, date.max)) == f"unknown {last.year + 1}"
    assert told(lambda: SHIPPED.add_working_days(date.min, 1)) == "unknown 1"


def test_counting_changes_nothing_of_the_calendar() -> None:
    counted, untouched = shipped_calendar(), shipped_calendar()
    counted.add_working_days(date(2026, 11, 23), 30)
    assert counted == untouched
    assert hash(counted) == hash(untouched)
    assert repr(counted) == repr(untouched)
    assert "_counted" not in repr(counted)
