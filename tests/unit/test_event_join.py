"""Which dossier an event of paper belongs to: one, or none and a doubt."""

from datetime import datetime

import pytest

from tasks.event_join import events_of_dossiers
from tests.unit import story_world as story


def row(key, unit="u1", received=(2026, 3, 2), code="C1"):
    at = datetime(*received, 8, tzinfo=story.HANOI)
    return {"system": "s", "record_key": key, "dossier_code": code, "unit_code": unit, "received_at": at}


def event(at=(2026, 3, 10), unit=""):
    return {"system": "s", "dossier_code": "C1", "unit_code": unit, "at": datetime(*at, 8, tzinfo=story.HANOI)}


@pytest.mark.parametrize(
    ("events", "dossiers", "belongs_to", "doubt"),
    [
        pytest.param([event()], [row("a")], "a", set(), id="the only one"),
        pytest.param([event()], [row("a", received=(2025, 3, 2)), row("b")], "b", set(), id="the later year"),
        pytest.param(
            [event(at=(2025, 6, 1))], [row("a", received=(2025, 3, 2)), row("b")], "a", set(), id="the earlier year"
        ),
        pytest.param([event(unit="u2")], [row("a"), row("b", unit="u2")], "b", set(), id="the named unit"),
        pytest.param([event()], [row("a"), row("b", unit="u2")], None, {"a", "b"}, id="two units, none named"),
        pytest.param([event(at=(2026, 1, 5))], [row("a")], None, set(), id="before its receipt"),
    ],
)
def test_an_event_belongs_to_one_dossier_or_to_none(events, dossiers, belongs_to, doubt):
    found, unclear = events_of_dossiers(events, dossiers)
    assert {key for (_, key), mine in found.items() if mine} == ({belongs_to} if belongs_to else set())
    assert {key for _, key in unclear} == doubt
