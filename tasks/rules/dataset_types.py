"""What a dataset and a column are; the catalogue itself is `datasets.py`."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How the text of a cell is understood."""

    TEXT = "text"
    CODE = "code"  # text whose inner spaces mean nothing; never a number
    INSTANT = "instant"  # date with or without time of day
    DAY = "day"
    NUMBER = "number"
    BOOLEAN = "boolean"


class Mode(StrEnum):
    """Whether a file tells everything (a missing row ended) or only what is new."""

    SNAPSHOT = "snapshot"
    DELTA = "delta"


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column. `fill` says which time of day a date without time means."""

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    headings: tuple[str, ...] = ()
    fill: str = "close"  # "open": start of office, "close": closing time
    precision: bool = False  # keep "<stem>_precision": minute or day

    @property
    def precision_name(self) -> str:
        """Name of the companion column, for example `received_precision`."""
        return self.name.removesuffix("_at") + "_precision"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset: its columns, what makes a row the same row, and how its files are read."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    mode: Mode
    aged: bool = False  # `max_age_hours` applies

    def column(self, name: str) -> Column:
        """The column of that canonical name."""
        return next(c for c in self.columns if c.name == name)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns without which a file is refused."""
        return tuple(c.name for c in self.columns if c.required)

    @property
    def stored(self) -> tuple[Column, ...]:
        """All columns as stored, precision companions included."""
        out: list[Column] = []
        for column in self.columns:
            out.append(column)
            if column.precision:
                out.append(Column(column.precision_name))
        return tuple(out)
