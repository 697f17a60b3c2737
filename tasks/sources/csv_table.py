"""CSV bodies as blocks of cells, strictly: what cannot be read for sure is refused, nothing is shifted or replaced.

Delimiter, quotes, widths. Encodings are text_lines.py's part, headings and rows table_rows.py's.
"""

import csv
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final

from tasks.intake.text import clean
from tasks.sources.base import Malformed
from tasks.sources.heading_rows import FIRST_LINES, find_header
from tasks.sources.table import Block, Line, Origin, Rows, Table, Wanted
from tasks.sources.table_rows import first_lines, opened, read_rows
from tasks.sources.text_lines import TextLines

_DELIMITERS: Final = (",", ";", "\t")
_AT_ONCE: Final = 250  # rows; more cost the memory keeper more than they save
_MOST_LINES_LOOKED_AT: Final = 10_000  # for the delimiter


def read_csv(
    body: Iterable[bytes],
    wanted: Wanted,
    origin: Origin,
    *,
    encoding: str = "auto",
    delimiter: str | None = None,
    typed: bool = False,
) -> Table:
    """The rows of a CSV body that comes in blocks. Raises SourceFault naming file, line or columns, also while read.

    A row without a line end may have been cut inside its last cell (`H13.10.12` to `H13.10`): it is malformed, unless
    the file was `typed` by a person, who may leave the line end out.
    """
    text = TextLines(body, encoding, origin)
    chosen, lines = _delimiter(iter(text), _DELIMITERS if delimiter is None else (delimiter,), wanted)
    reader = _Reader(lines, chosen, text, origin)
    head, blank = first_lines(reader.lines())
    opening = opened(head, blank, wanted, origin)
    table = read_rows(opening, reader.blocks(len(opening.header.places)), wanted, origin, strict_width=True)
    rows = table.rows if typed else _to_the_end(table, text, reader, origin)
    return Table(rows=rows, notes=table.notes, agency=table.agency)


def _to_the_end(table: Table, text: TextLines, reader: "_Reader", origin: Origin) -> Iterator[Rows]:
    """One step behind, since only the end of the text tells whether the last row is whole."""
    before = None
    for rows in table.rows:
        if not rows.lines:
            continue
        if before is not None:
            yield before
        before = rows
    if before is None:
        return
    if not text.ended:
        table.notes.append(origin.note("no_final_newline"))
        if before.lines[-1] == reader.last:
            before = _cut_off(before)
    yield before


def _cut_off(rows: Rows) -> Rows:
    """The last row becomes malformed, its cells empty."""
    last = len(rows.lines) - 1
    cells = "\x1f".join(column[last] or "" for column in rows.columns.values())
    told = Malformed("cut_off", hashlib.sha256(cells.encode("utf-8", "surrogatepass")).hexdigest())
    return Rows(
        columns={name: [*column[:last], None] for name, column in rows.columns.items()},
        lines=rows.lines,
        malformed={last: told, **rows.malformed},
    )


def _delimiter(lines: Iterator[str], delimiters: Sequence[str], wanted: Wanted) -> tuple[str, Iterator[str]]:
    """The delimiter that finds most headings in the first lines, else the first one; and all lines again."""
    if len(delimiters) == 1:
        return delimiters[0], lines
    seen: list[str] = []

    def from_the_start() -> Iterator[str]:
        yield from seen
        for line in islice(lines, _MOST_LINES_LOOKED_AT - len(seen)):
            seen.append(line)
            yield line

    chosen = max(delimiters, key=lambda delimiter: _found(from_the_start(), delimiter, wanted))
    return chosen, chain(seen, lines)


def _found(lines: Iterator[str], delimiter: str, wanted: Wanted) -> int:
    head: list[Line] = []
    try:
        for cells in csv.reader(lines, delimiter=delimiter, strict=True):
            if any(map(clean, cells)):
                head.append(Line(0, cells))
            if len(head) == FIRST_LINES:
                break
    except csv.Error:
        pass  # what was read before counts; whether the file is broken shows when it is read whole
    header = find_header(head, wanted)
    return len(set(header.names)) if header else 0


class _Reader:
    """One pass over the rows of a text: first line by line, then block by block."""

    def __init__(self, lines: Iterator[str], delimiter: str, text: TextLines, origin: Origin) -> None:
        self._reader = csv.reader(lines, delimiter=delimiter, strict=True)
        self._text = text
        self._origin = origin
        self.last = 0  # the line on which the latest row starts

    def lines(self) -> Iterator[Line]:
        """Where each line starts, and its cells."""
        number = 1
        try:
            for cells in self._reader:
                self.last = number
                yield Line(number, cells)
                number = self._reader.line_num + 1
        except csv.Error:
            raise self._origin.fault("broken_quotes", line=number) from None

    def blocks(self, width: int) -> Iterator[Block]:
        """What is left, of rows with `width` cells; others stand beside the columns."""
        while True:
            first, rows = self._reader.line_num + 1, list[list[str]]()
            try:
                rows.extend(islice(self._reader, _AT_ONCE))
            except csv.Error:
                line = first + sum(map(_height, rows))  # what was read before the error is in the list
                raise self._origin.fault("broken_quotes", line=line) from None
            if not rows:
                return
            numbers = self._numbers(first, rows)
            self.last = numbers[-1]
            odd: dict[int, Line] = {}
            if set(map(len, rows)) != {width}:
                odd = {n: Line(numbers[n], cells) for n, cells in enumerate(rows) if len(cells) != width}
                nothing = [""] * width
                rows = [nothing if n in odd else cells for n, cells in enumerate(rows)]
            long = self._text.long or len(numbers) != self._reader.line_num + 1 - first
            yield Block(numbers=numbers, columns=list(zip(*rows, strict=True)), odd=odd, plain=True, long=long)

    def _numbers(self, first: int, rows: Sequence[Sequence[str]]) -> Sequence[int]:
        """The line on which each row starts: in order, unless a cell goes over several lines."""
        if self._reader.line_num + 1 - first == len(rows):
            return range(first, first + len(rows))
        numbers = []
        for cells in rows:
            numbers.append(first)
            first += _height(cells)
        return numbers


def _height(cells: Sequence[str]) -> int:
    """On how many lines a row stands, told by the line ends in its cells."""
    text = "\x1f".join(cells)
    return 1 + text.count("\n") + text.count("\r") - text.count("\r\n")
