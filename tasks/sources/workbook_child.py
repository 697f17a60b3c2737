"""A program of its own: reads one workbook from standard input under limits and writes its lines as JSON.

Runs in a process without environment that may write no file (workbook.py starts it), so that a hostile workbook can
harm nothing. It knows no dataset. One JSON list a line: `["sheet", epoch_shift]`,
`["lines", [[number, cells, spans], …]]`, `["blank", count]`, `["fault", code]`, and `["end"]`, without which nothing
counts.
"""

import io
import json
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from tasks.sources.workbook_parts import Place, Refused, look_through, marks_of, padded_styles, sheets_of

Span = tuple[int, int, int]

_MOST_MERGES = 200_000
_AT_ONCE = 500  # lines told together
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def main(arguments: list[str]) -> None:
    """`arguments`: memory in bytes, processor seconds, unpacked bytes, cells, characters written."""
    memory, cpu, unpacked, cells, characters = map(int, arguments)
    _limit(memory, cpu)
    out = _Out(characters)
    try:
        _read(sys.stdin.buffer.read(), unpacked, cells, out)
    except Refused as refused:
        out.say("fault", refused.code)
    except MemoryError:
        out.say("fault", "workbook_too_complex")
    except BaseException:  # noqa: BLE001 -- the reader's panics are no Exception, and their text may hold a cell
        out.say("fault", "workbook_damaged")
    else:
        out.say("end")
    sys.stdout.flush()


def _limit(memory: int, cpu: int) -> None:
    """From here on: no file may be written, no child started, and memory and time end."""
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: cpu,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
    }
    for kind, value in limits.items():
        _, hard = resource.getrlimit(kind)
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (most, most))


class _Out:
    def __init__(self, characters: int) -> None:
        self.left = characters

    def say(self, *what: Any) -> None:
        line = _encode(what)
        self.left -= len(line)
        if self.left < 0 and what[0] != "fault":
            raise Refused("workbook_too_complex")
        sys.stdout.buffer.write(line.encode("utf-8", "surrogatepass") + b"\n")


def _read(body: bytes, unpacked: int, most_cells: int, out: _Out) -> None:
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    with zipfile.ZipFile(io.BytesIO(body)) as package:
        look_through(package, unpacked)
        parts, shift = sheets_of(package)
        padded = padded_styles(package)
        try:
            workbook = CalamineWorkbook.from_filelike(io.BytesIO(body))
        except PasswordError:
            raise Refused("workbook_locked") from None
        about = workbook.sheets_metadata
        if len(about) != len(parts):
            raise Refused("workbook_damaged")
        for place, (sheet, part) in enumerate(zip(about, parts, strict=True)):
            if sheet.typ is SheetTypeEnum.WorkSheet and sheet.visible is SheetVisibleEnum.Visible:
                marks = marks_of(package.read(part), padded) if part else {}
                out.say("sheet", shift)
                _lines(workbook.get_sheet_by_index(place), marks, most_cells, out)


def _lines(sheet: Any, marks: dict[Place, str | int], most_cells: int, out: _Out) -> None:
    if sheet.total_height * sheet.total_width > most_cells:
        raise Refused("workbook_too_complex")
    spans, repeated = _merges(sheet.merged_cell_ranges or [], sheet.total_height, sheet.total_width)
    by_line: dict[int, dict[int, str | int]] = {}
    for (line, column), mark in marks.items():
        by_line.setdefault(line, {})[column] = mark
    blank, above, last = 0, dict[int, Any](), max(by_line, default=-1)
    block: list[Any] = []
    for number, row in enumerate(_padded_to(sheet.iter_rows(), last, sheet.total_width)):
        cells = [cell if type(cell) is str else _cell(cell) for cell in row]
        for column, mark in by_line.get(number, {}).items():
            cells.extend([""] * (column + 1 - len(cells)))
            cells[column] = _marked(cells[column], mark)
        for column in repeated.get(number, ()):
            cells[column] = above.get(column, "") if cells[column] == "" else cells[column]
        above = {column: cells[column] for column in repeated.get(number + 1, ())}
        if cells.count("") == len(cells):
            blank += 1
            continue
        block.append((number + 1, cells, spans.get(number, ())))
        if len(block) == _AT_ONCE:
            out.say("lines", block)
            block = []
    out.say("lines", block)
    out.say("blank", blank)


def _padded_to(rows: Iterator[list[Any]], last: int, width: int) -> Iterator[list[Any]]:
    """The reader leaves out what is empty to it; a formula without a result may stand there."""
    count = 0
    for count, row in enumerate(rows, start=1):  # noqa: B007 -- counted for what follows
        yield row
    for _ in range(count, last + 1):
        yield [""] * width


def _merges(
    ranges: list[tuple[Place, Place]], height: int, width: int
) -> tuple[dict[int, list[Span]], dict[int, list[int]]]:
    """Cells merged over columns by their first line, and by line the columns that repeat the cell above."""
    if len(ranges) > _MOST_MERGES:
        raise Refused("workbook_too_complex")
    spans: dict[int, list[Span]] = {}
    repeated: dict[int, list[int]] = {}
    room = 5_000_000
    for (top, left), (bottom, right) in ranges:
        if right > left:
            spans.setdefault(top, []).append((left, right, bottom + 1))
        elif left < width:
            room -= min(bottom, height) - top
            if room < 0:
                raise Refused("workbook_too_complex")
            for line in range(top + 1, min(bottom + 1, height)):
                repeated.setdefault(line, []).append(left)
    return spans, repeated


def _cell(cell: Any) -> Any:
    """Numbers and truths as they are; dates and times marked as what they are."""
    if isinstance(cell, datetime):
        second = (cell + timedelta(milliseconds=500)).replace(microsecond=0)
        return {"date": second.date().isoformat() if second.time() == time() else second.isoformat(sep=" ")}
    if isinstance(cell, date | time):
        return {"date" if isinstance(cell, date) else "time": cell.isoformat()}
    return {"time": str(cell)} if isinstance(cell, timedelta) else cell


def _marked(cell: Any, mark: str | int) -> Any:
    if isinstance(mark, str):
        return {"wrong": mark}
    whole = isinstance(cell, float) and cell >= 0 and cell == int(cell)
    return {"padded": str(int(cell)).zfill(mark)} if whole else cell
