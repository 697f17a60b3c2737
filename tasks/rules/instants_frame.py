"""Instants of whole columns as text: the digits are computed, not formatted one by one.

Used where a load writes the canonical and the stored form of a million dates; the scalar twins are
`datetime.isoformat` and `warehouse.instants.to_text`, property tests hold them equal.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

_SECOND: Final = 1_000_000
_SHAPE: Final = "0000-00-00T00:00:00"


def utc_texts(ticks: Ints, tail: str) -> list[str]:
    """`YYYY-MM-DDTHH:MM:SS` in UTC and the tail, of microseconds since 1970 (years 1 to 9999, whole seconds)."""
    seconds = ticks // _SECOND
    days = np.floor_divide(seconds, 86_400)
    clock = seconds - days * 86_400
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    day = (days.astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64) + 1
    count = months.astype(np.int64)
    year = np.floor_divide(count, 12) + 1970
    month = count - (year - 1970) * 12 + 1
    letters = np.empty((len(ticks), len(_SHAPE) + len(tail)), dtype=np.uint32)
    letters[:] = np.array([_SHAPE + tail]).view(np.uint32)
    hour, minute = clock // 3600, clock // 60 % 60
    for place, number in ((2, year % 100), (0, year // 100), (5, month), (8, day), (11, hour), (14, minute)):
        _digits(letters, place, number)
    _digits(letters, 17, clock % 60)
    texts: list[str] = letters.view(f"<U{len(_SHAPE) + len(tail)}").ravel().tolist()
    return texts


def whole_seconds(ticks: Ints) -> npt.NDArray[np.bool_]:
    """Where no fraction would be lost."""
    whole: npt.NDArray[np.bool_] = ticks % _SECOND == 0
    return whole


def _digits(letters: npt.NDArray[np.uint32], place: int, number: Ints) -> None:
    tens = number // 10
    letters[:, place] = tens + ord("0")
    letters[:, place + 1] = number - tens * 10 + ord("0")
