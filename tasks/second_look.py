"""A second look at what differs: whatever the source says otherwise by then was changing, and is no difference.

Where only a part of the source was read, the second look also tells of records that stand elsewhere in it by now, or
stood there all along: they are not missing, and their columns are compared instead.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from tasks.intake.rebuilt import python_value
from tasks.part_intake import Intake
from tasks.rules.column_rules import ColumnRule, differing, folded_key
from tasks.rules.datasets import Dataset
from tasks.side_findings import Judged
from tasks.sources.looking import Looked
from warehouse.comparing import Row


@dataclass(frozen=True, slots=True)
class Second:
    """What the second look told: rows by folded key. `unasked`: keys it says nothing of; `untold`: columns neither."""

    rows: Mapping[str, list[Row]] = field(default_factory=dict)
    unasked: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()

    def says(self, key: str) -> list[Row] | None:
        """The rows of that key; None where nothing is known."""
        return None if key in self.unasked else self.rows.get(folded_key(key), [])

    def is_same(self, judged: Judged, rules: Iterable[ColumnRule]) -> bool:
        """Whether the source still says of it what it said first, as far as it can be told."""
        rows = self.says(judged.key)
        if rows is None:
            return True
        if judged.hashes & {row["content_hash"] for row in rows}:
            return True
        if not self.untold or judged.good is None:
            return bool(rows) and bool(self.untold)
        known = [rule for rule in rules if rule.column not in self.untold]
        return any(not differing(known, judged.good, row) for row in rows)


def read_again(intake: Intake, looked: Looked, wanted: Iterable[str]) -> Second:
    """The records of the wanted keys; others that came with them are left out."""
    asked = frozenset(wanted)
    keys = {folded_key(key) for key in asked}
    seen = replace(intake, known_open=intake.known_open | asked)  # one that is not received any more is still there
    rows: dict[str, list[Row]] = defaultdict(list)
    for part in looked.pulled.parts:
        told, _ = seen.understood(part, 0)
        folded = told["record_key"].map(folded_key)
        for row in _rows(intake.dataset, told[folded.isin(keys)]):
            rows[folded_key(row["record_key"])].append(row)
    return Second(rows, looked.unasked, looked.untold)


def _rows(dataset: Dataset, frame: pd.DataFrame) -> Iterator[Row]:
    names = ["record_key", "content_hash", "moment", *(column.name for column in dataset.stored)]
    named = frame.rename(columns={"ref": "source_ref"})[[*names, "source_ref"]].astype(object)
    for row in named.to_dict("records"):
        yield {str(name): python_value(value) for name, value in row.items()}
