"""What must become of the rows of a synthetic province: counted while they are written, odd ones by their kind.

The kinds themselves, and how they spoil a row, are in `province_faults.py`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from deployments.demo.province_dossiers import Dossiers
from deployments.demo.province_faults import KINDS, Cells


@dataclass(slots=True)
class Expected:
    """What a load must make of the rows written so far. `quarantined`: reason codes of a row, joined by + → rows."""

    rows: int = 0
    loaded: int = 0
    duplicate: int = 0
    ignored: int = 0
    quarantined: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    new: int = 0  # of loaded ones in a file of changes: never seen before

    @property
    def bad(self) -> int:
        """Rows for the quarantine."""
        return sum(self.quarantined.values())


def dirty_rows(made: Dossiers, number: int, cells: Cells, told: Expected, late: list[Cells]) -> Iterator[Cells]:
    """The rows that stand for the dossier of that number; every second twin is kept in `late` for the end."""
    place = number // made.province.stride
    kind = KINDS[place % len(KINDS)]
    first, *twins = kind.make(made, number, cells)
    told.kinds[kind.name] += 1
    told.rows += 1 + len(twins)
    told.loaded += kind.loaded
    told.duplicate += kind.duplicate
    told.ignored += kind.ignored
    told.quarantined.update(kind.reasons)
    yield first
    if place // len(KINDS) % 2:
        late.extend(twins)
    else:
        yield from twins
