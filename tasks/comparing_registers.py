"""Hold the paper registers against source and warehouse: thin, since everything found follows from rules.

The registers were read before (`reading_registers`), and the sources compared since; what these lack, have alone or
told of a code on paper is taken from there.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.narration import logger
from tasks.reading_registers import BOOKS as BOOKS
from tasks.reading_registers import IN_PART
from tasks.reading_registers import check_register_names as check_register_names
from tasks.reading_registers import registers_asked as registers_asked
from tasks.rules.difference_model import OPS, Comparison, DifferenceClass, Notice, SourceSide, ToldCode
from tasks.rules.lookalike import folded
from tasks.rules.register_candidates import NEAR_DAYS
from tasks.rules.register_heard import Heard
from tasks.rules.register_meaning import heirs_of
from tasks.rules.register_model import UNSHOWN, Book, BookKind, Held
from tasks.rules.register_presence import presence
from tasks.rules.register_rules import Compared, compare_books
from tasks.run_context import Run, current
from warehouse import register_match
from warehouse.current import unit_succession, units

_COVERED: Final = frozenset(
    {
        DifferenceClass.NOT_IN_SOFTWARE,
        DifferenceClass.FIELD_DIFFERS,
        DifferenceClass.INCOMPLETE_IN_REGISTER,
        DifferenceClass.NUMBERING_GAP,
        DifferenceClass.DUPLICATE,
    }
)
_NEAR: Final = timedelta(days=NEAR_DAYS)


@task(name="compare registers", cache_policy=NO_CACHE, persist_result=False)
def compare_registers(run_id: str) -> dict[str, int]:
    """Books and differences found. Runs after `read_registers` and the sources of the run."""
    run = current(run_id)
    comparison = run.comparison
    books: list[Book] = run.kept[BOOKS]
    held = _held(run, books)
    with run.store.reading() as conn:
        followed = [(row["old_code"], row["new_code"]) for row in unit_succession(conn)]
        known = {row["unit_code"] for row in units(conn)}
    strangers = _strangers(run, books, known.union(*followed)) if known else set()
    compared = compare_books(books, held, comparison.scope, heirs_of(followed), _heard(run), run.kept[IN_PART])
    sides = comparison.sides.values()
    cells = presence(compared, {side.name: side.held for side in sides}, sides, comparison.scope)
    comparison.findings += [replace(f, owner=OPS) if f.owner in strangers else f for f in compared.findings]
    comparison.rates += compared.rates
    comparison.presence.update(cells)
    comparison.undecided_ids |= compared.undecided
    _read_again(comparison, compared.told_apart)
    if books:
        comparison.covered |= _COVERED
        _notice_books(run, books, compared)
    if any(book.kind is BookKind.TRACKING and book.unit_code and book.span for book in books):
        comparison.covered.add(DifferenceClass.MISSING_IN_REGISTER)
    logger().info("registers: %d books, %d differences", len(books), len(compared.findings))
    return {"books": len(books), "found": len(compared.findings)}


def _heard(run: Run) -> Heard:
    """What the sources told of the codes on paper, and which of them were not read to their end."""
    comparison = run.comparison
    judged = {
        side.name
        for side in comparison.sides.values()
        if side.judged and not (side.name in run.sources and run.sources[side.name].error_code)
    }
    told: dict[str, tuple[ToldCode, ...]] = {}
    for one in sorted(comparison.told_codes):
        told[one.code] = (*told.get(one.code, ()), one)
    names = {source.name for source in run.settings.sources if source.dataset == "dossiers"}
    return Heard(unheard=frozenset(names - judged), told=told)


def _read_again(comparison: Comparison, told: Collection[ToldCode]) -> None:
    """What was told and is not here leaves no trace: the next run must read those segments again to know of it."""
    for source, segments in comparison.compared.items():
        mine = [one for one in told if one.source == source]
        comparison.compared[source] = [
            segment
            for segment in segments
            if not any(one.unit_code in ("", segment.unit_code) and one.month in ("", segment.month) for one in mine)
        ]


def _notice_books(run: Run, books: Sequence[Book], compared: Compared) -> None:
    for book in books:
        if not book.unit_code:
            _notice(run, "book_without_unit", book=book.name, file=book.files[0])
    if compared.ambiguous:
        _notice(run, "register_ambiguous", n=compared.ambiguous)
    if compared.doubtful:
        _notice(run, "register_undecided", n=len(compared.doubtful))
    if compared.unjudged:
        _notice(run, "register_in_part", n=compared.unjudged)
    if unjudged := sorted(side.name for side in run.comparison.sides.values() if not side.judged):
        _notice(run, "register_source_unknown", sources=", ".join(unjudged))


def _strangers(run: Run, books: Sequence[Book], known: Collection[str]) -> set[str]:
    """Codes of units on paper that nobody bears: nobody can be asked to answer for them, so one look at the file is."""
    strange = [book for book in books if book.unit_code and book.unit_code not in known]
    for code, file in dict.fromkeys((book.unit_code, book.files[0]) for book in strange if book.unit_code != UNSHOWN):
        _notice(run, "register_unit_unknown", file=file, unit=code)
    return {book.unit_code for book in strange}


def _notice(run: Run, code: str, **params: str | int) -> None:
    run.comparison.notices.append(Notice(code=code, params=params))


def _held(run: Run, books: Sequence[Book]) -> list[Held]:
    """What the software's side knows of these books: by their codes, and of their units in their days and near them."""
    codes = {folded(line.code) for book in books for line in book.lines if line.code}
    spans = _spans(books)
    with run.store.reading() as conn:
        heard = register_match.last_heard(conn)
        at_source = _at_source(run.comparison, register_match.standing_at_source(conn))
        found = {(one.system, one.key): one for one in register_match.bearing_codes(conn, codes)}
        found |= {(one.system, one.key): one for one in register_match.received_between(conn, spans)}
    sides = run.comparison.sides
    known = [
        replace(
            one,
            in_source=_is_in(sides, one),
            behind=heard.get(one.source),
            at_source=at_source.get((one.system, one.key), {}),
        )
        for one in found.values()
    ]
    extra = {
        (side.system, key): _of_the_source(side, key)
        for side in sides.values()
        for key, (code, unit_code, day) in side.extra.items()
        if folded(code) in codes or (unit_code in spans and day and spans[unit_code][0] <= day <= spans[unit_code][1])
    }
    return [*known, *(one for name, one in extra.items() if name not in found)]


