"""Read the paper registers of a run, before the sources: these are then listened to for the codes that stand on paper.

Files come from the shared folder and are only read. What follows from them is `comparing_registers`' part.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.narration import logger
from tasks.rules.difference_model import Notice
from tasks.rules.lookalike import folded
from tasks.rules.model import SourceLine
from tasks.rules.register_dataset import REGISTER
from tasks.rules.register_model import BookKind, books_of
from tasks.run_context import Run, current
from tasks.sources.base import Note, SourceFault
from tasks.sources.folder import Candidate
from tasks.sources.register_files import RegisterNameError, other_files, register_files, series_of
from tasks.sources.registers import ROWS, RegisterRead, read_register
from warehouse import register_match

BOOKS: Final = "register_books"  # in `run.kept`: the books read, for whoever asks what stands on paper
IN_PART: Final = "register_units_in_part"  # in `run.kept`: units of which another tracking book is known
_TOLD: Final = 5  # rows named in a notice


@task(name="read registers", cache_policy=NO_CACHE, persist_result=False)
def read_registers(run_id: str) -> dict[str, int]:
    """Files and lines read. Raises RegisterNameError for a name that is no file there."""
    run = current(run_id)
    comparison = run.comparison
    read = list(_read(run))
    lines = [line for one in read for line in one.lines]
    lost = {(one.name, row) for one in read for row in one.unreadable}
    run.kept[BOOKS] = books_of(lines, {one.name: one.columns for one in read}, lost)
    run.kept[IN_PART] = _units_in_part(run, {one.name for one in read})
    comparison.books |= {one.name for one in read}
    comparison.capped |= {one.name for one in read if one.unreadable}  # what stood on those rows is not mended
    comparison.paper_codes = frozenset(folded(line.code) for line in lines if line.code)
    logger().info("registers: %d files, %d lines", len(read), len(lines))
    return {"files": len(read), "lines": len(lines)}


def _units_in_part(run: Run, read: set[str]) -> frozenset[str]:
    """Units with a tracking book that this run does not read: of the folder, or known from what was found in it."""
    known = {series_of(name) for name in read}
    with run.store.reading() as conn:
        units = {unit for unit, name in register_match.books_in_question(conn) if series_of(name) not in known}
    if not run.request.asked.registers:
        return frozenset(units)
    folder = run.settings.reconcile.registers
    try:
        others, _ = register_files(folder, beside=(run.request.asked.statistics,))
    except SourceFault:
        return frozenset(units)
    for file in others:
        if series_of(file.name) in known:
            continue
        try:
            lines = read_register(folder, file, run.clock.as_of).lines
        except SourceFault:
            continue  # whose book it is cannot be known
        units |= {line.unit_code for line in lines if line.kind is BookKind.TRACKING}
    return frozenset(units - {""})


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
    if others := [] if run.request.asked.registers else other_files(run.settings.reconcile.registers):
        told = ", ".join([*others[:_TOLD], *["…"] * (len(others) > _TOLD)])
        _notice(run, "registers_other_files", n=len(others), files=told)
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


def _notice(run: Run, code: str, **params: str | int) -> None:
    run.comparison.notices.append(Notice(code=code, params=params))
