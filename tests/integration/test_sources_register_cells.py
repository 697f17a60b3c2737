"""What clerks write into cells of a register besides what belongs there: totals, cancellations, remarks, smudges."""

from pathlib import Path

import pytest

from tests.integration.test_sources_registers import HEADING, LINE, lines, read


@pytest.mark.parametrize(
    ("row", "number", "code"),
    [
        ("01,1,4 (hủy),,,,,,", "4", ""),
        ("01,1,Hủy,,,,,,", "", ""),
        ("01,1,4,Đã hủy,,09/11/2026,,,", "4", ""),
        ("01,1,4,H13-1 (huỷ),Khai sinh,,,,", "4", "H13-1"),
        ("01,1,4,,Hủy bỏ,(mờ),,,", "4", ""),
    ],
)
def test_a_cancelled_line_keeps_its_number(tmp_path: Path, row: str, number: str, code: str) -> None:
    (line,) = lines(tmp_path, row)

    assert (line.cancelled, line.line, line.code) == (True, number, code)
    assert line.illegible <= {"received_at"}


@pytest.mark.parametrize("procedure", ["Hủy đăng ký thường trú", "Khai sinh"])
def test_a_procedure_about_cancelling_is_none(tmp_path: Path, procedure: str) -> None:
    assert not lines(tmp_path, f"01,1,4,H13-1,{procedure},09/11/2026,,,")[0].cancelled


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("H00.01-261103-0003 (TC)", "H00.01-261103-0003"),
        ("H00.01-261103-0003 nộp lại Ông Ba", "H00.01-261103-0003"),
        ("H13-1 [bản sao]", "H13-1"),
        ("Ông Ba (1)", ""),
        ("0912345678 (gọi)", ""),
    ],
)
def test_a_remark_after_a_code_is_left_out(tmp_path: Path, cell: str, code: str) -> None:
    (line,) = lines(tmp_path, f"01,1,1,{cell},Khai sinh,09/11/2026,16/11/2026,,31157")

    assert (line.code, line.illegible) == (code, set() if code else {"dossier_code"})
    assert "Ba" not in str(line)


@pytest.mark.parametrize(
    ("cell", "typed"),
    [
        ("1?/11/2026", "1?/11/2026"),
        ("(mờ)", "(mờ)"),
        ("31/02/2026 08:15", "31/02/2026 08:15"),
        ("ngày 3? tháng chạp 2026", "ngày 3? tháng chạp 2026"),
        ("Hai 2026", None),
        ("0912345678", None),
        ("079 123 456 789", None),
        ("3825-1234", None),
        ("Ông 3", None),
    ],
)
def test_what_stands_in_an_illegible_cell_is_kept_when_it_is_harmless(
    tmp_path: Path, cell: str, typed: str | None
) -> None:
    (line,) = lines(tmp_path, f"01,1,1,H13-1,Khai sinh,{cell},16/11/2026,,31157")

    assert line.illegible == {"received_at"}
    assert line.typed.get("received_at") == typed


@pytest.mark.parametrize(
    "row",
    [
        "Cộng,,,,4 hồ sơ,,,,",
        "Tổng cộng,,,3 hồ sơ,,,,,",
        "Tổng cộng,,,3 hồ sơ",
        ",,Cộng,,,4,,,",
        ",,,Cộng trang 1: 4 hồ sơ,,,,,",
        "Cộng cuối trang,,4 hồ sơ",
    ],
)
def test_a_total_is_no_line_of_a_book(tmp_path: Path, row: str) -> None:
    register = read(tmp_path, "so.csv", "\n".join((HEADING, LINE, LINE, row)))

    assert {(line.book, line.line) for line in register.lines} == {("01/2026", "1")}
    assert (len(register.lines), register.unreadable, register.unshown) == (2, (), ())
