"""Whether a code that nothing known bears is really unknown to the software: what the sources told of it in this run.

A source that was not asked may have it; one that told it and had it set aside does have it. Only where every source was
heard to its end, and none of them told the code, is a line "not in the software".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tasks.rules.difference_model import ToldCode
from tasks.rules.lookalike import folded
from tasks.rules.register_meaning import Heirs, is_of, says_its_day
from tasks.rules.register_model import BookLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """`unheard`: sources of dossiers that were not read, or not to their end. `told`: by code, what the others told."""

    unheard: frozenset[str] = frozenset()
    told: Mapping[str, tuple[ToldCode, ...]] = field(default_factory=dict)

    def of_line(self, line: BookLine, heirs: Heirs) -> list[ToldCode]:
        """What was told that this line may mean: a running number counts in its own unit and year only."""
        told = self.told.get(folded(line.code), ())
        return [one for one in told if says_its_day(line.code) or _may_be(one, line, heirs)]


def _may_be(told: ToldCode, line: BookLine, heirs: Heirs) -> bool:
    if told.unit_code and line.unit_code and not is_of(told.unit_code, line.unit_code, heirs):
        return False
    return not told.month or line.received_on is None or told.month[:4] == f"{line.received_on:%Y}"
