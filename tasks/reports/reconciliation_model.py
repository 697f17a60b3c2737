"""The result of a reconciliation as plain values: what a renderer needs, and nothing that only a database knows.

Filled by `tasks/publishing_reconciliation`; told by `reconciliation` (markdown), `reconciliation_lines` (rows) and
`reconciliation_sheets` (workbooks). Codes, days, units and counts only: no citizen's data comes this far.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from tasks.rules.difference_model import OPS, Notice, Scope
from tasks.rules.repairs import is_mended

FIXED, EXPLAINED, OPEN = "fixed", "explained", "open"
NEW, RETURNED = "new", "returned"
NUMBERING = frozenset({"numbering_gap"})
PROCEDURES = frozenset({"repealed_procedure", "unknown_procedure", "posted_repealed", "field_never_received"})


class Answer(StrEnum):
    """What a reconciliation says of what was asked."""

    AGREE = "agree"
    DIFFER = "differ"
    PARTLY = "partly"  # nothing is open, but a source could not be looked at
    UNSEEN = "unseen"  # no source could be looked at
    NOTHING = "nothing"  # nothing lies in what was asked, on any side


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceLine:
    """One difference as the book tells it after the run; fields as in `difference_model.Finding`.

    `news`: what this run means for it (`difference_life.News`), "" where the run did not look there. `age`: working
    days since it was first seen, None where the calendar does not know.
    """

    id: str
    kind: str
    state: str = OPEN
    news: str = ""
    owner: str = OPS
    unit_code: str = ""
    system: str = ""
    key: str = ""
    code: str = ""
    column: str = ""
    sides: str = ""
    book: str = ""
    page: str = ""
    line: str = ""
    source: str = ""
    day: date | None = None
    cause: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    first_seen_at: datetime | None = None
    age: int | None = None
    returned: int = 0
    explanation: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state == OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class SideLine:
    """One side and how far it was looked at. `kind`: source, warehouse or register; `moment`: as of when it speaks.

    `segments`: None or 0 where it was read whole. `units`: whose dossiers it holds, empty where that is not known.
    """

    kind: str
    name: str
    judged: bool = True
    moment: datetime | None = None
    read: int | None = None
    requests: int | None = None
    segments: int | None = None
    segments_read: int | None = None
    moving: int = 0
    units: frozenset[str] = frozenset()

    def concerns(self, unit_code: str) -> bool:
        """Whether it says something of that unit, as far as is known; "" is all of them."""
        return not unit_code or not self.units or unit_code in self.units


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """Everything a result says.

    `presence`: cells of the matrix, see `Comparison`. `counts`: found, new, returned, reopened, fixed, open, explained,
    by_class. `rules`: (column, how it is compared). `preview`: what a repair would pull again, None where not asked.
    `reasons`: sentences of the quarantine's codes, `procedures`: names by code, `unit_since`: first day of a unit.
    `files`: where workbooks lie, by unit; "" is the one over all. `other_day`: dry since it is as of another day.
    """

    run_id: str
    as_of: datetime
    scope: Scope
    asked_by: str = ""
    reason: str = ""
    depth: str = "rows"
    dry_run: bool = False
    other_day: bool = False
    sides: Sequence[SideLine] = ()
    presence: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, Any] = field(default_factory=dict)
    differences: Sequence[DifferenceLine] = ()
    notices: Sequence[Notice] = ()
    rates: Sequence[Mapping[str, Any]] = ()
    parity: Sequence[Mapping[str, Any]] = ()
    rules: Sequence[tuple[str, str]] = ()
    preview: Mapping[str, Any] | None = None
    unit_names: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    procedures: Mapping[str, str] = field(default_factory=dict)
    unit_since: Mapping[str, date] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def open(self) -> tuple[DifferenceLine, ...]:
        """What is open in scope, what came back first, then the new, then the oldest."""
        return tuple(sorted((one for one in self.differences if one.is_open), key=_urgency))

    def of_unit(self, unit_code: str) -> tuple[DifferenceLine, ...]:
        """What belongs into the hands of a unit's inspectors."""
        return tuple(one for one in self.differences if unit_code in (one.unit_code, one.owner))

    @property
    def unseen(self) -> tuple[str, ...]:
        """Names of sources that could not be looked at."""
        return tuple(side.name for side in self.sides if side.kind == "source" and not side.judged)

    @property
    def answer(self) -> Answer:
        """What the result says in one word."""
        judged = any(side.kind == "source" and side.judged for side in self.sides)
        return answer_of(self.counts, self.presence, unseen=bool(self.unseen), judged=judged)

    @property
    def to_pull(self) -> tuple[DifferenceLine, ...]:
        """What a repair would mend, dossier by dossier."""
        mended = (one for one in self.open if is_mended(one.kind, one.sides, one.cause))
        return tuple(sorted(mended, key=lambda one: (one.source, one.code, one.key, one.column)))

    @property
    def units(self) -> tuple[str, ...]:
        """Units that have something to answer, in order: a difference, a careless book, figures that disagree."""
        told = {one.owner for one in self.differences if one.state != FIXED}
        told |= {str(row["unit_code"]) for row in self.rates if row["incomplete"]}
        told |= {str(row["unit_code"]) for row in self.parity if row["gap_count"] or row["unexplained"]}
        return tuple(sorted(told - {"", OPS}))


def answer_of(counts: Mapping[str, Any], presence: Mapping[str, int], *, unseen: bool, judged: bool) -> Answer:
    """The answer in one word. `unseen`: a source could not be looked at, `judged`: one could."""
    if unseen and not judged:
        return Answer.UNSEEN
    if counts.get("open"):
        return Answer.DIFFER
    if unseen:
        return Answer.PARTLY
    told = any(presence.values()) or counts.get("explained") or counts.get("fixed")
    return Answer.AGREE if told else Answer.NOTHING


def _urgency(one: DifferenceLine) -> tuple[bool, bool, int, str, str, str]:
    return one.news != RETURNED, one.news != NEW, -(one.age or 0), one.kind, one.unit_code, one.id
