"""What follows from holding the paper books against the software: the differences, and who stands on paper.

A line means the dossier of its code, narrowed by unit and year (register_meaning.py); where several are left nobody is
chosen. A code that nothing bears is `not_in_software`, with the dossiers it may have been meant for
(register_candidates.py). Cells are register_cells.py's part, days that differ register_fields.py's, dossiers without a
line register_missing.py's, running numbers register_numbers.py's.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tasks.rules.difference_model import OPS, DifferenceClass, Finding, Scope, ToldCode
from tasks.rules.lookalike import folded
from tasks.rules.register_candidates import Id, Pool
from tasks.rules.register_cells import incomplete, side_of
from tasks.rules.register_fields import at_line, fields_of
from tasks.rules.register_heard import Heard
from tasks.rules.register_meaning import Heirs, Meaning, confirmed, meaning_of, number_given
from tasks.rules.register_missing import missing_of
from tasks.rules.register_model import UNSHOWN, Book, BookKind, BookLine, Held, Place, reach
from tasks.rules.register_numbers import REPEAT, NumberFault, numbered_together, numbering

_TOLD: Final = 5


@dataclass(slots=True, kw_only=True)
class Compared:
    """What the books say against the software. `lined`: dossiers with a line in a book of that kind, `written` in any;
    `paper_only`: (unit, code, year of a running number or 0) of those that only paper knows.

    `undecided`: ids of findings of which nothing can be said. `doubtful`: as `paper_only`, of codes that a source may
    have or told (`told_apart`); `unjudged`: dossiers without a line in units of which not every book was read.
    """

    findings: list[Finding] = field(default_factory=list)
    rates: list[Mapping[str, Any]] = field(default_factory=list)
    lined: dict[BookKind, set[Id]] = field(default_factory=lambda: {kind: set() for kind in BookKind})
    written: dict[Id, Held] = field(default_factory=dict)
    paper_only: set[tuple[str, str, int]] = field(default_factory=set)
    ambiguous: int = 0
    undecided: set[str] = field(default_factory=set)
    doubtful: set[tuple[str, str, int]] = field(default_factory=set)
    told_apart: set[ToldCode] = field(default_factory=set)
    unjudged: int = 0


def compare_books(
    books: Sequence[Book],
    held: Iterable[Held],
    scope: Scope,
    heirs: Heirs | None = None,
    heard: Heard | None = None,
    in_part: Collection[str] = (),
) -> Compared:
    """Everything the books show. `held`: every dossier that bears a code of theirs, and those of their units in their
    days and those around (`register_candidates.NEAR_DAYS`), each once. `heirs`: of units that are no more. `heard`:
    what the sources told in this run; nothing beside `held` where it is left out. `in_part`: units that have other
    tracking books than these.
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
        _hold_against(out, book, meanings, scope, heirs)
        _on_paper(out, book, meanings, pools[book.kind], scope, heirs, heard or Heard())
    out.findings += _numbers(books, scope)
    for finding, is_sure in missing_of(books, known, out.lined[BookKind.TRACKING], pools[BookKind.TRACKING], scope):
        if is_sure and finding.unit_code not in in_part:
            out.findings.append(finding)
        else:
            out.undecided.add(finding.id)
            out.unjudged += is_sure
    out.findings = list({finding.id: finding for finding in reversed(out.findings)}.values())[::-1]
    return out


def _see(out: Compared, line: BookLine, meaning: Meaning) -> None:
    for dossier in (meaning.dossier, *meaning.several):
        if dossier is not None:
            out.written[dossier.system, dossier.key] = dossier
            out.lined[line.kind].add((dossier.system, dossier.key))


def _hold_against(out: Compared, book: Book, meanings: Mapping[Place, Meaning], scope: Scope, heirs: Heirs) -> None:
    meant = {
        (line.file, line.row): dossier
        for line in book.lines
        if (dossier := meanings[line.file, line.row].dossier) is not None
    }
    for line in book.lines:
        if not line.code or line.cancelled or not book.holds(line, scope):
            continue
        meaning = meanings[line.file, line.row]
        if meaning.dossier is not None:
            out.findings += fields_of(book, line, meaning.dossier, heirs)
        elif meaning.several:
            out.ambiguous += 1
            out.findings.append(_ambiguous(book, line, meaning.several))
    findings, rate = incomplete(book, meant, scope)
    out.findings += findings
    out.rates += [rate] if rate else []
    out.findings += _twice(book, meanings, scope)


