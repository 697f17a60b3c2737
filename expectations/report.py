"""What a check found, as plain values: which rows, which reasons, never what stood in them.

Other rooms read only this; no Great Expectations type leaves `expectations`. Add a field when a desk or a gate
needs it.
"""

from collections import Counter
from dataclasses import dataclass, field


class EngineFault(Exception):  # noqa: N818 - a fault of ours, told apart from faults of the data by its name
    """The check itself broke: an expectation crashed, none ran, or the frame is not what the contract says.

    Never a fault of the data: the flow fails and nothing is promoted. Carries codes and column names only.
    """


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row or a source was refused. `column` is "" when the whole row is meant."""

    code: str
    column: str
    text: str  # Vietnamese; the English twin is `sentence(code, "en")`
    basis: str


@dataclass(frozen=True, slots=True)
class RuleResult:
    """How one expectation ended: rows it looked at and rows it refused."""

    code: str
    column: str
    severity: str  # row | source
    expectation: str  # Great Expectations' name of the expectation
    checked: int
    unexpected: int
    basis: str = ""


@dataclass(frozen=True)
class Report:
    """The outcome of one check of rows, told by `rid`, or of a source as a whole. Rows not named are good."""

    dataset: str
    rows: int
    ran: int
    row_faults: dict[int, tuple[Reason, ...]] = field(default_factory=dict)
    source_faults: tuple[Reason, ...] = ()
    results: tuple[RuleResult, ...] = ()

    @property
    def refused(self) -> bool:
        """True when nothing of this pull may be promoted, whatever its rows are like."""
        return bool(self.source_faults)

    def counts(self) -> dict[str, int]:
        """Quarantined rows by reason code, most frequent first; a row with two reasons counts under both."""
        found = Counter(reason.code for reasons in self.row_faults.values() for reason in reasons)
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


@dataclass(frozen=True)
class KeyReport:
    """What became of rows that share their key with others of the pull; a rid stands in at most one of the three.

    `conflicts` go to quarantine, whatever else is wrong with them. `duplicates` (the same content again) and
    `superseded` (an older content; the newest of the pull was good) count as duplicate: another row stands for them.
    """

    conflicts: dict[int, Reason] = field(default_factory=dict)
    duplicates: frozenset[int] = frozenset()
    superseded: frozenset[int] = frozenset()

    @property
    def folded(self) -> frozenset[int]:
        """Rows that another row of the same pull stands for."""
        return self.duplicates | self.superseded
