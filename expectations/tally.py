"""What the expectations of one pull counted, over all its parts: the figures of the quality report.

Figures only; which rows were refused, and why, is each part's `Report`.
"""

from dataclasses import dataclass, field, replace

from expectations.report import Report, RuleResult
from expectations.suites.common import KEY_RULE


@dataclass(slots=True)
class Tally:
    """Parts by the number of their first row: a part that is staged again after a failure counts once.

    Plain values, so that whoever checks a part elsewhere can hand its `parts` back. The rules about the pull as a whole
    and about keys are noted when all parts are read.
    """

    parts: dict[int, tuple[int, int, tuple[RuleResult, ...]]] = field(default_factory=dict)
    whole: tuple[RuleResult, ...] = ()
    conflicts: int = 0  # rows whose key another row of the pull contradicts
    only_conflicts: int = 0  # those of them that nothing else speaks against

    def note(self, first_rid: int, report: Report, let_in: int = 0) -> None:
        """One part was checked; `let_in`: refused rows that a person had called right before."""
        self.parts[first_rid] = (report.rows, len(report.row_faults) - let_in, report.results)

    @property
    def rows(self) -> int:
        """Rows the expectations looked at."""
        return sum(rows for rows, _, _ in self.parts.values())

    @property
    def refused(self) -> int:
        """Rows at least one expectation refused, those apart that a person had let in."""
        return sum(refused for _, refused, _ in self.parts.values()) + self.only_conflicts

    def results(self) -> list[RuleResult]:
        """Every expectation with what it saw and refused in all parts: of the pull, of its rows, of its keys."""
        found: dict[tuple[str, str], RuleResult] = {}
        for _, _, results in self.parts.values():
            for one in results:
                known = found.get((one.code, one.column))
                found[one.code, one.column] = one if known is None else _added(known, one)
        rule = KEY_RULE
        keys = RuleResult(rule.code, rule.column, rule.severity, "", self.rows, self.conflicts, rule.basis)
        return [*self.whole, *found.values(), keys]


def _added(one: RuleResult, other: RuleResult) -> RuleResult:
    return replace(one, checked=one.checked + other.checked, unexpected=one.unexpected + other.unexpected)
