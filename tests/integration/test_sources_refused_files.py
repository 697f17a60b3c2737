"""Files that harm or deceive: each is refused before it can, the sender is told why, and the file stays where it is."""

import http.server
import io
import os
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter

from tasks.rules.datasets import DATASETS
from tasks.sources.base import SourceFault
from tasks.sources.sentences import SENTENCES
from tasks.sources.table import Heading, Origin, Rows, Wanted
from tasks.sources.workbook import read_workbook
from tasks.sources.workbook_check import WorkbookLimits, check_workbook
from tests.drop_folder import AS_OF, HEADER, ROWS, fault, left_out, pull, put, values, with_parts, workbook

GOOD = workbook(HEADER, *ROWS)
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
HEADINGS = [Heading(c.name, c.headings, c.required, c.kind) for c in DATASETS["dossiers"].columns]
ORIGIN = Origin("drop", "a.xlsx")


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


def rejected(drop: Path) -> dict[str, str]:
    folder = drop.parent / "rejected"
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} if folder.exists() else {}


def refusal(body: bytes, limits: WorkbookLimits | None = None) -> str:
    with pytest.raises(SourceFault) as caught:
        rows_of(body, limits)
    return caught.value.code


def rows_of(body: bytes, limits: WorkbookLimits | None = None) -> list[Rows]:
    return list(read_workbook(body, Wanted(headings=HEADINGS), ORIGIN, limits or WorkbookLimits()).rows)


def checked(body: bytes, limits: WorkbookLimits | None = None) -> str:
    """The refusal by the directory alone: nothing has been parsed, no process started."""
    with pytest.raises(SourceFault) as caught:
        check_workbook(body, limits or WorkbookLimits(), ORIGIN)
    return caught.value.code


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", 8) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


# --- damage ---


def test_a_workbook_cut_anywhere_is_refused_whole(drop: Path) -> None:
    check_workbook(GOOD, WorkbookLimits(), ORIGIN)
    for cut in range(1, len(GOOD), len(GOOD) // 25):
        assert checked(GOOD[:cut]) == "workbook_damaged"


def test_a_flipped_byte_never_changes_a_record(drop: Path) -> None:
    clean = rows_of(GOOD)
    refused = 0
    for place in range(30, len(GOOD), len(GOOD) // 25):
        flipped = GOOD[:place] + bytes([GOOD[place] ^ 0x55]) + GOOD[place + 1 :]
        try:
            rows = rows_of(flipped)
        except SourceFault:
            refused += 1
        else:
            assert rows == clean  # a byte of some date in the directory
    assert refused > 15


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "workbook_damaged"),
        (b"PK\x03\x04", "workbook_damaged"),
        (b"<html><table><tr><td>STT</td></tr></table></html>", "workbook_html"),
        ("\ufeff<table>".encode("utf-16"), "workbook_html"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "workbook_old"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "workbook_locked"),
        (zipped(**{"word/document.xml": b"<x/>"}), "format_unsupported"),
        (with_parts(GOOD, {"xl/vbaProject.bin": b"x"}), "workbook_macros"),
        (with_parts(GOOD, {"xl/macrosheets/sheet1.xml": b"<x/>"}), "workbook_macros"),
        (with_parts(GOOD, {"xl/externalLinks/externalLink1.xml": b"<x/>"}), "workbook_linked"),
        (with_parts(GOOD, {"xl/connections.xml": b"<x/>"}), "workbook_linked"),
        (with_parts(GOOD, {"xl/embeddings/a.docx": b"x"}), "workbook_foreign"),
        (with_parts(GOOD, {"xl/media/image1.png": GOOD}), "workbook_foreign"),
    ],
)
def test_other_things_than_plain_workbooks_are_told_apart(body: bytes, code: str, drop: Path) -> None:
    put(drop, "a.xlsx", body)
    assert checked(body) == code
    assert fault(drop).code == code


def test_a_locked_part_is_refused() -> None:
    body = bytearray(GOOD)
    at = body.find(b"PK\x01\x02")
    body[at + 8] |= 1
    assert checked(bytes(body)) == "workbook_locked"


# --- bombs ---


