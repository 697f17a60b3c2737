"""Files larger than what is held at a time: same rows, same lines, same notes wherever a block happens to end."""

import copy
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.sources.base import SourceFault
from tasks.sources.table import Origin
from tasks.sources.text_lines import TextLines
from tasks.sources.workbook import _Said
from tests.drop_folder import HEADER, HEADING, left_out, notes, pull, put
from tests.pulls import Read

ORIGIN = Origin("drop", "a.csv")


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


# --- bytes to lines ---


def cut(body: bytes, size: int) -> Iterator[bytes]:
    return (body[place : place + size] for place in range(0, len(body), size))


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(st.sampled_from('aậđ🙂,"\r\n\x0b\x0c\x1c\x85\u2028'), max_size=40),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    size=st.integers(4, 9),
)
def test_lines_are_the_same_wherever_blocks_end(text: str, encoding: str, size: int) -> None:
    lines = TextLines(cut(text.encode(encoding), size), "auto", ORIGIN)
    assert list(lines) == list(io.StringIO(text, newline=""))
    assert lines.ended == (text.endswith("\n") or not text or (text.endswith("\r") and "\n" not in text))


@pytest.mark.parametrize("size", [4, 7, 1000])
@pytest.mark.parametrize(("bad", "code"), [(b"\xa7", "encoding_unknown"), (b"\x00", "nul_in_file"), (b"\xe1\xba", "")])
@pytest.mark.parametrize("after", [b"", b"x\n"])
def test_the_first_bad_byte_is_told_with_its_line_wherever_blocks_end(
    size: int, bad: bytes, code: str, after: bytes
) -> None:
    body = "một dòng\r\n".encode() * 6 + bad + after
    with pytest.raises(SourceFault) as caught:
        list(TextLines(cut(body, size), "auto", ORIGIN))
    assert (caught.value.code, caught.value.params["line"]) == (code or "encoding_unknown", 7)


# --- lines to rows ---

RECORD = "TL.{n},31157,4,09/11/2026,Cấp giấy phép {n}"
# What may stand between records: as written, on how many lines, what becomes of it.
BETWEEN = {
    "groups": ("Đất đai (12),,,,", 1),
    "totals": ("Tổng số,12,,,", 1),
    "headings": (HEADING, 1),
    "blank": (",,,,", 1),
    "field_count": ("TL.X,31157,4,09/11/2026", 1),
    "code_as_number": ("1.09E+11,31157,4,09/11/2026,x", 1),
    "two lines": ('"TL.Y",31157,4,09/11/2026,"Cấp\nđổi"', 2),
    "very long": ("TL.Z,31157,4,09/11/2026," + "x" * 33_000, 1),
}
RECORDS_OF = {"two lines": "", "field_count": "field_count", "code_as_number": "code_as_number"}
RECORDS_OF["very long"] = "field_too_long"
FURNITURE = ("groups", "totals", "headings", "blank")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(between=st.dictionaries(st.integers(0, 1_100), st.sampled_from(sorted(BETWEEN)), max_size=12))
def test_furniture_and_broken_rows_anywhere_in_a_long_table(between: dict[int, str], drop: Path) -> None:
    written, expected, line = [HEADING], list[tuple[int, str]](), 2
    for n in range(1_100):
        if kind := between.get(n):
            text, height = BETWEEN[kind]
            written.append(text)
            if kind not in FURNITURE:
                expected.append((line, RECORDS_OF[kind]))
            line += height
        written.append(RECORD.format(n=n))
        expected.append((line, ""))
        line += 1
    put(drop, "a.csv", ("\n".join(written) + "\n").encode())
    pulled = pull(drop, dry=True)
    assert [(_line(record.ref), record.malformed) for record in pulled.records] == expected
    kinds = [between[n] for n in between if n < 1_100]
    assert left_out(pulled) == {kind: kinds.count(kind) for kind in FURNITURE if kind in kinds}


def _line(ref: str) -> int:
    return int(ref.rpartition("#")[2])


def test_a_signature_at_the_border_of_two_blocks_is_one(drop: Path) -> None:
    """Names under a signature are told by what stood before; a record in between ends it."""
    for records in range(230, 236):
        rows = [RECORD.format(n=n) for n in range(records)]
        block = [f"NGƯỜI LẬP BIỂU{',' * 4}"] + [f"Nguyễn D{n}{',' * 4}" for n in range(30)]
        put(drop, "a.csv", ("\n".join([HEADING, *rows, *block, rows[0], *rows]) + "\n").encode())
        pulled = pull(drop, dry=True)
        assert (len(pulled.records), left_out(pulled)) == (2 * records + 1, {"signatures": 31})


@pytest.mark.parametrize("between", [1, 3, 240, 600])
def test_records_end_a_signature_so_that_a_lone_code_after_them_is_a_record(between: int, drop: Path) -> None:
    rows = [RECORD.format(n=n) for n in range(between)]
    for before in (20, 230, 234, 260):
        head = [RECORD.format(n=n) for n in range(before)]
        put(drop, "a.csv", "\n".join([HEADING, *head, "NGƯỜI LẬP BIỂU,,,,", *rows, "TL.LONE,,,,", ""]).encode())
        assert [r.values["dossier_code"] for r in pull(drop, dry=True).records][-1] == "TL.LONE"


