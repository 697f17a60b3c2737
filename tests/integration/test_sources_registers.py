"""Registers as clerks type them off: which files are read, what becomes of headings, cells and rows."""

import unicodedata
from datetime import date, datetime
from pathlib import Path

import pytest

from tasks.rules.register_model import BookKind, BookLine
from tasks.rules.timezone import HANOI
from tasks.sources.base import SourceFault
from tasks.sources.folder import candidates
from tasks.sources.register_files import RegisterNameError, date_in, register_files, series_of
from tasks.sources.registers import RegisterRead, read_register
from tests.drop_folder import workbook

AS_OF = datetime(2026, 12, 1, 7, 30, tzinfo=HANOI)
HEADING = "Quyển số,Trang,STT,Mã hồ sơ,Tên thủ tục,Ngày tiếp nhận,Ngày hẹn trả,Ngày trả kết quả,Mã đơn vị"
LINE = "01/2026,1,1,H13.45-261109-0012,Khai sinh,09/11/2026,16/11/2026,,31157"


def read(folder: Path, name: str, body: bytes | str) -> RegisterRead:
    (folder / name).write_bytes(body.encode() if isinstance(body, str) else body)
    (file,) = (one for one in candidates("registers", folder / "*", None)[0] if one.name == name)
    return read_register(folder, file, AS_OF)


def lines(folder: Path, *rows: str, heading: str = HEADING) -> tuple[BookLine, ...]:
    return read(folder, "so.csv", "\n".join((heading, *rows))).lines  # typed: without the last line end


def test_a_whole_line(tmp_path: Path) -> None:
    (line,) = lines(tmp_path, LINE)

    assert (line.kind, line.unit_code, line.book, line.page, line.line) == (
        BookKind.TRACKING,
        "31157",
        "01/2026",
        "1",
        "1",
    )
    assert (line.file, line.row, line.code) == ("so.csv", 2, "H13.45-261109-0012")
    assert line.days == {"received_at": date(2026, 11, 9), "due_at": date(2026, 11, 16)}
    assert line.filled == {"dossier_code", "procedure_name", "received_at", "due_at"}
    assert not line.illegible


@pytest.mark.parametrize(
    ("row", "empty", "illegible"),
    [
        ("01,1,1,,Khai sinh,09/11/2026,16/11/2026,,", {"dossier_code"}, set()),
        ("01,1,1,H13-1,,09/11/2026,......,—,", {"procedure_name", "due_at"}, set()),
        ("01,1,1,H13-1,Khai sinh,3?/11/2026,16/11/2026,,", set(), {"received_at"}),
        ("01,1,1,H13-1,Khai sinh,31/02/2026,(mờ),?,", set(), {"received_at", "due_at", "returned_at"}),
        ("01,1,1,H13-1,Không đọc được,09/11/0206,16/11/2026,,", set(), {"procedure_name", "received_at"}),
        ("01,1,1,(nhòe),Khai sinh,09/11/2026,16/11/2026,,", set(), {"dossier_code"}),
        ("01,1,trống,H13-1,Khai sinh,09/11/2026,16/11/2026,,", set(), {"line"}),
        ("01,1,9,,,,,,", {"dossier_code", "procedure_name", "received_at", "due_at"}, set()),
    ],
)
def test_cells_that_are_empty_or_illegible_never_refuse_a_line(
    tmp_path: Path, row: str, empty: set, illegible: set
) -> None:
    (line,) = lines(tmp_path, row)

    wanted = {"dossier_code", "procedure_name", "received_at", "due_at"}
    assert wanted - line.filled - line.illegible == empty
    assert line.illegible == illegible


@pytest.mark.parametrize("code", ["NguyễnVănA1", "NguyenVanHoang12", "079123456789", "0912345678", "a@b.vn", "Ông Ba"])
def test_a_person_in_the_column_of_codes_is_not_repeated(tmp_path: Path, code: str) -> None:
    (line,) = lines(tmp_path, f"01,1,1,{code},Khai sinh,09/11/2026,16/11/2026,,31157")

    assert line.illegible == {"dossier_code"}
    assert code not in str(line)