def _at_source(
    comparison: Comparison, standing: Iterable[tuple[str, str, date | None, str, str, str, str]]
) -> dict[tuple[str, str], dict[str, str]]:
    """Dossier → column → what the source says, where the warehouse says otherwise: found now, or at rest since."""
    said: dict[tuple[str, str], dict[str, str]] = {}
    for source, unit_code, day, system, key, column, value in standing:
        if day and (source, unit_code, f"{day:%Y-%m}") in comparison.unread:
            said.setdefault((system, key), {})[column] = value
    for one in comparison.findings:
        if one.kind is DifferenceClass.FIELD_DIFFERS and one.sides == "source/warehouse":
            said.setdefault((one.system, one.key), {})[one.column] = str(one.facts.get("source") or "")
    return said


def _spans(books: Sequence[Book]) -> dict[str, tuple[date, date]]:
    """Unit → the days of its books, and as many around as a mistyped code is looked for."""
    spans: dict[str, tuple[date, date]] = {}
    for book in books:
        if book.unit_code and book.span:
            first, last = book.span
            before = spans.get(book.unit_code, book.span)
            spans[book.unit_code] = (min(first, before[0]), max(last, before[1]))
    return {unit: (first - _NEAR, last + _NEAR) for unit, (first, last) in spans.items()}


def _is_in(sides: Mapping[str, SourceSide], one: Held) -> bool | None:
    """Whether the source that told a dossier still has it; None where nobody looked."""
    side = sides.get(one.source)
    return None if side is None or not side.judged else one.key not in side.lacking


def _of_the_source(side: SourceSide, key: str) -> Held:
    code, unit_code, day = side.extra[key]
    return Held(
        system=side.system,
        key=key,
        code=code,
        unit_code=unit_code,
        received_on=day,
        source=side.name,
        in_warehouse=False,
    )
