"""XLSX bodies as lines of cells, read by a process of its own under limits, then the same rows as CSV gives.

Hidden sheets do not count; of the visible ones exactly one may hold a table, or the file leaves doubt and is refused.
What is refused before parsing stands in workbook_check.py, how cells become text in sheet_cells.py.
"""

import importlib.util
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tasks.sources.heading_rows import is_enough
from tasks.sources.table import Cell, Heading, Line, Origin, Table, Wanted
from tasks.sources.table_rows import Opening, open_table, read_rows
from tasks.sources.workbook_check import WorkbookLimits, check_workbook

_READER: Final = "python_calamine"
_PROGRAM: Final = (
    "import sys; sys.path += sys.argv[1:3]; from tasks.sources.workbook_child import main; main(sys.argv[3:])"
)
_CODES: Final = frozenset(
    {"workbook_bomb", "workbook_damaged", "workbook_entities", "workbook_locked", "workbook_too_complex"}
)


@dataclass(slots=True)
class _Sheet:
    shift: int  # days to add to serials
    lines: list[Line] = field(default_factory=list)
    blank: int = 0


def read_workbook(
    body: bytes,
    *,
    source: str,
    file: str,
    headings: Sequence[Heading],
    constants: Collection[str] = (),
    knows_agency: Callable[[str], bool] | None = None,
    limits: WorkbookLimits | None = None,
) -> Table:
    """The rows of the one visible table of a workbook. Raises SourceFault naming the file and what to do."""
    limits = limits or WorkbookLimits()
    origin = Origin(source, file)
    wanted = Wanted(headings=headings, constants=constants, knows_agency=knows_agency)
    check_workbook(body, limits, origin)
    sheets = [sheet for sheet in _sheets(_parsed(body, limits, origin), origin) if sheet.lines]
    if not sheets:
        raise origin.fault("no_header")
    openings = [open_table(sheet.lines, wanted, origin) for sheet in sheets]
    place = _the_table(openings, wanted, origin)
    opening, sheet = openings[place], sheets[place]
    opening = Opening(opening.head, opening.blank + sheet.blank, opening.header, opening.rest)
    return read_rows(opening, wanted, origin, strict_width=False, shift=sheet.shift)


def _the_table(openings: Sequence[Opening], wanted: Wanted, origin: Origin) -> int:
    """The one sheet with a heading; where none has one, the one that comes closest, so that a fault can say why."""
    tables = [place for place, opening in enumerate(openings) if is_enough(opening.header, wanted)]
    if len(tables) > 1:
        raise origin.fault("workbook_tables", count=len(tables))
    return tables[0] if tables else max(range(len(openings)), key=lambda place: len(openings[place].header.names))


def _sheets(answer: bytes, origin: Origin) -> list[_Sheet]:
    """What the reading process told; anything but a whole answer is a fault."""
    sheets: list[_Sheet] = []
    for said in _told(answer):
        match said:
            case ["sheet", int(shift)]:
                sheets.append(_Sheet(shift))
            case ["lines", list(lines)]:
                sheets[-1].lines.extend(Line(number, _cells(cells), spans) for number, cells, spans in lines)
            case ["blank", int(count)]:
                sheets[-1].blank = count
            case ["fault", str(code)] if code in _CODES:
                raise origin.fault(code)
            case ["end"]:
                return sheets
    raise origin.fault("workbook_damaged")


def _told(answer: bytes) -> Iterator[Any]:
    for line in answer.split(b"\n"):
        if line:
            yield json.loads(line)


def _cells(cells: list[Cell]) -> list[Cell]:
    while cells and cells[-1] == "":
        cells.pop()
    return cells


def _parsed(body: bytes, limits: WorkbookLimits, origin: Origin) -> bytes:
    """Everything the reading process writes. It gets no environment, no terminal, no open file of ours."""
    amounts = (limits.memory, limits.cpu_seconds, limits.unpacked, limits.cells, limits.characters)
    command = [sys.executable, "-I", "-c", _PROGRAM, *_folders(), *map(str, amounts)]
    process = subprocess.Popen(  # noqa: S603 -- a fixed program with numbers for arguments
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/"
    )
    try:
        answer, _ = process.communicate(body, timeout=limits.wall_seconds)
    except subprocess.TimeoutExpired:
        raise origin.fault("workbook_too_slow") from None
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    if process.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise origin.fault("workbook_too_slow")
    if process.returncode == -signal.SIGABRT:
        raise origin.fault("workbook_too_complex")  # no memory left: the reader gives up
    if process.returncode != 0:
        raise origin.fault("workbook_damaged")
    return answer


def _folders() -> tuple[str, str]:
    """Where the process finds us and the reader: it looks nowhere else but in the standard library."""
    found = importlib.util.find_spec(_READER)
    if found is None or found.origin is None:
        msg = f"{_READER} is not installed"
        raise ModuleNotFoundError(msg)
    return str(Path(__file__).parents[2]), str(Path(found.origin).parents[1])
