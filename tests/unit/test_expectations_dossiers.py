"""Which dossiers are believed, and the one reason given where one is not."""

from datetime import datetime, time, timedelta

import pytest

from expectations.run import CheckContext
from tasks.rules.timezone import HANOI
from tests.unit.expectation_cases import BROKEN, NOW, codes_of, good, report_on

FAR = "01/01/9999"


def dossier(**changes):
    return good("dossiers", **changes)


BAD = [
    ("no code, but the source's own id", {"dossier_code": None}, "dossier_code_missing"),
    ("no unit", {"unit_code": None}, "unit_missing"),
    (
        "no unit and no id of the source: the key fails with it",
        {"unit_code": " ", "source_record_id": None},
        "unit_missing",
    ),
    ("no status", {"status": None}, "status_missing"),
    ("an unknown status word", {"status": "abc"}, "status_unknown"),
    ("status 11", {"status": "11"}, "status_unknown"),
    ("no receipt", {"received_at": None}, "received_at_missing"),
    ("received on 31 February", {"received_at": "31/02/2026"}, "received_at_invalid"),
    ("the same without an id", {"received_at": "31/02/2026", "source_record_id": None}, "received_at_invalid"),
    (
        "received and submitted on 31 February: one mistake",
        {"received_at": "31/02/2026", "submitted_at": "31/02/2026"},
        "received_at_invalid",
    ),
    ("words for a date", {"received_at": "chưa có"}, "received_at_invalid"),
    ("received in 1999", {"received_at": "31/12/1999"}, "received_at_implausible"),
    ("received in the year 1", {"received_at": "01/01/0001"}, "received_at_implausible"),
    ("received in the year 9999", {"received_at": FAR}, "received_at_implausible"),
    ("received next March", {"received_at": "01/03/2027"}, "received_in_future"),
    ("received next March, due before", {"received_at": "01/03/2027", "due_at": "20/11/2026"}, "received_in_future"),
    ("received a second too far ahead", {"received_at": "24/11/2026 07:30:01"}, "received_in_future"),
    ("due before received", {"due_at": "06/11/2026"}, "due_before_received"),
    ("due an hour before received", {"due_at": "09/11/2026 08:10:00"}, "due_before_received"),
    ("due on 31 November", {"due_at": "31/11/2026"}, "due_at_invalid"),
    ("due in ten years", {"due_at": "16/11/2036"}, "due_at_implausible"),
    ("due in the year 9999", {"due_at": FAR}, "due_at_implausible"),
    ("resolved before received", {"resolved_at": "06/11/2026"}, "resolved_before_received"),
    ("resolved an hour before received", {"resolved_at": "09/11/2026 08:10:00"}, "resolved_before_received"),
    ("resolved on 00/00", {"resolved_at": "00/00/2026"}, "resolved_at_invalid"),
    ("handed out before received", {"returned_at": "01/11/2026"}, "returned_before_received"),
    ("submitted in 1026", {"submitted_at": "09/11/1026"}, "submitted_at_implausible"),
    ("held since nobody knows when", {"holding_since": "?"}, "holding_since_invalid"),
    ("updated in the year 9999", {"updated_at": FAR}, "updated_at_implausible"),
    ("paused: perhaps", {"paused": "có thể"}, "paused_invalid"),
    ("five point five days", {"duration_amount": "5.5"}, "duration_amount_invalid"),
    ("minus one day", {"duration_amount": "-1"}, "duration_out_of_range"),
    ("more than ten years", {"duration_amount": "3651"}, "duration_out_of_range"),
    ("five of what?", {"duration_unit": None}, "duration_incomplete"),
    ("working days, how many?", {"duration_amount": None}, "duration_incomplete"),
    ("five fortnights", {"duration_unit": "fortnight"}, "duration_unit_unknown"),
    ("cells shifted", {BROKEN: "field_count"}, "malformed_row"),
    ("a formula without result", {BROKEN: "formula"}, "formula_cell"),
    ("#REF!", {BROKEN: "cell_error"}, "formula_cell"),
    ("1.09E+11 for a code", {BROKEN: "code_as_number"}, "code_as_number"),
    ("a story for a code", {"procedure_code": "1.0" * 67}, "code_too_long"),
]


@pytest.fixture(scope="module")
def one_pull_of_all():
    """All bad rows in one pull, each with a key of its own where the case leaves it one."""
    rows = [dossier(**{"source_record_id": str(1000 + n), **changes}) for n, (_, changes, _) in enumerate(BAD)]
    rows = [{**row, "dossier_code": row["dossier_code"] and f"TL.{n}"} for n, row in enumerate(rows)]
    return report_on("dossiers", *rows, dossier())


@pytest.mark.parametrize(("number", "case"), list(enumerate(BAD)), ids=[case[0] for case in BAD])
def test_a_bad_dossier_has_exactly_one_reason(one_pull_of_all, number, case) -> None:
    assert codes_of(one_pull_of_all)[number] == [case[2]]


