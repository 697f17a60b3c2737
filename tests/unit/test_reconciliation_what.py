"""What differs, in one sentence of words: numbers that are missing, procedures by name, reasons of the quarantine."""

from datetime import date
from typing import Any

import pytest

from tasks.reports.reconciliation_speech import speech
from tasks.reports.reconciliation_what import what
from tests.unit.reconciliation_sample import LINES, UNIT, line

LOCALES = ("vi", "en")


def test_each_side_of_a_difference_is_told_in_its_own_words() -> None:
    told = speech("vi", {})
    assert what(LINES[0], told) == "Ngày hẹn trả – một cửa: 17:00 18/11/2026; kho: 20/11/2026"
    assert what(line(facts={"source": None, "warehouse": ""}), told) == "Ngày hẹn trả – một cửa: (trống); kho: (trống)"
    assert what(line(column="status", facts={"source": "4", "warehouse": 10}), told).count("(") == 2
    refused = line(facts={"reasons": ["unit_missing", "odd"]})
    assert (
        what(refused, speech("vi", {}, {"unit_missing": "Thiếu mã đơn vị."})) == "đang bị cách ly: Thiếu mã đơn vị; odd"
    )
    missing = line(kind="incomplete_in_register", facts={"missing": ["due_at", "procedure_name"]})
    assert what(missing, told) == "thiếu: Ngày hẹn trả, Thủ tục"


@pytest.mark.parametrize(
    ("kind", "code", "facts", "said"),
    [
        ("numbering_gap", "", {"kind": "gap", "from": 216, "to": 216, "count": 1}, "thiếu số 216"),
        ("numbering_gap", "", {"kind": "gap", "from": 9, "to": 11, "count": 3}, "thiếu các số từ 9 đến 11 (3 số)"),
        (
            "numbering_gap",
            "",
            {"kind": "gap", "from": 216, "to": 216, "count": 1, "after_line": {"page": "12", "line": "215"}},
            "thiếu số 216 (sau số 215 trang 12)",
        ),
        ("numbering_gap", "", {"kind": "gap", "from": 3, "to": 3, "what": "page", "count": 1}, "thiếu trang 3"),
        ("numbering_gap", "", {"kind": "repeat", "number": 2, "count": 3}, "số 2 ghi 3 lần"),
        ("missing_in_warehouse", "H-1", {"reasons": ["unit_missing"]}, "đang bị cách ly: Thiếu mã đơn vị"),
        (
            "posted_repealed",
            "1.1",
            {"where": "posted", "seen_on": "2026-11-20", "status": "repealed", "since": "2026-07-01", "catalogue": "x"},
            "thủ tục 1.1 (Cấp bản sao) đã bãi bỏ từ 01/07/2026; còn niêm yết, ghi nhận ngày 20/11/2026",
        ),
        (
            "repealed_procedure",
            "1.1",
            {
                "status": "replaced",
                "since": "2026-07-01",
                "replaced_by": "1.2",
                "count": 3,
                "last_received": "2026-11-05",
            },
            "thủ tục 1.1 (Cấp bản sao) đã thay thế từ 01/07/2026; thay bằng 1.2; đã nhận 3 hồ sơ, gần nhất 05/11/2026",
        ),
        (
            "field_never_received",
            "Hộ tịch",
            {"field": "Hộ tịch", "procedures": ["1.1", "1.2"], "procedure_count": 2, "paper_lines": 4},
            "chưa từng nhận hồ sơ lĩnh vực Hộ tịch qua phần mềm (2 thủ tục phải tiếp nhận); đơn vị có từ 01/07/2025; "
            "sổ giấy có 4 dòng thuộc lĩnh vực này; gồm: 1.1 (Cấp bản sao); 1.2",
        ),
        ("unknown_procedure", "9.9", {"where": "posted", "catalogue": "no", "posting": "9.9"}, "niêm yết mã 9.9"),
    ],
)
def test_what_differs_is_said_in_words(kind: str, code: str, facts: dict[str, Any], said: str) -> None:
    since = {UNIT: date(2025, 7, 1)}
    told = speech("vi", {}, {"unit_missing": "Thiếu mã đơn vị."}, {"1.1": "Cấp bản sao"}, since)
    assert what(line(kind=kind, code=code, column="", facts=facts), told).startswith(said)


@pytest.mark.parametrize("locale", LOCALES)
def test_no_side_is_told_by_its_raw_name(locale: str) -> None:
    told = speech(locale, {})
    for side in ("source", "warehouse", "register", "transfer_register", "posting", "catalogue"):
        assert told.sides(side) != side
        assert not told.pair(side, "1.1").startswith(("posting", "transfer_register")) or locale == "en"


def test_an_empty_cell_is_told_with_its_column() -> None:
    empty = line(kind="incomplete_in_register", facts={"cell": "empty"})
    assert what(empty, speech("vi", {})) == "Ngày hẹn trả – ô: (trống)"
