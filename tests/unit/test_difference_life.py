"""The life of a difference: found, looked for, explained, mended, back again; and whether a run looked there at all."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.difference_life import (
    Life,
    News,
    Place,
    after_found,
    after_looked,
    facts_hash,
    is_asked,
    is_covered,
    place_of,
    segments_of,
    series_of,
    to_read_again,
)
from tasks.rules.difference_model import (
    Comparison,
    DifferenceClass,
    DifferenceState,
    Finding,
    Scope,
    SourceSide,
)

MONDAY = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPEN, EXPLAINED, FIXED = DifferenceState.OPEN, DifferenceState.EXPLAINED, DifferenceState.FIXED
AT_SOURCE = Place(
    kind=DifferenceClass.MISSING_IN_WAREHOUSE,
    unit_code="31157",
    system="mc",
    key="1",
    sides="source/warehouse",
    source="mot-cua",
    day=date(2026, 10, 5),
)
NEWER = ("so-20261130.xlsx",)
ON_PAPER = Place(
    kind=DifferenceClass.NOT_IN_SOFTWARE,
    unit_code="31157",
    sides="register/source",
    book="Q1",
    source="so-20261123.xlsx",
    day=date(2026, 10, 5),
)

TWICE = replace(AT_SOURCE, kind=DifferenceClass.DUPLICATE, key="H1|31157|2026")
DATED_ON_PAPER = replace(ON_PAPER, kind=DifferenceClass.FIELD_DIFFERS, system="mc", key="1")
MAY, OCTOBER = ("mot-cua", "31157", "2026-05"), ("mot-cua", "31157", "2026-10")


def a_life(state=OPEN, facts="one", **more):
    return Life(state=state, facts_hash=facts, last_seen_at=MONDAY, **more)


def a_rate(book="Q1", files=("so-20261123.xlsx",), first="2026-10-01", last="2026-10-31"):
    return {"book": book, "unit_code": "31157", "files": list(files), "first_day": first, "last_day": last}


def a_run(*places, **more):
    """A comparison that looked for everything, at one source and in one book."""
    told = {
        "scope": Scope(),
        "covered": {place.kind for place in (AT_SOURCE, ON_PAPER, *places)},
        "sides": {"mot-cua": SourceSide(name="mot-cua", system="mc")},
        "books": {"so-20261123.xlsx"},
        "rates": [a_rate()],
    }
    return Comparison(**{**told, **more})


@pytest.mark.parametrize(
    ("life", "facts", "later", "state", "news"),
    [
        (None, "one", 0, OPEN, News.NEW),
        (a_life(), "one", 1, OPEN, News.AGAIN),
        (a_life(), "two", 1, OPEN, News.AGAIN),
        (a_life(EXPLAINED), "one", 1, EXPLAINED, News.AGAIN),
        (a_life(EXPLAINED), "two", 1, OPEN, News.REOPENED),
        (a_life(FIXED, fixed_at=MONDAY + HOUR), "one", 2, OPEN, News.RETURNED),
        (a_life(FIXED, fixed_at=MONDAY + 2 * HOUR), "one", 1, FIXED, News.STANDS),  # it looked before it was mended
        (a_life(EXPLAINED), "two", -1, EXPLAINED, News.STANDS),  # a later run has seen it already
    ],
    ids=["first", "same", "other facts", "explained", "explained otherwise", "back", "older look", "overtaken"],
)
def test_a_difference_that_is_found(life, facts, later, state, news):
    now, told = after_found(life, facts, MONDAY + later * HOUR)
    assert (now.state, told) == (state, news)
    if news is not News.STANDS:
        assert (now.facts_hash, now.last_seen_at) == (facts, MONDAY + later * HOUR)
    assert now.returned == (news is News.RETURNED)


@pytest.mark.parametrize(
    ("life", "later", "state", "news"),
    [
        (a_life(), 1, FIXED, News.FIXED),
        (a_life(EXPLAINED), 1, FIXED, News.FIXED),
        (a_life(FIXED, fixed_at=MONDAY), 1, FIXED, News.STANDS),
        (a_life(), -1, OPEN, News.STANDS),  # a later run has seen it
    ],
)
def test_a_difference_that_is_looked_for_and_not_found(life, later, state, news):
    now, told = after_looked(life, MONDAY + later * HOUR)
    assert (now.state, told) == (state, news)
    assert now.last_seen_at == MONDAY


def test_what_comes_back_twice_is_counted_twice():
    life, _ = after_found(None, "one", MONDAY)
    for day in range(2):
        life, _ = after_looked(life, MONDAY + (2 * day + 1) * HOUR)
        life, _ = after_found(life, "one", MONDAY + (2 * day + 2) * HOUR)
    assert (life.state, life.returned, life.returned_at) == (OPEN, 2, MONDAY + 4 * HOUR)
    assert life.fixed_at == MONDAY + 3 * HOUR  # the last time; for its history


_looks = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["", "one", "two"])), max_size=8)


@given(looks=_looks, again=_looks)
def test_a_look_counts_once_and_an_older_one_not_at_all(looks, again):
    """Whatever was stored: the same look again, or one from before the last sighting, moves nothing."""
    life = None
    for hour, facts in looks:
        moment = MONDAY + hour * HOUR
        if facts:
            life, _ = after_found(life, facts, moment)
            assert after_found(life, facts, moment)[0] == life
        elif life is not None:
            life, _ = after_looked(life, moment)
            assert after_looked(life, moment)[0] == life
    for hour, facts in again:
        moment = MONDAY + hour * HOUR
        if life is not None and moment < life.last_seen_at:
            moved = after_found(life, facts, moment) if facts else after_looked(life, moment)
            assert moved == (life, News.STANDS)


@pytest.mark.parametrize(
    ("place", "more", "covered"),
    [
        (AT_SOURCE, {}, True),
        (AT_SOURCE, {"covered": {DifferenceClass.FIELD_DIFFERS}}, False),
        (AT_SOURCE, {"scope": Scope(units=frozenset({"31150"}))}, False),
        (AT_SOURCE, {"scope": Scope(period_from=date(2026, 11, 1))}, False),
        (AT_SOURCE, {"scope": Scope(period_to=date(2026, 10, 5))}, True),
        (AT_SOURCE, {"scope": Scope(sources=frozenset({"khac"}))}, False),
        (AT_SOURCE, {"sides": {}}, False),
        (AT_SOURCE, {"sides": {"mot-cua": SourceSide(name="mot-cua", system="mc", judged=False)}}, False),
        (AT_SOURCE, {"unread": {("mot-cua", "31157", "2026-10")}}, False),
        (AT_SOURCE, {"unread": {("mot-cua", "31157", "2026-11")}}, True),
        (replace(AT_SOURCE, day=None), {"unread": {("mot-cua", "31157", "2026-11")}}, False),
        (replace(AT_SOURCE, day=None), {"scope": Scope(period_to=date(2026, 10, 5))}, False),
        (AT_SOURCE, {"undecided": {("mc", "1")}}, False),
        (AT_SOURCE, {"undecided": {("mc", "2")}}, True),
        (AT_SOURCE, {"capped": {"mot-cua"}}, False),
        (TWICE, {}, True),
        (TWICE, {"unread": {MAY}}, False),  # one of its keys may stand there
        (TWICE, {"unread": {("mot-cua", "31157", "2025-10"), ("mot-cua", "31150", "2026-10")}}, True),
        (TWICE, {"scope": Scope(period_from=date(2026, 10, 1), period_to=date(2026, 10, 31))}, False),
        (TWICE, {"scope": Scope(period_from=date(2026, 1, 1), period_to=date(2026, 12, 31))}, True),
        (replace(TWICE, sides="source"), {"unread": {MAY}}, True),  # one key twice in one body stands on one day
        (DATED_ON_PAPER, {"unread": {OCTOBER}}, False),
        (DATED_ON_PAPER, {"unread": {MAY}}, True),
        (DATED_ON_PAPER, {"capped": {"mot-cua"}}, False),
        (DATED_ON_PAPER, {"undecided": {("mc", "1")}}, False),
        (replace(DATED_ON_PAPER, sides="register/warehouse"), {"unread": {OCTOBER}}, True),
        (ON_PAPER, {}, True),
        (ON_PAPER, {"books": set(), "rates": []}, False),
        (ON_PAPER, {"books": set(NEWER), "rates": [a_rate(files=NEWER)]}, True),
        (replace(ON_PAPER, book=""), {"books": set(NEWER), "rates": [a_rate(files=NEWER)]}, True),
        (ON_PAPER, {"books": set(NEWER), "rates": [a_rate("Q2", NEWER)]}, False),
        (ON_PAPER, {"books": set(NEWER), "rates": [a_rate(files=NEWER, first="2026-10-06")]}, False),  # the next month
        (ON_PAPER, {"books": set(NEWER), "rates": [a_rate(files=("lien-thong-20261130.xlsx",))]}, False),
        (ON_PAPER, {"capped": {"so-20261123.xlsx"}}, False),  # not every line could be read
        (ON_PAPER, {"books": set(NEWER), "capped": set(NEWER), "rates": [a_rate(files=NEWER)]}, False),
        (ON_PAPER, {"sides": {}}, False),
        (ON_PAPER, {"sides": {"mot-cua": SourceSide(name="mot-cua", system="mc", judged=False)}}, False),
        (replace(ON_PAPER, sides="register/warehouse"), {"sides": {}}, True),
        (replace(ON_PAPER, sides="transfer_register"), {"books": set(), "rates": []}, False),
        (replace(ON_PAPER, sides="transfer_register"), {"sides": {}}, True),
        (ON_PAPER, {"scope": Scope(sources=frozenset({"mot-cua"}))}, True),
    ],
)
def test_only_what_a_run_really_looked_at_can_be_fixed_by_it(place, more, covered):
    assert is_covered(a_run(place, **more), place) is covered


def test_where_a_difference_may_stand():
    assert segments_of(AT_SOURCE) == [("31157", "2026-10")]
    assert segments_of(TWICE) == [("31157", f"2026-{month:02d}") for month in range(1, 13)]
    assert segments_of(replace(AT_SOURCE, day=None)) is segments_of(replace(AT_SOURCE, unit_code="")) is None


@pytest.mark.parametrize(
    ("place", "more", "segments"),
    [
        (TWICE, {"unread": {MAY}}, 12),
        (TWICE, {"unread": {MAY}, "capped": {"mot-cua"}}, 0),  # reading more would not help
        (TWICE, {"unread": {MAY}, "scope": Scope(units=frozenset({"31150"}))}, 0),
        (TWICE, {}, 0),  # it is fixed
        (DATED_ON_PAPER, {"unread": {OCTOBER}}, 1),
        (AT_SOURCE, {"unread": {OCTOBER}}, 0),  # nothing has moved there: it stands as it was seen
    ],
)
def test_what_was_half_read_is_read_whole_next_time(place, more, segments):
    assert len(to_read_again(a_run(place, **more), place)) == segments


def test_procedures_belong_to_no_source():
    place = Place(kind=DifferenceClass.POSTED_REPEALED, unit_code="31157", sides="catalogue")
    assert is_covered(a_run(place, sides={}), place)
    assert is_asked(Scope(sources=frozenset({"mot-cua"})), place)


def test_where_a_side_stands_is_no_fact_that_an_explanation_rests_on():
    facts = {"source": "2026-10-05", "warehouse": "2026-10-06"}
    same = facts_hash({**facts, "refs": {"source": "sha256:ab#1"}})
    assert same == facts_hash(dict(reversed(facts.items())))
    assert same != facts_hash({**facts, "warehouse": "2026-10-07"})
    assert facts_hash({"day": date(2026, 10, 5)}) == facts_hash({"day": "2026-10-05"})


def test_files_of_one_book_are_known_by_their_name():
    assert series_of("So-Theo-Doi-20261123.xlsx") == series_of("so-theo-doi-20261130.xlsx")
    assert series_of("so-theo-doi-20261123.xlsx") != series_of("so-lien-thong-20261123.xlsx")


def test_a_finding_knows_its_place():
    finding = Finding(kind=AT_SOURCE.kind, unit_code="31157", system="mc", key="1", code="H1", sides="source/warehouse")
    assert place_of(finding) == replace(AT_SOURCE, source="", day=None)
