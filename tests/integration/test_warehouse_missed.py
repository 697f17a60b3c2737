"""What sweeps did not find, and what sources count themselves: the books, on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest

from warehouse import loads, missed, source_figures
from warehouse.engine import reading, transaction

FIRST = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))


def swept(engine, as_of, *vanished, source="one-stop", **more):
    with transaction(engine) as conn:
        missed.after_sweep(conn, source=source, system=source, vanished=vanished, as_of=as_of, **more)


def gone(engine, sweeps=2):
    with reading(engine) as conn:
        return missed.keys_missed(conn, sweeps)


def test_a_record_counts_as_missed_after_two_sweeps_since_the_first(engine):
    swept(engine, FIRST, "1", "2")
    assert gone(engine) == {}
    swept(engine, FIRST + HALF_HOUR, "1", "2")
    assert gone(engine) == {("one-stop", "1"): FIRST, ("one-stop", "2"): FIRST}


def test_the_same_sweep_again_or_an_earlier_one_counts_for_nothing(engine):
    for as_of in (FIRST, FIRST, FIRST - HALF_HOUR):
        swept(engine, as_of, "1")
    assert gone(engine) == {}
    assert gone(engine, sweeps=1) == {("one-stop", "1"): FIRST}


def test_what_is_back_is_forgotten_and_begins_anew(engine):
    """R13: deleted, created again, deleted again."""
    swept(engine, FIRST, "1", "2")
    swept(engine, FIRST + HALF_HOUR, "2")
    swept(engine, FIRST + 2 * HALF_HOUR, "1", "2")
    assert gone(engine) == {("one-stop", "2"): FIRST}
    with reading(engine) as conn:
        assert missed.of_source(conn, "one-stop") == {"1", "2"}
        assert missed.of_source(conn, "one-stop", sweeps=2) == {"2"}


def test_only_those_named_are_forgotten_where_a_sweep_did_not_look_at_all(engine):
    swept(engine, FIRST, "1", "2", "3")
    swept(engine, FIRST + HALF_HOUR, "3", seen_again=["1"])
    assert gone(engine, sweeps=1) == {("one-stop", "2"): FIRST, ("one-stop", "3"): FIRST}


def test_sources_keep_out_of_each_others_books(engine):
    swept(engine, FIRST, "1")
    swept(engine, FIRST, "1", source="other")
    swept(engine, FIRST + HALF_HOUR, source="other")
    assert gone(engine, sweeps=1) == {("one-stop", "1"): FIRST}


def test_many_keys_at_once(engine):
    keys = [str(n) for n in range(1203)]
    swept(engine, FIRST, *keys)
    swept(engine, FIRST + HALF_HOUR, *keys[3:])
    assert len(gone(engine)) == 1200
    assert len(gone(engine, sweeps=1)) == 1200


DAY_BEGINS = datetime(2026, 11, 22, 17, tzinfo=UTC)  # Monday in Hanoi
MONTH = DAY_BEGINS - timedelta(days=22)
BEFORE_MONTH, YESTERDAY = MONTH - HALF_HOUR, DAY_BEGINS - HALF_HOUR


@pytest.mark.parametrize(
    ("case", "told", "due"),
    [
        ("the first pull ever", [], True),
        ("only the month before had one", [(BEFORE_MONTH, "promoted")], True),
        ("this month had one", [(MONTH, "promoted")], False),
        ("one that could not be had took nobody's time", [(FIRST, "failed")], True),
        ("refused this morning", [(FIRST, "refused")], False),
        ("refused yesterday", [(YESTERDAY, "refused")], True),
        ("refused this morning, an ordinary one then", [(FIRST, "refused"), (FIRST + HALF_HOUR, "promoted")], False),
        (
            "refused yesterday, an ordinary one then",
            [(YESTERDAY - HALF_HOUR, "refused"), (YESTERDAY, "promoted")],
            True,
        ),
        ("refused yesterday, promoted today", [(YESTERDAY, "refused"), (FIRST, "promoted")], False),
        ("refused day by day", [(MONTH, "refused"), (YESTERDAY, "refused"), (FIRST, "refused")], False),
        ("an ordinary one refused after it was promoted", [(MONTH, "promoted"), (YESTERDAY, "refused")], False),
    ],
)
def test_the_full_pull_of_a_month_is_tried_once_a_day(engine, case, told, due):
    with transaction(engine) as conn:
        for n, (as_of, state) in enumerate(told):
            frame = {"source": "one-stop", "dataset": "dossiers", "error_code": "", "error": ""}
            loads.record_failure(conn, run_id=str(n), as_of=as_of, state=state, **frame)
        assert missed.full_due(conn, "one-stop", MONTH, DAY_BEGINS) is due, case
        assert missed.full_due(conn, "other", MONTH, DAY_BEGINS)


def rows(**counts):
    return [{"agency": "", "field": "", "figures": counts}, {"agency": "SNNMT", "field": "", "figures": counts}]


def test_the_newest_telling_of_a_month_takes_the_place_of_older_ones(engine):
    november = (date(2026, 11, 1), date(2026, 11, 30))
    with transaction(engine) as conn:
        source_figures.keep(conn, "one-stop", FIRST, OCTOBER, rows(totalCount=7))
        source_figures.keep(conn, "one-stop", FIRST, november, rows(totalCount=1)[:1])
        source_figures.keep(conn, "other", FIRST, OCTOBER, rows(totalCount=99))
        source_figures.keep(conn, "one-stop", FIRST + HALF_HOUR, OCTOBER, rows(totalCount=8))
    with reading(engine) as conn:
        told = source_figures.latest(conn, "one-stop")
        assert [(r["period_from"], r["agency"], r["figures"]["totalCount"], r["as_of"]) for r in told] == [
            (OCTOBER[0], "", 8, FIRST + HALF_HOUR),
            (OCTOBER[0], "SNNMT", 8, FIRST + HALF_HOUR),
            (november[0], "", 1, FIRST),
        ]
        assert source_figures.last_kept_at(conn, "one-stop") == FIRST + HALF_HOUR
        assert source_figures.last_kept_at(conn, "nobody") is None
