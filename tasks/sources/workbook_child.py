"""A program of its own: reads one workbook from standard input under limits and tells its cells as JSON.

Runs in a process without environment that may write no file (workbook_process.py starts it), so that a hostile
workbook can harm nothing. It knows no dataset. One JSON list a line: for each visible sheet
`["sheet", epoch_shift, [[number, cells, spans], …], blank]` with its first lines, then `["sheets"]`; for each of them
`["rows", sheet, [number, …], [column, …], [[position, spans], …]]` and `["blank", sheet, count]`; at any time
`["fault", code]`; and `["end"]`, without which nothing counts.
"""

import gc
import io
import json
import resource
import sys
import threading
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from tasks.sources.workbook_lines import SheetLines
from tasks.sources.workbook_parts import Looked, Refused, look_through


def main(arguments: list[str]) -> None:
    """`arguments`: memory in bytes, processor seconds, unpacked bytes, cells, characters written, first lines."""
    memory, cpu, unpacked, cells, characters, first = map(int, arguments)
    gc.disable()  # plain values by the million, and no cycles
    other = _OtherThread()  # before the limits: they forbid to start one
    _limit(memory, cpu)
    out = _Out(characters)
    try:
        _tell(_sheets(sys.stdin.buffer.read(), unpacked, cells, other), first, out)
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


class _OtherThread:
    """Does one thing beside the reader, which leaves Python alone while it reads."""

    def __init__(self) -> None:
        self._task: Callable[[], Looked] | None = None
        self._begin, self._found, self._error = threading.Event(), list[Looked](), list[BaseException]()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        self._begin.wait()
        assert self._task is not None
        try:
            self._found.append(self._task())
        except BaseException as error:  # noqa: BLE001 -- raised where the result is asked for
            self._error.append(error)

    def begin(self, task: Callable[[], Looked]) -> None:
        self._task = task
        self._begin.set()

    def result(self) -> Looked:
        self._thread.join()
        if self._error:
            raise self._error[0]
        return self._found[0]


class _Out:
    def __init__(self, characters: int) -> None:
        self.left = characters
        self.encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_cell).encode

    def say(self, *what: Any) -> None:
        line = self.encode(what)
        self.left -= len(line)
        if self.left < 0 and what[0] != "fault":
            raise Refused("workbook_too_complex")
        sys.stdout.buffer.write(line.encode("utf-8", "surrogatepass") + b"\n")


def _sheets(body: bytes, unpacked: int, most_cells: int, other: _OtherThread) -> tuple[list[SheetLines], int]:
    """The visible sheets, and the days by which serials are behind. What the parts say is looked at meanwhile."""
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        other.begin(lambda: look_through(package, unpacked))
        try:
            parsed = _parsed(body, most_cells)
        except BaseException:
            other.result()  # what it found explains more
            raise
        looked = other.result()
    if len(parsed) != len(looked.sheets):
        raise Refused("workbook_damaged")
    sheets = zip(parsed, looked.sheets, strict=True)
    return [SheetLines(sheet, looked.marks.get(part, {})) for sheet, part in sheets if sheet is not None], looked.shift


def _parsed(body: bytes, most_cells: int) -> list[Any]:
    """The visible sheets in the workbook's order; None for others."""
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(body))
    except PasswordError:
        raise Refused("workbook_locked") from None
    sheets: list[Any] = []
    for place, about in enumerate(workbook.sheets_metadata):
        shown = about.typ is SheetTypeEnum.WorkSheet and about.visible is SheetVisibleEnum.Visible
        sheets.append(workbook.get_sheet_by_index(place) if shown else None)
        if shown and sheets[-1].total_height * sheets[-1].total_width > most_cells:
            raise Refused("workbook_too_complex")
    return sheets


def _tell(found: tuple[list[SheetLines], int], first: int, out: _Out) -> None:
    sheets, shift = found
    for sheet in sheets:
        out.say("sheet", shift, *sheet.head(first))
    out.say("sheets")
    for place, sheet in enumerate(sheets):
        for block in sheet.blocks():
            out.say("rows", place, *block)
        out.say("blank", place, sheet.blank)


def _cell(cell: Any) -> Any:
    """Dates and times marked as what they are."""
    if isinstance(cell, datetime):
        second = (cell + timedelta(milliseconds=500)).replace(microsecond=0)
        return {"date": second.date().isoformat() if second.time() == time() else second.isoformat(sep=" ")}
    if isinstance(cell, date | time):
        return {"date" if isinstance(cell, date) else "time": cell.isoformat()}
    if isinstance(cell, timedelta):
        return {"time": str(cell)}
    raise Refused("workbook_damaged")
