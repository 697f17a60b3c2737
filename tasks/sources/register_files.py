"""Which files of the shared folder are read as paper registers: those asked for, else the newest of each series.

A series is what is left of a name without its date ("so-theo-doi-31157-20261130.xlsx"); digits that are no date, such
as the code of a unit, belong to it. Reading the lines is registers.py's part.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from pathlib import Path, PurePath
from typing import Final

from tasks.sources.base import Note, SourceFault
from tasks.sources.folder import Candidate, candidates, shown_name

SOURCE: Final = "registers"  # what faults and notes call the folder
_TOLD: Final = 10  # names that a refusal suggests
# Workbooks of old forms too: that such a file cannot be read must be told.
_SUFFIXES: Final = frozenset({".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
_FIGURES: Final = ("thong-ke", "thong_ke", "thongke", "statistics")  # lie in the same folder and are no books

_Y, _M, _D = r"(?:19|20)\d\d", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_DATE = re.compile(
    rf"(?<!\d)(?:(?P<y1>{_Y})[-_.]?(?P<m1>{_M})[-_.]?(?P<d1>{_D})(?:[-_T]?(?P<t1>[0-2]\d[0-5]\d(?:[0-5]\d)?))?"
    rf"|(?P<d2>{_D})[-_.]?(?P<m2>{_M})[-_.]?(?P<y2>{_Y})"
    rf"|(?P<y3>{_Y})[-_.]?(?P<m3>{_M})"
    rf"|(?P<m4>{_M})[-_.]?(?P<y4>{_Y})"
    rf"|(?P<y5>{_Y}))(?!\d)",
    re.ASCII,
)


class RegisterNameError(SourceFault):
    """A register was asked for by a name that is no file of the folder: a usage fault (exit 2)."""

    def __init__(self, name: str, folder: Path, known: Iterable[str]) -> None:
        told = ", ".join(sorted(known)[:_TOLD]) or "—"
        super().__init__("register_name", {"file": shown_name(name), "folder": str(folder), "what": told})


def series_of(name: str) -> str:
    """The name without its ending and its date."""
    return _DATE.sub("#", _stem(name))


def date_in(name: str) -> str:
    """The last date in a name in a form that sorts, "" when there is none."""
    dates = [_sortable(found) for found in _DATE.finditer(_stem(name))]
    return dates[-1] if dates else ""


def register_files(
    folder: Path, names: Collection[str] = (), beside: Collection[str] = ()
) -> tuple[list[Candidate], list[Note]]:
    """The files to read, in order of their names, and notes on what was passed over.

    `beside`: names of files that are no registers. Raises RegisterNameError, and SourceFault for the folder when
    it cannot be read.
    """
    found, notes = candidates(SOURCE, folder / "*", None)
    if names:
        return [_named(name, found, folder) for name in dict.fromkeys(names)], []
    others = {series_of(name) for name in beside if name}
    newest: dict[str, Candidate] = {}
    for file in found:
        series = series_of(file.name)
        if not _may_be_register(file.name) or series in others:
            continue
        if series not in newest or _age(file) > _age(newest[series]):
            newest[series] = file
    passed_over = [note for note in notes if _may_be_register(str(note.params.get("file", "")))]
    return sorted(newest.values(), key=lambda file: file.name), passed_over


def other_files(folder: Path) -> list[str]:
    """Names of files that nobody here can read as a register: scans, documents, pictures. In order.

    Raises SourceFault for the folder when it cannot be read.
    """
    found, _ = candidates(SOURCE, folder / "*", None)
    return sorted(
        file.name
        for file in found
        if PurePath(file.name).suffix.lower() not in _SUFFIXES and not series_of(file.name).startswith(_FIGURES)
    )


def _may_be_register(name: str) -> bool:
    return PurePath(name).suffix.lower() in _SUFFIXES and not series_of(name).startswith(_FIGURES)


def _named(name: str, found: Iterable[Candidate], folder: Path) -> Candidate:
    known = {unicodedata.normalize("NFC", file.name): file for file in found}
    file = known.get(unicodedata.normalize("NFC", name))
    if file is None:
        raise RegisterNameError(name, folder, known)
    return file


def _age(file: Candidate) -> tuple[str, int, str]:
    return (date_in(file.name), file.mtime_ns, file.name)


def _stem(name: str) -> str:
    return unicodedata.normalize("NFC", PurePath(name).stem).casefold()


def _sortable(found: re.Match[str]) -> str:
    """Year, month, day and time of a date, as far as it has them."""
    parts = {name[0]: text for name, text in found.groupdict().items() if text}
    return "".join(parts.get(part, "") for part in "ymdt")
