"""What a table in a file is made of, whatever the file's form: headings looked for, lines as read, rows as given on.

`csv_table.py` and `workbook.py` give lines, `table_rows.py` makes rows of them. What a cell means as a value is
`tasks/intake`'s business.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from tasks.rules.datasets import Kind
from tasks.sources.base import Note, SourceFault

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
class Row:
    """One row. `line` is where it starts in the file, counted from 1. Malformed rows carry no values."""

    line: int
    values: Mapping[str, str]
    malformed: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of a file, blank ones skipped, with what ops should know of it.

    `agency`: the agency of the letterhead, where the file has no unit column and the letterhead's name is known.
    """

    rows: tuple[Row, ...]
    notes: tuple[Note, ...] = field(default=())
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
