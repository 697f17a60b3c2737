"""What follows from holding the paper books against the software: the differences, and who stands on paper.

A line means the dossier of its code, narrowed by unit and year; where several are left nobody is chosen. A code that
nothing bears is `not_in_software`, with the dossiers it may have been meant for (register_candidates.py). Cells are
register_cells.py's part, running numbers register_numbers.py's.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from tasks.rules.difference_life import REFS
from tasks.rules.difference_model import OPS, Cause, DifferenceClass, Finding, Scope
from tasks.rules.lookalike import folded
from tasks.rules.records import FINISHED
from tasks.rules.register_candidates import Id, Pool
from tasks.rules.register_cells import incomplete, owner_of, side_of, where
from tasks.rules.register_meaning import Heirs, Meaning, confirmed, is_of, meaning_of
from tasks.rules.register_model import Book, BookKind, BookLine, Held, Place, reach
from tasks.rules.register_numbers import REPEAT, NumberFault, numbered_together, numbering

_TOLD: Final = 5


@dataclass(slots=True, kw_only=True)
class Compared:
    """What the books say against the software. `lined`: dossiers with a line in a book of that kind, `written` in any;
    `paper_only`: (unit, code) of those that only paper knows.
    """

    findings: list[Finding] = field(default_factory=list)
    rates: list[Mapping[str, Any]] = field(default_factory=list)
    lined: dict[BookKind, set[Id]] = field(default_factory=lambda: {kind: set() for kind in BookKind})
    written: dict[Id, Held] = field(default_factory=dict)
    paper_only: set[tuple[str, str]] = field(default_factory=set)
    ambiguous: int = 0


def compare_books(books: Sequence[Book], held: Iterable[Held], scope: Scope, heirs: Heirs | None = None) -> Compared:
    """Everything the books show. `held`: every dossier that bears a code of theirs, and those of their units in their
    days and those around (`register_candidates.NEAR_DAYS`), each once. `heirs`: of units that are no more.
    """
    heirs = heirs or {}
    known = list(held)
    by_code: dict[str, list[Held]] = defaultdict(list)
    for dossier in known:
        by_code[folded(dossier.code)].append(dossier)
    out, meanings = Compared(), dict[Place, Meaning]()
    for book in books:
        for line in book.lines:
            meaning = meaning_of(line, by_code, heirs)
            meanings[line.file, line.row] = meaning
            _see(out, line, meaning)
    books = [replace(book, span=reach(book, confirmed(book, meanings))) for book in books]
    pools = {kind: Pool.of(known, lined) for kind, lined in out.lined.items()}
    for book in books:
        _hold_against(out, book, meanings, pools[book.kind], scope, heirs)
    out.findings += _numbers(books, scope)
    out.findings += _missing(books, known, out.lined[BookKind.TRACKING], pools[BookKind.TRACKING], scope)
    out.findings = list({finding.id: finding for finding in reversed(out.findings)}.values())[::-1]
    return out


def _missing(
    books: Sequence[Book], held: Iterable[Held], tracked: set[Id], pool: Pool, scope: Scope
) -> Iterator[Finding]:
    """Dossiers of the warehouse that their unit's tracking books should hold: received within the days of one of them.

    A line without a code on its day, or a row that could not be read, may be the dossier looked for: how many there are
    is told.
    """
    tracking: dict[str, list[Book]] = defaultdict(list)
    nameless: Counter[tuple[str, date]] = Counter()
    for book in books:
        if book.kind is BookKind.TRACKING and book.unit_code and book.span:
            tracking[book.unit_code].append(book)
            nameless.update((book.unit_code, day) for b in book.lines if not b.code and (day := b.received_on))
    for one in held:
        day = one.received_on
        if not one.in_warehouse or not one.is_received or day is None or (one.system, one.key) in tracked:
            continue
        mine = next((book for book in tracking.get(one.unit_code, ()) if book.reaches(day)), None)
        if mine is None or not _is_asked(scope, one):
            continue
        lines = nameless[one.unit_code, day] + len(mine.lost)
        alike = pool.proposed.get((one.system, one.key))
        facts: dict[str, Any] = {"received_on": day.isoformat()}
        yield Finding(
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


def _is_asked(scope: Scope, one: Held) -> bool:
    return scope.holds_unit(one.unit_code) and scope.holds_day(one.received_on) and scope.holds_source(one.source)


def _see(out: Compared, line: BookLine, meaning: Meaning) -> None:
    for dossier in (meaning.dossier, *meaning.several):
        if dossier is not None:
            out.written[dossier.system, dossier.key] = dossier
            out.lined[line.kind].add((dossier.system, dossier.key))


def _hold_against(
    out: Compared, book: Book, meanings: Mapping[Place, Meaning], pool: Pool, scope: Scope, heirs: Heirs
) -> None:
    meant = {
        (line.file, line.row): dossier
        for line in book.lines
        if (dossier := meanings[line.file, line.row].dossier) is not None
    }
    for line in book.lines:
        if not line.code or not book.holds(line, scope):
            continue
        meaning = meanings[line.file, line.row]
        if meaning.dossier is not None:
            out.findings += _fields(book, line, meaning.dossier, heirs)
        elif meaning.several:
            out.ambiguous += 1
            out.findings.append(_ambiguous(book, line, meaning.several))
        elif (paper := (book.unit_code, folded(line.code))) not in out.paper_only:
            out.paper_only.add(paper)
            out.findings.append(_on_paper_only(book, line, pool.for_line(book, line)))
    findings, rate = incomplete(book, meant, scope)
    out.findings += findings
    out.rates += [rate] if rate else []
    out.findings += _twice(book, meanings, scope)


def _at(book: Book, at: BookLine, kind: DifferenceClass, **more: Any) -> Finding:
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
    told["facts"] = {**told["facts"], REFS: where(at)}
    return Finding(kind=kind, **told)


def _fields(book: Book, line: BookLine, dossier: Held, heirs: Heirs) -> Iterator[Finding]:
    """Days that paper and software both say, or that paper alone says; what paper lacks is an incomplete cell."""
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
        late = column == "returned_at" and dossier.behind is not None and day >= dossier.behind
        facts = {paper: day.isoformat(), other: known.isoformat() if known else ""}
        cause = Cause.BEHIND if late else Cause.UNKNOWN
        yield _at(
            book, line, DifferenceClass.FIELD_DIFFERS, column=column, sides=sides, facts=facts, cause=cause, **named
        )
    if line.unit_code and not is_of(dossier.unit_code, line.unit_code, heirs):
        facts = {paper: line.unit_code, other: dossier.unit_code}
        yield _at(book, line, DifferenceClass.FIELD_DIFFERS, column="unit_code", sides=sides, facts=facts, **named)


def _ambiguous(book: Book, line: BookLine, several: Sequence[Held]) -> Finding:
    """A code that names several dossiers: only who knows them all can say which is meant."""
    facts = {"kind": "ambiguous", "count": len(several), "keys": sorted(one.key for one in several)[:_TOLD]}
    return _at(book, line, DifferenceClass.DUPLICATE, owner=OPS, facts=facts)


def _on_paper_only(book: Book, line: BookLine, proposed: list[dict[str, str]]) -> Finding:
    received = line.received_on.isoformat() if line.received_on else ""
    facts: dict[str, Any] = {"received_on": received} | ({"candidates": proposed} if proposed else {})
    return _at(book, line, DifferenceClass.NOT_IN_SOFTWARE, facts=facts)


def _twice(book: Book, meanings: Mapping[Place, Meaning], scope: Scope) -> Iterator[Finding]:
    """One dossier on two lines of a book, told at the second one."""
    lines: dict[Id | str, list[BookLine]] = defaultdict(list)
    for line in book.lines:
        if line.code:
            dossier = meanings[line.file, line.row].dossier
            lines[(dossier.system, dossier.key) if dossier else folded(line.code)].append(line)
    for some in lines.values():
        if len(some) < 2 or not book.holds(some[1], scope):
            continue
        dossier = meanings[some[1].file, some[1].row].dossier
        named = {"system": dossier.system, "key": dossier.key, "code": dossier.code} if dossier else {}
        places = [{"page": line.page, "line": line.place} for line in some]
        facts = {"kind": "two_lines", "count": len(places), "lines": places[:_TOLD]}
        yield _at(book, some[1], DifferenceClass.DUPLICATE, sides=side_of(book.kind), facts=facts, **named)


def _numbers(books: Sequence[Book], scope: Scope) -> Iterator[Finding]:
    by_unit = {(book.unit_code, book.kind, book.name): book for book in books}
    lost = {place for book in books for place in book.lost}
    for lines in numbered_together(books):
        for fault in numbering(lines, lost):
            book = by_unit[fault.line.unit_code, fault.line.kind, fault.line.book]
            if book.holds(fault.line, scope):
                yield _number(book, fault)


def _number(book: Book, fault: NumberFault) -> Finding:
    """A gap stands where its first number should, a repeat where the number stands again."""
    facts: dict[str, Any] = {"kind": fault.kind, "count": fault.count}
    common: dict[str, Any] = {"code": "", "sides": side_of(book.kind)}
    if fault.kind == REPEAT:
        return _at(book, fault.line, DifferenceClass.NUMBERING_GAP, facts=facts | {"number": fault.first}, **common)
    facts |= {"from": fault.first, "to": fault.last}
    if fault.pages:
        facts["what"] = "page"
        return _at(
            book, fault.line, DifferenceClass.NUMBERING_GAP, facts=facts, page=f"{fault.first}", line="", **common
        )
    return _at(book, fault.line, DifferenceClass.NUMBERING_GAP, facts=facts, line=f"{fault.first}", **common)
