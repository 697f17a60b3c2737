"""XLSX bodies as blocks of cells, read by a process of its own under limits, then the same rows as CSV gives.

Hidden sheets do not count; of the visible ones exactly one may hold a table, or the file leaves doubt and is refused.
What is refused before parsing stands in workbook_check.py, how cells become text in sheet_cells.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tasks.sources.base import SourceFault
from tasks.sources.heading_rows import is_enough
from tasks.sources.table import LONGEST_CELL, Block, Line, Origin, Table, Wanted
from tasks.sources.table_rows import Opening, opened, read_rows
from tasks.sources.workbook_check import WorkbookLimits, check_workbook
from tasks.sources.workbook_process import messages

_CODES: Final = frozenset(
    {"workbook_bomb", "workbook_damaged", "workbook_entities", "workbook_locked", "workbook_too_complex"}
)
_CELLS: Final = frozenset({str, int, float, bool, dict})


class _OddMessageError(Exception):
    """What the reading process says has not the shape agreed upon."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    place: int
    shift: int  # days to add to serials
    head: Sequence[Line]
    blank: int


def read_workbook(body: bytes, wanted: Wanted, origin: Origin, limits: WorkbookLimits) -> Table:
    """The rows of the one visible table of a workbook. Raises SourceFault naming the file, also while it is read."""
    check_workbook(body, limits, origin)
    said = _Said(messages(body, limits, origin), origin)
    sheets = [sheet for sheet in said.sheets() if sheet.head]
    if not sheets:
        said.must_end_well()
        raise origin.fault("no_header")
    openings = [opened(sheet.head, sheet.blank, wanted, origin) for sheet in sheets]
    place = _the_table(openings, wanted, origin)
    sheet = sheets[place]
    rest = said.blocks(sheet.place)
    return read_rows(openings[place], rest, wanted, origin, strict_width=False, shift=sheet.shift)


def _the_table(openings: Sequence[Opening], wanted: Wanted, origin: Origin) -> int:
    """The one sheet with a heading; where none has one, the one that comes closest, so that a fault can say why."""
    tables = [place for place, opening in enumerate(openings) if is_enough(opening.header, wanted)]
    if len(tables) > 1:
        raise origin.fault("workbook_tables", count=len(tables))
    return tables[0] if tables else max(range(len(openings)), key=lambda place: len(openings[place].header.names))


class _Said:
    """What the reading process tells, in the order agreed upon; anything but a whole answer is a fault."""

    def __init__(self, messages: Iterator[Any], origin: Origin) -> None:
        self._messages = messages
        self._origin = origin

    def sheets(self) -> list[_Sheet]:
        """The visible sheets with their first lines."""
        sheets: list[_Sheet] = []
        for said in self._plain():
            match said:
                case ["sheet", int(shift), list(head), int(blank)]:
                    sheets.append(_Sheet(len(sheets), shift, self._checked(_lines, head), blank))
                case ["sheets"]:
                    return sheets
                case _:
                    break
        raise self._damaged()

    def blocks(self, place: int) -> Iterator[Block]:
        """The lines of one sheet below its first ones. Blank lines come as a block without columns."""
        for said in self._plain():
            match said:
                case ["rows", int(sheet), list(numbers), list(columns), list(odd)]:
                    if sheet == place:
                        yield self._checked(_block, numbers, columns, odd)
                case ["blank", int(sheet), int(count)]:
                    if sheet == place:
                        yield Block(numbers=(), columns=(), blank=count)
                case ["end"]:
                    self.must_end_well()
                    return
                case _:
                    break
        raise self._damaged()

    def must_end_well(self) -> None:
        """Hear the process out: how it ended counts too."""
        for _ in self._plain():
            pass

    def _plain(self) -> Iterator[Any]:
        for said in self._messages:
            match said:
                case ["fault", str(code)] if code in _CODES:
                    raise self._origin.fault(code)
            yield said

    def _checked(self, build: Any, *given: Any) -> Any:
        try:
            return build(*given)
        except _OddMessageError:
            raise self._damaged() from None

    def _damaged(self) -> SourceFault:
        return self._origin.fault("workbook_damaged")


def _lines(given: list[Any]) -> list[Line]:
    lines: list[Line] = []
    for one in given:
        match one:
            case [int(number), list(cells), list(spans)]:
                _check_cells(cells)
                while cells and cells[-1] == "":
                    cells.pop()
                lines.append(Line(number, cells, _spans(spans)))
            case _:
                raise _OddMessageError
    return lines


def _block(numbers: list[Any], columns: list[Any], odd: list[Any]) -> Block:
    if set(map(type, numbers)) != {int}:
        raise _OddMessageError
    plain, long = True, False
    for cells in columns:
        if not isinstance(cells, list) or len(cells) != len(numbers):
            raise _OddMessageError
        if _check_cells(cells):
            long = long or max(map(len, cells)) > LONGEST_CELL
        else:
            plain = False
            long = long or any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in cells)
    lines: dict[int, Line] = {}
    for one in odd:
        match one:
            case [int(place), list(spans)] if 0 <= place < len(numbers):
                lines[place] = Line(numbers[place], [cells[place] for cells in columns], _spans(spans))
            case _:
                raise _OddMessageError
    return Block(numbers=numbers, columns=columns, odd=lines, plain=plain, long=long)


def _check_cells(cells: list[Any]) -> bool:
    """Whether all are text. Raises for anything that no cell can be."""
    kinds = set(map(type, cells))
    if kinds <= {str}:
        return True
    if not kinds <= _CELLS:
        raise _OddMessageError
    for cell in cells:
        if isinstance(cell, dict) and (len(cell) != 1 or not all(isinstance(text, str) for text in cell.values())):
            raise _OddMessageError
    return False


def _spans(given: list[Any]) -> list[tuple[int, int, int]]:
    spans: list[tuple[int, int, int]] = []
    for one in given:
        match one:
            case [int(left), int(right), int(bottom)]:
                spans.append((left, right, bottom))
            case _:
                raise _OddMessageError
    return spans
