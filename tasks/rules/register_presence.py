"""Who stands where: the seven cells of source, warehouse and register over everything that was asked for.

"SWR" on all three sides, "SW" in the software but on no line, "R" on paper alone, and so on. What belongs to a source
that nobody could look at is left out, since half of its cells would be guesses.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from tasks.rules.difference_model import Scope, SourceSide
from tasks.rules.register_model import Held
from tasks.rules.register_rules import Compared


def presence(compared: Compared, counts: Mapping[str, int], sides: Iterable[SourceSide], scope: Scope) -> Counter[str]:
    """Dossiers by cell. `counts`: current warehouse rows in scope by source."""
    cells: Counter[str] = Counter()
    extra: set[tuple[str, str]] = set()
    for side in sides:
        if side.judged:
            cells["SW"] += counts.get(side.name, 0) - len(side.lacking)
            cells["W"] += len(side.lacking)
            extra |= {(side.system, key) for key in side.extra}
    cells["S"] += len(extra)
    for one in compared.written.values():
        if _counts(one, scope):
            cells[one.cell] -= 1
            cells[one.cell + "R"] += 1
    cells["R"] += len(compared.paper_only)
    return +cells


def _counts(one: Held, scope: Scope) -> bool:
    asked = scope.holds_unit(one.unit_code) and scope.holds_day(one.received_on)
    return asked and one.in_source is not None and scope.holds_source(one.source)