def test_a_late_column_without_heading_and_constants_hold_for_every_block(drop: Path) -> None:
    header = "Mã hồ sơ,Trạng thái,Ngày tiếp nhận,Tên thủ tục,"
    rows = [f"TL.{n},4,09/11/2026,x," for n in range(900)]
    put(drop, "a.csv", "\n".join([header, *rows, "TL.900,4,09/11/2026,x,y", "TL.901"]).encode() + b"\n")
    pulled = pull(drop, constants={"unit_code": "H31"})
    assert notes(pulled) == ["extra_columns"]
    assert [record.values.get("unit_code") for record in pulled.records] == ["H31"] * 901 + [None]


def test_csv_and_xlsx_of_many_rows_are_the_same(drop: Path) -> None:
    rows: list[tuple[Any, ...]] = [HEADER]
    for n in range(2_600):
        rows.append((f"TL.{n}", "31157", "4", "09/11/2026", "" if n % 7 else f"Cấp {n}"))
        rows.extend([("", "", "", "", "")] * (n % 400 == 399))
        rows.extend([(f"Lĩnh vực ({n})", "", "", "", "")] * (n % 900 == 899))
    put(drop, "a.csv", "".join(",".join(row) + "\n" for row in rows).encode())
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, column, cell)
    put(drop, "a.xlsx", out.getvalue())
    text, book_pull = pull(drop, "a.csv"), pull(drop, "a.xlsx")
    assert left_out(text) == left_out(book_pull) == {"blank": 6, "groups": 2}
    assert _told(text) == _told(book_pull)
    assert len(text.records) == 2_600


def _told(pulled: Read) -> list[tuple[int, dict[str, str | None]]]:
    return [(_line(record.ref), dict(record.values)) for record in pulled.records]


# --- what is held ---

MEASURE = """
import json, sys
sys.path.insert(0, sys.argv[1])
from datetime import datetime, timezone
from pathlib import Path
from tasks.intake.landing import Landing
from tasks.rules.datasets import DATASETS
from tasks.sources.base import PullRequest
from tasks.sources.files import FilesSource
drop = Path(sys.argv[2])
source = FilesSource(name="drop", dataset=DATASETS["dossiers"], path=drop / sys.argv[3])
landing = Landing(drop.parent / "landing", dry=sys.argv[4] == "dry")
pulled = source.pull(PullRequest(as_of=datetime(2030, 1, 1, tzinfo=timezone.utc)), landing)
sizes = [len(part) for part in pulled.parts]
status = Path("/proc/self/status").read_text()  # of this program alone: rusage begins with whoever started it
peak = int(status.partition("VmHWM:")[2].split()[0]) // 1024
sys.stdout.write(json.dumps([pulled.expected, sizes, peak]))
"""


@pytest.mark.parametrize("dry", ["dry", "kept"])
def test_memory_does_not_grow_with_the_file(dry: str, drop: Path) -> None:
    row = ("TL.{},31157,4,09/11/2026," + "Cấp giấy phép xây dựng nhà ở riêng lẻ " * 5 + "\n").encode()
    peaks = []
    for rows in (110_000, 330_000):
        put(drop, f"{rows}.csv", HEADING.encode() + b"\n" + row * rows)
        command = [sys.executable, "-c", MEASURE, str(Path(__file__).parents[2]), str(drop), f"{rows}.csv", dry]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        expected, sizes, peak = json.loads(run.stdout)
        assert (expected, sum(sizes), max(sizes) <= 50_000, len(sizes)) == (rows, rows, True, -(-rows // 50_000))
        peaks.append(peak)
    assert peaks[1] < peaks[0] * 1.15, peaks


# --- the reading process is not trusted ---

GOOD: list[Any] = [["sheet", 0, [[1, list(HEADER), []]], 0], ["sheets"], ["rows", 0, [2], [["a"]], []], ["end"]]


@pytest.mark.parametrize(
    "messages",
    [
        GOOD[:-1],
        GOOD[:2],
        [],
        [["end"]],
        [{"a": 1}],
        ["sheets"],
        [["fault", "no_such_code"]],
        [["sheet", "0", [], 0]],
        [["sheet", 0, [[1, [None], []]], 0], ["sheets"]],
        [["sheet", 0, [[1, ["a"], [[0, 1]]]], 0], ["sheets"]],
        *(
            [*GOOD[:2], ["rows", 0, *wrong], ["end"]]
            for wrong in (
                [[2], [["a", "b"]], []],
                [["2"], [["a"]], []],
                [[2], [[["a"]]], []],
                [[2], [[{"date": 1}]], []],
                [[2], [[{"date": "a", "time": "b"}]], []],
                [[2], ["a"], []],
                [[2], [["a"]], [[5, []]]],
                [[], [], []],
                [[2], [["a"]]],
            )
        ),
    ],
)
def test_an_answer_of_another_shape_is_a_damaged_workbook(messages: list[Any]) -> None:
    with pytest.raises(SourceFault) as caught:
        heard(messages)
    assert caught.value.code == "workbook_damaged"


def test_the_answer_agreed_upon_is_taken() -> None:
    assert heard(GOOD) == ([list(HEADER)], [[["a"]]])


def heard(messages: list[Any]) -> tuple[list[Any], list[Any]]:
    said = _Said(iter(copy.deepcopy(messages)), ORIGIN)
    heads = [sheet.head[0].cells for sheet in said.sheets()]
    return heads, [list(block.columns) for block in said.blocks(0)]
