"""Workbooks for inspectors: every cell is text and no formula, they print on A4, and a unit gets what is its own."""

import shutil
import subprocess
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook

from tasks.reports import workbook as writer
from tasks.reports.reconciliation_model import Reconciliation
from tasks.reports.reconciliation_sheets import write_result
from tasks.reports.workbook import Sheet, is_awake, plain, write_workbook
from tasks.rules.difference_model import Notice
from tests.unit.reconciliation_sample import FORMULAS, LINES, MORNING, OTHER, RESULT, UNIT, line

SHEETS = [
    "Thông tin",
    "Sai lệch",
    "Đánh số sổ",
    "Thủ tục",
    "Sổ thiếu thông tin",
    "Đúng hạn",
    "Đúng hạn, từng hồ sơ",
]


def written(result: Reconciliation, folder: Path, unit: str = "", locale: str = "vi") -> bytes:
    out = BytesIO()
    write_result(out, result, unit_code=unit, locale=locale, folder=str(folder))
    return out.getvalue()


def opened(body: bytes) -> Workbook:
    return openpyxl.load_workbook(BytesIO(body))


def column(book: Workbook, sheet: str, number: int = 1) -> list[str]:
    """The cells below the heading."""
    return [str(row[number - 1].value or "") for row in book[sheet].iter_rows(min_row=2)]


def test_what_lies_where(tmp_path: Path) -> None:
    book = opened(written(RESULT, tmp_path))
    assert book.sheetnames == SHEETS
    assert set(column(book, "Đánh số sổ")) == {LINES[4].id, LINES[5].id}
    assert column(book, "Thủ tục") == [LINES[6].id]
    elsewhere = {LINES[4].id, LINES[5].id, LINES[6].id}
    assert set(column(book, "Sai lệch")) == {one.id for one in LINES} - elsewhere
    assert column(book, "Đúng hạn, từng hồ sơ", 4)[0] == "H13.45-261001-0001"
    assert opened(written(RESULT, tmp_path, locale="en")).sheetnames[1] == "Differences"


def test_a_book_is_gone_through_page_by_page(tmp_path: Path) -> None:
    assert column(opened(written(RESULT, tmp_path)), "Đánh số sổ") == [LINES[4].id, LINES[5].id]  # page 2, then 10


def test_a_unit_gets_what_is_its_own(tmp_path: Path) -> None:
    book = opened(written(RESULT, tmp_path, OTHER))
    assert column(book, "Sai lệch")[1:] == [LINES[7].id]
    assert book["Sai lệch"]["A1"].value == f"Đơn vị: {OTHER}"
    assert column(book, "Đúng hạn") == ["Không có dòng nào."]
    assert UNIT not in str([row for sheet in book for row in sheet.iter_rows(values_only=True)])


def test_a_unit_is_told_of_its_own_books_and_sides(tmp_path: Path) -> None:
    source, warehouse, register = RESULT.sides
    sides = (replace(source, units=frozenset({UNIT, OTHER})), warehouse, replace(register, units=frozenset({UNIT})))
    unread = [Notice(code="register_empty", params={"file": register.name}), Notice(code="no_registers")]
    result = replace(RESULT, sides=sides, notices=unread)
    told = {unit: str(column(opened(written(result, tmp_path, unit)), "Thông tin", 2)) for unit in (UNIT, OTHER)}
    assert (register.name in told[UNIT], register.name in told[OTHER]) == (True, False)
    assert "one-stop: 07:30" in told[OTHER]
    assert "Không có tệp sổ giấy nào" in told[OTHER]
    blind = replace(result, sides=(replace(source, judged=False),))
    assert "one-stop: chưa xem được" in column(opened(written(blind, tmp_path)), "Thông tin", 2)


