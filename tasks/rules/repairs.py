"""What of a reconciliation can be mended by pulling again, and what cannot: the plan a person sees before it is done.

Pure. Only what the source says and the warehouse lacks or has otherwise; nothing is ever deleted by a repair, and a
register is never written to.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tasks.rules.difference_model import Cause, DifferenceClass, Finding

_COMPARED = "source/warehouse"
_MENDED = frozenset({DifferenceClass.MISSING_IN_WAREHOUSE, DifferenceClass.FIELD_DIFFERS})
_NOT_BY_PULLING = frozenset({Cause.QUARANTINED, Cause.ALTERED})


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairPlan:
    """Dossiers to pull again, by source: those that would be `new` here and those that would be `changed`.

    `days`: the first and last day of receipt among them, by source, for sources that are asked by day. `left`: what
    pulling again cannot mend, by reason (`quarantined`, `altered`, `missing_in_source`).
    """

    new: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    days: Mapping[str, tuple[date, date]] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many dossiers would be pulled."""
        return sum(len(keys) for keys in (*self.new.values(), *self.changed.values()))

    @property
    def keys(self) -> dict[str, tuple[str, ...]]:
        """Source → the keys to pull, sources and keys in order."""
        names = sorted({*self.new, *self.changed})
        return {name: tuple(sorted({*self.new.get(name, ()), *self.changed.get(name, ())})) for name in names}

    def told(self, limit: int) -> dict[str, Any]:
        """As kept beside the reconciliation: counts always, keys only where a person may confirm them."""
        counts = {
            name: {"new": len(self.new.get(name, ())), "changed": len(self.changed.get(name, ()))} for name in self.keys
        }
        keys = {name: list(told) for name, told in self.keys.items()} if self.size <= limit else {}
        days = {name: [f"{day}" for day in span] for name, span in self.days.items()}
        frame = {"limit": limit, "dossiers": self.size, "sources": counts, "left": dict(self.left)}
        return frame | {"keys": keys, "days": days}


def is_mended(kind: str, sides: str, cause: str) -> bool:
    """Whether pulling again mends a difference of that kind, between those sides, for that cause."""
    return kind in _MENDED and sides == _COMPARED and cause not in _NOT_BY_PULLING


def plan_of(findings: Iterable[Finding]) -> RepairPlan:
    """What pulling again would do about these findings."""
    told: dict[DifferenceClass, dict[str, set[str]]] = {kind: {} for kind in _MENDED}
    left: Counter[str] = Counter()
    days: dict[str, set[date]] = {}
    for one in {finding.id: finding for finding in findings}.values():
        if one.kind is DifferenceClass.MISSING_IN_SOURCE:
            left[one.kind] += 1
        elif one.kind not in _MENDED or one.sides != _COMPARED:
            continue
        elif one.cause in _NOT_BY_PULLING:
            left[one.cause] += 1
        else:
            told[one.kind].setdefault(one.source, set()).add(one.key)
            if one.day is not None:
                days.setdefault(one.source, set()).add(one.day)
    by_kind = {
        kind: {name: tuple(sorted(keys)) for name, keys in sorted(by_source.items())}
        for kind, by_source in told.items()
    }
    return RepairPlan(
        new=by_kind[DifferenceClass.MISSING_IN_WAREHOUSE],
        changed=by_kind[DifferenceClass.FIELD_DIFFERS],
        days={name: (min(known), max(known)) for name, known in sorted(days.items()) if known},
        left=dict(sorted(left.items())),
    )
