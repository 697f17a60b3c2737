"""Workbooks as offices send them: layouts of real software, and cells that a spreadsheet has changed."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tasks.intake.normalise import NormaliseContext
from tasks.intake.unit_map import parse_unit_map
from tasks.rules.datasets import DATASETS
from tasks.rules.timezone import HANOI
from tests.drop_folder import AS_OF, HEADER, ROWS, fault, left_out, pull, put, values, workbook
from tests.pulls import Read, normalised


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


def frame(pulled: Read):
    return normalised(DATASETS["dossiers"], pulled.records, NormaliseContext(as_of=AS_OF))


def test_a_plain_workbook_gives_the_rows_as_text(drop: Path) -> None:
    put(drop, "a.xlsx", workbook(HEADER, *ROWS))
    pulled = pull(drop)
    assert values(pulled, "dossier_code") == ["00160", "TL.2"]
    assert values(pulled, "procedure_name") == ["Cấp giấy phép", "NA"]
    assert pulled.records[0].ref == f"sha256:{pulled.bodies[0].sha256}#2"
    assert (left_out(pulled), pulled.notes) == ({}, ())


# --- layouts of one-stop software ---


def opencps_list(book: Any) -> None:
    """The list template of OpenCPS: letterhead, title, heading in row 3, numbers, a group per field, signature."""
    sheet = book.active
    rows: list[Sequence[Any]] = [
        ("UBND TỈNH TRẤN GIANG\nSỞ NỘI VỤ", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do"),
        ("BÁO CÁO DANH SÁCH HỒ SƠ CỦA ĐƠN VỊ\nTừ ngày 01/11/2026 đến ngày 22/11/2026",),
        ("STT", "Mã hồ sơ", "Nội dung", "Chủ hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Trạng thái"),
        ("(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"),
        ("Chính quyền địa phương (2)",),
        ("1", "000.01.H31-261109-0001", "Thành lập hội", "Trần A", "09/11/2026 09:10:00", "23/11/2026", "Đang xử lý"),
        ("2", "000.01.H31-261110-0002", "Thành lập quỹ", "Lê B", "10/11/2026", "24/11/2026", "Đang xử lý"),
        ("Công chức, viên chức (1)",),
        ("3", "000.01.H31-261111-0003", "Thi nâng ngạch", "Hồ C", "11/11/2026", "25/11/2026", "Đang xử lý"),
        ("Tổng số", "3"),
        (),
        (None, None, None, None, "Trấn Giang, ngày 22 tháng 11 năm 2026"),
        (None, None, None, None, "NGƯỜI TIẾP NHẬN HỒ SƠ"),
        (None, None, None, None, "Nguyễn Thị D"),
    ]
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            sheet.cell(number, column).value = value
            sheet.cell(number, column).number_format = "@"
    for merge in ("A1:B1", "D1:G1", "A2:G2", "A5:G5", "A8:G8", "E12:G12", "E13:G13", "E14:G14"):
        sheet.merge_cells(merge)


def test_the_list_of_opencps_gives_its_dossiers_and_nothing_else(drop: Path) -> None:
    put(drop, "a.xlsx", workbook(edit=opencps_list))
    pulled = pull(drop, constants={"unit_code": "H31.01"})
    assert [code[-4:] for code in values(pulled, "dossier_code")] == ["0001", "0002", "0003"]
    assert values(pulled, "procedure_name") == ["Thành lập hội", "Thành lập quỹ", "Thi nâng ngạch"]
    assert values(pulled, "unit_code") == ["H31.01"] * 3
    assert left_out(pulled) == {"titles": 2, "headings": 1, "groups": 2, "totals": 1, "signatures": 3, "blank": 1}
    good = frame(pulled)
    assert good["received_at"][0] == datetime(2026, 11, 9, 9, 10, tzinfo=HANOI)
    assert not good["received_at__bad"].any()
    assert not any("Trần A" in str(record) or "Nguyễn Thị D" in str(record) for record in pulled.records)


MAP = "source_code,unit_code,valid_from\n{name},H31.01,2025-07-01\n"


def letterhead_map(name: str):
    return parse_unit_map(MAP.format(name=name).encode(), "map.csv")


@pytest.mark.parametrize("known", ["Sở Nội vụ", "UBND tỉnh Trấn Giang Sở Nội vụ"])
def test_a_letterhead_in_the_unit_map_is_the_unit(known: str, drop: Path) -> None:
    put(drop, "a.xlsx", workbook(edit=opencps_list))
    pulled = pull(drop, unit_map=letterhead_map(known))
    context = NormaliseContext(as_of=AS_OF, unit_map=letterhead_map(known))
    assert normalised(DATASETS["dossiers"], pulled.records, context)["unit_code"].tolist() == ["H31.01"] * 3


@pytest.mark.parametrize("known", ["UBND tỉnh Trấn Giang", "Sở Nội", "Sở Nội vụ tỉnh"])
def test_a_letterhead_is_never_guessed(known: str, drop: Path) -> None:
    put(drop, "a.xlsx", workbook(edit=opencps_list))
    refused = fault(drop, unit_map=letterhead_map(known))
    assert (refused.code, refused.params["columns"]) == ("missing_column", "unit_code")


def test_a_unit_column_is_stronger_than_the_letterhead(drop: Path) -> None:
    put(drop, "a.xlsx", workbook(("SỞ NỘI VỤ",), HEADER, *ROWS))
    assert values(pull(drop, unit_map=letterhead_map("Sở Nội vụ")), "unit_code") == ["31157", "01"]


TAN_DAN = {
    "general list": (
        (
            ("DANH SÁCH HỒ SƠ",),
            (),
            (
                "STT",
                "Đơn vị tiếp nhận",
                "Người tiếp nhận",
                "Lĩnh vực",
                "Tên thủ tục hành chính",
                "Mã hồ sơ",
                "Trạng thái",
                "Địa chỉ",
                "Người nộp",
                "Chủ hồ sơ",
                "Ngày nộp hồ sơ",
                "Ngày nhận",
                "Ngày hẹn trả",
                "Ngày kết thúc xử lý",
                "Đơn vị/ cá nhân giải quyết",
            ),
            (
                1,
                "Trung tâm phục vụ",
                "A",
                "Đất đai",
                "Cấp đổi",
                "TD-01",
                "Đang xử lý",
                "x",
                "B",
                "C",
                "08/11/2026 16:00:00",
                "09/11/2026 09:10:00",
                "23/11/2026 17:00",
                "",
                "UBND phường Trung Tâm",
            ),
        ),
        {},
        {"unit_code": "UBND phường Trung Tâm", "submitted_at": "08/11/2026 16:00:00", "due_at": "23/11/2026 17:00"},
    ),
    "finished late": (
        (
            ("Phụ lục I DANH SÁCH ĐƠN VỊ, CÁ NHÂN CHẬM TRỄ",),
            (
                "STT",
                "Mã hồ sơ",
                "Ngày tiếp nhận",
                "Ngày hẹn trả",
                "Ngày có kết quả",
                "Đơn vị giải quyết",
                "Ghi chú",
            ),
            (1, "TD-01", "09/11/2026", "16/11/2026", "18/11/2026 10:00", "Sở Y tế", ""),
        ),
        {"status": "10"},
        {"unit_code": "Sở Y tế", "resolved_at": "18/11/2026 10:00", "status": "10"},
    ),
    "running late, grouped by parent": (
        (
            ("Phụ lục II DANH SÁCH ĐƠN VỊ, CÁ NHÂN ĐANG CHẬM TRỄ",),
            (
                "STT",
                "Mã hồ sơ",
                "Ngày tiếp nhận",
                "Ngày hẹn trả",
                "Đơn vị giải quyết",
                "Cán bộ đang xử lý",
                "Ghi chú",
            ),
            ("I", "UBND phường Trung Tâm"),
            (1, "TD-01", "09/11/2026", "16/11/2026", "Phòng Kinh tế", "Trần A", ""),
            ("", "Tổng cộng", 1),
        ),
        {"status": "4"},
        {"unit_code": "Phòng Kinh tế", "status": "4"},
    ),
    "book of dossiers": (
        (
            ("SỔ THEO DÕI HỒ SƠ",),
            (
                "STT",
                "Mã hồ sơ",
                "Trích yếu",
                "Số bộ",
                "Chủ hồ sơ",
                "Địa chỉ",
                "SĐT",
                "Ngày tiếp nhận",
                "Ngày hẹn trả",
                "Ngày trả",
                "Người nhận",
                "Địa bàn",
            ),
            (1, "TD-01", "Cấp đổi", 1, "A", "x", "0900000000", "09/11/2026", "16/11/2026", "17/11/2026", "B", "y"),
        ),
        {"status": "10", "unit_code": "H31.01"},
        {"unit_code": "H31.01", "returned_at": "17/11/2026"},
    ),
}


@pytest.mark.parametrize("layout", TAN_DAN)
def test_layouts_of_tan_dan(layout: str, drop: Path) -> None:
    rows, constants, expected = TAN_DAN[layout]
    put(drop, "a.xlsx", workbook(*rows))
    pulled = pull(drop, constants=constants)
    assert values(pulled, "dossier_code") == ["TD-01"]
    record = pulled.records[0]
    assert {name: record.values[name] for name in expected} == expected
    assert frame(pulled)["received_at"][0].date() == date(2026, 11, 9)
    assert not set("ABCxy") & set(record.values.values())


def test_headings_over_several_rows_with_merges(drop: Path) -> None:
    def merge(book: Any) -> None:
        for place in ("A2:A3", "B2:B3", "C2:E2", "F2:F3", "G2:G3"):
            book.active.merge_cells(place)

    rows = (
        ("DANH SÁCH",),
        ("STT", "Mã hồ sơ", "Ngày", None, None, "Trạng thái", "Đơn vị xử lý"),
        (None, None, "tiếp nhận", "hẹn trả", "có kết quả", None, None),
        ("(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"),
        (1, "TL.1", "09/11/2026", "16/11/2026", "", "4", "31157"),
        (2, "TL.2", "10/11/2026", "17/11/2026", "", "4", "31157"),
    )
    put(drop, "a.xlsx", workbook(*rows, edit=merge))
    pulled = pull(drop)
    assert values(pulled, "dossier_code") == ["TL.1", "TL.2"]
    assert values(pulled, "received_at") == ["09/11/2026", "10/11/2026"]
    assert values(pulled, "due_at") == ["16/11/2026", "17/11/2026"]
    assert left_out(pulled) == {"titles": 1, "headings": 1}


def test_a_heading_repeated_on_every_printed_page_is_no_record(drop: Path) -> None:
    put(drop, "a.xlsx", workbook(HEADER, ROWS[0], HEADER, ROWS[1], ("", "", "", "", "")))
    pulled = pull(drop)
    assert values(pulled, "dossier_code") == ["00160", "TL.2"]
    assert left_out(pulled) == {"headings": 1}


def test_a_cell_merged_over_records_belongs_to_each_of_them(drop: Path) -> None:
    rows = (HEADER, *((f"TL.{n}", "31157" if n == 1 else None, "4", "09/11/2026", "x") for n in (1, 2, 3)), ROWS[1])
    put(drop, "a.xlsx", workbook(*rows, edit=lambda book: book.active.merge_cells("B2:B4")))
    assert values(pull(drop), "unit_code") == ["31157", "31157", "31157", "01"]


def test_blank_tails_and_columns_are_counted_and_extra_ones_told(drop: Path) -> None:
    def grow(book: Any) -> None:
        for line in range(4, 40):
            book.active.cell(line, 7).value = " "

    put(drop, "a.xlsx", workbook((*HEADER, None, "Ghi chú"), *((*row, None, "x") for row in ROWS), edit=grow))
    pulled = pull(drop)
    assert len(pulled.records) == 2
    assert left_out(pulled) == {"blank": 36, "empty": 1}
    assert [note.params["columns"] for note in pulled.notes if note.code == "extra_columns"] == ["G"]