def test_numbers_and_days_are_numbers_and_days(tmp_path: Path) -> None:
    book = opened(written(RESULT, tmp_path))

    def cell(sheet: str, heading: str) -> Any:
        page = book[sheet]
        return page.cell(2, [one.value for one in page[1]].index(heading) + 1)

    def wall(sheet: str, heading: str) -> str:
        assert isinstance(cell(sheet, heading).value, datetime)
        return str(cell(sheet, heading).value)

    assert wall("Sai lệch", "Tiếp nhận") == "2026-11-05 00:00:00"
    assert cell("Sai lệch", "Tiếp nhận").number_format == "dd/mm/yyyy"
    assert wall("Sai lệch", "Thấy từ") == "2026-11-16 07:30:00"
    assert cell("Sai lệch", "Ngày làm việc").value == 5
    assert cell("Sai lệch", "Mã").number_format == "@"
    assert (cell("Sổ thiếu thông tin", "Số dòng").value, cell("Sổ thiếu thông tin", "Tỷ lệ").value) == (80, 0.25)
    assert cell("Đúng hạn", "Một cửa báo: trước hạn").value == 10
    assert wall("Đúng hạn", "Từ ngày") == "2026-10-01 00:00:00"
    assert wall("Đúng hạn, từng hồ sơ", "Ngày hẹn trả") == "2026-10-20 00:00:00"


def test_the_differences_of_a_unit_can_be_read_on_a_page(tmp_path: Path) -> None:
    """A4 landscape holds about 125 signs of this size across; letters may shrink to three quarters, not further."""
    book = opened(written(RESULT, tmp_path, UNIT))
    for name in ("Sai lệch", "Đánh số sổ", "Thủ tục"):
        assert sum(one.width for one in book[name].column_dimensions.values()) <= 125 / 0.75, name


def test_the_same_result_makes_the_same_bytes(tmp_path: Path) -> None:
    assert written(RESULT, tmp_path) == written(RESULT, tmp_path)
    assert list(tmp_path.iterdir()) == []  # nothing is left beside it


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str, tmp_path: Path) -> None:
    result = replace(
        RESULT,
        asked_by=text,
        unit_names={UNIT: text},
        differences=[line(1, code=text, book=text, explanation=text, facts={"source": text, text: [text]})],
    )
    for body in (written(result, tmp_path), written(result, tmp_path, UNIT)):
        cells = [cell for sheet in opened(body) for row in sheet.iter_rows() for cell in row if cell.value is not None]
        texts = [cell for cell in cells if not isinstance(cell.value, int | float | datetime)]
        assert {cell.data_type for cell in texts} == {"s"}
        awake = [cell for cell in cells if is_awake(str(cell.value))]
        assert awake
        assert all(cell.quotePrefix for cell in awake)
        assert {cell.number_format for cell in texts} == {"@"}
        assert {cell.data_type for cell in cells} <= {"s", "n", "d"}


@settings(max_examples=40, deadline=None)
@given(text=st.text(st.characters(exclude_categories=()), max_size=60))
def test_whatever_a_cell_holds_it_is_read_back_as_that_text(text: str) -> None:
    out = BytesIO()
    write_workbook(out, [Sheet("a", ["h"], [[text]])], footer="f", created=MORNING, folder="")
    cell = opened(out.getvalue())["a"]["A2"]
    assert cell.data_type in ("s", "inlineStr", "n")
    assert (cell.value or "") == plain(text)
    assert cell.data_type != "n" or not plain(text)  # an empty cell has no type of its own


def test_every_sheet_prints_on_a4_with_its_headings_again(tmp_path: Path) -> None:
    for sheet in opened(written(RESULT, tmp_path)):
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)  # one wide, any length
        assert sheet.print_title_rows
        assert sheet.freeze_panes
        assert all(dimension.width >= 7 for dimension in sheet.column_dimensions.values())
        assert RESULT.run_id in sheet.oddFooter.left.text


def test_a_sheet_that_cannot_hold_all_says_how_many_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.reports.reconciliation_sheets.MOST_ROWS", 3)
    many = replace(RESULT, differences=[line(n) for n in range(8)])
    rows = column(opened(written(many, tmp_path)), "Sai lệch")
    assert len(rows) == 4
    assert "còn 5 dòng" in rows[-1]


def test_long_text_is_cut_where_a_spreadsheet_would_refuse_it() -> None:
    assert len(plain("x" * 50_000)) <= 32_767
    assert plain("x" * 50_000).endswith("…")
    assert plain("a\x00b\tc\r\nd") == "a b c \nd"
    assert writer.MOST_ROWS < 1_048_576


@pytest.mark.skipif(not shutil.which("soffice"), reason="no LibreOffice on this machine")
def test_it_opens_in_libreoffice(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    path.write_bytes(written(RESULT, tmp_path))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    words = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)]
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    assert (tmp_path / "r.pdf").stat().st_size > 1000