def test_a_zip_bomb_is_refused_from_its_directory() -> None:
    """The shape of a bomb seen in the field: 200 MB of one letter in less than a megabyte."""
    bomb = with_parts(GOOD, {STRINGS: b"<sst>" + b"A" * 200_000_000 + b"</sst>"})
    assert len(bomb) < 1_000_000
    assert checked(bomb) == "workbook_bomb"


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (WorkbookLimits(raw=1_000), "file_too_large"),
        (WorkbookLimits(unpacked=2_000), "workbook_bomb"),
        (WorkbookLimits(parts=5), "workbook_bomb"),
    ],
)
def test_size_in_all_and_number_of_parts_are_limited(limits: WorkbookLimits, code: str) -> None:
    assert checked(GOOD, limits) == code


def test_a_directory_that_lies_about_a_size_is_refused() -> None:
    """The part unpacks to more than the directory says: the check sum of what was announced cannot be right."""
    body = bytearray(with_parts(GOOD, {STRINGS: b"<sst>" + b"A" * 5_000_000 + b"</sst>"}))
    at = body.find(b"PK\x01\x02")
    while body[at + 46 : at + 46 + len(STRINGS)] != STRINGS.encode():
        at = body.find(b"PK\x01\x02", at + 1)
    body[at + 24 : at + 28] = (100).to_bytes(4, "little")
    assert refusal(bytes(body)) == "workbook_damaged"


def test_a_cell_at_the_far_corner_costs_no_memory() -> None:
    far = workbook(HEADER, *ROWS, edit=lambda book: book.active.cell(1_048_576, 16_384, "x"))
    assert refusal(far) == "workbook_too_complex"


def test_a_text_used_in_very_many_cells_is_refused() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for line in range(100):
        sheet.write_row(line, 0, ["x" * 30_000] * 5)  # kept once in the file, told five hundred times
    book.close()
    assert refusal(out.getvalue(), WorkbookLimits(characters=1_000_000)) == "workbook_too_complex"


def long_sheet(rows: int) -> bytes:
    cells = b"<row>" + b"<c><v>1</v></c>" * 7 + b"</row>"
    more = cells * rows + b"</sheetData>"
    return with_parts(GOOD, {SHEET: lambda xml: xml.replace(b"</sheetData>", more)}, method=0)


def test_memory_and_time_of_the_reading_process_end() -> None:
    assert refusal(GOOD, WorkbookLimits(wall_seconds=0.001)) == "workbook_too_slow"
    long = long_sheet(350_000)
    assert refusal(long, WorkbookLimits(cpu_seconds=1)) == "workbook_too_slow"
    assert refusal(long, WorkbookLimits(memory=130 * 1024 * 1024)) == "workbook_too_complex"


# --- entities ---


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", asked
        server.shutdown()


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("kind", ["file", "network", "laughs"])
def test_entities_are_refused_and_nothing_is_fetched(
    part: str, kind: str, listener: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, asked = listener
    os.mkfifo(tmp_path / "secret")  # whoever opened it for reading would wait for ever
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 100}">' for n in range(9))
    entity = {
        "file": f'<!ENTITY x SYSTEM "file://{tmp_path}/secret">',
        "network": f'<!ENTITY x SYSTEM "{address}x"><!ENTITY % y SYSTEM "{address}y">%y;',
        "laughs": laughs,
    }[kind]
    declared = f"<!DOCTYPE x [{entity}]>".encode()

    def declare(xml: bytes) -> bytes:
        start = xml.find(b"?>") + 2 if xml.startswith(b"<?xml") else 0
        return xml[:start] + declared + xml[start:].replace(b">00160<", b">&x;<")

    assert refusal(with_parts(GOOD, {part: declare})) == "workbook_entities"
    assert asked == []


def test_a_part_in_another_encoding_cannot_hide_entities() -> None:
    hidden = with_parts(GOOD, {SHEET: lambda xml: xml.decode().encode("utf-16")})
    assert refusal(hidden) == "workbook_damaged"


# --- the office is told ---


