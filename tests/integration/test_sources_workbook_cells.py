"""Cells that a spreadsheet has changed, sheets that count or not, and workbooks beside the same rows as CSV."""

import io
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.intake.normalise import NormaliseContext
from tasks.rules.datasets import DATASETS
from tasks.rules.timezone import HANOI
from tests.drop_folder import AS_OF, HEADER, ROWS, fault, left_out, pull, put, values, with_parts, workbook
from tests.pulls import Read, normalised


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


def frame(pulled: Read):
    return normalised(DATASETS["dossiers"], pulled.records, NormaliseContext(as_of=AS_OF))


# --- cells ---


MOMENT = datetime(2026, 11, 9, 9, 10)  # noqa: DTZ001 -- cells have no zone
DAY = datetime(2026, 11, 9)  # noqa: DTZ001


def one(drop: Path, *, column: str, cell: Any, form: str | None = None):
    """The record of a row in which one cell is special."""
    names = {"dossier_code": 1, "unit_code": 2, "received_at": 4, "procedure_name": 5}
    row = list(ROWS[1])
    row[names[column] - 1] = cell

    def style(book: Any) -> None:
        if form:
            book.active.cell(2, names[column]).number_format = form

    put(drop, "a.xlsx", workbook(HEADER, row, ROWS[0], edit=style))
    record, other = pull(drop).records
    assert other.values["dossier_code"] == "00160"
    return record


@pytest.mark.parametrize(
    ("cell", "form", "expected"),
    [
        (MOMENT, "dd/mm/yyyy hh:mm", "2026-11-09 09:10:00"),
        (DAY, "dd/mm/yyyy", "2026-11-09"),
        (DAY, "mm/dd/yyyy", "2026-11-09"),
        (date(2026, 11, 9), None, "2026-11-09"),
        (46335, None, "2026-11-09"),
        (46335.381944444445, None, "2026-11-09 09:10:00"),
        ("09/11/2026", "@", "09/11/2026"),
        ("46335", "@", "46335"),  # text that only looks like a serial is not one
        (20261109, None, "20261109"),
        (time(9, 10), "hh:mm", "09:10:00"),
    ],
)
def test_dates_come_as_they_are_meant_or_not_at_all(cell: Any, form: str | None, expected: str, drop: Path) -> None:
    record = one(drop, column="received_at", cell=cell, form=form)
    assert record.values["received_at"] == expected
    cells = normalised(DATASETS["dossiers"], [record], NormaliseContext(as_of=AS_OF))
    understood = expected.startswith(("2026-", "09/"))
    assert cells["received_at__bad"][0] == (not understood)
    assert not understood or cells["received_at"][0].tz_convert(HANOI).date() == date(2026, 11, 9)


def test_serials_of_the_1904_system_are_four_years_later(drop: Path) -> None:
    body = with_parts(
        workbook(HEADER, (*ROWS[1][:3], 44873, "x"), ROWS[0]),
        {"xl/workbook.xml": lambda xml: xml.replace(b"<workbookPr/>", b'<workbookPr date1904="1"/>')},
    )
    put(drop, "a.xlsx", body)
    assert values(pull(drop), "received_at")[0] == "2026-11-09"


@pytest.mark.parametrize(
    ("column", "cell", "form", "expected"),
    [
        ("dossier_code", "001099012345", "@", "001099012345"),
        ("dossier_code", "001099012345", None, "001099012345"),
        ("dossier_code", 109012345678, None, "109012345678"),
        ("dossier_code", 160, "00000", "00160"),
        ("unit_code", 31157, None, "31157"),
        ("unit_code", "1E5", None, "1E5"),
        ("procedure_name", "1.09E+11", None, "1.09E+11"),
        ("procedure_name", 12.5, None, "12.5"),
        ("procedure_name", True, None, "true"),
    ],
)
def test_codes_keep_every_digit(column: str, cell: Any, form: str | None, expected: str, drop: Path) -> None:
    record = one(drop, column=column, cell=cell, form=form)
    assert (record.malformed, record.values[column]) == ("", expected)


@pytest.mark.parametrize(
    ("cell", "form"),
    [
        ("1.09E+11", None),
        ("1,09E+11", None),
        (1.2345678901234567e17, None),
        (1.001453, None),
        (DAY, "mm-yyyy"),
        (time(9, 10), None),
    ],
)
def test_codes_a_spreadsheet_has_changed_are_never_taken(cell: Any, form: str | None, drop: Path) -> None:
    record = one(drop, column="dossier_code", cell=cell, form=form)
    assert (record.malformed, dict(record.values)) == ("code_as_number", {})


def test_a_formula_without_result_is_no_empty_cell(drop: Path) -> None:
    assert one(drop, column="received_at", cell="=TODAY()-3").malformed == "formula"
    assert one(drop, column="procedure_name", cell='=A1&"x"').malformed == "formula"


