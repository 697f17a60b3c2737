"""Landed files become parts of a pull, read from the landing block by block.

Which reader a file needs is told here by its name; which files a pull takes is files.py's part.
"""

import collections
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Final

from tasks.intake.landing import LandedBody, Landing, LandingError
from tasks.intake.unit_map import UnitMap
from tasks.rules.datasets import Dataset, Kind
from tasks.rules.timezone import HANOI
from tasks.sources.base import PART_ROWS, Malformed, Note, Part, SourceFault
from tasks.sources.csv_table import read_csv
from tasks.sources.legible import is_legible
from tasks.sources.rejected import OF_THE_FILE, tell_sender
from tasks.sources.table import Heading, Origin, Rows, Table, Wanted
from tasks.sources.workbook import read_workbook
from tasks.sources.workbook_check import WorkbookLimits

_TEXTS: Final = frozenset({".csv", ".txt", ".tsv"})
_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})  # their content says which may be read


def is_text(name: str) -> bool:
    """Whether a file of that name is read as CSV."""
    return PurePath(name).suffix.lower() in _TEXTS


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReader:
    """How the files of one source are read. Its fields are those of `files.FilesSource`."""

    source: str
    dataset: Dataset
    folder: Path
    constants: Mapping[str, str]
    encoding: str
    delimiter: str | None
    unit_map: UnitMap | None
    typed: bool = False  # by a person, who may leave out the last line end

    def parts(
        self,
        bodies: tuple[LandedBody, ...],
        landing: Landing,
        notes: list[Note],
        refused: dict[str, SourceFault] | None = None,
    ) -> Iterator[Part]:
        """All records of these bodies. Raises SourceFault; a fault of the file is told to its sender as well.

        With `refused` such a file is put there by its hash and left out whole, unless no other one is left.
        """
        for body in bodies:
            begun = False
            try:
                for part in self._parts(body, landing, notes, sure=refused is not None and len(bodies) > 1):
                    begun = True
                    yield part
            except SourceFault as fault:
                if fault.code in OF_THE_FILE and not landing.dry:
                    tell_sender(self.folder, body.name, body.sha256, fault)
                if fault.code not in OF_THE_FILE or refused is None or begun:
                    raise
                refused[body.sha256] = fault
                notes.append(Note(code=fault.code, params=fault.params))
            except (LandingError, OSError):
                params = {"source": self.source, "file": body.name}
                raise SourceFault("landing_unreadable", params, transient=True) from None
        if refused and bodies and all(body.sha256 in refused for body in bodies):
            raise refused[bodies[-1].sha256]

    def _parts(self, body: LandedBody, landing: Landing, notes: list[Note], *, sure: bool) -> Iterator[Part]:
        """`sure`: a file of several parts is first read to its end, since no part given can be taken back."""
        table = self._table(body, landing)
        given = {"unit_code": table.agency, **self.constants} if table.agency else self.constants
        waiting = _Waiting(body, given)
        for rows in table.rows:
            if waiting.lines and len(waiting.lines) + len(rows.lines) > PART_ROWS:
                if sure:
                    sure = False
                    collections.deque(self._table(body, landing).rows, maxlen=0)
                yield self._legible(waiting.part(), body)
                waiting = _Waiting(body, given)
            waiting.add(rows)
        if waiting.lines:
            yield self._legible(waiting.part(), body)
        notes.extend(table.notes)

    def _legible(self, part: Part, body: LandedBody) -> Part:
        """Faults of a font show in the texts only; codes and dates look alike in all of them."""
        texts = (part.columns[c.name] for c in self.dataset.columns if c.kind is Kind.TEXT and c.name in part.columns)
        if not is_legible(text for column in texts for text in column):
            raise Origin(self.source, body.name).fault("old_font")
        return part

    def _table(self, body: LandedBody, landing: Landing) -> Table:
        origin, wanted = Origin(self.source, body.name), self._wanted(body)
        if PurePath(body.name).suffix.lower() in _WORKBOOKS:
            limits = WorkbookLimits()
            if body.bytes > limits.raw:
                raise origin.fault("file_too_large", limit=limits.raw)
            return read_workbook(landing.read(body.sha256), wanted, origin, limits)
        if not is_text(body.name):
            raise origin.fault("format_unsupported")
        blocks = landing.blocks(body.sha256)
        return read_csv(blocks, wanted, origin, encoding=self.encoding, delimiter=self.delimiter, typed=self.typed)

    def _wanted(self, body: LandedBody) -> Wanted:
        headings = [Heading(c.name, c.headings, c.required, c.kind) for c in self.dataset.columns]
        return Wanted(headings=headings, constants=self.constants, knows_agency=self._agencies(body))

    def _agencies(self, body: LandedBody) -> Callable[[str], bool] | None:
        moment, unit_map = body.data_moment.astimezone(HANOI).date(), self.unit_map
        return None if unit_map is None else lambda name: unit_map.unit_code(name, moment) is not None


@dataclass(slots=True)
class _Waiting:
    """Rows of one body that wait to become a part."""

    body: LandedBody
    given: Mapping[str, str]
    columns: dict[str, list[str | None]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    malformed: dict[int, Malformed] = field(default_factory=dict)

    def add(self, rows: Rows) -> None:
        before = len(self.lines)
        self.lines.extend(rows.lines)
        for name, cells in rows.columns.items():
            self.columns.setdefault(name, []).extend(cells)
        self.malformed.update((before + place, broken) for place, broken in rows.malformed.items())

    def part(self) -> Part:
        size = range(len(self.lines))
        columns: dict[str, Sequence[str | None]] = {**self.columns}
        for name, text in self.given.items():
            if name not in columns:
                columns[name] = [None if n in self.malformed else text for n in size]
        head = f"sha256:{self.body.sha256}#"
        refs = [head + str(line) for line in self.lines]
        return Part(columns=columns, refs=refs, moment=self.body.data_moment, malformed=self.malformed)
