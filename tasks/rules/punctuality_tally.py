"""Verdicts counted by unit and period, beside what the source told: the rows of `Comparison.parity`.

A row is plain JSON:

    {source, unit_code ("" for all), period_from, period_to, definition (minute | day),
     told: {early, on_time, late} or None, told_at, told_unresolved,
     recomputed: {early, on_time, late}, recomputed_by_day: {early, on_time, late},
     by_law: {early, on_time, late, unknown},
     unexplained: n or None, same_by_day: bool,
     gap_count: n, reasons: {reason: n}, gaps: [{code, finished, appointment, due, by_source, by_law, reason}]}

`told` are the source's own figures; `recomputed` is ours by its definition, `by_law` ours by the binding date. `gaps`
names dossiers whose verdict differs between these two, at most `MOST_GAPS`; `unexplained` is how many dossiers the
source must count differently from how we recompute it: these cannot be named. `same_by_day`: the source's figures are
those of its definition by the day.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from tasks.rules.punctuality import Definition, Reason, Verdict
from tasks.rules.timezone import HANOI

MOST_GAPS: Final = 50  # dossiers named in one row
_COUNTED: Final = (Verdict.EARLY, Verdict.ON_TIME, Verdict.LATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFigures:
    """What a source counted of a unit in a period, both days included; `unit_code` "" is all of it together."""

    source: str
    unit_code: str
    period_from: date
    period_to: date
    early: int
    on_time: int
    late: int
    unresolved: int = 0  # among them: ended without a result, which is no finished dossier here
    told_at: datetime | None = None

    @property
    def counts(self) -> dict[Verdict, int]:
        """By verdict."""
        return {Verdict.EARLY: self.early, Verdict.ON_TIME: self.on_time, Verdict.LATE: self.late}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One finished dossier and the verdicts on it; `reason` None where the source and the law agree."""

    code: str
    finished_on: date
    appointment_on: date | None
    due_on: date | None
    by_source: Verdict
    by_day: Verdict
    by_law: Verdict
    reason: Reason | None = None

    @property
    def told(self) -> dict[str, str]:
        """As a row names it."""
        return {
            "code": self.code,
            "finished": self.finished_on.isoformat(),
            "appointment": self.appointment_on.isoformat() if self.appointment_on else "",
            "due": self.due_on.isoformat() if self.due_on else "",
            "by_source": self.by_source.value,
            "by_law": self.by_law.value,
            "reason": self.reason.value if self.reason else "",
        }


@dataclass(slots=True)
class Tally:
    """What was judged of one unit in one period."""

    by_source: Counter[Verdict] = field(default_factory=Counter)
    by_day: Counter[Verdict] = field(default_factory=Counter)
    by_law: Counter[Verdict] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    gaps: list[Judged] = field(default_factory=list)

    def add(self, one: Judged) -> None:
        """Count it; name it while there is room."""
        self.by_source[one.by_source] += 1
        self.by_day[one.by_day] += 1
        self.by_law[one.by_law] += 1
        if one.reason is not None:
            self.reasons[one.reason] += 1
            if len(self.gaps) < MOST_GAPS:
                self.gaps.append(one)


def row_of(
    source: str,
    unit_code: str,
    period: tuple[date, date],
    tally: Tally,
    definition: Definition,
    told: ToldFigures | None,
) -> Mapping[str, Any]:
    """The row of a unit and a period, see above."""
    by_day = {verdict: tally.by_day[verdict] for verdict in _COUNTED}
    apart = _apart(told.counts, tally.by_source) if told else None
    return {
        "source": source,
        "unit_code": unit_code,
        "period_from": period[0].isoformat(),
        "period_to": period[1].isoformat(),
        "definition": definition.value,
        "told": _plain(told.counts) if told else None,
        "told_at": told.told_at.astimezone(HANOI).isoformat(timespec="minutes") if told and told.told_at else "",
        "told_unresolved": told.unresolved if told else 0,
        "recomputed": _plain({verdict: tally.by_source[verdict] for verdict in _COUNTED}),
        "recomputed_by_day": _plain(by_day),
        "by_law": _plain({verdict: tally.by_law[verdict] for verdict in Verdict}),
        "unexplained": apart,
        "same_by_day": bool(apart) and told is not None and told.counts == by_day,
        "gap_count": tally.reasons.total(),
        "reasons": {
            reason.value: n for reason, n in sorted(tally.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        },
        "gaps": [one.told for one in tally.gaps],
    }


def _apart(one: Mapping[Verdict, int], other: Mapping[Verdict, int]) -> int:
    """How many dossiers at least are counted otherwise: a move from one verdict to another is one."""
    distances = [one[verdict] - other[verdict] for verdict in _COUNTED]
    return max(sum(d for d in distances if d > 0), -sum(d for d in distances if d < 0))


def _plain(counts: Mapping[Verdict, int]) -> dict[str, int]:
    return {verdict.value: n for verdict, n in counts.items()}
