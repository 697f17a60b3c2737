"""Columns of text become columns of values, one function per kind of the dataset catalogue.

Each distinct text is understood once, dates in the usual forms all at once. A text that cannot be understood leaves an
empty value and `bad`; it is never repaired. Which column has which kind: `tasks/rules/datasets.py`.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from tasks.intake.date_columns import local_days, read_moments
from tasks.intake.dates import DAY, MINUTE, Moment, parse_moment
from tasks.intake.text import clean_word, fold
from tasks.rules.instants_frame import utc_texts

Texts = Sequence[str | None]
Flags = npt.NDArray[np.bool_]
AnySeries: TypeAlias = "pd.Series[Any]"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NAT = np.iinfo(np.int64).min
_NUMBER = re.compile(r"([+-]?\d{1,15})(?:[.,]0)?", re.ASCII)
_TRUE = frozenset({"true", "1", "có", "yes", "đúng", "x"})
_FALSE = frozenset({"false", "0", "không", "no", "sai"})
_NOON = time(12)


@dataclass(frozen=True, slots=True)
class Cells:
    """One understood column, row by row.

    `canonical` is the one text form of the value (the text itself where it is bad): what keys and content hashes are
    made of. `days` are local days of instants and days (NaT where there is none), `precision` says `minute` or `day`;
    both are empty for other kinds.
    """

    values: AnySeries
    canonical: list[str | None]
    bad: Flags
    days: npt.NDArray[np.datetime64] = field(default_factory=lambda: np.empty(0, dtype="datetime64[D]"))
    precision: Sequence[str | None] = ()


def texts(raw: Texts, cleaned: Callable[[str], str]) -> Cells:
    """Text and codes: cleaned, blank is empty, anything else is taken as it is ("NA" is a text)."""
    known = _known(raw, lambda text: cleaned(text) or None)
    canonical = [known[text] for text in raw]
    return Cells(pd.Series(canonical, dtype=object), canonical, np.zeros(len(raw), dtype=bool))


def codes(raw: Texts, cleaned: Callable[[str], str]) -> Cells:
    """As `texts`, for columns whose texts are mostly different: plain ones are seen to be clean all at once."""
    whole = "".join(text for text in raw if text)
    if not (whole.isascii() and whole.isprintable()) or " " in whole:
        return texts(raw, cleaned)
    canonical = [text or None for text in raw]
    return Cells(pd.Series(canonical, dtype=object), canonical, np.zeros(len(raw), dtype=bool))


def instants(raw: Texts, fill: time, formats: tuple[str, ...]) -> Cells:
    """Instants to the microsecond in UTC; a date alone means `fill` local time."""
    told = _moments(raw, fill, formats)
    values = pd.Series(told.ticks.view("datetime64[us]")).dt.tz_localize("UTC")
    return Cells(values, told.canonical, told.bad, told.days, told.precision)


def days(raw: Texts, formats: tuple[str, ...]) -> Cells:
    """Calendar days as `date`; a time of day is let go of."""
    told = _moments(raw, _NOON, formats)
    values = told.days.tolist()
    canonical = [text if day is None else day.isoformat() for day, text in zip(values, told.canonical, strict=True)]
    return Cells(pd.Series(values, dtype=object), canonical, told.bad, told.days)


def numbers(raw: Texts) -> Cells:
    """Whole numbers, also as "5.0". Nothing with thousands separators: "1.000" could be one or a thousand."""

    def read(text: str) -> int | None:
        found = _NUMBER.fullmatch(text)
        return int(found[1]) if found else None

    return _understood(raw, clean_word, read, str, "Int64")


def booleans(raw: Texts) -> Cells:
    """Yes and no, in the words that exports use."""

    def read(word: str) -> bool | None:
        return word in _TRUE if word in _TRUE or word in _FALSE else None

    return _understood(raw, fold, read, lambda value: "true" if value else "false", "boolean")


def _understood(
    raw: Texts,
    cleaned: Callable[[str], str],
    read: Callable[[str], Any],
    written: Callable[[Any], str],
    dtype: str,
) -> Cells:
    words = _known(raw, lambda text: cleaned(text) or None)
    values = {text: None if word is None else read(word) for text, word in words.items()}
    bad = {text: word is not None and values[text] is None for text, word in words.items()}
    canonical = {text: word if values[text] is None else written(values[text]) for text, word in words.items()}
    return Cells(
        pd.Series([values[text] for text in raw], dtype=dtype),
        [canonical[text] for text in raw],
        np.fromiter((bad[text] for text in raw), dtype=bool, count=len(raw)),
    )


def _known(raw: Iterable[str | None], read: Callable[[str], str | None]) -> dict[str | None, str | None]:
    """What each distinct text means; nothing means nothing."""
    return {text: None if text is None else read(text) for text in set(raw)}


@dataclass(slots=True)
class _Told:
    """Instants of a column: ticks (`_NAT` where there is none) and what goes with them."""

    ticks: npt.NDArray[np.int64]
    canonical: list[str | None]
    bad: Flags
    days: npt.NDArray[np.datetime64]
    precision: list[str | None]


def _moments(raw: Texts, fill: time, formats: tuple[str, ...]) -> _Told:
    told = _Told(
        np.full(len(raw), _NAT, dtype=np.int64),
        [None] * len(raw),
        np.zeros(len(raw), dtype=bool),
        np.full(len(raw), np.datetime64("NaT"), dtype="datetime64[D]"),
        [None] * len(raw),
    )
    left = list(range(len(raw))) if formats else _usual(raw, fill, told)
    known: dict[str, tuple[str | None, Moment | None]] = {}
    for row in left:
        if not (text := raw[row]):
            continue
        if text not in known:
            word = clean_word(text) or None
            known[text] = (word, None if word is None else parse_moment(word, fill, formats))
        told.canonical[row], moment = known[text]
        told.bad[row] = told.canonical[row] is not None and moment is None
        if moment is not None:
            at = moment.at.astimezone(UTC)
            told.canonical[row], told.ticks[row] = at.isoformat(), (at - _EPOCH) // _MICROSECOND
            told.days[row], told.precision[row] = moment.day, moment.precision
    return told


def _usual(raw: Texts, fill: time, told: _Told) -> list[int]:
    """Fill in what is written in a usual form; the rows that are left."""
    usual = read_moments(raw, fill)
    rows = np.flatnonzero(usual.understood)
    ticks = usual.ticks[rows]
    told.ticks[rows], told.days[rows] = ticks, local_days(ticks)
    for row, iso, dated in zip(rows.tolist(), utc_texts(ticks, "+00:00"), usual.dated[rows].tolist(), strict=True):
        told.canonical[row] = iso
        told.precision[row] = DAY if dated else MINUTE
    left: list[int] = np.flatnonzero(~usual.understood).tolist()
    return left
