"""What holds of every deadline, whatever the receipt, the duration and the pauses."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.rules.deadlines import deadline
from tasks.rules.model import Duration, DurationUnit, Pause
from tasks.rules.office_hours import DEFAULT_HOURS
from tasks.rules.timezone import HANOI
from tests.unit.deadline_kit import CALENDAR

MOMENTS = st.datetimes(datetime(2015, 6, 1), datetime(2027, 6, 30), timezones=st.just(HANOI)).map(  # noqa: DTZ001
    lambda moment: moment.replace(second=0, microsecond=0)
)
UNITS = st.sampled_from(list(DurationUnit))
AMOUNTS = st.integers(0, 40)


@st.composite
def pause_lists(draw: st.DrawFn, received: datetime) -> Sequence[Pause]:
    starts = draw(st.lists(st.integers(-2000, 40000), max_size=3))
    lengths = draw(st.lists(st.integers(0, 30000), min_size=len(starts), max_size=len(starts)))
    minute = timedelta(minutes=1)
    return [
        Pause(start=received + a * minute, end=received + (a + b) * minute)
        for a, b in zip(starts, lengths, strict=True)
    ]


@given(st.data(), MOMENTS, AMOUNTS, UNITS)
def test_never_due_on_a_day_off_nor_outside_office_hours(
    data: st.DataObject, received: datetime, n: int, unit: DurationUnit
):
    pauses = data.draw(pause_lists(received))
    found = deadline(received, Duration(amount=n, unit=unit), CALENDAR, DEFAULT_HOURS, pauses=pauses)
    assert found.due_at is not None
    assert CALENDAR.is_working_day(found.due_at.date())
    assert any(begin <= found.due_at <= end for begin, end in DEFAULT_HOURS.spans_on(found.due_at.date()))
    assert found.due_at >= received


@given(st.data(), MOMENTS, AMOUNTS, UNITS)
def test_the_trail_has_every_day_once_and_counts_what_was_allowed(
    data: st.DataObject, received: datetime, n: int, unit: DurationUnit
):
    pauses = data.draw(pause_lists(received))
    found = deadline(received, Duration(amount=n, unit=unit), CALENDAR, DEFAULT_HOURS, pauses=pauses)
    days = [step.day for step in found.steps]
    assert days == [received.date() + timedelta(days=k) for k in range(len(days))]
    assert days[-1] == found.due_on
    if unit is DurationUnit.WORKING_HOUR:
        minutes = [
            int(part[8:]) for step in found.steps for part in step.detail.split(";") if part.startswith("minutes")
        ]
        assert sum(minutes) == n * 60
    else:
        assert sum(step.counted for step in found.steps) == n


@given(MOMENTS, st.integers(0, 60 * 24 * 20), AMOUNTS, UNITS)
def test_a_later_receipt_is_never_due_earlier(received: datetime, later: int, n: int, unit: DurationUnit):
    length = Duration(amount=n, unit=unit)
    first = deadline(received, length, CALENDAR, DEFAULT_HOURS).due_at
    second = deadline(received + timedelta(minutes=later), length, CALENDAR, DEFAULT_HOURS).due_at
    assert first is not None
    assert second is not None
    assert first <= second


@given(MOMENTS, st.integers(2, 30), st.integers(0, 20), st.integers(0, 15))
def test_a_pause_of_k_working_days_moves_the_date_by_k(received: datetime, n: int, offset: int, k: int):
    length = Duration(amount=n, unit=DurationUnit.WORKING_DAY)
    plain = deadline(received, length, CALENDAR, DEFAULT_HOURS)
    assert plain.due_on is not None
    requested = CALENDAR.add_working_days(plain.received_on, min(offset, n - 1))
    completed = CALENDAR.add_working_days(requested, k)
    pause = Pause(start=DEFAULT_HOURS.opening_on(requested), end=DEFAULT_HOURS.closing_on(completed))
    moved = deadline(received, length, CALENDAR, DEFAULT_HOURS, pauses=[pause])
    assert moved.due_on == CALENDAR.add_working_days(plain.due_on, k)


def minute_by_minute(received: datetime, hours: int, pauses: Sequence[Pause]) -> datetime:
    """Office minutes ticked off one by one: slow, and plainly right."""
    minute, left = received, hours * 60
    while left:
        open_now = CALENDAR.is_working_day(minute.date()) and any(
            begin <= minute < end for begin, end in DEFAULT_HOURS.spans_on(minute.date())
        )
        left -= open_now and not any(pause.end and pause.start <= minute < pause.end for pause in pauses)
        minute += timedelta(minutes=1)
    return minute


@settings(max_examples=40)
@given(st.data(), MOMENTS, st.integers(1, 9))
def test_hours_agree_with_ticking_off_every_minute(data: st.DataObject, received: datetime, hours: int):
    starts = data.draw(st.lists(st.integers(-300, 1500), max_size=3))
    minute = timedelta(minutes=1)
    pauses = [Pause(start=received + k * minute, end=received + (k + 70 + k % 500) * minute) for k in starts]
    found = deadline(
        received, Duration(amount=hours, unit=DurationUnit.WORKING_HOUR), CALENDAR, DEFAULT_HOURS, pauses=pauses
    )
    assert found.due_at == minute_by_minute(received, hours, pauses)