def test_the_reason_lies_beside_the_drop_folder_once_per_content(drop: Path) -> None:
    path = put(drop, "hồ sơ.xlsx", GOOD[:-50])
    refused = fault(drop)
    first = rejected(drop)
    assert [name.startswith("hồ sơ.xlsx.") and name.endswith(".txt") for name in first] == [True]
    text = next(iter(first.values()))
    assert refused.sentence("vi") in text
    assert "Hãy xuất và gửi lại tệp" in text
    assert (path.read_bytes(), sorted(p.name for p in drop.iterdir())) == (GOOD[:-50], ["hồ sơ.xlsx"])
    note = drop.parent / "rejected" / next(iter(first))
    os.utime(note, (1, 1))
    fault(drop)
    assert (rejected(drop), note.stat().st_mtime) == (first, 1)
    put(drop, "hồ sơ.xlsx", GOOD[:-60])
    fault(drop)
    assert len(rejected(drop)) == 2


def test_texts_are_told_of_too_and_a_mended_file_is_taken(drop: Path) -> None:
    put(drop, "a.csv", b"a,b,c\n1,2,3\n")
    assert fault(drop).code == "missing_column"
    assert "thiếu cột bắt buộc" in next(iter(rejected(drop).values()))
    put(drop, "a.csv", (",".join(HEADER) + "\n" + ",".join(ROWS[0]) + "\n").encode())
    assert len(pull(drop).records) == 1


def test_a_dry_run_writes_nothing(drop: Path) -> None:
    put(drop, "a.xlsx", GOOD[:-50])
    assert fault(drop, dry=True).code == "workbook_damaged"
    assert sorted(path.name for path in drop.parent.iterdir()) == ["drop"]


def test_long_and_odd_names_make_harmless_file_names(drop: Path) -> None:
    long = "ề" * 80 + "x" * 11 + ".csv"
    assert len(long.encode()) == 255
    for name in (long, "=cmd.csv", "a..csv"):
        put(drop, name, b"a,b,c\n")
        assert fault(drop, pattern=name).code == "missing_column"
    names = [path.name for path in (drop.parent / "rejected").iterdir()]
    assert len(names) == 3
    assert max(len(name.encode()) for name in names) <= 255
    assert all(name.endswith(".txt") for name in names)


@pytest.mark.parametrize("obstacle", ["file", "link", "full"])
def test_where_the_reason_cannot_be_written_the_fault_stays_the_same(obstacle: str, drop: Path, tmp_path: Path) -> None:
    place = drop.parent / "rejected"
    if obstacle == "file":
        place.write_bytes(b"x")
    elif obstacle == "link":
        (tmp_path / "elsewhere").mkdir()
        place.symlink_to(tmp_path / "elsewhere")
    else:
        place.symlink_to("/dev/full")
    put(drop, "a.csv", b"a,b,c\n1,2,3\n")
    assert fault(drop).code == fault(drop).code == "missing_column"
    assert not (tmp_path / "elsewhere").exists() or not list((tmp_path / "elsewhere").iterdir())


def test_every_reason_that_is_told_has_a_sentence() -> None:
    from tasks.sources.rejected import OF_THE_FILE

    assert SENTENCES.keys() >= OF_THE_FILE


# --- unfinished files and legacy encodings ---


@pytest.mark.parametrize("name", ["a.csv.part", "a.csv.tmp", "~$a.xlsx", "a.CSV.TMP", "a.csv.crdownload", ".a.csv"])
def test_names_of_unfinished_files_are_passed_over(name: str, drop: Path) -> None:
    put(drop, name, GOOD)
    assert fault(drop).code == "no_file"
    put(drop, "b.xlsx", GOOD)
    assert values(pull(drop), "dossier_code") == ["00160", "TL.2"]


def test_a_file_that_still_grows_is_taken_once_it_rests(drop: Path) -> None:
    path = put(drop, "a.xlsx", GOOD[:-100], AS_OF)
    settle = {"settle_seconds": 30, "clock": lambda: AS_OF.timestamp() + 5}
    assert fault(drop, **settle).code == "not_settled"
    put(drop, "a.xlsx", GOOD, AS_OF)
    assert fault(drop, **settle).code == "not_settled"
    assert rejected(drop) == {}
    assert len(pull(drop, settle_seconds=30, clock=lambda: path.stat().st_mtime + 30).records) == 2


