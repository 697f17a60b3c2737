"""Counting equal cases once gives what counting each of them gives, whatever was remembered before."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.deadlines import DeadlineMemo, deadline, remembered_deadline
from tasks.rules.model import Duration, DurationUnit, Pause, SupplementPolicy
from tasks.rules.office_hours import DEFAULT_HOURS
from tests.unit.deadline_kit import CALENDAR, at

START = at("2025-12-01T00:00")
DURATIONS = st.builds(Duration, amount=st.integers(0, 20), unit=st.sampled_from(DurationUnit))
CASES = st.tuples(st.integers(0, 60 * 24 * 90), DURATIONS, st.booleans(), st.sampled_from(SupplementPolicy))


@given(st.lists(CASES, min_size=1, max_size=30))
def test_what_is_remembered_is_what_is_counted(cases) -> None:
    known: DeadlineMemo = {}
    for minutes, duration, paused, policy in cases:
        received = START + timedelta(minutes=minutes)
        pauses = [Pause(start=received + timedelta(days=1), end=received + timedelta(days=4))] if paused else []
        counted = deadline(received, duration, CALENDAR, DEFAULT_HOURS, pauses=pauses, policy=policy)
        told = remembered_deadline(received, duration, CALENDAR, DEFAULT_HOURS, known, pauses=pauses, policy=policy)
        assert (told.due_at, told.due_on, told.received_on) == (counted.due_at, counted.due_on, counted.received_on)