def test_what_is_written_once_holds_until_the_next(tmp_path: Path) -> None:
    rows = (
        "01,1,1,H13-1,A,09/11/2026,,,31157",
        ",,2,H13-2,A,09/11/2026,,,",
        ",2,3,H13-3,A,09/11/2026,,,",
        "02,1,1,H13-4,A,,,,",
    )

    found = [(one.unit_code, one.book, one.page, one.line) for one in lines(tmp_path, *rows)]

    assert found == [
        ("31157", "01", "1", "1"),
        ("31157", "01", "1", "2"),
        ("31157", "01", "2", "3"),
        ("31157", "02", "1", "1"),
    ]


def test_form_07_with_its_merged_headings_and_people_left_out(tmp_path: Path) -> None:
    def merge(book) -> None:
        for area in ("A1:J1", "A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:E3", "F2:F3", "G2:I2", "J2:J3"):
            book.active.merge_cells(area)

    top = ["Quyển số", "Trang", "STT", "Mã hồ sơ", "Tên thủ tục hành chính", "Tên cá nhân, tổ chức", "Ngày, tháng, năm"]
    body = workbook(
        ["SỔ THEO DÕI HỒ SƠ"],
        [*top, None, None, "Ghi chú"],
        [None] * 6 + ["Nhận hồ sơ", "Hẹn trả kết quả", "Trả kết quả"],
        ["01", 1, 1, "H13-1", "Khai sinh", "Một Người", date(2026, 11, 9), 46342, "16/11/2026", "x"],
        ["NGƯỜI LẬP BIỂU"],
        edit=merge,
    )

    register = read(tmp_path, "so.xlsx", body)

    (line,) = register.lines
    assert line.days == {
        "received_at": date(2026, 11, 9),
        "due_at": date(2026, 11, 16),
        "returned_at": date(2026, 11, 16),
    }
    assert (line.page, line.line, line.row) == ("1", "1", 4)
    assert "Một Người" not in str(register)


def test_a_code_that_a_spreadsheet_spoilt_is_an_illegible_cell(tmp_path: Path) -> None:
    heading = ["Sổ", "Trang", "STT", "Mã hồ sơ", "Ngày tiếp nhận"]

    register = read(
        tmp_path, "so.xlsx", workbook(heading, ["01", 1, 1, 1.5e20, "09/11/2026"], ["01", 1, 2, 38963, "09/11/2026"])
    )

    assert [(line.code, line.illegible) for line in register.lines] == [("", {"dossier_code"}), ("38963", frozenset())]
    assert not register.unreadable


@pytest.mark.parametrize(
    ("heading", "row", "kind"),
    [
        (
            "Sổ,Trang,STT,Mã hồ sơ,Ngày tiếp nhận,Ngày chuyển,Nơi nhận",
            "01,1,1,H13-1,,09/11/2026,SNNMT",
            BookKind.TRANSFER,
        ),
        ("Sổ,Trang,TT,Mã hồ sơ,Ngày nhận,Loại sổ", "01,1,1,H13-1,09/11/2026,Sổ liên thông", BookKind.TRANSFER),
        ("Sổ,Trang,TT,Mã hồ sơ,Ngày nhận,Loại sổ,Nơi nhận", "01,1,1,H13-1,,Sổ theo dõi,x", BookKind.TRACKING),
        ("Sổ,Trang,TT,Mã hồ sơ,Ngày nhận", "01,1,1,H13-1,", BookKind.TRACKING),
    ],
)
def test_which_kind_of_book_it_is(tmp_path: Path, heading: str, row: str, kind: BookKind) -> None:
    (line,) = lines(tmp_path, row, heading=heading)

    assert line.kind is kind


def test_the_layout_of_a_product_in_use(tmp_path: Path) -> None:
    heading = (
        "Sổ,Trang,STT,Mã hồ sơ,Trích yếu,Số bộ,Chủ hồ sơ,Địa chỉ,SĐT,Ngày tiếp nhận,Ngày hẹn trả,Ngày trả,Người nhận"
    )

    (line,) = lines(
        tmp_path, "01,1,1,H13-1,Khai sinh,1,A,B,0900000000,09/11/2026 08:00:00,16/11/2026,,C", heading=heading
    )

    assert line.filled == {"dossier_code", "procedure_name", "received_at", "due_at"}


