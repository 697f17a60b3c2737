"""Several rows of one key in one pull: taken once, the newest taken, or all of them in doubt."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.expectation_cases import BROKEN, codes_of, good, report_on

MORNING, EVENING = "20/11/2026 08:00:00", "20/11/2026 16:00:00"
DOUBT = ["conflicting_duplicates"]


def dossier(**changes):
    return good("dossiers", **changes)


def test_the_same_again_is_folded_and_no_fault() -> None:
    report = report_on("dossiers", dossier(), dossier(), dossier(source_record_id="2"), dossier())
    assert report.keys.duplicates == {1, 3}
    assert codes_of(report) == {}


def test_the_same_again_written_otherwise_is_the_same() -> None:
    decomposed, composed = "Cấp giấy phép", "Cấp giấy phép"
    rows = dossier(procedure_name=decomposed), dossier(procedure_name=composed, received_at="2026-11-09 09:10:00")
    assert report_on("dossiers", *rows).keys.duplicates == {1}


def test_the_newest_wins_whatever_the_order_of_rows() -> None:
    old, new = dossier(status="2", updated_at=MORNING), dossier(status="9", updated_at=EVENING)
    for rows, older in (((old, new), 0), ((new, old), 1)):
        report = report_on("dossiers", *rows)
        assert report.keys.superseded == {older}
        assert codes_of(report) == {}


def test_nothing_tells_the_newer() -> None:
    undated = dossier(status="2", updated_at=None), dossier(status="9", updated_at=None)
    one_dated = dossier(status="2", updated_at=None), dossier(status="9", updated_at=EVENING)
    same_moment = dossier(status="2", updated_at=EVENING), dossier(status="9", updated_at=EVENING)
    for rows in (undated, one_dated, same_moment):
        report = report_on("dossiers", *rows)
        assert codes_of(report) == {0: DOUBT, 1: DOUBT}
        assert not report.keys.folded


def test_two_latest_of_three_put_all_three_in_doubt() -> None:
    rows = [dossier(status=s, updated_at=u) for s, u in (("2", MORNING), ("4", EVENING), ("9", EVENING))]
    assert codes_of(report_on("dossiers", *rows)) == {0: DOUBT, 1: DOUBT, 2: DOUBT}


def test_a_row_in_doubt_that_came_twice_counts_once() -> None:
    rows = [dossier(status=s, updated_at=None) for s in ("2", "9", "2")]
    report = report_on("dossiers", *rows)
    assert codes_of(report) == {0: DOUBT, 1: DOUBT}
    assert report.keys.duplicates == {2}


def test_a_faulty_newer_row_does_not_take_the_good_older_one_away() -> None:
    rows = dossier(updated_at=MORNING), dossier(updated_at=EVENING, status="abc")
    report = report_on("dossiers", *rows)
    assert codes_of(report) == {1: ["status_unknown"]}
    assert not report.keys.superseded


def test_a_faulty_older_row_is_forgotten_with_the_good_newer_one() -> None:
    rows = dossier(updated_at=MORNING, status="abc"), dossier(updated_at=EVENING)
    report = report_on("dossiers", *rows)
    assert codes_of(report) == {}
    assert report.keys.superseded == {0}


def test_equal_codes_are_no_equal_keys() -> None:
    """The same code in another unit, in another year, or under another id of the source is another dossier."""
    rows = [
        dossier(source_record_id=None),
        dossier(source_record_id=None, unit_code="31231"),
        dossier(source_record_id=None, received_at="10/11/2025", due_at="17/11/2025"),
        dossier(source_record_id="1"),
        dossier(source_record_id="2", status="9"),
    ]
    report = report_on("dossiers", *rows)
    assert codes_of(report) == {}
    assert not report.keys.folded


def test_rows_without_a_key_stand_alone() -> None:
    rows = [dossier(unit_code=None, source_record_id=None, status=s) for s in ("2", "9")]
    broken = [{BROKEN: "field_count"}, {BROKEN: "field_count"}]
    report = report_on("dossiers", *rows, *broken)
    assert codes_of(report) == {0: ["unit_missing"], 1: ["unit_missing"], 2: ["malformed_row"], 3: ["malformed_row"]}
    assert not report.keys.folded


def test_a_list_without_dates_of_update_cannot_tell_the_newer() -> None:
    rows = good("contacts", title="Chủ tịch"), good("contacts", title="Phó Chủ tịch"), good("contacts", role="deputy")
    assert codes_of(report_on("contacts", *rows)) == {0: DOUBT, 1: DOUBT}


ROW = st.fixed_dictionaries(
    {
        "source_record_id": st.sampled_from(["1", "2"]),
        "status": st.sampled_from(["2", "9", "abc"]),
        "updated_at": st.sampled_from([None, MORNING, EVENING]),
    }
)


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(st.lists(ROW, max_size=6))
def test_every_row_has_one_fate_and_a_key_at_most_one_good_row(rows) -> None:
    report = report_on("dossiers", *(dossier(**row) for row in rows))
    fates = [set(report.row_faults), set(report.keys.duplicates), set(report.keys.superseded)]
    assert all(not (one & other) for one, other in itertools.combinations(fates, 2))
    taken = [row["source_record_id"] for rid, row in enumerate(rows) if not any(rid in fate for fate in fates)]
    assert len(taken) == len(set(taken))