@pytest.mark.parametrize("legacy", [b"\xa7ang x\xf6 l\xfd", b"\xd1ang x\xf6\xfb ly\xf9"])
def test_legacy_bytes_anywhere_are_refused_with_their_line(legacy: bytes, drop: Path) -> None:
    good = (",".join(HEADER) + "\n" + ",".join(ROWS[0]) + "\n").encode()
    put(drop, "a.csv", good * 20 + legacy + b",1,4,09/11/2026,x\n" + good)
    refused = fault(drop)
    assert (refused.code, refused.params["line"]) == ("encoding_unknown", 41)
    assert "TCVN3" in next(iter(rejected(drop).values()))


# --- CSV as offices export it ---


def lines(*rows: str) -> bytes:
    return ("\r\n".join(rows) + "\r\n").encode("utf-8-sig")


def test_a_csv_with_titles_numbers_groups_totals_and_signature(drop: Path) -> None:
    body = lines(
        '"UBND TỈNH TRẤN GIANG\nSỞ NỘI VỤ";;;;;',
        ";;;;;",
        "DANH SÁCH HỒ SƠ TRỄ HẠN;;;;;",
        "STT;Mã hồ sơ;Đơn vị xử lý;Trạng thái;Ngày tiếp nhận;",
        "(1);(2);(3);(4);(5)=(3)+(4);",
        "Đất đai (1);;;;;",
        "1;TL.1;31157;4;09/11/2026;",
        "II;Hộ tịch và quốc tịch;;;;",
        "2;TL.2;31157;4;1.09E+11;",
        "3;1.09E+11;31157;4;10/11/2026;",
        "Tổng cộng: 3 hồ sơ;;;;;",
        ";;;;Trấn Giang, ngày 22 tháng 11 năm 2026;",
        "NGƯỜI LẬP BIỂU;;;THỦ TRƯỞNG ĐƠN VỊ;;",
        "Nguyễn Thị D;;;Trần Văn E;;",
        ";;;;;",
    )
    put(drop, "a.csv", body)
    pulled = pull(drop)
    assert [(r.values.get("dossier_code"), r.malformed) for r in pulled.records] == [
        ("TL.1", ""),
        ("TL.2", ""),
        (None, "code_as_number"),
    ]
    assert left_out(pulled) == {
        "titles": 2,
        "headings": 1,
        "groups": 2,
        "totals": 1,
        "signatures": 3,
        "blank": 2,
        "empty": 1,
    }
    assert [record.ref.rpartition("#")[2] for record in pulled.records] == ["8", "10", "11"]


def test_a_heading_below_the_fifteenth_line_is_not_looked_for(drop: Path) -> None:
    titles = [f"dòng {n}" for n in range(14)]
    put(drop, "a.csv", lines(*titles, ",".join(HEADER), ",".join(ROWS[0])))
    assert values(pull(drop), "dossier_code") == ["00160"]
    put(drop, "a.csv", lines(*titles, "dòng 15", ",".join(HEADER), ",".join(ROWS[0])))
    assert fault(drop).code == "missing_column"


def test_headings_over_two_lines_of_a_csv(drop: Path) -> None:
    body = lines(
        "STT,Mã hồ sơ,Ngày,Ngày,Trạng thái,Mã đơn vị",
        ",,tiếp nhận,hẹn trả,,",
        "1,TL.1,09/11/2026,16/11/2026,4,31157",
    )
    put(drop, "a.csv", body)
    pulled = pull(drop)
    assert values(pulled, "due_at") == ["16/11/2026"]
    assert values(pulled, "received_at") == ["09/11/2026"]


def test_a_record_under_the_heading_is_never_swallowed_by_it(drop: Path) -> None:
    """A procedure that is called like a heading."""
    header = "Mã hồ sơ,Mã đơn vị,Trạng thái,Ngày tiếp nhận,Tên"
    put(drop, "a.csv", lines(header, "TL.1,31157,4,09/11/2026,Lĩnh vực", "TL.2,31157,4,09/11/2026,x"))
    assert values(pull(drop), "dossier_code") == ["TL.1", "TL.2"]
