"""Which columns of a view stand for which canonical columns: as configured, else by name or heading, never a guess.

Only what is matched here is ever selected, so that columns nobody asked for do not leave the source.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tasks.intake.text import fold
from tasks.rules.datasets import Column, Dataset
from tasks.sources.sql_faults import Place


@dataclass(frozen=True, slots=True)
class Fit:
    """Canonical name → the source's column; the key's columns; the column of the time of change, or ""."""

    columns: Mapping[str, str]
    key: tuple[str, ...]
    updated: str

    @property
    def selected(self) -> tuple[str, ...]:
        """Every column that is asked for, once."""
        return tuple(dict.fromkeys([*self.columns.values(), *self.key, *filter(None, [self.updated])]))


def fit(
    dataset: Dataset,
    found: Sequence[str],
    *,
    columns: Mapping[str, str],
    key: Sequence[str],
    updated: str,
    constants: Collection[str],
    place: Place,
) -> Fit:
    """Match the columns `found` in the source. Raises SourceFault naming what is missing or ambiguous."""
    wanted = [*columns.values(), *key, *filter(None, [updated])]
    actual = {name: _named(name, found) for name in wanted}
    if unknown := sorted({name for name, real in actual.items() if real is None}):
        raise place.fault("sql_no_column", columns=", ".join(unknown))
    real = {name: column for name, column in actual.items() if column is not None}
    given = {name: real[column] for name, column in columns.items()}
    matched: dict[str, str] = {}
    for column in dataset.columns:
        if column.name in given:
            matched[column.name] = given[column.name]
        elif one := _by_heading(column, found, place):
            matched[column.name] = one
    if missing := [name for name in dataset.required if name not in matched and name not in constants]:
        raise place.fault("sql_missing_column", columns=", ".join(missing))
    return Fit(matched, tuple(real[name] for name in key), real.get(updated, ""))


def _named(name: str, found: Sequence[str]) -> str | None:
    """The column of that name; capitals count only where two columns differ in nothing else."""
    if name in found:
        return name
    near = [column for column in found if fold(column) == fold(name)]
    return near[0] if len(near) == 1 else None


def _by_heading(column: Column, found: Sequence[str], place: Place) -> str:
    if column.name in found:
        return column.name
    known = {fold(word) for word in (column.name, *column.headings)}
    near = [name for name in found if fold(name) in known]
    if len(near) > 1:
        raise place.fault("sql_duplicate_column", columns=column.name)
    return near[0] if near else ""