def test_a_good_dossier_among_bad_ones_is_good(one_pull_of_all) -> None:
    assert one_pull_of_all.rows == len(BAD) + 1
    assert sorted(one_pull_of_all.row_faults) == list(range(len(BAD)))
    assert not one_pull_of_all.source.refused
    assert not one_pull_of_all.keys.folded


def test_what_is_unusual_but_possible_is_believed() -> None:
    unusual = [
        {"received_at": "24/11/2026 07:30:00", "due_at": "01/12/2026"},  # a day ahead of now
        {"received_at": "13/11/2026 17:20", "due_at": "20/11/2026"},  # after hours
        {"received_at": "16/11/2026 17:20", "due_at": "16/11/2026"},  # a date alone means closing time
        {"received_at": "16/11/2026 17:20", "due_at": "16/11/2026 17:00"},
        {"received_at": "16/11/2026 17:20", "resolved_at": "16/11/2026"},
        {"received_at": "16/11/2026 17:20", "resolved_at": "16/11/2026 00:00:00"},
        {"received_at": "16/11/2026", "resolved_at": "16/11/2026 07:00"},
        {"due_at": None, "duration_amount": None, "duration_unit": None},
        {"duration_amount": "0"},
        {"duration_amount": "3650"},
        {"received_at": "01/01/2000", "due_at": "23/11/2031"},
        {"unit_code": "nobody-knows", "procedure_code": "repealed", "holding_unit_code": "?"},  # flags, not faults
        {"status": "10", "updated_at": None},
    ]
    rows = [dossier(**{"source_record_id": str(n), **changes}) for n, changes in enumerate(unusual)]
    assert codes_of(report_on("dossiers", *rows)) == {}


def test_two_different_unreadable_dates_are_two_mistakes() -> None:
    row = dossier(received_at="31/02/2026", submitted_at="30/02/2026")
    assert codes_of(report_on("dossiers", row)) == {0: ["received_at_invalid", "submitted_at_invalid"]}


def test_another_closing_time_stands_for_a_date_without_time() -> None:
    row = dossier(received_at="16/11/2026 16:40", resolved_at="16/11/2026 16:30")
    assert codes_of(report_on("dossiers", row)) == {0: ["resolved_before_received"]}
    early_closing = CheckContext(now=NOW, closing=time(16, 30))
    assert codes_of(report_on("dossiers", row, context=early_closing)) == {}


def test_the_future_is_counted_from_the_moment_of_the_pull() -> None:
    row = dossier(received_at="01/03/2027 08:00", due_at="10/03/2027")
    later = CheckContext(now=datetime(2027, 2, 28, 8, 0, tzinfo=HANOI))
    assert codes_of(report_on("dossiers", row, context=later)) == {}
    earlier = CheckContext(now=later.now - timedelta(seconds=1))
    assert codes_of(report_on("dossiers", row, context=earlier)) == {0: ["received_in_future"]}


def test_five_years_ahead_of_a_leap_day() -> None:
    leap = CheckContext(now=datetime(2028, 2, 29, 8, 0, tzinfo=HANOI))
    edge, beyond = dossier(due_at="01/03/2033"), dossier(due_at="02/03/2033", source_record_id="2")
    assert codes_of(report_on("dossiers", edge, beyond, context=leap)) == {1: ["due_at_implausible"]}


def test_the_seven_bad_rows_of_the_first_morning() -> None:
    """Due before received; unknown status; 31/02; two of one key; no unit; in the future: each its own reason."""
    rows = [
        dossier(source_record_id="B1", due_at="02/11/2026"),
        dossier(source_record_id="B2", status="abc"),
        dossier(source_record_id="B3", received_at="31/02/2026"),
        dossier(source_record_id="B4", updated_at=None, procedure_name="Cấp giấy phép"),
        dossier(source_record_id="B4", updated_at=None, procedure_name="Cấp bản sao"),
        dossier(source_record_id="B6", unit_code=None),
        dossier(source_record_id="B7", received_at="01/03/2027"),
        *(dossier(source_record_id=f"G{n}") for n in range(13)),
    ]
    report = report_on("dossiers", *rows)
    assert codes_of(report) == {
        0: ["due_before_received"],
        1: ["status_unknown"],
        2: ["received_at_invalid"],
        3: ["conflicting_duplicates"],
        4: ["conflicting_duplicates"],
        5: ["unit_missing"],
        6: ["received_in_future"],
    }
    assert report.counts() == {
        "conflicting_duplicates": 2,
        "due_before_received": 1,
        "received_at_invalid": 1,
        "received_in_future": 1,
        "status_unknown": 1,
        "unit_missing": 1,
    }
    assert not report.keys.folded
    reason = report.row_faults[2][0]
    assert reason.column == "received_at"
    assert reason.text.startswith("Ngày tiếp nhận không có trong lịch hoặc không đọc được")
    assert reason.basis