def test_formulas_with_results_count_and_errors_do_not(drop: Path) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [*HEADER, "Ghi chú"])
    for line, code in enumerate(("TL.1", "#REF!", "TL.3"), start=1):
        sheet.write_formula(line, 0, "=Z1", value=code)
        sheet.write_row(line, 1, ["31157", "4", "09/11/2026", "x"])
    sheet.write_formula(3, 5, "=1/0", value="#DIV/0!")  # in a column nobody asked for
    book.close()
    put(drop, "a.xlsx", out.getvalue())
    records = pull(drop).records
    assert [record.malformed for record in records] == ["", "cell_error", ""]
    assert [record.values.get("dossier_code") for record in records] == ["TL.1", None, "TL.3"]


def test_a_formula_in_the_last_row_is_seen_too(drop: Path) -> None:
    put(drop, "a.xlsx", workbook(HEADER, ROWS[0], (None, None, None, None, "=1+1")))
    assert [record.malformed for record in pull(drop).records] == ["", "formula"]


def test_broken_rows_are_told_apart(drop: Path) -> None:
    put(drop, "a.xlsx", workbook(HEADER, *((1.5, *row[1:]) for row in (ROWS[0], ROWS[1], ROWS[0]))))
    prints = [record.fingerprint for record in pull(drop).records]
    assert prints[0] == prints[2] != prints[1]


# --- sheets ---


def test_hidden_sheets_and_sheets_without_a_table_do_not_count(drop: Path) -> None:
    def sheets(book: Any) -> None:
        guide = book.create_sheet("Hướng dẫn", 0)
        guide["A1"] = "Cách điền"
        for state in ("hidden", "veryHidden"):
            old = book.create_sheet(state)
            old.sheet_state = state
            for row in (HEADER, ROWS[1]):
                old.append(row)

    put(drop, "a.xlsx", workbook(HEADER, ROWS[0], edit=sheets))
    assert values(pull(drop), "dossier_code") == ["00160"]


def test_two_visible_tables_leave_doubt(drop: Path) -> None:
    def second(book: Any) -> None:
        for row in (HEADER, ROWS[1]):
            book.create_sheet().append(row) if len(book.sheetnames) == 1 else book.worksheets[1].append(row)

    put(drop, "a.xlsx", workbook(HEADER, ROWS[0], edit=second))
    refused = fault(drop)
    assert (refused.code, refused.params["count"]) == ("workbook_tables", 2)
    assert "2 trang tính" in refused.sentence("vi")


def test_a_workbook_without_a_table_names_what_is_missing(drop: Path) -> None:
    put(drop, "a.xlsx", workbook())
    assert fault(drop).code == "no_header"
    put(drop, "a.xlsx", workbook(("Mã hồ sơ", "Ghi chú"), ("TL.1", "x")))
    refused = fault(drop)
    assert (refused.code, refused.params["columns"]) == ("missing_column", "unit_code, status, received_at")
    put(drop, "a.xlsx", workbook((*HEADER, "Số hồ sơ"), *ROWS))
    assert fault(drop).code == "duplicate_column"


# --- CSV and XLSX of the same rows ---

# letters of old fonts would have the whole file refused
_OLD = "".join(map(chr, range(0xA1, 0x100)))
WORD = st.text(
    st.characters(categories=("L", "N", "P", "Zs"), exclude_characters="\x00" + _OLD), min_size=1, max_size=12
)
RECORDS = st.lists(
    st.tuples(
        st.from_regex(r"[A-Z0-9]{1,4}\.[0-9]{1,6}", fullmatch=True),
        st.sampled_from(["31157", "01", "H31.01"]),
        st.sampled_from(["4", "Đang xử lý", "10"]),
        st.sampled_from(["03/04/2025", "09/11/2026 09:10", "2026-06-08T07:47:28.329", "20261109091000", "31/02/2026"]),
        WORD,
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=RECORDS, title=st.booleans(), total=st.booleans())
def test_csv_and_xlsx_of_the_same_rows_give_equal_frames(
    records: list[tuple[str, ...]], title: bool, total: bool, drop: Path
) -> None:
    rows: list[tuple[str, ...]] = [HEADER, *records]
    if title:
        rows = [("DANH SÁCH HỒ SƠ", "", "", "", ""), ("", "", "", "", ""), *rows]
    if total:
        rows.append(("Tổng số", str(len(records)), "", "", ""))
    lines = ["\t".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    put(drop, "a.csv", ("\n".join(lines) + "\n").encode("utf-16"))
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, cell)
    book.close()
    put(drop, "a.xlsx", out.getvalue())
    text, book_pull = pull(drop, "a.csv"), pull(drop, "a.xlsx")
    assert len(text.records) == len(records)
    assert left_out(text) == left_out(book_pull)
    assert frame(text).drop(columns="ref").equals(frame(book_pull).drop(columns="ref"))
