"""What a line of a book says otherwise than the software says of its dossier, and how a finding points to a line.

Which dossier a line means is register_meaning.py's part, empty cells are register_cells.py's.
"""

from collections.abc import Iterator
from typing import Any, Final

from tasks.rules.difference_life import REFS
from tasks.rules.difference_model import Cause, DifferenceClass, Finding
from tasks.rules.records import FINISHED
from tasks.rules.register_cells import borrowed, owner_of, side_of, where
from tasks.rules.register_meaning import Heirs, is_of
from tasks.rules.register_model import Book, BookLine, Held

_DAY: Final = len("2026-11-16")


def at_line(book: Book, at: BookLine, kind: DifferenceClass, **more: Any) -> Finding:
    """A finding that points to a line; the unit of the book mends it unless said otherwise."""
    told: dict[str, Any] = {
        "unit_code": book.unit_code,
        "code": at.code,
        "sides": f"{side_of(book.kind)}/warehouse",
        "book": book.name,
        "page": at.page,
        "line": at.place,
        "source": at.file,
        "day": book.day_of(at),
        "owner": owner_of(book.unit_code),
    }
    told |= more
    told["facts"] = {**told["facts"], REFS: where(at)} | borrowed(at)
    return Finding(kind=kind, **told)


def fields_of(book: Book, line: BookLine, dossier: Held, heirs: Heirs) -> Iterator[Finding]:
    """Days that paper and software both say, or that paper alone says; what paper lacks is an incomplete cell.

    A book that says what the source says is right where the warehouse is behind.
    """
    other = "warehouse" if dossier.in_warehouse else "source"
    named = {"system": dossier.system, "key": dossier.key, "code": dossier.code}
    paper = side_of(book.kind)
    sides = f"{paper}/{other}"
    compared = {"received_at": dossier.received_on}
    if dossier.in_warehouse:
        compared |= {"due_at": dossier.due_on, "returned_at": dossier.returned_on}
    for column, known in compared.items():
        day = line.days.get(column)
        if day is None or day == known or (column == "returned_at" and known is None and dossier.status in FINISHED):
            continue
        if day.isoformat() == dossier.at_source.get(column, "")[:_DAY]:
            continue
        late = column == "returned_at" and dossier.behind is not None and day >= dossier.behind
        facts = {paper: day.isoformat(), other: known.isoformat() if known else ""}
        cause = Cause.BEHIND if late else Cause.UNKNOWN
        yield at_line(
            book, line, DifferenceClass.FIELD_DIFFERS, column=column, sides=sides, facts=facts, cause=cause, **named
        )
    units = {dossier.unit_code, dossier.at_source.get("unit_code", dossier.unit_code)}
    if line.unit_code and not any(is_of(unit, line.unit_code, heirs) for unit in units):
        facts = {paper: line.unit_code, other: dossier.unit_code}
        yield at_line(book, line, DifferenceClass.FIELD_DIFFERS, column="unit_code", sides=sides, facts=facts, **named)
