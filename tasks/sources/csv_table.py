"""CSV bodies as rows of named cells, strictly: what cannot be read for sure is refused, nothing is shifted or replaced.

Encoding, delimiter, heading row, field counts. What a cell means is `tasks/intake`'s business; other file forms (XLSX)
get a module of their own beside this one that gives the same `Table`.
"""

import codecs
import csv
import hashlib
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tasks.intake.text import clean, fold
from tasks.sources.base import Note, SourceFault

LONGEST_CELL: Final = 32_768  # characters, as a spreadsheet has it
_DELIMITERS: Final = (",", ";", "\t")
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Heading:
    """A column looked for: its canonical name, other headings in use, and whether the file must have it."""

    name: str
    aliases: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row. `line` is where it starts in the file, counted from 1. Malformed rows carry no values."""

    line: int
    values: Mapping[str, str]
    malformed: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of a file, blank ones skipped, with what ops should know of it."""

    rows: tuple[Row, ...]
    notes: tuple[Note, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _Origin:
    source: str
    file: str

    def fault(self, code: str, **params: str | int) -> SourceFault:
        return SourceFault(code, {"source": self.source, "file": self.file, **params})

    def note(self, code: str, **params: str | int) -> Note:
        return Note(code=code, params={"source": self.source, "file": self.file, **params})


def read_table(
    body: bytes,
    *,
    source: str,
    file: str,
    headings: Sequence[Heading],
    encoding: str = "auto",
    delimiter: str | None = None,
    constants: Collection[str] = (),
) -> Table:
    """The rows of a CSV body. Raises SourceFault naming file, line or columns; `constants` need no column."""
    origin = _Origin(source, file)
    text = _decode(body, encoding, origin)
    delimiters = _DELIMITERS if delimiter is None else (delimiter,)
    places, chosen, extra = _header(text, headings, delimiters, frozenset(constants), origin)
    rows = tuple(_rows(text, chosen, places, origin))
    notes: list[Note] = []
    if extra:
        shown = ", ".join(clean(name)[:40] or "?" for name in extra[:5])
        notes.append(origin.note("extra_columns", count=len(extra), columns=shown))
    if rows and not text.endswith(("\n", "\r")):
        notes.append(origin.note("no_final_newline"))
    return Table(rows, tuple(notes))


def _decode(body: bytes, encoding: str, origin: _Origin) -> str:
    """A byte order mark decides, then the declared encoding, then strict UTF-8; never a guess, never a replacement."""
    marked = next((name for bom, name in _BOMS if body.startswith(bom)), None)
    try:
        text = body.decode(marked or ("utf-8" if encoding == "auto" else encoding), errors="strict")
    except LookupError:
        raise origin.fault("encoding_unsupported", encoding=encoding) from None
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise origin.fault("encoding_unknown", line=line) from None
    if (place := text.find("\0")) >= 0:
        raise origin.fault("nul_in_file", line=text.count("\n", 0, place) + 1)
    return text


def _header(
    text: str,
    headings: Sequence[Heading],
    delimiters: Sequence[str],
    constants: frozenset[str],
    origin: _Origin,
) -> tuple[list[str | None], str, list[str]]:
    """Canonical name per column (None: not used), the delimiter that finds most of them, and the unused headings."""
    known = {fold(word): heading.name for heading in headings for word in (heading.name, *heading.aliases)}
    tries = [(delimiter, _first_row(text, delimiter, origin)) for delimiter in delimiters]
    delimiter, cells = max(tries, key=lambda pair: sum(fold(cell) in known for cell in pair[1]))
    places = [known.get(fold(cell)) for cell in cells]
    found = [name for name in places if name]
    if twice := sorted({name for name in found if found.count(name) > 1}):
        raise origin.fault("duplicate_column", columns=", ".join(twice))
    needed = [h.name for h in headings if h.required and h.name not in found and h.name not in constants]
    if needed:
        raise origin.fault("missing_column", columns=", ".join(needed))
    return places, delimiter, [cell for cell, name in zip(cells, places, strict=True) if name is None]


def _first_row(text: str, delimiter: str, origin: _Origin) -> list[str]:
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if any(map(clean, cells)):
                return cells
    except csv.Error:
        return []  # this delimiter does not fit; if none does, required columns are missing
    raise origin.fault("no_header")


def _rows(text: str, delimiter: str, places: list[str | None], origin: _Origin) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line, headed = 1, False
    try:
        for cells in reader:
            if any(map(clean, cells)):
                if headed:
                    yield _row(cells, places, line)
                headed = True
            line = reader.line_num + 1
    except csv.Error:
        raise origin.fault("broken_quotes", line=line) from None


def _row(cells: list[str], places: list[str | None], line: int) -> Row:
    """A row that is too long or too short cannot be told apart from a shifted one: none of its cells is used."""
    wrong = ""
    if len(cells) != len(places):
        wrong = "field_count"
    elif any(len(cell) > LONGEST_CELL for cell in cells):
        wrong = "field_too_long"
    if wrong:
        digest = hashlib.sha256("\x1f".join(cells).encode("utf-8", "surrogatepass")).hexdigest()
        return Row(line=line, values={}, malformed=wrong, fingerprint=digest)
    return Row(line=line, values={name: cell for name, cell in zip(places, cells, strict=True) if name})
