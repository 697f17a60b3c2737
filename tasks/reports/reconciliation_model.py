"""The result of a reconciliation as plain values: what a renderer needs, and nothing that only a database knows.

Filled by `tasks/publishing_reconciliation`; told by `reconciliation` (markdown), `reconciliation_lines` (rows) and
`reconciliation_sheets` (workbooks). Codes, days, units and counts only: no citizen's data comes this far.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tasks.rules.difference_model import OPS, Notice, Scope

FIXED, EXPLAINED, OPEN = "fixed", "explained", "open"
NEW, RETURNED = "new", "returned"
NUMBERING = frozenset({"numbering_gap"})
PROCEDURES = frozenset({"repealed_procedure", "unknown_procedure", "posted_repealed", "field_never_received"})


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
    """One side and how far it was looked at. `kind`: source, warehouse or register; `moment`: as of when it speaks."""

    kind: str
    name: str
    judged: bool = True
    moment: datetime | None = None
    read: int | None = None
    requests: int | None = None
    segments: int | None = None
    segments_read: int | None = None
    moving: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """Everything a result says.

    `presence`: cells of the matrix, see `Comparison`. `counts`: found, new, returned, reopened, fixed, open, explained,
    by_class. `rules`: (column, how it is compared). `preview`: what a repair would pull again, None where not asked.
    `reasons`: sentences of the quarantine's codes. `files`: where workbooks lie, by unit; "" is the one over all.
    """

    run_id: str
    as_of: datetime
    scope: Scope
    asked_by: str = ""
    reason: str = ""
    depth: str = "rows"
    dry_run: bool = False
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
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def open(self) -> tuple[DifferenceLine, ...]:
        """What is open in scope, what came back first, then the new, then the oldest."""
        return tuple(sorted((one for one in self.differences if one.is_open), key=_urgency))

    def of_unit(self, unit_code: str) -> tuple[DifferenceLine, ...]:
        """What belongs into the hands of a unit's inspectors."""
        return tuple(one for one in self.differences if unit_code in (one.unit_code, one.owner))

    @property
    def units(self) -> tuple[str, ...]:
        """Units that have something to answer, in order: a difference, a careless book, figures that disagree."""
        told = {one.unit_code for one in self.differences} | {one.owner for one in self.differences}
        told |= {str(row["unit_code"]) for row in self.rates if row["incomplete"]}
        told |= {str(row["unit_code"]) for row in self.parity if row["gap_count"] or row["unexplained"]}
        return tuple(sorted(told - {"", OPS}))


def _urgency(one: DifferenceLine) -> tuple[bool, bool, int, str, str, str]:
    return one.news != RETURNED, one.news != NEW, -(one.age or 0), one.kind, one.unit_code, one.id
