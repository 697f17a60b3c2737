"""What counts as the usual number of flags, and from which day items are asked for at all."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.band import BandState, Figure, judged, usual
from tasks.rules.digests import compose
from tasks.rules.dossier_flags import World
from tasks.rules.enforcement import is_enforced
from tasks.rules.flags import open_flags
from tasks.rules.gates import GateLimits
from tasks.rules.model import Flag
from tasks.rules.office_hours import DEFAULT_HOURS
from tasks.rules.records import FlagRules
from tasks.rules.situation import Books, Situation
from tests.unit import story_digests
from tests.unit import story_world as story

TODAY = date(2026, 11, 30)
LIMITS = GateLimits()
PASSED, HELD, ACCEPTED = BandState


def history(*told: tuple[int, int, BandState]) -> list[Figure]:
    """(days ago, number, state), oldest first."""
    return [Figure(TODAY - timedelta(days=ago), number, state) for ago, number, state in told]


USUAL = [(n, 40, PASSED) for n in (5, 4, 3, 2, 1)]


@pytest.mark.parametrize(
    ("case", "told", "expected"),
    [
        ("nothing yet", [], []),
        ("five days", USUAL, [40] * 5),
        ("the last run of a day speaks for it", [*USUAL, (1, 44, PASSED)], [40, 40, 40, 40, 44]),
        ("six days: the oldest is forgotten", [(6, 90, PASSED), *USUAL], [40] * 5),
        ("today's own runs do not count", [*USUAL, (0, 900, PASSED), (0, 900, PASSED)], [40] * 5),
        ("what was held is never usual", [*USUAL, (1, 900, HELD), (1, 900, HELD)], [40] * 5),
        ("a day that was only held has no number", [*USUAL[:4], (1, 900, HELD)], [40] * 4),
        ("what was accepted stands for all before it", [*USUAL, (1, 900, ACCEPTED)], [900] * 5),
        ("and for the rest of its own day", [*USUAL, (0, 900, ACCEPTED)], [900] * 5),
        ("days after it count themselves", [*USUAL[:3], (2, 90, ACCEPTED), (1, 95, PASSED)], [90, 90, 90, 90, 95]),
        ("the last acceptance counts", [(3, 90, ACCEPTED), (2, 500, ACCEPTED)], [500] * 5),
    ],
)
def test_what_is_usual(case, told, expected):
    assert usual(history(*told), TODAY) == expected, case


@pytest.mark.parametrize(
    ("case", "flagged", "told", "accepted", "expected"),
    [
        ("as usual", 45, USUAL, False, PASSED),
        ("three times as many", 120, USUAL, False, HELD),
        ("nearly none", 3, USUAL, False, HELD),
        ("too few days to say", 120, USUAL[1:], False, PASSED),
        ("a person called it right", 120, USUAL, True, ACCEPTED),
        ("again on the same day, without the word", 120, [*USUAL, (0, 120, ACCEPTED)], False, PASSED),
        ("the next day", 118, [*USUAL, (1, 120, ACCEPTED)], False, PASSED),
        ("back to the old number after an acceptance", 40, [*USUAL, (1, 120, ACCEPTED)], False, HELD),
        ("held yesterday and no word since", 120, [*USUAL, (1, 120, HELD)], False, HELD),
    ],
)
def test_what_the_band_says(case, flagged, told, accepted, expected):
    verdict = judged(flagged, history(*told), TODAY, LIMITS, accepted=accepted)
    assert verdict.state is expected, case
    assert (verdict.reason is not None) is (expected is HELD)


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=40))
def test_a_fault_never_makes_itself_usual(numbers):
    """However often a number out of band comes again, on however many days, it stays held."""
    told = history(*USUAL)
    for day, number in enumerate(numbers):
        verdict = judged(300 + number, told, TODAY + timedelta(days=day), LIMITS)
        assert verdict.state is HELD
        told.append(Figure(TODAY + timedelta(days=day), 300 + number, verdict.state))


# --- from which day items count


@pytest.mark.parametrize(
    ("case", "facts", "enforced"),
    [
        ("due the day before", {"due_at": datetime(2026, 10, 31, 17, tzinfo=story.HANOI)}, False),
        ("due on the day", {"due_at": datetime(2026, 11, 1, 17, tzinfo=story.HANOI)}, True),
        ("extended beyond the day", {"original_due_on": date(2026, 10, 1)}, True),
        ("paused, the appointment before", {"due_at": None, "appointment_on": date(2026, 10, 30)}, False),
        (
            "paused, no appointment, ours before",
            {"due_at": None, "appointment_on": None, "own_due_on": date(2026, 9, 1)},
            False,
        ),
        ("no date at all", {"due_at": None, "appointment_on": None, "own_due_on": None}, True),
        ("another source", {"source": "other", "due_at": datetime(2020, 1, 2, tzinfo=story.HANOI)}, True),
    ],
)
def test_enforced_from(case, facts, enforced):
    assert is_enforced(replace(story_digests.T1, **facts), {"one-stop": date(2026, 11, 1)}) is enforced, case


def test_old_debts_reach_no_head_no_ladder_and_call_for_no_recipient():
    monday = date(2026, 11, 23)
    rules = FlagRules(off=story.OFF, enforce_from={"s": date(2026, 11, 19)})
    world = World(story.DIRECTORY, story.CALENDAR, DEFAULT_HOURS, rules, story.as_of(monday))
    files = [story.dossier(item, monday) for item in ("T1", "L1", "Q1")]  # due 16/11, 18/11, 19/11
    items = open_flags(files, [], world)
    assert [(i.code, i.flag) for i in items] == [(c, Flag.OVERDUE) for c in ("L1", "Q1", "T1")]
    digests = compose(Situation(items=items, files={f.record.item_key: f for f in files}, world=world, books=Books()))
    assert [i.facts.code for d in digests for i in d.items()] == ["Q1"]
