"""Paper registers as somebody typed them off: each row becomes a line with its place on paper.

Read where they lie, never landed. A missing heading refuses the file, an empty or illegible cell is told as such. Of
what was written about a citizen only codes, days and which cells are filled are kept. Which files are read is
register_files.py's part, what a cell may look like register_writing.py's, what follows from the lines
`tasks/rules/register_rules`'.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final

from tasks.intake.landing import Landing
from tasks.intake.text import clean, clean_code, fold
from tasks.rules.register_dataset import REGISTER
from tasks.rules.register_model import UNSHOWN, BookKind, BookLine
from tasks.rules.timezone import HANOI
from tasks.sources.base import Note, Part, SourceFault
from tasks.sources.file_parts import FileReader
from tasks.sources.folder import Candidate, UnfinishedError, blocks_of
from tasks.sources.register_cells import as_typed, is_cancelled, is_unreadable, number_of_cancelled, without_remark
from tasks.sources.register_files import SOURCE
from tasks.sources.register_writing import book_of, days_of, line_of, page_of, unit_of

ROWS: Final = "register_rows"  # the note on rows that are left out
_TOLD: Final = 5
_MOST_BYTES: Final = 256 * 1024**2
_DAYS: Final = ("received_at", "due_at", "returned_at", "transferred_on")
_TEXTS: Final = ("procedure_name", "to_unit")
_HELD: Final = ("book", "page", "unit_code", "book_kind")  # written once, they hold until the next one
_BLANK: Final = re.compile(r"[\s.…_–—/\\-]*")
# What a code may look like: a long word of letters is a name, a bare number of these lengths a person's.
_CODE: Final = re.compile(r"(?=.*\d)(?!.*[A-Za-zĐđ]{11})[A-Za-z0-9Đđ][A-Za-z0-9Đđ._/|:-]{0,63}")
_PERSONS: Final = re.compile(r"\d{9}|0\d{9}|\d{12}")
_PLACES: Final = {"book": book_of, "page": page_of, "unit_code": unit_of}
_TRANSFER: Final = ("liên thông", "chuyển", "transfer", "giao nhận")
_TRACKING: Final = ("theo dõi", "tracking", "tiếp nhận")
_YEARS_AHEAD: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRead:
    """One file as read. `columns`: those it has a heading for. `unreadable`: rows whose cells cannot be told apart.

    `odd_kinds`: rows that name a kind of book nobody knows; their columns decided. `unshown`: rows in whose cells of
    book, page or unit stood something that looks like none, and is not repeated.
    """

    name: str
    sha256: str
    lines: tuple[BookLine, ...]
    columns: frozenset[str]
    unreadable: tuple[int, ...] = ()
    odd_kinds: tuple[int, ...] = ()
    unshown: tuple[int, ...] = ()
    notes: tuple[Note, ...] = ()


def read_register(folder: Path, file: Candidate, as_of: datetime) -> RegisterRead:
    """All lines of a file. Raises SourceFault naming the file and what to do."""
    landing, notes = Landing(folder, dry=True), list[Note]()
    try:
        blocks = blocks_of(SOURCE, file, _MOST_BYTES)
        body = landing.land_blocks(SOURCE, file.name, blocks, file.moment, as_of)
    except UnfinishedError:
        raise SourceFault("not_settled", {"source": SOURCE, "file": file.name}, transient=True) from None
    reader = FileReader(
        source=SOURCE,
        dataset=REGISTER,
        folder=folder,
        constants={},
        encoding="auto",
        delimiter=None,
        unit_map=None,
        typed=True,
    )
    typed = _Typed(file.name, as_of.astimezone(HANOI).year + _YEARS_AHEAD)
    try:
        for part in reader.parts((body,), landing, notes):
            typed.take(part)
    except SourceFault as fault:
        if fault.code == "missing_column":  # of a register no constant can be declared
            raise SourceFault("register_columns", fault.params) from None
        raise
    if typed.unreadable:
        rows = ", ".join([*map(str, typed.unreadable[:_TOLD]), *["…"] * (len(typed.unreadable) > _TOLD)])
        params: dict[str, str | int] = {
            "source": SOURCE,
            "file": file.name,
            "count": len(typed.unreadable),
            "rows": rows,
        }
        notes.append(Note(code=ROWS, params=params))
    return RegisterRead(
        name=file.name,
        sha256=body.sha256,
        lines=tuple(typed.lines),
        columns=frozenset(typed.columns),
        unreadable=tuple(typed.unreadable),
        odd_kinds=tuple(typed.odd_kinds),
        unshown=tuple(typed.unshown),
        notes=tuple(notes),
    )


@dataclass(slots=True)
class _Typed:
    """Rows of a file become lines, in order."""

    file: str
    last_year: int
    lines: list[BookLine] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    unreadable: list[int] = field(default_factory=list)
    odd_kinds: list[int] = field(default_factory=list)
    unshown: list[int] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)

    def take(self, part: Part) -> None:
        """The rows of one part."""
        self.columns.update(part.columns)
        cells = {name: [_cell(text) for text in column] for name, column in part.columns.items()}
        moments = {name: days_of(cells[name], self.last_year) for name in _DAYS if name in cells}
        for place, ref in enumerate(part.refs):
            row = int(ref.rpartition("#")[2])
            if place in part.malformed:
                self.unreadable.append(row)
                continue
            texts = {name: column[place] for name, column in cells.items()}
            self.lines.append(self._line(row, texts, {name: column[place] for name, column in moments.items()}))

    def _line(self, row: int, texts: Mapping[str, str | None], days: Mapping[str, date | None]) -> BookLine:
        for name in _HELD:
            if text := texts.get(name):
                self.held[name] = text
        if any((text := texts.get(name)) and of(text) in ("", UNSHOWN) for name, of in _PLACES.items()):
            self.unshown.append(row)
        number, code, cancelled = _number_and_code(texts)
        illegible = {name for name, day in days.items() if day is None and texts[name]}
        illegible |= {name for name in _TEXTS if is_unreadable(texts.get(name))}
        if texts.get("dossier_code") and not code and not cancelled:
            illegible.add("dossier_code")
        if texts.get("line") and not number and not cancelled:
            illegible.add("line")
        known = {name: day for name, day in days.items() if day is not None}
        filled = {name for name in _TEXTS if texts.get(name)} | ({"dossier_code"} if code else set())
        typed = {name: as_typed(texts[name] or "") for name in illegible}
        return BookLine(
            file=self.file,
            row=row,
            kind=self._kind(row, texts.get("book_kind")),
            unit_code=unit_of(self.held.get("unit_code", "")),
            book=book_of(self.held.get("book", "")),
            page=page_of(self.held.get("page", "")),
            line=number,
            code=code,
            procedure=clean(texts.get("procedure_name") or ""),
            days=known,
            filled=frozenset((filled | known.keys()) - illegible),
            illegible=frozenset(illegible),
            typed={name: text for name, text in sorted(typed.items()) if text},
            cancelled=cancelled,
        )

    def _kind(self, row: int, written: str | None) -> BookKind:
        """What the book says it is, else what its columns say: only a transfer book has no appointments."""
        word = fold(self.held.get("book_kind", ""))
        if any(one in word for one in _TRANSFER):
            return BookKind.TRANSFER
        if any(one in word for one in _TRACKING):
            return BookKind.TRACKING
        if written:
            self.odd_kinds.append(row)
        moves = not self.columns.isdisjoint({"transferred_on", "to_unit"})
        return BookKind.TRANSFER if moves and "due_at" not in self.columns else BookKind.TRACKING


def _cell(text: str | None) -> str | None:
    """A cell with something in it; dots and dashes are how an empty one is ruled out."""
    return None if text is None or _BLANK.fullmatch(text) else text


def _number_and_code(texts: Mapping[str, str | None]) -> tuple[str, str, bool]:
    """The number and the code of a line, "" for what is none, and whether the line is cancelled."""
    written, procedure = texts.get("line") or "", texts.get("procedure_name")
    code, remark = without_remark(texts.get("dossier_code") or "")
    number = number_of_cancelled(written)
    cancelled = number is not None or any(map(is_cancelled, (code, remark, procedure)))
    code = clean_code(code)
    return line_of(written if number is None else number), code if _is_code(code) else "", cancelled


def _is_code(code: str) -> bool:
    return _CODE.fullmatch(code) is not None and _PERSONS.fullmatch(code) is None


def codes_of(lines: Iterable[BookLine]) -> set[str]:
    """All codes written."""
    return {line.code for line in lines if line.code}
