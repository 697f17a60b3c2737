"""Quarantine: bad rows are new once, seen again, closed when mended, and stay away when released."""

import pytest

from tests.warehouse_samples import DAY, MORNING, a_bad_row, a_batch, a_dossier, load
from warehouse import quarantine, quarantine_desk
from warehouse.engine import reading, transaction
from warehouse.errors import DeskError


def test_a_bad_row_is_new_once_and_closes_when_mended(engine):
    first = load(engine, a_batch([], quarantined=[a_bad_row("1"), a_bad_row("2")]))
    again = load(engine, a_batch([], as_of=MORNING + DAY, run_id="r2", quarantined=[a_bad_row("1"), a_bad_row("2")]))
    mended = load(engine, a_batch([a_dossier("1")], as_of=MORNING + 2 * DAY, run_id="r3", quarantined=[a_bad_row("2")]))
    assert (first.quarantined_new, again.quarantined_new, mended.closed) == (2, 0, 1)
    with reading(engine) as conn:
        (still,) = quarantine_desk.open_rows(conn)
        closed = quarantine_desk.row(conn, still["id"] - 1)
    assert (still["record_key"], still["first_seen_at"], still["last_seen_at"]) == ("2", MORNING, MORNING + 2 * DAY)
    assert (closed["closed_reason"], closed["closed_at"]) == ("corrected", MORNING + 2 * DAY)


def test_a_bad_row_that_comes_back_is_opened_again(engine):
    load(engine, a_batch([], quarantined=[a_bad_row("1")]))
    load(engine, a_batch([a_dossier("1")], as_of=MORNING + DAY, run_id="r2"))
    counts = load(engine, a_batch([], as_of=MORNING + 2 * DAY, run_id="r3", quarantined=[a_bad_row("1")]))
    assert counts.quarantined_new == 1
    with reading(engine) as conn:
        assert quarantine_desk.open_count(conn) == 1
        assert quarantine.doubtful_keys(conn) == {("one-stop", "dossiers"): frozenset({"1"})}


def test_a_bad_row_replaced_by_another_bad_one_does_not_stay_open_beside_it(engine):
    load(engine, a_batch([], quarantined=[a_bad_row("1", content="a")]))
    counts = load(engine, a_batch([], as_of=MORNING + DAY, run_id="r2", quarantined=[a_bad_row("1", content="b")]))
    assert (counts.quarantined_new, counts.closed) == (1, 1)
    with reading(engine) as conn:
        assert [row["content_hash"] for row in quarantine_desk.open_rows(conn)] == ["1-b"]


def test_a_complete_pull_without_the_bad_row_closes_it_and_an_incomplete_one_does_not(engine):
    load(engine, a_batch([], quarantined=[a_bad_row("1")]))
    partial = load(engine, a_batch([a_dossier("2")], as_of=MORNING + DAY, run_id="r2"))
    full = load(engine, a_batch([a_dossier("2")], as_of=MORNING + 2 * DAY, run_id="r3", complete=True))
    assert (partial.closed, full.closed) == (0, 1)


def test_a_released_row_stays_released(engine):
    load(engine, a_batch([], quarantined=[a_bad_row("1")]))
    with transaction(engine) as conn:
        (row,) = quarantine_desk.open_rows(conn)
        quarantine_desk.release(conn, row["id"], "ops", MORNING)
        with pytest.raises(DeskError):
            quarantine_desk.release(conn, row["id"], "ops", MORNING)
    counts = load(engine, a_batch([], as_of=MORNING + DAY, run_id="r2", quarantined=[a_bad_row("1")]))
    with reading(engine) as conn:
        assert (counts.quarantined_new, quarantine_desk.open_count(conn)) == (0, 0)
        assert quarantine_desk.released_identities(conn, "one-stop") == {("1", "1-bad")}


def test_quarantine_reads_for_ops(engine):
    load(engine, a_batch([], quarantined=[a_bad_row("1"), a_bad_row("2", reason="other")]))
    with reading(engine) as conn:
        assert quarantine_desk.reason_counts(conn) == [("Trạng thái không có trong danh mục", 2)]
        assert quarantine_desk.open_rows(conn, source="elsewhere") == []
        assert quarantine_desk.open_rows(conn)[0]["content"] == {"dossier_code": "H1", "status": "abc"}
