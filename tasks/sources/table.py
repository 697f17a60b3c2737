"""What a table in a file is made of, whatever the file's form: headings looked for, blocks as read, rows as given on.

`csv_table.py` and `workbook.py` give blocks, `table_rows.py` makes rows of them. What a cell means as a value is
`tasks/intake`'s business.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final, TypeAlias

from tasks.rules.datasets import Kind
from tasks.sources.base import Malformed, Note, SourceFault

LONGEST_CELL: Final = 32_768  # characters, as a spreadsheet has it

# Text as written, or what a workbook cell holds: a number, a truth, or a marked value (see sheet_cells.py).
Cell: TypeAlias = "str | int | float | bool | Mapping[str, str]"


@dataclass(frozen=True, slots=True)
class Heading:
    """A column looked for: its canonical name, other headings in use, whether the file must have it, its kind."""

    name: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file, not yet judged. `number` counts from 1 as a person sees it.

    `spans` are cells merged over several columns that begin here: first column, last column, last line.
    """

    number: int
    cells: Sequence[Cell]
    spans: Sequence[tuple[int, int, int]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some lines of a file as columns, not yet judged. `numbers` are those of the lines.

    `odd`: lines that columns cannot show (another width, merged cells), by position; a column holds any text there.
    `plain`: every cell is text. `long`: a cell may be longer than allowed. `blank`: blank lines left out beforehand.
    """

    numbers: Sequence[int]
    columns: Sequence[Sequence[Cell]]
    odd: Mapping[int, Line] = field(default_factory=dict)
    plain: bool = False
    long: bool = True
    blank: int = 0

    def __len__(self) -> int:
        return len(self.numbers)

    def line(self, position: int) -> Line:
        """The line at a position."""
        known = self.odd.get(position)
        return known or Line(self.numbers[position], [column[position] for column in self.columns])


def block_of(lines: Sequence[Line]) -> Block:
    """Single lines as a block."""
    columns = list(zip_longest(*(line.cells for line in lines), fillvalue=""))
    return Block(numbers=[line.number for line in lines], columns=columns, odd=dict(enumerate(lines)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Some rows of a table: its columns by canonical name, where each row starts, which rows cannot be trusted.

    Cells of malformed rows are None.
    """

    columns: Mapping[str, Sequence[str | None]]
    lines: Sequence[int]
    malformed: Mapping[int, Malformed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of a file, blank ones skipped, to be read once; `notes` are complete when they have been read.

    `agency`: the agency of the letterhead, where the file has no unit column and the letterhead's name is known.
    """

    rows: Iterator[Rows]
    notes: list[Note]
    agency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for in a file. `constants` need no column; `knows_agency` answers for a letterhead's name."""

    headings: Sequence[Heading]
    constants: Collection[str] = ()
    knows_agency: Callable[[str], bool] | None = None

    @property
    def required(self) -> list[str]:
        """Columns that the file itself must have."""
        return [heading.name for heading in self.headings if heading.required and heading.name not in self.constants]


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose file it is, for faults and notes."""

    source: str
    file: str

    def fault(self, code: str, **params: str | int) -> SourceFault:
        """A fault about this file."""
        return SourceFault(code, {"source": self.source, "file": self.file, **params})

    def note(self, code: str, **params: str | int) -> Note:
        """A note about this file."""
        return Note(code=code, params={"source": self.source, "file": self.file, **params})
