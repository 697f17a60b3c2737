"""Hold the paper registers against source and warehouse: thin, since everything found follows from rules.

Files come from the shared folder and are only read. Sources were compared before; what they lack or have alone is
taken from there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.narration import logger
from tasks.rules.difference_model import Comparison, DifferenceClass, Notice, SourceSide
from tasks.rules.lookalike import folded
from tasks.rules.model import SourceLine
from tasks.rules.register_candidates import NEAR_DAYS
from tasks.rules.register_dataset import REGISTER
from tasks.rules.register_meaning import heirs_of
from tasks.rules.register_model import Book, BookKind, Held, books_of
from tasks.rules.register_presence import presence
from tasks.rules.register_rules import compare_books
from tasks.run_context import Run, current
from tasks.sources.base import Note, SourceFault
from tasks.sources.folder import Candidate
from tasks.sources.register_files import RegisterNameError, register_files
from tasks.sources.registers import ROWS, RegisterRead, read_register
from warehouse import register_match
from warehouse.current import unit_succession

BOOKS: Final = "register_books"  # in `run.kept`: the books read, for whoever asks what stands on paper
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
_TOLD: Final = 5  # rows named in a notice


@task(name="compare registers", cache_policy=NO_CACHE, persist_result=False)
def compare_registers(run_id: str) -> dict[str, int]:
    """Files read, lines in them, differences found. Raises RegisterNameError for a name that is no file there."""
    run = current(run_id)
    comparison = run.comparison
    read = list(_read(run))
    lines = [line for one in read for line in one.lines]
    lost = {(one.name, row) for one in read for row in one.unreadable}
    books = books_of(lines, {one.name: one.columns for one in read}, lost)
    held = _held(run, books)
    with run.store.reading() as conn:
        heirs = heirs_of((row["old_code"], row["new_code"]) for row in unit_succession(conn))
    compared = compare_books(books, held, comparison.scope, heirs)
    sides = comparison.sides.values()
    cells = presence(compared, {side.name: side.held for side in sides}, sides, comparison.scope)
    run.kept[BOOKS] = books
    comparison.findings += compared.findings
    comparison.rates += compared.rates
    comparison.presence.update(cells)
    comparison.books |= {one.name for one in read}
    comparison.capped |= {one.name for one in read if one.unreadable}  # what stood on those rows is not mended
    if books:
        comparison.covered |= _COVERED
        _notice_books(run, books, compared.ambiguous)
    if any(book.kind is BookKind.TRACKING and book.unit_code and book.span for book in books):
        comparison.covered.add(DifferenceClass.MISSING_IN_REGISTER)
    logger().info("registers: %d files, %d lines, %d differences", len(read), len(lines), len(compared.findings))
    return {"files": len(read), "lines": len(lines), "found": len(compared.findings)}


def check_register_names(run: Run) -> None:
    """Raise RegisterNameError for a register asked for that is not there: before hours are spent on the sources."""
    if not run.request.asked.registers:
        return
    try:
        registers_asked(run)
    except RegisterNameError:
        raise
    except SourceFault:
        return  # a folder that cannot be read is told with everything else


def registers_asked(run: Run) -> tuple[list[Candidate], list[Note]]:
    """The register files of this run, and which entries of the folder were passed over.

    Raises RegisterNameError for a wrong name, SourceFault for the folder.
    """
    asked, folder = run.request.asked, run.settings.reconcile.registers
    return register_files(folder, asked.registers, beside=(asked.statistics,))


def _read(run: Run) -> Iterator[RegisterRead]:
    """File by file: one that cannot be read leaves the others."""
    try:
        files, passed_over = registers_asked(run)
    except RegisterNameError:
        raise
    except SourceFault as fault:
        if fault.code == "folder_missing" and not run.request.asked.registers:
            _notice(run, "no_registers")
        else:
            _failed(run, "registers", fault)
        return
    for note in passed_over:
        _notice(run, "register_not_read", file=note.params["file"], why=note.text(run.settings.locale))
    if not files:
        _notice(run, "no_registers")
    for file in files:
        try:
            one = read_register(run.settings.reconcile.registers, file, run.clock.as_of)
        except SourceFault as fault:
            _failed(run, file.name, fault)
            continue
        _take_note(run, one)
        yield one


def _failed(run: Run, name: str, fault: SourceFault) -> None:
    text = fault.sentence(run.settings.locale)
    run.sources[name] = SourceLine(
        name=name, dataset=REGISTER.name, state="failed", error=text, error_code=fault.code, fresh=False
    )
    _notice(run, "register_not_read", file=name, why=text)
    logger().error("%s: %s", name, fault.code)


def _take_note(run: Run, one: RegisterRead) -> None:
    """What the reader of the result must know of a file that was read."""
    locale = run.settings.locale
    for note in one.notes:
        logger().warning("registers: %s", note.text(locale))
    for note in (note for note in one.notes if note.code == ROWS):
        error = note.text(locale)
        _notice(run, "register_rows", file=one.name, n=len(one.unreadable), why=error)
        run.sources[one.name] = SourceLine(name=one.name, dataset=REGISTER.name, error=error, error_code=ROWS)
    if one.odd_kinds:
        _notice(run, "register_kind_unknown", file=one.name, rows=_rows(one.odd_kinds))
    if one.unshown:
        _notice(run, "register_places_unshown", file=one.name, rows=_rows(one.unshown))
    if not one.lines and not one.unreadable:
        _notice(run, "register_empty", file=one.name)


def _rows(rows: Sequence[int]) -> str:
    return ", ".join([*map(str, rows[:_TOLD]), *["…"] * (len(rows) > _TOLD)])


def _notice_books(run: Run, books: Sequence[Book], ambiguous: int) -> None:
    for book in books:
        if not book.unit_code:
            _notice(run, "book_without_unit", book=book.name, file=book.files[0])
    if ambiguous:
        _notice(run, "register_ambiguous", n=ambiguous)
    if unjudged := sorted(side.name for side in run.comparison.sides.values() if not side.judged):
        _notice(run, "register_source_unknown", sources=", ".join(unjudged))


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
