"""The book of differences: what runs find enters it once, lives on, and is never lost between runs; both databases."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from tasks.bulletins import bulletin_of
from tasks.rules.difference_life import News
from tasks.rules.difference_model import ComparedSegment, DifferenceClass, DifferenceState, Scope
from tasks.rules.model import OpenDifferences
from tasks.run_context import RunRequest, enter_run
from tests.difference_stage import OTHER_UNIT, UNIT, differing, lacking, looked, on_paper, reconcile
from tests.told_desk import configured, told_url
from tests.warehouse_samples import DAY, MONDAY, MORNING
from warehouse import compared_segments, difference_desk, differences
from warehouse.dump import dump
from warehouse.engine import open_engine, reading, transaction
from warehouse.tables import differences as book
from warehouse.tables import flags, reconciliations

HOUR = timedelta(hours=1)
SEGMENT = ComparedSegment(UNIT, "2026-10", "aa", "bb", 12)


@pytest.fixture
def folder(played, database_kind, tmp_path):
    url = told_url(played, database_kind)
    return configured(url, tmp_path), url


@pytest.fixture
def engine(folder):
    engine = open_engine(folder[1])
    yield engine
    engine.dispose()


@pytest.fixture
def run(folder):
    return lambda *words, **more: reconcile(folder[0], *words, **more)


def rows(engine):
    with reading(engine) as conn:
        return {row["id"]: dict(row) for row in conn.execute(select(book)).mappings()}


def states(engine):
    return {name: row["state"] for name, row in rows(engine).items()}


def test_findings_enter_once_and_keep_their_first_day(run, engine):
    first = run([lacking(), differing(), on_paper()], twice=True)
    assert {name: first[name] for name in ("found", "new", "fixed", "open")} == {
        "found": 3,
        "new": 3,
        "fixed": 0,
        "open": 3,
    }
    assert first["by_class"] == {"field_differs": 1, "missing_in_warehouse": 1, "not_in_software": 1}
    again = run([lacking(), differing(source="2026-10-21"), on_paper()], MORNING + HOUR)
    assert (again["new"], again["again"], again["open"]) == (0, 3, 3)
    row = rows(engine)[differing().id]
    assert (row["first_seen_at"], row["last_seen_at"]) == (MORNING, MORNING + HOUR)
    assert (row["facts"]["source"], row["cause"], row["column_name"]) == ("2026-10-21", "behind", "due_at")
    assert row["first_run_id"] != row["run_id"]


def test_the_reconciliation_itself_is_on_record(run, engine):
    run(looked(lacking(), scope=Scope(units=frozenset({UNIT}))), reason="đoàn kiểm tra số 12")
    with reading(engine) as conn:
        (row,) = conn.execute(select(reconciliations)).mappings()
    assert (row["asked_by"], row["reason"]) == ("Trưởng phòng", "đoàn kiểm tra số 12")
    assert (row["state"], row["exit_status"], row["finished_at"] >= row["started_at"]) == ("done", 6, True)
    assert row["scope"]["units"] == [UNIT]
    assert row["registers"] == [{"name": "so-theo-doi-20261123.csv", "sha256": ""}]  # gone from its folder by now
    assert row["summary"]["new"] == 1


def test_what_is_mended_is_fixed_and_what_comes_back_is_told(run, engine):
    run([lacking(1), lacking(2)])
    mended = run([lacking(2)], MORNING + HOUR)
    assert (mended["fixed"], mended["open"]) == (1, 1)
    back = run([lacking(1), lacking(2)], MORNING + 2 * HOUR)
    assert (back["returned"], back["returned_ids"]) == (1, [lacking(1).id])
    row = rows(engine)[lacking(1).id]
    assert (row["state"], row["returned"], row["returned_at"]) == ("open", 1, MORNING + 2 * HOUR)
    assert row["fixed_at"] == MORNING + HOUR


def test_what_a_run_did_not_look_at_stands(run, engine):
    run([lacking(1), lacking(2, OTHER_UNIT), on_paper()])
    run(looked(scope=Scope(units=frozenset({OTHER_UNIT}))), MORNING + HOUR)
    run(looked(covered={DifferenceClass.FIELD_DIFFERS}), MORNING + 2 * HOUR)
    run(looked(unread={("one-stop", UNIT, "2026-10")}, books=set()), MORNING + 3 * HOUR)
    assert states(engine) == {lacking(1).id: "open", lacking(2, OTHER_UNIT).id: "fixed", on_paper().id: "open"}
    run(looked(), MORNING + 4 * HOUR)
    assert set(states(engine).values()) == {"fixed"}


def test_open_counts_what_is_asked_for_found_by_this_run_or_not(run):
    run([lacking(1), lacking(2, OTHER_UNIT)])
    told = run(looked(scope=Scope(units=frozenset({OTHER_UNIT})), covered=set()), MORNING + HOUR)
    assert (told["found"], told["open"], told["by_class"]) == (0, 1, {"missing_in_warehouse": 1})


def test_an_explanation_holds_until_the_facts_change(run, engine):
    run([differing()])
    with transaction(engine) as conn:
        difference_desk.explain(conn, differing().id, "Chánh VP", "gia hạn bằng văn bản", MORNING + HOUR)
    moved = replace(differing(), facts={**differing().facts, "refs": {"warehouse": "sha256:cd#5"}})
    told = run([moved], MORNING + 2 * HOUR)
    assert (told["open"], told["explained"]) == (0, 1)
    told = run([differing(source="2026-10-25")], MORNING + 3 * HOUR)
    assert (told["open"], told["reopened"]) == (1, 1)
    row = rows(engine)[differing().id]
    assert (row["state"], row["explanation"], row["explained_by"]) == ("open", "gia hạn bằng văn bản", "Chánh VP")


def test_a_run_that_looked_before_a_person_mended_it_does_not_bring_it_back(run, engine):
    run([lacking()])
    with transaction(engine) as conn:
        difference_desk.resolve(conn, lacking().id, "Lan", "đã nhận lại", MORNING + 2 * HOUR)
    assert run([lacking()], MORNING + HOUR)["returned"] == 0
    assert states(engine) == {lacking().id: "fixed"}
    assert run([lacking()], MORNING + 3 * HOUR)["returned"] == 1


def test_a_dry_run_weighs_the_same_and_stores_nothing(run, engine):
    run([lacking(1), lacking(2)])
    before = dump(engine, run_log=True)
    told = run([lacking(2), lacking(3)], MORNING + HOUR, dry_run=True)
    assert (told["new"], told["fixed"], told["again"], told["open"]) == (1, 1, 1, 2)
    assert dump(engine, run_log=True) == before


def test_compared_segments_are_remembered_with_their_findings_only(run, engine):
    def known():
        with reading(engine) as conn:
            return compared_segments.remembered(conn, "one-stop")

    run(looked(lacking(), compared={"one-stop": [SEGMENT]}), dry_run=True)
    assert known() == {}
    run(looked(lacking(), compared={"one-stop": [SEGMENT]}, capped={"one-stop"}))
    assert known() == {}
    run(looked(lacking(), compared={"one-stop": [SEGMENT]}), MORNING + HOUR)
    assert known() == {(UNIT, "2026-10"): SEGMENT}
    moved = replace(SEGMENT, source_digest="cc")
    run(looked(lacking(), compared={"one-stop": [moved]}), MORNING)  # looked earlier, stored later: says nothing now
    assert known() == {}, "the next run looks for itself"
    run(looked(lacking(), compared={"one-stop": [moved]}), MORNING + 2 * HOUR)
    assert known() == {(UNIT, "2026-10"): moved}
    with transaction(engine) as conn:  # a person says it is mended: the next run is to look for itself
        difference_desk.resolve(conn, lacking().id, "Lan", "đã nhận lại", MORNING + 3 * HOUR)
    assert known() == {}


def test_the_bulletin_has_a_line_once_somebody_has_compared(run, folder, engine):
    with transaction(engine) as conn:
        conn.execute(delete(flags))  # the sample's facts are not whole

    def told(hours):
        request = RunRequest(flow="bulletin", config=str(folder[0] / "dondoc.toml"), as_of=_later(hours).isoformat())
        with enter_run(request) as (opened, _), opened.store.reading() as conn:
            return bulletin_of(opened, conn, "ops@example.gov.vn").differences

    assert told(25) is None
    run([lacking(1), lacking(2)])
    run([lacking(2)], MORNING + HOUR)
    assert told(25) == OpenDifferences(count=1, since=MONDAY, looked_on=MONDAY)
    run([lacking(1), lacking(2)], _later(25))
    assert told(26) == OpenDifferences(count=2, since=MONDAY, looked_on=MONDAY + DAY, returned=1)
    run([], _later(26))
    assert told(27) is None


def _later(hours):
    return MORNING + hours * HOUR


def test_runs_that_store_at_the_same_time_lose_nothing(engine):
    """Each weighs what the other has written: every finding is new exactly once, and seen last by the latest."""
    runs = 4
    gate, told = threading.Barrier(runs), {}

    def store(number):
        comparison = looked(*(lacking(n) for n in range(30)), lacking(100 + number), covered=set())
        gate.wait()
        with transaction(engine) as conn:
            weighed = differences.weigh(conn, comparison, differences.seen_in(comparison), MORNING + number * HOUR)
            differences.write(conn, weighed, f"run-{number}")
        told[number] = [change.news for change in weighed.changes]

    threads = [threading.Thread(target=store, args=(number,)) for number in range(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(news.count(News.NEW) for news in told.values()) == 30 + runs
    found = rows(engine)
    assert len(found) == 30 + runs
    assert {found[lacking(n).id]["last_seen_at"] for n in range(30)} == {MORNING + (runs - 1) * HOUR}


def test_many_are_stored_and_fixed_in_pieces(run, engine):
    """More than one statement carries: chunks of five hundred."""
    many = [lacking(n) for n in range(1201)]
    assert run(many)["new"] == 1201
    assert run(many[:600], MORNING + HOUR)["fixed"] == 601
    told = run(many, MORNING + 2 * HOUR)
    assert (told["again"], told["returned"], len(told["returned_ids"])) == (600, 601, differences.TOLD)
    assert set(states(engine).values()) == {DifferenceState.OPEN}
