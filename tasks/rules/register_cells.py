"""Cells that a book must have: which of its lines lack one or cannot be read, and at what rate.

Of the tracking book (form 07 of Circular 03/2025/TT-VPCP) code, procedure, day of receipt and appointment are asked
for, and the day of return as soon as the software says that the result was given; of the transfer book code, day of
transfer and where the dossier went. A column without any heading is one finding of the book, not one of every line.
A cancelled line lacks nothing. What cannot be read is a matter of who typed the book off, what is empty of its unit.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tasks.rules.difference_life import REFS
from tasks.rules.difference_model import DAY_BY, OPS, DifferenceClass, Finding, Scope
from tasks.rules.register_model import Book, BookKind, BookLine, Held

REQUIRED: Final[Mapping[BookKind, tuple[str, ...]]] = {
    BookKind.TRACKING: ("dossier_code", "procedure_name", "received_at", "due_at"),
    BookKind.TRANSFER: ("dossier_code", "transferred_on", "to_unit"),
}
EMPTY: Final = "empty"
ILLEGIBLE: Final = "illegible"
NO_COLUMN: Final = "no_column"
TYPED: Final = "typed"  # a fact: what stands in a cell that cannot be read


def owner_of(unit_code: str) -> str:
    """Who mends what is wrong with a book: its unit, where that is known."""
    return unit_code or OPS


def side_of(kind: BookKind) -> str:
    """What a book alone is called among the sides that are compared: both kinds may bear the same name and numbers."""
    return "register" if kind is BookKind.TRACKING else "transfer_register"


def where(line: BookLine) -> dict[str, str]:
    """Where the paper's side was read: the file and its row."""
    return {side_of(line.kind): f"{line.file}#{line.row}"}


def borrowed(line: BookLine) -> dict[str, str]:
    """The fact that the day by which a period holds a line is that of the line beside it."""
    return {} if line.received_on else {DAY_BY: "neighbour"}


def lacking(line: BookLine, dossier: Held | None, book: Book) -> dict[str, str]:
    """Column → why it does not say what it must. `dossier`: what the line means, where that is known."""
    if line.cancelled:
        return {}
    needed = list(REQUIRED[line.kind])
    if _must_be_returned(line, dossier, book):
        needed.append("returned_at")
    found = {name: EMPTY for name in needed if name in book.columns and name not in line.filled}
    return found | dict.fromkeys(sorted(line.illegible), ILLEGIBLE)


def incomplete(
    book: Book, meant: Mapping[tuple[str, int], Held], scope: Scope
) -> tuple[list[Finding], dict[str, Any] | None]:
    """What cells of a book lack, and the row of rates; None when no line of it is asked for.

    `meant`: (file, row) → the dossier that a line means.
    """
    asked = [line for line in book.lines if book.holds(line, scope)]
    if not asked:
        return [], None
    findings: list[Finding] = []
    columns: Counter[str] = Counter()
    faulty = 0
    headless = [name for name in REQUIRED[book.kind] if name not in book.columns]
    for line in asked:
        dossier = meant.get((line.file, line.row))
        why = lacking(line, dossier, book)
        findings += _of_line(book, line, why, dossier.code if dossier else line.code)
        columns.update([*why, *headless])
        faulty += bool(why or headless)
    findings += _headless(book, headless, asked)
    span = book.span
    return findings, {
        "book": book.name,
        "kind": book.kind.value,
        "unit_code": book.unit_code,
        "files": list(book.files),
        "first_day": span[0].isoformat() if span else "",
        "last_day": span[1].isoformat() if span else "",
        "lines": len(asked),
        "incomplete": faulty,
        "columns": dict(sorted(columns.items())),
    }


def _must_be_returned(line: BookLine, dossier: Held | None, book: Book) -> bool:
    """A return after the last entry of the book cannot stand in it yet."""
    if line.kind is not BookKind.TRACKING or dossier is None or not dossier.is_returned:
        return False
    until = book.written_until
    return dossier.returned_on is None or (until is not None and dossier.returned_on <= until)


def _of_line(book: Book, line: BookLine, why: Mapping[str, str], code: str) -> Iterator[Finding]:
    for column, cell in why.items():
        facts: dict[str, Any] = {"cell": cell, REFS: where(line)} | borrowed(line)
        if column in line.typed:
            facts[TYPED] = line.typed[column]
        yield Finding(
            kind=DifferenceClass.INCOMPLETE_IN_REGISTER,
            unit_code=book.unit_code,
            code=code,
            column=column,
            sides=side_of(book.kind),
            book=book.name,
            page=line.page,
            line=line.place,
            source=line.file,
            day=book.day_of(line),
            owner=OPS if cell == ILLEGIBLE else owner_of(book.unit_code),
            facts=facts,
        )


def _headless(book: Book, columns: Sequence[str], asked: Sequence[BookLine]) -> Iterator[Finding]:
    for column in columns:
        yield Finding(
            kind=DifferenceClass.INCOMPLETE_IN_REGISTER,
            unit_code=book.unit_code,
            column=column,
            sides=side_of(book.kind),
            book=book.name,
            source=book.files[-1],
            day=book.day_of(asked[-1]),
            owner=owner_of(book.unit_code),
            facts={"cell": NO_COLUMN},
        )
