"""Files that units or software drop into a folder: which of them a pull takes, and their records.

Snapshots are told by the newest file, deltas by every file not yet promoted, in order of data moment. An unfinished
file holds back the later ones of a delta, so that nothing is ever overtaken.
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tasks.intake.landing import LandedBody, Landing
from tasks.intake.unit_map import UnitMap
from tasks.rules.datasets import Dataset, Mode
from tasks.rules.timezone import HANOI
from tasks.sources.base import Note, Pulled, PullRequest, RawRecord, SourceFault, in_parts
from tasks.sources.csv_table import read_table
from tasks.sources.folder import Candidate, candidates, read_whole
from tasks.sources.rejected import OF_THE_FILE, tell_sender
from tasks.sources.table import Heading, Row, Table
from tasks.sources.workbook import read_workbook

_TEXTS = frozenset({".csv", ".txt", ".tsv"})
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})  # their content says which may be read


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
    max_bytes: int = 512 * 1024 * 1024
    clock: Callable[[], float] = time.time

    def pull(self, request: PullRequest, landing: Landing) -> Pulled:
        """See `Source.pull`. Faults name the file and what to do with it."""
        waiting, notes = self._waiting(request)
        snapshot = (self.mode or self.dataset.mode) is Mode.SNAPSHOT
        newest_only = (self.files or ("newest" if snapshot else "all")) == "newest"
        finished = self._newest(waiting, notes) if newest_only else self._in_order(waiting, notes)
        if not finished:
            raise SourceFault("not_settled", {"source": self.name, "file": waiting[-1].name}, transient=True)
        taken = [(file, body) for file, body in finished if self._wanted(file, body, request, notes, snapshot=snapshot)]
        records: list[RawRecord] = []
        bodies: list[LandedBody] = []
        for file, body in taken:
            landed = landing.land(self.name, file.name, body, file.moment, request.as_of)
            bodies.append(landed)
            records.extend(self._records(body, landed, notes, dry=landing.dry))
        return Pulled(
            parts=in_parts(records),
            data_moment=min(finished[-1][0].moment, request.as_of),
            bodies=tuple(bodies),
            complete=snapshot and bool(taken),
            unchanged=not taken,
            notes=notes,
            expected=len(records),
        )

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

    def _newest(self, waiting: list[Candidate], notes: list[Note]) -> list[tuple[Candidate, bytes]]:
        for file in reversed(waiting):
            if (body := self._finished(file)) is not None:
                return [(file, body)]
            notes.append(self._note("not_settled", file))
        return []

    def _in_order(self, waiting: list[Candidate], notes: list[Note]) -> list[tuple[Candidate, bytes]]:
        out: list[tuple[Candidate, bytes]] = []
        for file in waiting:
            body = self._finished(file)
            if body is None:
                notes.append(self._note("not_settled", file))
                break
            out.append((file, body))
        return out

    def _finished(self, file: Candidate) -> bytes | None:
        if self.settle_seconds and self.clock() - file.mtime_ns / 1e9 < self.settle_seconds:
            return None
        return read_whole(self.name, file, self.max_bytes)

    def _wanted(self, file: Candidate, body: bytes, request: PullRequest, notes: list[Note], *, snapshot: bool) -> bool:
        """Not promoted before, and not older than what was. A snapshot that goes back to an earlier content is news."""
        sha256 = hashlib.sha256(body).hexdigest()
        newest = request.newest_promoted
        if sha256 in request.promoted:
            hashes = request.newest_hashes
            went_back = hashes is not None and sha256 not in hashes and newest is not None and file.moment > newest
            return snapshot and went_back
        if newest is not None and file.moment < newest:
            notes.append(self._note("older_file", file))
            return False
        return True

    def _records(self, body: bytes, landed: LandedBody, notes: list[Note], *, dry: bool) -> list[RawRecord]:
        try:
            table = self._table(body, landed)
        except SourceFault as fault:
            if fault.code in OF_THE_FILE and not dry:
                tell_sender(self.path.parent, landed.name, landed.sha256, fault)
            raise
        notes.extend(table.notes)
        given = {"unit_code": table.agency, **self.constants} if table.agency else self.constants
        return [self._record(row, given, landed) for row in table.rows]

    def _table(self, body: bytes, landed: LandedBody) -> Table:
        headings = [Heading(c.name, c.headings, c.required, c.kind) for c in self.dataset.columns]
        moment = landed.data_moment.astimezone(HANOI).date()
        unit_map = self.unit_map
        known = None if unit_map is None else lambda name: unit_map.unit_code(name, moment) is not None
        suffix = Path(landed.name).suffix.lower()
        if suffix in _WORKBOOKS:
            return read_workbook(
                body,
                source=self.name,
                file=landed.name,
                headings=headings,
                constants=self.constants,
                knows_agency=known,
            )
        if suffix not in _TEXTS:
            raise SourceFault("format_unsupported", {"source": self.name, "file": landed.name})
        return read_table(
            body,
            source=self.name,
            file=landed.name,
            headings=headings,
            encoding=self.encoding,
            delimiter=self.delimiter,
            constants=self.constants,
            knows_agency=known,
        )

    def _record(self, row: Row, given: Mapping[str, str], landed: LandedBody) -> RawRecord:
        return RawRecord(
            values={} if row.malformed else {**given, **row.values},
            ref=f"sha256:{landed.sha256}#{row.line}",
            moment=landed.data_moment,
            malformed=row.malformed,
            fingerprint=row.fingerprint,
        )

    def _note(self, code: str, file: Candidate) -> Note:
        return Note(code=code, params={"source": self.name, "file": file.name})
