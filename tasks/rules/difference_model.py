"""Reconciliation in values: what was asked for, what was found, and what a finding is called for ever (design §10).

Three sides are compared: the source, the warehouse, the paper register. Everything here is plain and pure; how a side
is read, and how findings live on between runs, is told elsewhere.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

OPS: Final = "ops"  # owner of what only the operators of the pipeline can mend
DAY_BY: Final = "day_by"  # a fact: whose day a finding has that has none of its own


class DifferenceClass(StrEnum):
    """What kind of disagreement it is."""

    MISSING_IN_WAREHOUSE = "missing_in_warehouse"  # the source has it, we have not
    MISSING_IN_SOURCE = "missing_in_source"  # we have it, the source no longer
    MISSING_IN_REGISTER = "missing_in_register"  # in the software, not in the book of its unit
    NOT_IN_SOFTWARE = "not_in_software"  # on paper only
    FIELD_DIFFERS = "field_differs"  # two sides say different things of one column
    INCOMPLETE_IN_REGISTER = "incomplete_in_register"  # a line of the book lacks a required cell, or it is illegible
    NUMBERING_GAP = "numbering_gap"  # a number of the book is missing or stands twice
    REPEALED_PROCEDURE = "repealed_procedure"  # received under a procedure that was no longer in force
    UNKNOWN_PROCEDURE = "unknown_procedure"  # received or posted under a code that the catalogue does not know
    POSTED_REPEALED = "posted_repealed"  # still on display although repealed or replaced
    FIELD_NEVER_RECEIVED = "field_never_received"  # a field of work that never came through the software
    DUPLICATE = "duplicate"  # one dossier told twice on one side


_WITHOUT_RECEIPT: Final = frozenset(
    {DifferenceClass.NUMBERING_GAP, DifferenceClass.POSTED_REPEALED, DifferenceClass.FIELD_NEVER_RECEIVED}
)


def received_on(kind: str, column: str, facts: Mapping[str, Any], day: date | None) -> date | None:
    """The day of receipt to show for a difference: its `day`, unless that only says which period holds it."""
    unread = kind == DifferenceClass.INCOMPLETE_IN_REGISTER and column == "received_at"
    on_display = facts.get("where") == "posted"
    return None if kind in _WITHOUT_RECEIPT or unread or on_display or DAY_BY in facts else day


class Cause(StrEnum):
    """Why a difference is there, as far as it shows by itself."""

    UNKNOWN = ""
    BEHIND = "behind"  # the source changed it after our last pull: the next one brings it
    QUARANTINED = "quarantined"  # the source's row lies in quarantine
    ALTERED = "altered"  # the stored row no longer agrees with its own content hash


class DifferenceState(StrEnum):
    """Where a difference stands between runs."""

    OPEN = "open"
    EXPLAINED = "explained"  # a person said why it is right so; open again when its facts change
    FIXED = "fixed"  # a later run looked there and did not find it, or a person said it is mended


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is compared: dossiers received in the period (both days included), of these units and sources; None and
    empty mean all.
    """

    period_from: date | None = None
    period_to: date | None = None
    units: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()

    def holds_day(self, day: date | None) -> bool:
        """Whether something of that day is asked for; what has no day is, only where all days are."""
        if day is None:
            return self.period_from is None and self.period_to is None
        return (self.period_from is None or day >= self.period_from) and (
            self.period_to is None or day <= self.period_to
        )

    def holds_unit(self, unit_code: str) -> bool:
        """Whether that unit is asked for."""
        return not self.units or unit_code in self.units

    def holds_source(self, name: str) -> bool:
        """Whether that source is asked for."""
        return not self.sources or name in self.sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an admin asked of a reconciliation, in plain values.

    `registers`: file names in the shared folder, empty for the newest of each series. `statistics`: a file there with
    the source's own figures, "" for those the source tells itself. `depth`: "rows", or "counts" for a quick look that
    trusts equal counts. `repair`: preview what pulling again would mend; `confirm`: the reconciliation whose preview
    was seen and is to be carried out, at most `limit` dossiers.
    """

    units: tuple[str, ...] = ()
    period_from: date | None = None
    period_to: date | None = None
    registers: tuple[str, ...] = ()
    statistics: str = ""
    depth: str = "rows"
    asked_by: str = ""
    repair: bool = False
    confirm: str = ""
    limit: int = 200

    def scope(self, source: str = "") -> Scope:
        """What is compared; `source`: only this one."""
        sources = frozenset({source} - {""})
        return Scope(
            period_from=self.period_from, period_to=self.period_to, units=frozenset(self.units), sources=sources
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One difference as one run sees it. No citizen's data: codes, dates, units, procedures only.

    `system`: of the dossier, "" for what belongs to none. `key`: the dossier's record key, "" where there is none.
    `code`: the dossier or procedure code people know it by. `column`: the canonical column that differs or lacks.
    `sides`: which two are compared, "source/warehouse", "register/warehouse", "register/source", "catalogue", … .
    `book`, `page`, `line`: where it stands on paper. `day`: the day by which a period holds it, if any: that of
    receipt, or one borrowed for want of it (see `received_on`).
    `owner`: a unit code, or OPS. `facts`: plain JSON values; what each side says stands under the name of the side.
    """

    kind: DifferenceClass
    unit_code: str = ""
    system: str = ""
    key: str = ""
    code: str = ""
    column: str = ""
    sides: str = ""
    book: str = ""
    page: str = ""
    line: str = ""
    source: str = ""  # the configured source, or the register's file name
    day: date | None = None
    owner: str = OPS
    cause: Cause = Cause.UNKNOWN
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The same in every run that finds the same thing, however its values and its cause move."""
        paper: tuple[str, ...] = (self.book,) if self.key else (self.unit_code, self.book, self.page, self.line)
        if self.kind is DifferenceClass.MISSING_IN_REGISTER:
            paper = ()  # it stands in none of the unit's books, whichever was read
        told = (self.kind, self.system, self.key or self.code, self.column, self.sides)
        digest = hashlib.sha256("\x1f".join((*told, *paper)).encode()).hexdigest()
        return f"D-{digest[:12]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSide:
    """What the comparison of one source with the warehouse leaves for the register and the matrix.

    `lacking`: keys of current warehouse rows (in scope) that the source no longer has. `extra`: what only the source
    has: record key → (dossier code, unit code, day of receipt). `judged`: the source was looked at; where not, only the
    other two sides can be compared. `held`: current warehouse rows in scope.
    """

    name: str
    system: str
    judged: bool = True
    lacking: frozenset[str] = frozenset()
    extra: Mapping[str, tuple[str, str, date | None]] = field(default_factory=dict)
    held: int = 0
    read: int = 0  # records read from the source
    requests: int = 0  # questions the source was asked
    segments: int = 0  # months × units that were compared …
    segments_read: int = 0  # … and those whose rows had to be read
    moving: int = 0  # changed while we looked: no difference
    looked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the reader of the result must know: a code of the words catalogue and its plain parameters."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)


class ToldCode(NamedTuple):
    """A code written on paper that a source told in this run, whatever became of the record. `code` is folded;
    `unit_code` and `month` of receipt ("YYYY-MM", Hanoi) are "" where the record does not say them.
    """

    code: str
    source: str
    unit_code: str
    month: str


@dataclass(frozen=True, slots=True)
class ComparedSegment:
    """One unit and month of receipt ("YYYY-MM", Hanoi) of one source, both sides as they were compared row by row."""

    unit_code: str
    month: str
    source_digest: str
    warehouse_digest: str
    source_count: int


@dataclass(slots=True, kw_only=True)
class Comparison:
    """What one reconciliation gathers, stage by stage.

    `presence`: how many dossiers stand on which sides: "SW", "S", "WR" … (S source, W warehouse, R register), seven
    cells. `covered`: classes that this run really looked for, with the books read; a difference outside of it is not
    fixed by not being found. `unread`: (source, unit, month "YYYY-MM") whose rows needed no reading because neither
    side has changed since they were last compared: earlier findings there stand. `undecided`: (system, record key) of
    which this run cannot say whether an earlier finding is gone: moving, or its file is no longer there; `capped`:
    sources of which not every finding was kept, registers of which not every line could be read; earlier findings of
    both stand too. `compared`: source → segments read row by row, to be remembered. `undecided_ids`: findings on paper
    of which this run cannot say whether they hold. `paper_codes`: folded codes written in the registers; `told_codes`:
    those of them that a source told. `rates`: rows for the rate of incomplete cells by book and unit. `parity`: rows
    for the comparison of early, on time and late.
    """

    scope: Scope
    findings: list[Finding] = field(default_factory=list)
    sides: dict[str, SourceSide] = field(default_factory=dict)
    presence: Counter[str] = field(default_factory=Counter)
    covered: set[DifferenceClass] = field(default_factory=set)
    books: set[str] = field(default_factory=set)  # "file name" of each register read
    unread: set[tuple[str, str, str]] = field(default_factory=set)
    undecided: set[tuple[str, str]] = field(default_factory=set)
    undecided_ids: set[str] = field(default_factory=set)
    paper_codes: frozenset[str] = frozenset()
    told_codes: set[ToldCode] = field(default_factory=set)
    capped: set[str] = field(default_factory=set)
    compared: dict[str, list[ComparedSegment]] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    rates: list[Mapping[str, Any]] = field(default_factory=list)
    parity: list[Mapping[str, Any]] = field(default_factory=list)
