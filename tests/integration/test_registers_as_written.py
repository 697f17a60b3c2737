"""How clerks write days and places in a register, and what is never repeated of it."""

from datetime import date
from pathlib import Path

import pytest

from tests.integration.test_sources_registers import HEADING, lines, read


@pytest.mark.parametrize(
    "place",
    [
        "Nguyễn Thị Riêng Tư,1",
        "Hồ Sơ Tịch 1,1",
        "Trần Văn Kín 2,1",
        "01/2026,Lê Văn Thầm",
        "01/2026,Tư 12",
        "0912345678,1",
        "Kín 1,1",
    ],
)
@pytest.mark.parametrize("unit", ["31157", "Phan Thị Lặng", "079123456789012345678"])
def test_a_person_in_the_place_of_a_line_is_not_repeated(tmp_path: Path, place: str, unit: str) -> None:
    register = read(tmp_path, "so.csv", f"{HEADING}\n{place},4,H13-0077,Khai sinh,16/11/2026,,,{unit}\n")

    (line,) = register.lines
    assert "?" in (line.book, line.page)
    assert line.unit_code in ("31157", "")
    assert register.unshown == (2,)
    assert not any(
        word in str(line) for word in ("Riêng", "Kín", "TICH", "Tịch", "Thầm", "Tư", "Lặng", "0912345678", "0791")
    )


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("01/2026,12,5", ("01/2026", "12", "5")),
        ("Quyển 01,12a,5a", ("Quyển 01", "12a", "5a")),
        ("LT-02/2026,12-13,5bis", ("LT-02/2026", "12-13", "5bis")),
        ("Sổ theo dõi 2,Trang 7,5.", ("Sổ theo dõi 2", "7", "5.")),
        ("TD 3,tr. 7,5-6", ("TD 3", "7", "5-6")),
    ],
)
def test_how_books_pages_and_lines_are_numbered(tmp_path: Path, written: str, shown: tuple[str, ...]) -> None:
    register = read(tmp_path, "so.csv", f"{HEADING}\n{written},H13-0077,Khai sinh,16/11/2026,,,31157\n")

    (line,) = register.lines
    assert ((line.book, line.page, line.line), register.unshown) == (shown, ())


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("16/11/26", date(2026, 11, 16)),
        ("16.11.2026", date(2026, 11, 16)),
        ("16-11-2026", date(2026, 11, 16)),
        ("16 / 11 / 2026", date(2026, 11, 16)),
        ("16/11/2026 8h15", date(2026, 11, 16)),
        ("46342", date(2026, 11, 16)),
        ("46342.33", date(2026, 11, 16)),
        ("11/16/2026", None),
        ("16/11", None),
        ("31.02.2026", None),
        ("16/11/89", None),
        ("12345", None),
        ("99999", None),
    ],
)
def test_days_in_a_clerks_habits(tmp_path: Path, written: str, day: date | None) -> None:
    (line,) = lines(tmp_path, f"01,1,1,H13-1,Khai sinh,{written},,,")

    assert line.days == ({"received_at": day} if day else {})
    assert line.illegible == (frozenset() if day else {"received_at"})
