"""Blocks of a file become rows of named texts: find the heading, leave furniture out, mark what cannot be trusted.

The one way for every form of file, so that CSV and XLSX of the same rows give the same records. Whole columns at a
time; a line is looked at alone only where it may be furniture or is malformed.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, TypeGuard

from tasks.intake.text import clean, fold
from tasks.rules.datasets import Kind
from tasks.sources.base import Malformed, Note
from tasks.sources.furniture import Furniture
from tasks.sources.heading_rows import FIRST_LINES, Header, find_header, must_fit
from tasks.sources.sheet_cells import cell_text, shown
from tasks.sources.table import LONGEST_CELL, Block, Cell, Line, Origin, Rows, Table, Wanted, block_of

_TOLD: Final = 5  # columns in a note


@dataclass(frozen=True, slots=True)
class Opening:
    """The first lines of a file (blank ones counted, not kept) and the heading in them."""

    head: Sequence[Line]
    blank: int
    header: Header


def first_lines(lines: Iterable[Line]) -> tuple[list[Line], int]:
    """The lines among which a heading may stand, and how many blank ones stood between them."""
    head: list[Line] = []
    blank = 0
    for line in lines:
        if any(clean(shown(cell)) for cell in line.cells):
            head.append(line)
            if len(head) == FIRST_LINES:
                break
        else:
            blank += 1
    return head, blank


def opened(head: Sequence[Line], blank: int, wanted: Wanted, origin: Origin) -> Opening:
    """The heading found. Raises SourceFault for a file without any content."""
    header = find_header(head, wanted)
    if header is None:
        raise origin.fault("no_header")
    return Opening(head, blank, header)


def read_rows(
    opening: Opening, rest: Iterable[Block], wanted: Wanted, origin: Origin, *, strict_width: bool, shift: int = 0
) -> Table:
    """All rows below the heading; `rest` comes after the first lines. Raises SourceFault for a heading in doubt.

    `strict_width`: a line with more or fewer cells than the heading is malformed. `shift`: days to add to the serials
    of a workbook that counts from 1904.
    """
    agency = _agency(opening, wanted)
    must_fit(opening.header, wanted, origin, agency=bool(agency))
    notes: list[Note] = []
    reader = _Reader(opening, wanted, strict_width=strict_width, shift=shift)

    def rows() -> Iterator[Rows]:
        below = block_of(opening.head[opening.header.last + 1 :])
        for block in chain((below,), rest):
            yield reader.rows(block)
        notes.extend(reader.notes(opening, origin))

    return Table(rows=rows(), notes=notes, agency=agency)


def _agency(opening: Opening, wanted: Wanted) -> str:
    """What the first cell above the heading calls the agency: the whole text, else its last line, if that is known.

    The line above it names the superior body: taking that instead would give the dossiers to the wrong unit.
    """
    if wanted.knows_agency is None or "unit_code" not in wanted.required or "unit_code" in opening.header.names:
        return ""
    above = (shown(cell) for line in opening.head[: opening.header.first] for cell in line.cells)
    text = next((text for text in above if clean(text)), "")
    lines = [clean(line) for line in text.splitlines() if any(letter.isalpha() for letter in line)]
    lines = [line for line in lines if not fold(line).startswith("số:")]
    tries = (clean(text), *lines[-1:])
    return next((name for name in tries if name and wanted.knows_agency(name)), "")


class _Reader:
    """Makes rows of blocks under one heading and counts what it leaves out."""

    def __init__(self, opening: Opening, wanted: Wanted, *, strict_width: bool, shift: int) -> None:
        header = opening.header
        self.width = len(header.places)
        self.strict = strict_width
        self.shift = shift
        self.unused = header.unused
        self.used = [(place.name, place.kind, column) for column, place in enumerate(header.places) if place]
        self.furniture = Furniture(header, wanted.required)
        self.nameless = [column for column, label in enumerate(header.labels) if not clean(label)]
        self.filled: set[int] = set()  # columns without a heading that hold something

    def rows(self, block: Block) -> Rows:
        """The records of a block, in order."""
        self.furniture.left_out["blank"] += block.blank
        dropped, malformed = self._judged(block)
        columns: dict[str, Sequence[str | None]] = {}
        for name, kind, place in self.used:
            cells = block.columns[place] if place < len(block.columns) else ("",) * len(block)
            columns[name], wrong = _texts(cells, kind, self.shift, plain=block.plain)
            for position, code in wrong.items():
                malformed.setdefault(position, code)
        if block.long:
            malformed |= self._too_long(block, malformed)
        self._see(block, dropped)
        broken = {n: Malformed(code, self._fingerprint(block.line(n))) for n, code in malformed.items()}
        return _without(columns, block.numbers, dropped, broken)

    def notes(self, opening: Opening, origin: Origin) -> Iterator[Note]:
        """What ops should know when all was read."""
        extra = sorted(self.unused | self.filled)
        if extra:
            told = [_letters(place) for place in extra[:_TOLD]] + ["…"] * (len(extra) > _TOLD)
            yield origin.note("extra_columns", count=len(extra), columns=", ".join(told))
        left_out = self.furniture.left_out
        counts = {
            "titles": opening.header.first,
            "headings": left_out["heading"] + left_out["index"],
            "groups": left_out["group"],
            "totals": left_out["total"],
            "signatures": left_out["signature"],
            "blank": opening.blank + left_out["blank"],
            "empty": len(self.nameless) - len(self.filled),
        }
        if any(counts.values()):
            yield origin.note("left_out", **counts)

    def _judged(self, block: Block) -> tuple[set[int], dict[int, str]]:
        """Positions that are no records, and records of the wrong width: these cannot be told from shifted ones."""
        dropped: set[int] = set()
        malformed: dict[int, str] = {}
        before = -1
        for position in self.furniture.doubtful(block):
            if position > before + 1:
                self.furniture.records_passed()
            before = position
            line = block.line(position)
            if not self.furniture.is_record(line):
                dropped.add(position)
            elif self.strict and len(line.cells) != self.width:
                malformed[position] = "field_count"
                self.filled.update(n for n in self.nameless if n < len(line.cells) and line.cells[n] != "")
        if before + 1 < len(block):
            self.furniture.records_passed()
        return dropped, malformed

    def _see(self, block: Block, dropped: set[int]) -> None:
        for place in self.nameless:
            if place not in self.filled and place < len(block.columns):
                cells = block.columns[place]
                if cells.count("") < len(cells) and any(c != "" and n not in dropped for n, c in enumerate(cells)):
                    self.filled.add(place)

    def _too_long(self, block: Block, malformed: Mapping[int, str]) -> dict[int, str]:
        lines = (
            (n, block.odd[n].cells if n in block.odd else cells)
            for n, cells in enumerate(zip(*block.columns, strict=True))
        )
        return {
            n: "field_too_long"
            for n, cells in lines
            if malformed.get(n) != "field_count" and any(isinstance(c, str) and len(c) > LONGEST_CELL for c in cells)
        }

    def _fingerprint(self, line: Line) -> str:
        cells = list(line.cells)
        while not self.strict and cells and cells[-1] == "":
            cells.pop()
        joined = "\x1f".join(map(shown, cells))
        return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()


def _letters(column: int) -> str:
    """A column as a spreadsheet calls it. Its heading is never told: a name may stand there."""
    letters = ""
    while column >= 0:
        letters, column = chr(ord("A") + column % 26) + letters, column // 26 - 1
    return letters


def _texts(
    cells: Sequence[Cell], kind: Kind, shift: int, *, plain: bool
) -> tuple[Sequence[str | None], dict[int, str]]:
    """A column as text, and by position why a cell cannot be trusted."""
    if plain or set(map(type, cells)) <= {str}:
        assert _is_text(cells)
        if kind is not Kind.CODE or "+" not in "".join(cells):
            return cells, {}
    texts, wrong = list[str | None](), dict[int, str]()
    for position, cell in enumerate(cells):
        text, code = (cell, "") if isinstance(cell, str) and "+" not in cell else cell_text(cell, kind, shift)
        texts.append(text)
        if code:
            wrong[position] = code
    return texts, wrong


def _is_text(_cells: Sequence[Cell]) -> TypeGuard[Sequence[str]]:
    return True  # the caller has looked, or the file has nothing else


def _without(
    columns: Mapping[str, Sequence[str | None]],
    numbers: Sequence[int],
    dropped: set[int],
    malformed: Mapping[int, Malformed],
) -> Rows:
    """Rows without what is no record; cells of malformed ones are emptied."""
    if not dropped and not malformed:
        return Rows(columns=columns, lines=numbers)
    kept = [position for position in range(len(numbers)) if position not in dropped]
    return Rows(
        columns={name: [None if n in malformed else cells[n] for n in kept] for name, cells in columns.items()},
        lines=[numbers[n] for n in kept],
        malformed={place: malformed[n] for place, n in enumerate(kept) if n in malformed},
    )
