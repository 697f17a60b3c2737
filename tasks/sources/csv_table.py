"""CSV bodies as lines of cells, strictly: what cannot be read for sure is refused, nothing is shifted or replaced.

Encoding, delimiter, quotes. Headings and rows are table_rows.py's part; other forms of file get a module of their own.
"""

import codecs
import csv
import io
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

from tasks.intake.text import clean
from tasks.sources.heading_rows import FIRST_LINES, find_header
from tasks.sources.table import Heading as Heading
from tasks.sources.table import Line, Origin, Table, Wanted
from tasks.sources.table import Row as Row
from tasks.sources.table_rows import open_table, read_rows

_DELIMITERS: Final = (",", ";", "\t")
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_table(
    body: bytes,
    *,
    source: str,
    file: str,
    headings: Sequence[Heading],
    encoding: str = "auto",
    delimiter: str | None = None,
    constants: Collection[str] = (),
    knows_agency: Callable[[str], bool] | None = None,
) -> Table:
    """The rows of a CSV body. Raises SourceFault naming file, line or columns; `constants` need no column."""
    origin = Origin(source, file)
    wanted = Wanted(headings=headings, constants=constants, knows_agency=knows_agency)
    text = _decode(body, encoding, origin)
    chosen = _delimiter(text, _DELIMITERS if delimiter is None else (delimiter,), wanted)
    opening = open_table(_lines(text, chosen, origin), wanted, origin)
    table = read_rows(opening, wanted, origin, strict_width=True)
    if table.rows and not text.endswith(("\n", "\r")):
        return Table(table.rows, (*table.notes, origin.note("no_final_newline")), table.agency)
    return table


def _decode(body: bytes, encoding: str, origin: Origin) -> str:
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


def _delimiter(text: str, delimiters: Sequence[str], wanted: Wanted) -> str:
    """The delimiter that finds most headings in the first lines; the first one where none finds any."""
    if len(delimiters) == 1:
        return delimiters[0]
    return max(delimiters, key=lambda delimiter: _found(text, delimiter, wanted))


def _found(text: str, delimiter: str, wanted: Wanted) -> int:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    head: list[Line] = []
    try:
        for cells in reader:
            if any(map(clean, cells)):
                head.append(Line(0, cells))
            if len(head) == FIRST_LINES:
                break
    except csv.Error:
        pass  # what was read before counts; whether the file is broken shows when it is read whole
    header = find_header(head, wanted)
    return len(set(header.names)) if header else 0


def _lines(text: str, delimiter: str, origin: Origin) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield Line(line, cells)
            line = reader.line_num + 1
    except csv.Error:
        raise origin.fault("broken_quotes", line=line) from None
