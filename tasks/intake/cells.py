"""Columns of text become columns of values, one function per kind of the dataset catalogue.

Each distinct text is understood once. A text that cannot be understood leaves an empty value and `bad`; it is never
repaired. Which column has which kind: `tasks/rules/datasets.py`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from tasks.intake.dates import parse_day, parse_moment
from tasks.intake.text import clean_word, fold

Texts = Sequence[str | None]
AnySeries: TypeAlias = "pd.Series[Any]"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NAT = np.iinfo(np.int64).min
_NUMBER = re.compile(r"([+-]?\d{1,15})(?:[.,]0)?", re.ASCII)
_TRUE = frozenset({"true", "1", "có", "yes", "đúng", "x"})
_FALSE = frozenset({"false", "0", "không", "no", "sai"})


@dataclass(frozen=True, slots=True)
class Cells:
    """One understood column, row by row.

    `canonical` is the one text form of the value (the text itself where it is bad): what keys and content hashes are
    made of. `days` are local days of instants and days, `precision` says `minute` or `day`, else both are empty.
    """

    values: AnySeries
    canonical: list[str | None]
    bad: list[bool]
    days: list[date | None]
    precision: list[str | None]


@dataclass(frozen=True, slots=True)
class _Cell:
    value: object = None
    canonical: str | None = None
    bad: bool = False
    day: date | None = None
    precision: str | None = None


_EMPTY = _Cell()


def texts(raw: Texts, cleaned: Callable[[str], str]) -> Cells:
    """Text and codes: cleaned, blank is empty, anything else is taken as it is ("NA" is a text)."""

    def read(text: str) -> _Cell:
        word = cleaned(text)
        return _Cell(word, word) if word else _EMPTY

    cells = _each(raw, read)
    return _column(cells, pd.Series([cell.value for cell in cells], dtype=object))


def instants(raw: Texts, fill: time, formats: tuple[str, ...]) -> Cells:
    """Instants to the microsecond in UTC; a date alone means `fill` local time."""

    def read(text: str) -> _Cell:
        if not (word := clean_word(text)):
            return _EMPTY
        moment = parse_moment(word, fill, formats)
        if moment is None:
            return _Cell(None, word, bad=True)
        at = moment.at.astimezone(UTC)
        return _Cell((at - _EPOCH) // _MICROSECOND, at.isoformat(), day=moment.day, precision=moment.precision)

    cells = _each(raw, read)
    ticks = np.fromiter((_NAT if c.value is None else c.value for c in cells), dtype=np.int64, count=len(cells))
    return _column(cells, pd.Series(ticks.view("datetime64[us]")).dt.tz_localize("UTC"))


def days(raw: Texts, formats: tuple[str, ...]) -> Cells:
    """Calendar days as `date`."""

    def read(text: str) -> _Cell:
        if not (word := clean_word(text)):
            return _EMPTY
        day = parse_day(word, formats)
        return _Cell(None, word, bad=True) if day is None else _Cell(day, day.isoformat(), day=day)

    cells = _each(raw, read)
    return _column(cells, pd.Series([cell.value for cell in cells], dtype=object))


def numbers(raw: Texts) -> Cells:
    """Whole numbers, also as "5.0". Nothing with thousands separators: "1.000" could be one or a thousand."""

    def read(text: str) -> _Cell:
        if not (word := clean_word(text)):
            return _EMPTY
        found = _NUMBER.fullmatch(word)
        return _Cell(int(found[1]), str(int(found[1]))) if found else _Cell(None, word, bad=True)

    cells = _each(raw, read)
    return _column(cells, pd.Series([cell.value for cell in cells], dtype="Int64"))


def booleans(raw: Texts) -> Cells:
    """Yes and no, in the words that exports use."""

    def read(text: str) -> _Cell:
        if not (word := fold(text)):
            return _EMPTY
        if word in _TRUE or word in _FALSE:
            return _Cell(word in _TRUE, "true" if word in _TRUE else "false")
        return _Cell(None, word, bad=True)

    cells = _each(raw, read)
    return _column(cells, pd.Series([cell.value for cell in cells], dtype="boolean"))


def _each(raw: Texts, read: Callable[[str], _Cell]) -> list[_Cell]:
    known: dict[str, _Cell] = {}
    out: list[_Cell] = []
    for text in raw:
        if text is None:
            out.append(_EMPTY)
            continue
        cell = known.get(text)
        if cell is None:
            cell = known[text] = read(text)
        out.append(cell)
    return out


def _column(cells: list[_Cell], values: AnySeries) -> Cells:
    return Cells(
        values,
        [cell.canonical for cell in cells],
        [cell.bad for cell in cells],
        [cell.day for cell in cells],
        [cell.precision for cell in cells],
    )
