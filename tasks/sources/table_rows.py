"""Lines of a file become rows of named texts: find the heading, leave furniture out, mark what cannot be trusted.

The one way for every form of file, so that CSV and XLSX of the same rows give the same records.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from tasks.intake.text import clean, fold
from tasks.rules.datasets import Kind
from tasks.sources.base import Note
from tasks.sources.furniture import Furniture
from tasks.sources.heading_rows import FIRST_LINES, Header, find_header, must_fit
from tasks.sources.sheet_cells import cell_text, shown
from tasks.sources.table import Line, Origin, Row, Table, Wanted

LONGEST_CELL: Final = 32_768  # characters, as a spreadsheet has it


@dataclass(frozen=True, slots=True)
class Opening:
    """The first lines of a file (blank ones counted, not kept), the heading in them, and all lines to come."""

    head: tuple[Line, ...]
    blank: int
    header: Header
    rest: Iterator[Line]


def open_table(lines: Iterable[Line], wanted: Wanted, origin: Origin) -> Opening:
    """Read as far as a heading may stand. Raises SourceFault for a file without any content."""
    coming = iter(lines)
    head: list[Line] = []
    blank = 0
    for line in coming:
        if any(clean(shown(cell)) for cell in line.cells):
            head.append(line)
            if len(head) == FIRST_LINES:
                break
        else:
            blank += 1
    header = find_header(head, wanted)
    if header is None:
        raise origin.fault("no_header")
    return Opening(tuple(head), blank, header, coming)


def read_rows(opening: Opening, wanted: Wanted, origin: Origin, *, strict_width: bool, shift: int = 0) -> Table:
    """All rows below the heading. `strict_width`: a line with more or fewer cells than the heading is malformed.

    `shift`: days to add to the serials of a workbook that counts from 1904.
    """
    header = opening.header
    agency = _agency(opening, wanted)
    must_fit(header, wanted, origin, agency=bool(agency))
    furniture = Furniture(header, wanted.required)
    width = _Width(header)
    maker = _Maker(header, strict_width=strict_width, shift=shift)
    rows = tuple(
        maker.row(line)
        for line in chain(opening.head[header.last + 1 :], opening.rest)
        if furniture.is_record(line) and width.saw(line)
    )
    notes = [*_extra(header, width, origin), *_left_out(opening, furniture, width, origin)]
    return Table(rows, tuple(notes), agency)


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


class _Width:
    """Which columns without a heading hold something."""

    def __init__(self, header: Header) -> None:
        self.nameless = [column for column, label in enumerate(header.labels) if not clean(label)]
        self.filled: set[int] = set()

    def saw(self, line: Line) -> bool:
        """Look at one record; always true, to stand in a condition."""
        for column in self.nameless:
            if column < len(line.cells) and line.cells[column] != "":
                self.filled.add(column)
        return True


class _Maker:
    """Makes rows of lines under one heading."""

    def __init__(self, header: Header, *, strict_width: bool, shift: int) -> None:
        self.width = len(header.places)
        self.strict = strict_width
        self.shift = shift
        self.used = [(place.name, place.kind, column) for column, place in enumerate(header.places) if place]

    def row(self, line: Line) -> Row:
        """A row of the wrong width cannot be told apart from a shifted one: none of its cells is used."""
        cells = line.cells
        if self.strict and len(cells) != self.width:
            return _malformed(line, "field_count")
        values: dict[str, str] = {}
        wrong = ""
        for name, kind, column in self.used:
            cell = cells[column] if column < len(cells) else ""
            if isinstance(cell, str) and (kind is not Kind.CODE or "+" not in cell):
                values[name] = cell
            else:
                values[name], spoilt = cell_text(cell, kind, self.shift)
                wrong = wrong or spoilt
        if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in cells):
            wrong = "field_too_long"
        return _malformed(line, wrong) if wrong else Row(line=line.number, values=values)


def _malformed(line: Line, wrong: str) -> Row:
    joined = "\x1f".join(map(shown, line.cells))
    digest = hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()
    return Row(line=line.number, values={}, malformed=wrong, fingerprint=digest)


def _extra(header: Header, width: _Width, origin: Origin) -> Iterator[Note]:
    extra: Sequence[str] = [*header.unused, *("?" for _ in width.filled)]
    if extra:
        shown_names = ", ".join(clean(name)[:40] or "?" for name in extra[:5])
        yield origin.note("extra_columns", count=len(extra), columns=shown_names)


def _left_out(opening: Opening, furniture: Furniture, width: _Width, origin: Origin) -> Iterator[Note]:
    left_out = furniture.left_out
    counts = {
        "titles": opening.header.first,
        "headings": left_out["heading"] + left_out["index"],
        "groups": left_out["group"],
        "totals": left_out["total"],
        "signatures": left_out["signature"],
        "blank": opening.blank + left_out["blank"],
        "empty": len(width.nameless) - len(width.filled),
    }
    if any(counts.values()):
        yield origin.note("left_out", **counts)
