"""Columns of dates in their usual written forms, all rows at once: the fast twin of `dates.parse_moment`.

What is not written in exactly one of these forms is left to the scalar reader; property tests hold the two equal. A
form belongs here when whole exports are written in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_LOCAL: Final = 7 * 3600  # seconds that Hanoi is ahead of UTC, since 1975-06-13
_YEARS: Final = (1976, 9998)
_US: Final = 1_000_000
# y, M, d, H, m, s stand for digits; everything else for itself
_FORMS: Final[tuple[tuple[str, int], ...]] = (
    *((form, _LOCAL) for form in ("dd/MM/yyyy HH:mm:ss", "dd/MM/yyyy HH:mm", "dd/MM/yyyy", "yyyyMMddHHmmss")),
    *((f"yyyy-MM-dd{gap}HH:mm{rest}", _LOCAL) for gap in "T " for rest in ("", ":ss")),
    *((f"yyyy-MM-ddTHH:mm:ss{zone}", ahead) for zone, ahead in (("+07:00", _LOCAL), ("+00:00", 0), ("Z", 0))),
    ("yyyy-MM-dd", _LOCAL),
)
_LONGEST: Final = max(len(form) for form, _ in _FORMS)


@dataclass(frozen=True, slots=True)
class Moments:
    """Instants of a column: microseconds since 1970 UTC where `understood`, and where only a day was `dated`."""

    ticks: Ints
    understood: Flags
    dated: Flags


def read_moments(texts: Sequence[str | None], fill: time) -> Moments:
    """Understand what is written in a usual form; a date alone means `fill` local time, as in `parse_moment`."""
    written = np.array([text if text and len(text) <= _LONGEST else "" for text in texts], dtype=f"<U{_LONGEST}")
    letters = written.view(np.uint32).reshape(len(texts), _LONGEST)
    lengths = np.strings.str_len(written)
    ticks = np.zeros(len(texts), dtype=np.int64)
    understood, dated = np.zeros(len(texts), dtype=bool), np.zeros(len(texts), dtype=bool)
    for form, ahead in _FORMS:
        rows = np.flatnonzero((lengths == len(form)) & ~understood)
        if not len(rows):
            continue
        seconds, fits, day_only = _by_form(letters[rows, : len(form)].astype(np.int64), form, fill)
        ticks[rows[fits]] = (seconds[fits] - ahead) * _US
        understood[rows[fits]] = True
        dated[rows[fits]] = day_only
    return Moments(ticks, understood, dated)


def local_days(ticks: Ints) -> npt.NDArray[np.datetime64]:
    """The day in Hanoi of instants since 1976."""
    return np.floor_divide(ticks // _US + _LOCAL, 86_400).astype("datetime64[D]")


def _by_form(characters: Ints, form: str, fill: time) -> tuple[Ints, Flags, bool]:
    """Local seconds since 1970 for rows of one length, which of them fit the form, and whether it has no time."""
    digits = characters - ord("0")
    fits: Flags = np.ones(len(characters), dtype=bool)
    for place, letter in enumerate(form):
        if letter in "yMdHms":
            fits &= (digits[:, place] >= 0) & (digits[:, place] <= 9)
        else:
            fits &= characters[:, place] == ord(letter)
    parts = {letter: _number(digits, form, letter) for letter in "yMdHms" if letter in form}
    day_only = "H" not in form
    hour = parts.get("H", np.full(len(digits), fill.hour))
    minute = parts.get("m", np.full(len(digits), fill.minute))
    second = parts.get("s", np.full(len(digits), fill.second if day_only else 0))
    fits &= (hour < 24) & (minute < 60) & (second < 60)
    fits &= (parts["y"] >= _YEARS[0]) & (parts["y"] <= _YEARS[1]) & (parts["M"] >= 1) & (parts["M"] <= 12)
    months = np.where(fits, (parts["y"] - 1970) * 12 + parts["M"] - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (parts["d"] - 1).astype("timedelta64[D]")
    fits &= (parts["d"] >= 1) & (days.astype("datetime64[M]") == months)
    return days.astype(np.int64) * 86_400 + hour * 3600 + minute * 60 + second, fits, day_only


def _number(digits: Ints, form: str, letter: str) -> Ints:
    total = np.zeros(len(digits), dtype=np.int64)
    for place in _places(form, letter):
        total = total * 10 + digits[:, place]
    return total


def _places(form: str, letter: str) -> Iterator[int]:
    return (place for place, found in enumerate(form) if found == letter)
