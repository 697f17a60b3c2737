"""The vectorised rule says what the scalar one says, row by row."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.rules.deadlines import deadline
from tasks.rules.deadlines_frame import deadlines_frame
from tasks.rules.model import Duration, DurationUnit, Pause, SupplementPolicy
from tasks.rules.office_hours import SCHEDULES, OfficeHours
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import CalendarUnknownError, WorkingCalendar
from tests.unit.deadline_kit import CALENDAR, EDGES, WD, at, pauses_of

SCHEDULE = st.sampled_from([*SCHEDULES.values(), OfficeHours.parse(["08:00-16:00"], "10:00")])
# Whole hours and half hours meet the edges of the spans far more often than any minute would.
INSTANTS = st.one_of(
    st.datetimes(datetime(2015, 2, 1), datetime(2027, 3, 1), timezones=st.just(HANOI)),  # noqa: DTZ001
    st.builds(
        lambda day, half_hour: datetime.combine(day, datetime.min.time(), HANOI) + half_hour * timedelta(minutes=30),
        st.dates(date(2025, 12, 1), date(2026, 6, 1)),
        st.integers(0, 47),
    ),
)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, object]:
    received = draw(INSTANTS)
    steps = draw(st.lists(st.tuples(st.integers(-48, 400), st.one_of(st.none(), st.integers(0, 400))), max_size=3))
    half_hour = timedelta(minutes=30)
    pauses = [
        Pause(start=received + a * half_hour, end=None if b is None else received + (a + b) * half_hour)
        for a, b in steps
    ]
    return {
        "received_at": received,
        "amount": draw(st.integers(0, 30)),
        "unit": draw(st.sampled_from(list(DurationUnit))).value,
        "pauses": pauses,
        "policy": draw(st.sampled_from(list(SupplementPolicy))).value,
    }


def frame_of(cases: list[dict[str, object]]) -> pd.DataFrame:
    frame = pd.DataFrame(cases, index=[f"row {n}" for n in range(len(cases))])
    return frame.assign(received_at=pd.to_datetime(frame["received_at"], utc=True))


def scalar(row: pd.Series, calendar: WorkingCalendar, hours: OfficeHours) -> datetime | None:
    duration = Duration(amount=int(row["amount"]), unit=DurationUnit(row["unit"]))
    policy = SupplementPolicy(row["policy"])
    return deadline(row["received_at"], duration, calendar, hours, pauses=row["pauses"], policy=policy).due_at


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.lists(rows(), min_size=1, max_size=12), SCHEDULE)
def test_twin_equals_scalar(cases: list[dict[str, object]], hours: OfficeHours):
    frame = frame_of(cases)
    found = deadlines_frame(frame, CALENDAR, hours)
    assert list(found.index) == list(frame.index)
    expected = [scalar(row, CALENDAR, hours) for _, row in frame.iterrows()]
    assert [None if pd.isna(moment) else moment.to_pydatetime() for moment in found] == expected


def test_twin_keeps_the_limits_of_the_rules():
    cases = [
        {"received_at": at(received), "amount": amount, "unit": unit, "pauses": pauses_of(pauses)}
        for received, amount, unit, pauses, _ in EDGES
    ]
    found = deadlines_frame(frame_of(cases), CALENDAR, SCHEDULES["default"])
    assert [moment.to_pydatetime() for moment in found] == [at(expected) for *_, expected in EDGES]


# 2016 and 2018 known, 2017 not: deadlines must not leap over a year nobody knows.
GAP = WorkingCalendar(tuple(e for e in CALENDAR.entries if e.day.year in {2016, 2018}))


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    st.datetimes(datetime(2015, 11, 1), datetime(2019, 1, 31), timezones=st.just(HANOI)),  # noqa: DTZ001
    st.integers(0, 500),
    st.sampled_from(list(DurationUnit)),
)
def test_twin_knows_the_same_years(received: datetime, amount: int, unit: DurationUnit):
    hours = SCHEDULES["default"]
    frame = frame_of([{"received_at": received, "amount": amount, "unit": unit.value, "pauses": [], "policy": "pause"}])

    def year_refused(rule: Callable[[], object]) -> int | None:
        try:
            rule()
        except CalendarUnknownError as unknown:
            return unknown.year
        return None

    refused = year_refused(lambda: scalar(frame.iloc[0], GAP, hours))
    assert year_refused(lambda: deadlines_frame(frame, GAP, hours)) == refused
    assert bool(deadlines_frame(frame, GAP, hours, on_unknown="skip").isna().all()) is (refused is not None)
    if refused is None:
        assert deadlines_frame(frame, GAP, hours).iloc[0] == scalar(frame.iloc[0], GAP, hours)


def test_a_frame_without_pauses_and_an_empty_one():
    frame = pd.DataFrame({"received_at": [at("2025-03-10T09:15")], "amount": [5], "unit": [WD]})
    assert deadlines_frame(frame, CALENDAR, SCHEDULES["default"])[0] == at("2025-03-17T17:00")
    empty = frame.iloc[:0].assign(pauses=pd.Series([], dtype=object))
    assert deadlines_frame(empty, CALENDAR, SCHEDULES["default"]).empty


@pytest.mark.parametrize("change", [{"amount": -1}, {"amount": None}, {"received_at": pd.NaT}, {"unit": None}])
def test_rows_without_receipt_or_allowed_time_are_refused(change: dict[str, object]):
    frame = frame_of([{"received_at": at("2025-03-10T09:15"), "amount": 5, "unit": WD}]).assign(**change)
    with pytest.raises(ValueError, match="needs a receipt"):
        deadlines_frame(frame, CALENDAR, SCHEDULES["default"])


def test_one_unknown_row_leaves_the_others_their_dates():
    frame = frame_of(
        [
            {"received_at": at("2027-12-30T09:00"), "amount": 5, "unit": WD, "pauses": []},
            {"received_at": at("2025-03-10T09:15"), "amount": 5, "unit": WD, "pauses": []},
            {"received_at": at("2025-03-10T09:15"), "amount": 5, "unit": WD, "pauses": pauses_of("2025-03-11T09:00/")},
        ]
    )
    found = deadlines_frame(frame, CALENDAR, SCHEDULES["default"], on_unknown="skip")
    assert list(found.isna()) == [True, False, True]
    with pytest.raises(CalendarUnknownError, match="2028"):
        deadlines_frame(frame, CALENDAR, SCHEDULES["default"])
