"""Files waiting in a drop folder: which ones match, as of when they speak, and reading one safely.

A shared folder is written by others: links, odd names and files still being written are expected here. Choosing among
the candidates is files.py's part.
"""

import errno
import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO

from tasks.intake.landing import BLOCK
from tasks.rules.timezone import HANOI
from tasks.sources.base import Note, SourceFault

_DIGITS = {"%Y": r"\d{4}", "%m": r"\d{2}", "%d": r"\d{2}", "%H": r"\d{2}", "%M": r"\d{2}", "%S": r"\d{2}"}
_UNFINISHED = (".part", ".filepart", ".crdownload", ".tmp")  # names that programs give while they write


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file that matches. `moment` is its data moment: the date in its name, else its time of change."""

    path: Path
    name: str
    moment: datetime
    size: int
    mtime_ns: int

    @property
    def order(self) -> tuple[datetime, int, str]:
        """Oldest first; equal data moments in the order in which they were written."""
        return (self.moment, self.mtime_ns, self.name)


def candidates(source: str, pattern: Path, name_date: str | None) -> tuple[list[Candidate], list[Note]]:
    """Matching files, oldest first, and notes on entries that were passed over. Raises SourceFault for the folder."""
    notes: list[Note] = []
    found: list[Candidate] = []
    for name, status in _entries(source, pattern):
        shown = shown_name(name)
        if shown != name:
            notes.append(Note(code="bad_file_name", params={"source": source, "file": shown}))
        elif not stat.S_ISREG(status.st_mode):
            notes.append(Note(code="symlink", params={"source": source, "file": shown}))
        else:
            moment = moment_in_name(name, name_date) if name_date else None
            if name_date and moment is None:
                notes.append(Note(code="no_date_in_name", params={"source": source, "file": shown, "form": name_date}))
            found.append(
                Candidate(
                    path=pattern.parent / name,
                    name=name,
                    moment=moment or datetime.fromtimestamp(status.st_mtime_ns // 10**9, UTC),
                    size=status.st_size,
                    mtime_ns=status.st_mtime_ns,
                )
            )
    return sorted(found, key=lambda candidate: candidate.order), notes


class UnfinishedError(Exception):
    """The file is not what was listed: it is still being written, or gone."""


def blocks_of(source: str, candidate: Candidate, max_bytes: int) -> Iterator[bytes]:
    """The bytes of a file block by block. Never follows a link.

    Raises SourceFault, or at the latest at the end UnfinishedError when the file changed since it was listed.
    """
    params: dict[str, str | int] = {"source": source, "file": candidate.name}
    too_large = SourceFault("file_too_large", {**params, "limit": max_bytes})
    with _opened(candidate, params) as file:
        size = 0
        while block := _read(file, params):
            size += len(block)
            if size > max_bytes:
                raise too_large
            yield block
        after = os.fstat(file.fileno())
    if (after.st_size, after.st_mtime_ns, size) != (candidate.size, candidate.mtime_ns, candidate.size):
        raise UnfinishedError


def _opened(candidate: Candidate, params: Mapping[str, str | int]) -> IO[bytes]:
    try:
        handle = os.open(candidate.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise UnfinishedError from None
    except OSError as error:
        raise SourceFault("symlink" if error.errno == errno.ELOOP else "file_unreadable", params) from None
    file = os.fdopen(handle, "rb", buffering=0)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        file.close()
        raise SourceFault("symlink", params)
    return file


def _read(file: IO[bytes], params: Mapping[str, str | int]) -> bytes:
    try:
        return file.read(BLOCK)
    except OSError:
        raise SourceFault("file_unreadable", params, transient=True) from None


def moment_in_name(name: str, form: str) -> datetime | None:
    """The last date of that form (strptime letters) in a file name, local time; digits around it do not match."""
    parts = re.split(r"(%[A-Za-z])", form)
    pattern = "".join(_DIGITS.get(part, re.escape(part)) for part in parts)
    found = re.findall(rf"(?<!\d){pattern}(?!\d)", name, re.ASCII)
    for text in reversed(found):
        try:
            return datetime.strptime(text, form).replace(tzinfo=HANOI)
        except ValueError:
            continue
    return None


def shown_name(name: str) -> str:
    """A file name fit to print: control characters, line breaks and undecodable bytes become `?`."""
    return "".join("?" if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else letter for letter in name)


def _entries(source: str, pattern: Path) -> list[tuple[str, os.stat_result]]:
    folder, wanted = pattern.parent, unicodedata.normalize("NFC", pattern.name)
    try:
        with os.scandir(folder) as entries:
            return [
                (entry.name, entry.stat(follow_symlinks=False))
                for entry in entries
                if fnmatchcase(unicodedata.normalize("NFC", entry.name), wanted)
                and not entry.name.startswith((".", "~$"))
                and not entry.name.lower().endswith(_UNFINISHED)
            ]
    except FileNotFoundError:
        raise SourceFault("folder_missing", {"source": source, "folder": str(folder)}) from None
    except OSError:
        raise SourceFault("folder_unreadable", {"source": source, "folder": str(folder)}, transient=True) from None
