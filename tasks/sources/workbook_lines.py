"""The lines of one sheet as the reading process tells them: merged cells and marks put where they belong.

Part of workbook_child.py, under its limits. Most lines pass untouched.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, zip_longest
from typing import Any

from tasks.intake.text import clean
from tasks.sources.workbook_parts import Place, Refused

Span = tuple[int, int, int]
Told = tuple[list[int], list[Any], list[tuple[int, list[Span]]]]

_MOST_MERGES = 200_000
_AT_ONCE = 1_000  # lines told together
_CELLS_AT_ONCE = 50_000


class SheetLines:
    """One sheet, read once from top to bottom. `blank`: empty lines left out so far."""

    def __init__(self, sheet: Any, marks: Mapping[Place, str | int]) -> None:
        self.blank = 0
        self._width = sheet.total_width
        self._spans, self._repeated = _merges(sheet.merged_cell_ranges or [], sheet.total_height, sheet.total_width)
        self._marks: dict[int, dict[int, str | int]] = {}
        for (line, column), mark in marks.items():
            self._marks.setdefault(line, {})[column] = mark
        above = {line - 1 for line in self._repeated}
        self._special = self._spans.keys() | self._repeated.keys() | self._marks.keys() | above
        self._above: dict[int, Any] = {}
        last = max(self._marks, default=-1)
        self._rows = enumerate(sheet.iter_rows() if last < 0 else _padded_to(sheet.iter_rows(), last, self._width))

    def head(self, first: int) -> tuple[list[Any], int]:
        """The first lines that say anything, with their numbers and spans, and how many blank ones were between."""
        head: list[Any] = []
        blank = 0
        for number, row in self._rows:
            cells = self._whole(number, row)
            if any(not isinstance(cell, str) or clean(cell) for cell in cells):
                head.append((number + 1, cells, self._spans.get(number, [])))
                if len(head) == first:
                    break
            else:
                blank += 1
        return head, blank

    def blocks(self) -> Iterator[Told]:
        """What is left: numbers of lines, columns, and the spans of lines that have any, by position."""
        most = max(1, min(_AT_ONCE, _CELLS_AT_ONCE // max(1, self._width)))
        while lines := list(islice(self._rows, most)):
            odd = list[tuple[int, list[Span]]]()
            if self._special or _may_be_blank(lines):
                lines = [(number, self._whole(number, row)) for number, row in lines]
                filled = [(number, row) for number, row in lines if row.count("") < len(row)]
                self.blank += len(lines) - len(filled)
                odd = [(n, self._spans[number]) for n, (number, _) in enumerate(filled) if number in self._spans]
                lines = filled
            if lines:
                numbers, rows = zip(*lines, strict=True)
                yield [number + 1 for number in numbers], _columns(rows), odd

    def _whole(self, number: int, row: list[Any]) -> list[Any]:
        if number not in self._special:
            return row
        cells = list(row)
        for column, mark in self._marks.get(number, {}).items():
            cells.extend([""] * (column + 1 - len(cells)))
            cells[column] = _marked(cells[column], mark)
        for column in self._repeated.get(number, ()):
            cells[column] = self._above.get(column, "") if cells[column] == "" else cells[column]
        self._above = {column: cells[column] for column in self._repeated.get(number + 1, ())}
        return cells


def _may_be_blank(lines: Sequence[tuple[int, list[Any]]]) -> bool:
    """Not where some column is filled on every line."""
    return not lines[0][1] or all("" in column for column in zip(*(row for _, row in lines), strict=False))


def _columns(rows: Sequence[list[Any]]) -> list[Any]:
    if len(set(map(len, rows))) == 1:
        return list(zip(*rows, strict=True))
    return list(zip_longest(*rows, fillvalue=""))


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


def _marked(cell: Any, mark: str | int) -> Any:
    if isinstance(mark, str):
        return {"wrong": mark}
    whole = isinstance(cell, float) and cell >= 0 and cell == int(cell)
    return {"padded": str(int(cell)).zfill(mark)} if whole else cell