def test_rows_that_cannot_be_told_apart_are_left_out_and_told(tmp_path: Path) -> None:
    register = read(tmp_path, "so.csv", "\n".join((HEADING, LINE, LINE + ",thừa", LINE)))

    assert (len(register.lines), register.unreadable) == (2, (3,))
    assert [note.params["rows"] for note in register.notes if note.code == "register_rows"] == ["3"]


@pytest.mark.parametrize(
    ("heading", "code", "named"),
    [
        ("Trang,STT,Mã hồ sơ,Ngày tiếp nhận", "register_columns", "Sổ"),
        ("x,y", "register_columns", "Mã hồ sơ"),
        ("", "no_header", ""),
    ],
)
def test_a_missing_heading_refuses_the_file(tmp_path: Path, heading: str, code: str, named: str) -> None:
    with pytest.raises(SourceFault) as refused:
        lines(tmp_path, "1,1,1,1", heading=heading) if heading else read(tmp_path, "so.csv", "")

    assert refused.value.code == code
    assert named in refused.value.sentence("vi")
    assert "giá trị chung" not in refused.value.sentence("vi")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["so.csv"]


@pytest.mark.parametrize(
    ("name", "series", "day"),
    [
        ("so-theo-doi-31157-20261130.xlsx", "so-theo-doi-31157-#", "20261130"),
        ("so-theo-doi-31157-20261130-0730.csv", "so-theo-doi-31157-#", "202611300730"),
        ("So theo doi 30-11-2026.csv", "so theo doi #", "20261130"),
        ("so_2026-11.csv", "so_#", "202611"),
        ("so-11.2026.csv", "so-#", "202611"),
        ("so-2026.csv", "so-#", "2026"),
        ("so-31157.csv", "so-31157", ""),
        ("so-theo-doi.csv", "so-theo-doi", ""),
    ],
)
def test_series_and_date_of_a_name(name: str, series: str, day: str) -> None:
    assert (series_of(name), date_in(name)) == (series, day)


def files(folder: Path, *names: str, **asked) -> list[str]:
    for name in names:
        (folder / name).write_text("x", encoding="utf-8")
    return [file.name for file in register_files(folder, **asked)[0]]


def test_the_newest_of_each_series_is_read(tmp_path: Path) -> None:
    names = ("tl-20261130.csv", "tl-20261202.xlsx", "tl-20251231.csv", "ta-202610.csv", "ta-202611.csv", "pd.csv")
    others = (
        "ghi-chu.docx",
        "thong-ke-202611.csv",
        "so-lieu-202611.csv",
        "~$tl-20261231.xlsx",
        ".an.csv",
        "x.csv.part",
    )

    assert files(tmp_path, *names, *others, beside=("so-lieu-202610.csv",)) == [
        "pd.csv",
        "ta-202611.csv",
        "tl-20261202.xlsx",
    ]


def test_names_asked_for(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "sổ-2025.csv")

    assert files(tmp_path, "a-2025.csv", "a-2026.csv", "sổ-2025.csv", names=("a-2025.csv", decomposed)) == [
        "a-2025.csv",
        "sổ-2025.csv",
    ]


@pytest.mark.parametrize("name", ["../dondoc.toml", "/etc/passwd", "sub/a.csv", "b.csv", "link.csv", "", "."])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "dondoc.toml").write_text("x", encoding="utf-8")
    folder = tmp_path / "registers"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "a.csv").write_text("x", encoding="utf-8")
    (folder / "link.csv").symlink_to(tmp_path / "dondoc.toml")

    with pytest.raises(RegisterNameError, match=r"ok\.csv"):
        files(folder, "ok.csv", names=(name,))


def test_reading_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "so.csv").write_text("\n".join((HEADING, LINE)), encoding="utf-8")
    before = (tmp_path / "so.csv").stat().st_mtime_ns, (tmp_path / "so.csv").read_bytes()
    (file,) = register_files(tmp_path)[0]
    (tmp_path / "so.csv").chmod(0o400)

    assert len(read_register(tmp_path, file, AS_OF).lines) == 1
    assert ((tmp_path / "so.csv").stat().st_mtime_ns, (tmp_path / "so.csv").read_bytes()) == before
    assert [one.name for one in tmp_path.iterdir()] == ["so.csv"]
