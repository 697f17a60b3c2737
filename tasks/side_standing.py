"""What earlier comparisons left standing where this one reads nothing: differences in units and months at rest.

They are found no more by such a look, and yet the source lacks these dossiers, or has them alone, as before: whoever
asks what stands where must know. Pure; the book they come from is read by `warehouse/comparing_reads`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from tasks.rules.difference_model import DifferenceClass, Scope
from tasks.side_findings import is_asked
from tasks.side_tally import Ours, month_of
from tasks.side_values import Place
from warehouse.comparing_reads import Standing


@dataclass(frozen=True, slots=True)
class StandingStill:
    """`lacking`: keys that only the warehouse has; `extra`: keys that only the source has, with their places."""

    lacking: frozenset[str] = frozenset()
    extra: Mapping[str, Place] = field(default_factory=dict)


def standing_still(standing: Iterable[Standing], unread: Collection[Ours], scope: Scope) -> StandingStill:
    """Of the differences in the book those that are asked for and lie in segments that are not read."""
    lacking: set[str] = set()
    extra: dict[str, Place] = {}
    for one in standing:
        place = (one.code, one.unit_code, one.day)
        if (one.unit_code, month_of(one.day)) not in unread or not is_asked(scope, place):
            continue
        if one.kind == DifferenceClass.MISSING_IN_SOURCE:
            lacking.add(one.key)
        if one.kind == DifferenceClass.MISSING_IN_WAREHOUSE:
            extra[one.key] = place
    return StandingStill(frozenset(lacking), extra)