def _on_paper(
    out: Compared,
    book: Book,
    meanings: Mapping[Place, Meaning],
    pool: Pool,
    scope: Scope,
    heirs: Heirs,
    heard: Heard,
) -> None:
    """Codes that nothing known bears, each told once: not in the software, where every source could be heard."""
    for line in book.lines:
        if not line.code or line.cancelled or not book.holds(line, scope):
            continue
        if (meaning := meanings[line.file, line.row]).dossier is not None or meaning.several:
            continue
        paper, told = (book.unit_code, *number_given(line)), heard.of_line(line, heirs)
        if told or heard.unheard:
            out.undecided.add(_on_paper_only(book, line, []).id)
            out.told_apart.update(told)
            out.doubtful.add(paper)
        elif paper not in out.paper_only:
            out.paper_only.add(paper)
            out.findings.append(_on_paper_only(book, line, pool.for_line(book, line)))


def _ambiguous(book: Book, line: BookLine, several: Sequence[Held]) -> Finding:
    """A code that names several dossiers: only who knows them all can say which is meant."""
    facts = {"kind": "ambiguous", "count": len(several), "keys": sorted(one.key for one in several)[:_TOLD]}
    return at_line(book, line, DifferenceClass.DUPLICATE, owner=OPS, facts=facts)


def _on_paper_only(book: Book, line: BookLine, proposed: list[dict[str, str]]) -> Finding:
    received = line.received_on.isoformat() if line.received_on else ""
    facts: dict[str, Any] = {"received_on": received} | ({"candidates": proposed} if proposed else {})
    return at_line(book, line, DifferenceClass.NOT_IN_SOFTWARE, facts=facts)


def _twice(book: Book, meanings: Mapping[Place, Meaning], scope: Scope) -> Iterator[Finding]:
    """One dossier on two lines of a book, told at the second one."""
    lines: dict[Id | tuple[str, int], list[BookLine]] = defaultdict(list)
    for line in book.lines:
        if line.code and not line.cancelled:
            dossier = meanings[line.file, line.row].dossier
            lines[(dossier.system, dossier.key) if dossier else number_given(line)].append(line)
    for some in lines.values():
        if len(some) < 2 or not book.holds(some[1], scope):
            continue
        dossier = meanings[some[1].file, some[1].row].dossier
        named = {"system": dossier.system, "key": dossier.key, "code": dossier.code} if dossier else {}
        places = [{"page": line.page, "line": line.place} for line in some]
        facts = {"kind": "two_lines", "count": len(places), "lines": places[:_TOLD]}
        yield at_line(book, some[1], DifferenceClass.DUPLICATE, sides=side_of(book.kind), facts=facts, **named)


def _numbers(books: Sequence[Book], scope: Scope) -> Iterator[Finding]:
    by_unit = {(book.unit_code, book.kind, book.name): book for book in books}
    lost = {place for book in books for place in book.lost}
    for lines in numbered_together(book for book in books if book.name != UNSHOWN):
        for fault in numbering(lines, lost):
            book = by_unit[fault.line.unit_code, fault.line.kind, fault.line.book]
            if book.holds(fault.line, scope):
                yield _number(book, fault)


def _number(book: Book, fault: NumberFault) -> Finding:
    """A gap stands where its first number should, a repeat where the number stands again."""
    facts: dict[str, Any] = {"kind": fault.kind, "count": fault.count}
    common: dict[str, Any] = {"code": "", "sides": side_of(book.kind)}
    if fault.kind == REPEAT:
        return at_line(book, fault.line, DifferenceClass.NUMBERING_GAP, facts=facts | {"number": fault.first}, **common)
    beside = (("after_line", fault.before), ("before_line", fault.after))
    facts |= {"from": fault.first, "to": fault.last}
    facts |= {name: {"page": one.page, "line": one.place or one.line} for name, one in beside if one is not None}
    if fault.pages:
        facts["what"] = "page"
        return at_line(
            book, fault.line, DifferenceClass.NUMBERING_GAP, facts=facts, page=f"{fault.first}", line="", **common
        )
    return at_line(book, fault.line, DifferenceClass.NUMBERING_GAP, facts=facts, line=f"{fault.first}", **common)
