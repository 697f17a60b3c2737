"""What stands under or beside a table: no record is taken for it, and no word of it is told."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.drop_folder import HEADER, ROWS, csv, left_out, pull, put, values, workbook


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    return tmp_path / "drop"


@pytest.mark.parametrize(
    ("below", "record"),
    [
        ((None, "TL.3", "31157", None, "09/11/2026"), True),
        ((None, "TL.3", None, "4", "09/11/2026"), True),
        ((None, "TL.3", None, None, "09/11/2026 08:30"), True),
        ((None, "Nguyễn Thị D", None, None, "09/11/2026"), False),
        ((None, "TL.3", None, None, "Trấn Giang, ngày 22 tháng 11 năm 2026"), False),
        ((None, "D", None, None, None), False),
    ],
)
def test_a_row_with_code_and_date_is_no_signature(below: Sequence[str | None], record: bool, drop: Path) -> None:
    """It lacks what a record must have, so it is judged: nothing that may be a dossier is left out in silence."""
    put(drop, "a.xlsx", workbook(("STT", *HEADER), ("1", *ROWS[0]), (None, "LÃNH ĐẠO PHÒNG"), below))
    pulled = pull(drop)
    assert len(pulled.records) == 1 + record
    assert left_out(pulled)["signatures"] == 2 - record


@pytest.mark.parametrize(
    ("before", "behind", "told"),
    [
        ((), ("Nguyễn Văn A",), "F"),
        (("Họ tên",), ("Trần B 0912345678", "Ghi chú"), "A, G, H"),
        (tuple(f"Họ tên {n}" for n in range(4)), ("Nguyễn Văn A", "x"), "A, B, C, D, J, …"),
        ((), (*[""] * 20, "Họ tên", "Nguyễn Văn A"), "Z, AA"),
    ],
)
def test_columns_not_used_are_told_by_their_place_never_by_their_words(
    before: tuple[str, ...], behind: tuple[str, ...], told: str, drop: Path
) -> None:
    """Someone may have typed a name where a heading stands."""
    row = [*("y" if word else "" for word in before), *ROWS[0], *("y" if word else "" for word in behind)]
    put(drop, "a.csv", csv(",".join(row), header=",".join((*before, *HEADER, *behind))))
    note = next(note for note in pull(drop).notes if note.code == "extra_columns")
    assert note.params["columns"] == told
    assert not any(word in note.text(locale) for word in (*before, *behind) if word for locale in ("vi", "en"))


def test_incomplete_records_are_never_taken_for_furniture(drop: Path) -> None:
    rows = (
        ("TL.9",),
        ("TL.8", None, None, "09/11/2026"),
        ("Tổng hợp số 3", "31157", "4", "09/11/2026", "x"),
        (None, "31157", "4", None, None),
        ("TL.7", "31157", "4", "09/11/2026", "NGƯỜI LẬP BIỂU"),
    )
    put(drop, "a.xlsx", workbook(HEADER, *rows))
    assert len(pull(drop).records) == 5


def test_a_whole_record_is_one_whatever_its_words(drop: Path) -> None:
    rows = (("31157", "09/11/2026", "Giám đốc đi công tác"), ("01", "10/11/2026", "Tổng kết (2)"), ("02", "11/11/2026"))
    put(drop, "a.xlsx", workbook(("Mã đơn vị", "Từ ngày", "Lý do"), *rows))
    pulled = pull(drop, dataset="absences")
    assert values(pulled, "unit_code") == ["31157", "01", "02"]
    put(drop, "b.xlsx", workbook(HEADER, (*ROWS[0][:4], "Chủ tịch phê duyệt"), ROWS[1]))
    assert values(pull(drop, "b.xlsx"), "dossier_code") == ["00160", "TL.2"]
