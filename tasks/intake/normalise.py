"""Raw records become one frame of canonical, typed columns: the form that validation and loading share.

Column by column, no judgement: what cannot be understood is marked `<name>__bad` and left empty. How one kind of cell
is read lives in cells.py, what makes a key in keys.py, what is left out on purpose in set_aside.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final

import numpy as np
import pandas as pd

from tasks.intake import cells, keys
from tasks.intake.cells import AnySeries, Cells
from tasks.intake.dates import check_formats
from tasks.intake.status_words import STATUS_WORDS
from tasks.intake.text import clean, clean_address, clean_code, clean_word, fold
from tasks.intake.unit_map import UnitMap
from tasks.rules.datasets import VOCABULARY, Column, Dataset, Kind
from tasks.rules.timezone import HANOI
from tasks.sources.base import Part

_MARKED = frozenset({Kind.INSTANT, Kind.DAY, Kind.NUMBER, Kind.BOOLEAN})  # kinds that can be misunderstood
_UNITS = frozenset({"unit_code", "holding_unit_code", "to_unit_code", "inspecting_unit_code", "follow_up_unit_code"})
UNMAPPED: Final = "?"  # before an agency that the source's map does not know: no code of a unit begins so
_ADDRESSES = frozenset({"email", "delegate_email"})
# the day by which a source's agency code is looked up, since such codes are used again
_ANCHORS = {
    "dossiers": "received_at",
    "dossier_events": "at",
    "recommendations": "issued_on",
    "recommendation_events": "at",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NormaliseContext:
    """What one source's cells mean.

    `as_of` dates look-ups of rows without a day of their own. `opening` and `closing` are the office hours a date alone
    stands for. `date_formats` (strptime), when given, are the only ones accepted. `status_map` is keyed by folded word.
    """

    as_of: datetime
    opening: time = time(7, 30)
    closing: time = time(17, 0)
    date_formats: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    unit_map: UnitMap | None = None
    status_map: Mapping[str, str] = field(default_factory=lambda: STATUS_WORDS)

    def __post_init__(self) -> None:
        check_formats(self.date_formats)


def normalise(dataset: Dataset, part: Part, context: NormaliseContext, *, first_rid: int = 0) -> pd.DataFrame:
    """The frame of a part, one row a record in order; `rid` counts on from `first_rid`, so that it is one of the pull.

    Beside the stored columns: `rid`, `ref`, `moment` (of its body), `record_key` ("" where `key__bad`), `content_hash`,
    `malformed`, and per column that can be misunderstood `<name>__bad` with the text as it came in `<name>__text`.
    """
    raw = {column.name: _raw(part, column.name, context.constants) for column in dataset.columns}
    read = {c.name: _read(dataset, c, raw[c.name], context) for c in dataset.columns if c.name not in _UNITS}
    for name in sorted(_UNITS & raw.keys()):
        anchor = read.get(_ANCHORS.get(dataset.name, ""))
        read[name] = _units(raw[name], anchor, context, constant=context.constants.get(name))
    frame = pd.DataFrame({"rid": range(first_rid, first_rid + len(part))}, dtype="int64")
    parts: list[pd.DataFrame | AnySeries] = [frame, _heading(dataset, part, read)]
    parts.extend(column for known in dataset.columns for column in _stored(known, read[known.name]))
    return pd.concat(parts, axis="columns")


def _raw(part: Part, name: str, constants: Mapping[str, str]) -> Sequence[str | None]:
    """The column as it came; a constant stands in for a column that the source has not, never for an empty cell."""
    given = part.columns.get(name)
    if given is not None:
        return given
    return [None if n in part.malformed else constants.get(name) for n in range(len(part))]


def _read(dataset: Dataset, column: Column, raw: Sequence[str | None], context: NormaliseContext) -> Cells:
    fill = context.opening if column.fill == "open" else context.closing
    match column.kind:
        case Kind.INSTANT:
            return cells.instants(raw, fill, context.date_formats)
        case Kind.DAY:
            return cells.days(raw, context.date_formats)
        case Kind.NUMBER:
            return cells.numbers(raw)
        case Kind.BOOLEAN:
            return cells.booleans(raw)
        case Kind.TEXT:
            return cells.texts(raw, clean)
        case Kind.CODE:
            return _codes(dataset, column.name, raw, context)


def _codes(dataset: Dataset, name: str, raw: Sequence[str | None], context: NormaliseContext) -> Cells:
    if dataset.name == "dossiers" and name == "status":
        return cells.texts(raw, lambda text: context.status_map.get(fold(text), clean_word(text)))
    if vocabulary := VOCABULARY.get((dataset.name, name)):
        known = frozenset(vocabulary)
        return cells.texts(raw, lambda text: folded if (folded := fold(text)) in known else clean_word(text))
    return cells.texts(raw, clean_address) if name in _ADDRESSES else cells.codes(raw, clean_code)


def _units(
    raw: Sequence[str | None], anchor: Cells | None, context: NormaliseContext, *, constant: str | None
) -> Cells:
    """Agency text through the reviewed map by the row's own day; without a map, and for a constant, as it is.

    What the map does not say is marked: a code of the source's own space may be that of another unit of ours.
    """
    unit_map = context.unit_map
    if unit_map is None:
        return cells.texts(raw, _plain_unit)
    today = context.as_of.astimezone(HANOI).date()
    days: Sequence[date | None] = [None] * len(raw) if anchor is None else anchor.days.tolist()
    pairs = list(zip(raw, days, strict=True))

    def unit(text: str, day: date | None) -> str | None:
        mapped = unit_map.unit_code(text, day or today)
        plain = _plain_unit(mapped or text)
        return plain if mapped or text == constant or not plain else UNMAPPED + plain

    known = {(t, d): None if t is None else unit(t, d) for t, d in set(pairs)}
    return cells.texts([known[pair] for pair in pairs], lambda text: text)


def _plain_unit(text: str) -> str:
    word = clean_word(text)
    return word.replace(" ", "") if word.isascii() else word  # an unmapped name stays readable


def _heading(dataset: Dataset, part: Part, read: Mapping[str, Cells]) -> pd.DataFrame:
    content: dict[str, Sequence[str | None]] = {name: column.canonical for name, column in read.items()}
    content |= {c.precision_name: read[c.name].precision for c in dataset.columns if c.precision}
    good = {name: _unless_bad(column) for name, column in read.items()}
    years = _years(read["received_at"]) if dataset.name == "dossiers" else []
    record_key = keys.record_keys(dataset, good, years)
    hashes = keys.content_hashes(content)
    for place, broken in part.malformed.items():
        hashes[place] = broken.fingerprint or hashes[place]
    malformed = [part.malformed[n].code if n in part.malformed else "" for n in range(len(part))]
    return pd.DataFrame(
        {
            "ref": pd.Series(list(part.refs), dtype=object),
            "moment": pd.Series([part.moment] * len(part), dtype="datetime64[us, UTC]"),
            "record_key": pd.Series(record_key, dtype=object),
            "content_hash": pd.Series(hashes, dtype=object),
            "key__bad": pd.Series([not key for key in record_key], dtype=bool),
            "malformed": pd.Series(malformed, dtype=object),
        }
    )


def _unless_bad(column: Cells) -> list[str | None]:
    if not column.bad.any():
        return column.canonical
    return [None if bad else text for text, bad in zip(column.canonical, column.bad, strict=True)]


def _years(column: Cells) -> list[str | None]:
    years = np.datetime_as_string(column.days, unit="Y").tolist()
    return [None if year == "NaT" else year for year in years]


def _stored(column: Column, read: Cells) -> Iterator[AnySeries]:
    yield read.values.rename(column.name)
    if column.precision:
        yield pd.Series(read.precision, dtype=object, name=column.precision_name)
    if column.kind in _MARKED:
        bad_texts = np.full(len(read.bad), None, dtype=object)
        for row in np.flatnonzero(read.bad):
            bad_texts[row] = read.canonical[row]
        yield pd.Series(read.bad, name=f"{column.name}__bad")
        yield pd.Series(bad_texts, dtype=object, name=f"{column.name}__text")
