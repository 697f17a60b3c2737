"""Files that units or software drop into a folder: which of them a pull takes, and their records.

Snapshots are told by the newest file, deltas by every file not yet promoted, in order of data moment. An unfinished
file holds back the later ones of a delta, so that nothing is ever overtaken; one that is refused for what is in it
does not, its sender is told. Reading them is file_parts.py's part.
"""

import hashlib
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from tasks.intake.landing import LandedBody, Landing
from tasks.intake.unit_map import UnitMap
from tasks.rules.datasets import Dataset, Mode
from tasks.sources.base import Note, Pulled, PullRequest, SourceFault
from tasks.sources.file_parts import FileReader, is_text
from tasks.sources.folder import Candidate, UnfinishedError, blocks_of, candidates
from tasks.sources.looking import Look, Looked, Segment, SegmentName, only_dry
from tasks.sources.rejected import OF_THE_FILE

# Rows that are events carry their own moment: a file that comes late adds to them and takes nothing back.
_EVENT_LOGS: Final = frozenset({"dossier_events", "recommendation_events", "postings"})
_WAITED_FOR: Final = frozenset({"not_settled", "after_as_of"})  # newer files than the one that was read


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesSource:
    """A drop folder. `path` is a folder with a pattern as its last part (`data/contacts*.csv`).

    `name_date` is the strptime form of the date in file names; without one (or without a match) the file's time of
    change is its data moment. `constants` stand in for columns that the layout lacks, a letterhead known to `unit_map`
    for the unit column. `encoding` is that of texts without byte order mark (`auto`: UTF-8), `delimiter` the one to use
    (None: found by the heading row).
    `settle_seconds`: a file changed less than so long ago counts as unfinished; `clock` is the machine's.
    """

    name: str
    dataset: Dataset
    path: Path
    mode: Mode | None = None
    files: Literal["newest", "all"] | None = None
    name_date: str | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "auto"
    delimiter: str | None = None
    unit_map: UnitMap | None = None
    settle_seconds: float = 0.0
    max_bytes: int = 4 * 1024**3
    clock: Callable[[], float] = time.time

    def pull(self, request: PullRequest, landing: Landing) -> Pulled:
        """See `Source.pull`. Faults name the file and what to do with it."""
        waiting, notes = self._waiting(request)
        snapshot = (self.mode or self.dataset.mode) is Mode.SNAPSHOT
        newest_only = self._newest_only
        refused: dict[str, SourceFault] = {}
        finished = self._newest(waiting, notes) if newest_only else self._in_order(waiting, request, notes, refused)
        taken = [one for one in finished if self._wanted(one, request, notes, snapshot=snapshot)]
        if refused and (snapshot or not taken):
            raise next(iter(refused.values()))
        if not finished:
            raise self._not_settled(waiting[-1])
        landed = [self._landed(one, landing, request) for one in taken]
        bodies = tuple(body for body, _ in landed)
        reader = FileReader(
            source=self.name,
            dataset=self.dataset,
            folder=self.path.parent,
            constants=self.constants,
            encoding=self.encoding,
            delimiter=self.delimiter,
            unit_map=self.unit_map,
        )
        return Pulled(
            parts=reader.parts(bodies, landing, notes, None if newest_only or snapshot else refused),
            data_moment=min(finished[-1].file.moment, request.as_of),
            bodies=bodies,
            complete=snapshot and bool(taken),
            unchanged=not taken,
            notes=notes,
            refused=refused,
            expected=sum(max(lines - 1, 0) for _, lines in landed) if all(lines for _, lines in landed) else 0,
        )

    def look(self, request: Look, landing: Landing) -> Looked:
        """See `Looking.look`: every file that counts, as the first pull of all would read it.

        `complete` only where the newest file tells everything, and only while it is at rest.
        """
        told = self.pull(PullRequest(as_of=request.as_of), only_dry(landing))
        present, _ = candidates(self.name, self.path, self.name_date)
        whole = self._newest_only or told.complete
        behind = any(note.code in _WAITED_FOR for note in told.notes)
        names = frozenset(file.name for file in present)
        return Looked(pulled=told, complete=whole and not behind, requests=len(told.bodies), names=names)

    def segments(self, request: Look) -> Mapping[SegmentName, Segment] | None:  # noqa: ARG002 -- of the protocol
        """None: files must be read to be counted."""
        return None

    def counts(self, request: Look) -> Mapping[SegmentName, int] | None:  # noqa: ARG002 -- of the protocol
        """None, as `segments`."""
        return None

    def again(self, request: Look, keys: Collection[str], landing: Landing) -> Looked | None:  # noqa: ARG002 -- same
        """None: a file at rest says the same again."""
        return None

    @property
    def _newest_only(self) -> bool:
        snapshot = (self.mode or self.dataset.mode) is Mode.SNAPSHOT
        return (self.files or ("newest" if snapshot else "all")) == "newest"

    def _landed(self, one: "_Finished", landing: Landing, request: PullRequest) -> tuple[LandedBody, int]:
        """The body in the landing, and about how many lines it has (0: not told). It must be what was looked at."""
        lines = 0

        def counted() -> Iterator[bytes]:
            nonlocal lines
            for block in blocks_of(self.name, one.file, self.max_bytes):
                lines += block.count(b"\n")
                yield block

        try:
            body = landing.land_blocks(self.name, one.file.name, counted(), one.file.moment, request.as_of)
        except UnfinishedError:
            raise self._not_settled(one.file) from None
        if body.sha256 != one.sha256:
            raise self._not_settled(one.file)
        return body, lines if is_text(body.name) else 0

    def _waiting(self, request: PullRequest) -> tuple[list[Candidate], list[Note]]:
        """Matching files up to `as_of`, oldest first. A date ahead in a name would block every later file."""
        found, notes = candidates(self.name, self.path, self.name_date)
        dated = self.name_date is not None
        ahead = [file for file in found if dated and file.moment > request.as_of]
        notes.extend(self._note("after_as_of", file) for file in ahead)
        waiting = [file for file in found if file not in ahead]
        if not waiting:
            refused = next((note for note in notes if note.code != "no_date_in_name"), None)
            if refused is not None:
                raise SourceFault(refused.code, refused.params)
            raise SourceFault("no_file", {"source": self.name, "pattern": self.path.name})
        return waiting, notes

    def _newest(self, waiting: list[Candidate], notes: list[Note]) -> "list[_Finished]":
        for file in reversed(waiting):
            if finished := self._finished(file):
                return [finished]
            notes.append(self._note("not_settled", file))
        return []

    def _in_order(
        self, waiting: list[Candidate], request: PullRequest, notes: list[Note], refused: dict[str, SourceFault]
    ) -> "list[_Finished]":
        out: list[_Finished] = []
        for file in waiting:
            if file is not waiting[-1] and self._is_older(file, request) and (file.name, file.size) in request.files:
                continue  # overtaken, and known: years of exports are not read again for their hashes
            try:
                finished = self._finished(file)
            except SourceFault as fault:
                if fault.code not in OF_THE_FILE:
                    raise
                if self._is_older(file, request):
                    notes.append(self._note("older_file", file))
                    continue
                refused[file.name] = fault
                notes.append(Note(code=fault.code, params=fault.params))
                continue
            if finished is None:
                notes.append(self._note("not_settled", file))
                break
            out.append(finished)
        return out

    def _finished(self, file: Candidate) -> "_Finished | None":
        if self.settle_seconds and self.clock() - file.mtime_ns / 1e9 < self.settle_seconds:
            return None
        digest = hashlib.sha256()
        try:
            for block in blocks_of(self.name, file, self.max_bytes):
                digest.update(block)
        except UnfinishedError:
            return None
        return _Finished(file, digest.hexdigest())

    def _wanted(self, one: "_Finished", request: PullRequest, notes: list[Note], *, snapshot: bool) -> bool:
        """Not promoted before, and not older than what was, unless it tells events: these never overwrite each other.

        A snapshot that goes back to an earlier content is news; so are dossiers when the name dates the file, as the
        time of change alone may be that of a copy.
        """
        newest, moment = request.newest_promoted, one.file.moment
        if one.sha256 in request.promoted:
            hashes = request.newest_hashes
            went_back = hashes is not None and one.sha256 not in hashes and newest is not None and moment > newest
            return went_back and (snapshot or (self.dataset.name == "dossiers" and self.name_date is not None))
        if self._is_older(one.file, request):
            notes.append(self._note("older_file", one.file))
            return False
        return True

    def _is_older(self, file: Candidate, request: PullRequest) -> bool:
        """Than what was promoted, where that matters."""
        newest = request.newest_promoted
        snapshot = (self.mode or self.dataset.mode) is Mode.SNAPSHOT
        return newest is not None and file.moment < newest and (snapshot or self.dataset.name not in _EVENT_LOGS)

    def _not_settled(self, file: Candidate) -> SourceFault:
        return SourceFault("not_settled", {"source": self.name, "file": file.name}, transient=True)

    def _note(self, code: str, file: Candidate) -> Note:
        return Note(code=code, params={"source": self.name, "file": file.name})


@dataclass(frozen=True, slots=True)
class _Finished:
    """A file at rest, read once for its hash."""

    file: Candidate
    sha256: str
