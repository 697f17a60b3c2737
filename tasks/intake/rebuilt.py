"""A quarantined row read again from its stored texts, as if it came from the source now.

The stored texts are canonical, but do not say whether a date came with a time of day. The content hash does: the one
reading that gives the hash of the row as it was refused is the right one. No reading, no row: never a guess.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from itertools import product
from typing import Any

import pandas as pd

from tasks.intake.dates import parse_moment
from tasks.intake.normalise import NormaliseContext, normalise
from tasks.rules.datasets import Column, Dataset
from tasks.rules.timezone import HANOI
from tasks.sources.base import Part


@dataclass(frozen=True, slots=True)
class _Reading:
    """Texts of a row, and the time of day that stands for a date alone: at opening and at closing."""

    texts: Mapping[str, str | None]
    fills: Mapping[str, time] = field(default_factory=dict)


def rebuilt(
    dataset: Dataset, content: Mapping[str, str | None], *, record_key: str, content_hash: str, as_of: datetime
) -> dict[str, Any] | None:
    """The stored columns of the row as Python values, without its place of origin; None when it cannot be had again."""
    for reading in _readings(dataset, content):
        context = NormaliseContext(
            as_of=as_of,
            opening=reading.fills.get("open", time()),
            closing=reading.fills.get("close", time()),
            status_map={},
        )
        columns = {name: [text] for name, text in reading.texts.items()}
        frame = normalise(dataset, Part(columns=columns, refs=[""], moment=as_of), context)
        told = frame.iloc[0]
        if (told["content_hash"], told["record_key"]) == (content_hash, record_key):
            return _values(dataset, frame)
    return None


def _readings(dataset: Dataset, content: Mapping[str, str | None]) -> Iterator[_Reading]:
    """The texts as they are, then with each date of unknown precision as a date alone."""
    unsure = [c for c in dataset.columns if c.precision and content.get(c.name)]
    given = {c.name: content.get(c.name) for c in dataset.columns}
    for choice in product((False, True), repeat=len(unsure)):
        days = [column for column, alone in zip(unsure, choice, strict=True) if alone]
        reading = _with_days(given, days)
        if reading is not None:
            yield reading


def _with_days(given: Mapping[str, str | None], days: list[Column]) -> _Reading | None:
    texts, fills = dict(given), dict[str, time]()
    for column in days:
        moment = parse_moment(given[column.name] or "", time())
        if moment is None:
            return None
        local = moment.at.astimezone(HANOI)
        texts[column.name] = local.date().isoformat()
        if fills.setdefault(column.fill, local.time()) != local.time():
            return None
    return _Reading(texts, fills)


def _values(dataset: Dataset, frame: pd.DataFrame) -> dict[str, Any]:
    names = ["record_key", "content_hash", *(column.name for column in dataset.stored)]
    row = frame[names].astype(object).iloc[0]
    return {str(name): python_value(value) for name, value in row.items()}


def python_value(value: Any) -> Any:
    """A cell of a frame as plain Python has it, None where it is empty."""
    if value is None or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value
