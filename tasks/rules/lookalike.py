"""Codes that look alike: which dossier a mistyped code on paper may mean. Proposed to a person, never merged.

Pure text. Whether two dossiers are near each other in unit and time is the caller's question (register_rules.py).
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

SHORTEST: Final = 5  # signs of a code in which one wrong sign still leaves a likeness

_LETTERS = str.maketrans({"o": "0", "i": "1", "l": "1", "|": "1"})  # what a hand or a font makes of digits
_MARKS = str.maketrans({"đ": "d"})
_DIGITS = re.compile(r"\d+")


class Likeness(StrEnum):
    """How a code may have come out of another one, the likeliest first."""

    LETTERS = "letters"  # O for 0, I or l for 1
    DIACRITICS = "diacritics"  # Đ for D
    DAY_AND_MONTH = "day_and_month"  # the date inside the code, day and month the wrong way round
    NEIGHBOURS = "neighbours"  # two neighbouring signs swapped
    ONE_SIGN = "one_sign"  # one sign wrong, left out or too many


_ORDER: Final = {likeness: place for place, likeness in enumerate(Likeness)}


def folded(code: str) -> str:
    """The form in which codes are the same: NFC, without spaces, small letters."""
    if code.isascii():
        return "".join(code.split()).casefold()
    composed = unicodedata.normalize("NFC", "".join(unicodedata.normalize("NFC", code).split()))
    return unicodedata.normalize("NFC", composed.casefold())


def rank(likeness: Likeness) -> int:
    """Smaller is likelier."""
    return _ORDER[likeness]


def likeness(written: str, known: str) -> Likeness | None:
    """How `written` may stand for `known`; None when it hardly does, or when both are the same code."""
    a, b = folded(written), folded(known)
    if a == b or abs(len(a) - len(b)) > 1 or min(len(a), len(b)) < SHORTEST:
        return None
    plain_a, plain_b = _plain(a), _plain(b)
    if plain_a == plain_b:
        return Likeness.DIACRITICS
    if plain_a.translate(_LETTERS) == plain_b.translate(_LETTERS):
        return Likeness.LETTERS
    if len(a) == len(b):
        if _day_and_month_swapped(a, b):
            return Likeness.DAY_AND_MONTH
        if _neighbours_swapped(a, b):
            return Likeness.NEIGHBOURS
    return Likeness.ONE_SIGN if _one_sign_apart(a, b) else None


def alike(written: str, known: Iterable[str]) -> list[tuple[str, Likeness]]:
    """Those of `known` that `written` may stand for, the likeliest first."""
    found = [(code, how) for code in known if (how := likeness(written, code)) is not None]
    return sorted(found, key=lambda one: (rank(one[1]), one[0]))


def _plain(text: str) -> str:
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text.translate(_MARKS))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _differing(a: str, b: str) -> list[int]:
    return [place for place, (one, other) in enumerate(zip(a, b, strict=True)) if one != other]


def _neighbours_swapped(a: str, b: str) -> bool:
    match _differing(a, b):
        case [first, second]:
            return second == first + 1 and a[first] == b[second] and a[second] == b[first]
    return False


def _one_sign_apart(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    head = next((n for n, (one, other) in enumerate(zip(short, long, strict=False)) if one != other), len(short))
    return short[head + (len(short) == len(long)) :] == long[head + 1 :]


def _day_and_month_swapped(a: str, b: str) -> bool:
    """Equal but for one run of six or eight digits in which day and month changed places."""
    for found in _DIGITS.finditer(a):
        start, end = found.span()
        if a[:start] == b[:start] and a[end:] == b[end:]:
            return b[start:end] in _with_day_and_month_swapped(found[0])
    return False


def _with_day_and_month_swapped(digits: str) -> set[str]:
    """The same date the wrong way round, for ddMMyy, yyMMdd, ddMMyyyy and yyyyMMdd; nothing where it is no date."""
    if len(digits) not in (6, 8):
        return set()
    forms = ((digits[:2], digits[2:4], "", digits[4:]), (digits[-4:-2], digits[-2:], digits[:-4], ""))
    return {
        f"{before}{second}{first}{after}"
        for first, second, before, after in forms
        if 1 <= min(int(first), int(second)) <= 12 and max(int(first), int(second)) <= 31
    }
