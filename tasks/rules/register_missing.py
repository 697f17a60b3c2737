"""Which dossiers of the warehouse their unit's tracking books lack.

What stands on paper alone, and what a line says otherwise, follows in register_rules.py.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from tasks.rules.difference_model import DifferenceClass, Finding, Scope
from tasks.rules.register_candidates import Id, Pool
from tasks.rules.register_cells import owner_of
from tasks.rules.register_model import Book, BookKind, Held


def missing_of(
    books: Sequence[Book], held: Iterable[Held], tracked: set[Id], pool: Pool, scope: Scope
) -> Iterator[tuple[Finding, bool]]:
    """Dossiers of the warehouse that their unit's tracking books should hold, received within the days of one of them;
    and whether that can be said: on its first and last written day a book may have been typed off in part.

    A line without a code on its day, or a row that could not be read, may be the dossier looked for: how many there are
    is told.
    """
    tracking: dict[str, list[Book]] = defaultdict(list)
    nameless: Counter[tuple[str, date]] = Counter()
    for book in books:
        if book.kind is BookKind.TRACKING and book.unit_code and book.span:
            tracking[book.unit_code].append(book)
            nameless.update(
                (book.unit_code, day) for b in book.lines if not (b.code or b.cancelled) and (day := b.received_on)
            )
    for one in held:
        day = one.received_on
        if not one.in_warehouse or not one.is_received or day is None or (one.system, one.key) in tracked:
            continue
        of_unit = [book for book in tracking.get(one.unit_code, ()) if book.reaches(day)]
        whole = [book for book in of_unit if book.spans(day)]
        mine = next(iter([*whole, *of_unit]), None)
        if mine is None or not _is_asked(scope, one):
            continue
        lines = nameless[one.unit_code, day] + len(mine.lost)
        alike = pool.proposed.get((one.system, one.key))
        facts: dict[str, Any] = {"received_on": day.isoformat()}
        missing = Finding(
            kind=DifferenceClass.MISSING_IN_REGISTER,
            unit_code=one.unit_code,
            system=one.system,
            key=one.key,
            code=one.code,
            sides="register/warehouse",
            book=mine.name,
            source=mine.files[-1],
            day=day,
            owner=owner_of(one.unit_code),
            facts=facts | ({"lines_without_code": lines} if lines else {}) | ({"candidates": alike} if alike else {}),
        )
        yield missing, bool(whole)


def _is_asked(scope: Scope, one: Held) -> bool:
    return scope.holds_unit(one.unit_code) and scope.holds_day(one.received_on) and scope.holds_source(one.source)
