"""Workbooks that harm or deceive: each is refused before it can, by its directory or in the process that reads it."""

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
from tasks.sources.table import Heading, Origin, Rows, Wanted
from tasks.sources.workbook import read_workbook
from tasks.sources.workbook_check import WorkbookLimits, check_workbook
from tests.drop_folder import HEADER, ROWS, fault, put, with_parts, workbook

GOOD = workbook(HEADER, *ROWS)
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
HEADINGS = [Heading(c.name, c.headings, c.required, c.kind) for c in DATASETS["dossiers"].columns]
ORIGIN = Origin("drop", "a.xlsx")


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


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


def test_a_workbook_typed_in_an_old_font_is_refused_with_a_way_out(drop: Path) -> None:
    names = ("CÊp giÊy phÐp x©y dùng nhµ ë", "§¨ng ký l¹i khai sinh", "ThÈm ®Þnh hå s¬ ®Êt ®ai")
    rows = [(f"TL.{n}", "31157", "4", "09/11/2026", name) for n, name in enumerate(names)]
    put(drop, "a.xlsx", workbook(HEADER, *rows))
    told = fault(drop)
    assert told.code == "old_font"
    assert "Unicode" in told.sentence("vi")
    assert (drop.parent / "rejected").is_dir()
