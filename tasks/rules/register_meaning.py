"""What a line of a book means: the dossier of its code, narrowed by unit and year, or several, or none.

Where several are left nobody is chosen: who knows them all says which is meant.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tasks.rules.lookalike import folded
from tasks.rules.register_model import Book, BookLine, Held, Place

_DIGITS = re.compile(r"\d+", re.ASCII)
_DATE_LENGTH = 6
_DATES = (  # where day and month stand in yyMMdd, ddMMyy, yyyyMMdd, ddMMyyyy
    (slice(4, 6), slice(2, 4), 6),
    (slice(0, 2), slice(2, 4), 6),
    (slice(6, 8), slice(4, 6), 8),
    (slice(0, 2), slice(2, 4), 8),
)

Heirs: TypeAlias = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a line means: one dossier, several it cannot be told from, or none."""

    dossier: Held | None = None
    several: tuple[Held, ...] = ()


def heirs_of(succession: Iterable[tuple[str, str]]) -> Heirs:
    """Unit → itself and every unit that took over from it, from (old code, new code)."""
    after: dict[str, set[str]] = defaultdict(set)
    for old, new in succession:
        after[old].add(new)
    heirs: dict[str, frozenset[str]] = {}
    for unit in list(after):
        found, waiting = {unit}, [unit]
        while waiting:
            fresh = after.get(waiting.pop(), set()) - found
            found |= fresh
            waiting.extend(fresh)
        heirs[unit] = frozenset(found)
    return heirs


def is_of(unit_code: str, written: str, heirs: Heirs) -> bool:
    """Whether a dossier of that unit may stand in a book of the unit written: the same one, or one before or after it.

    A book goes on under a new cover when units are merged, and its old dossiers keep the unit that received them.
    """
    return unit_code == written or unit_code in heirs.get(written, ()) or written in heirs.get(unit_code, ())


def says_its_day(code: str) -> bool:
    """Whether a code holds a date beside a number, as "H13.45-261109-0012": such codes are given once in the country.

    All others are running numbers that every unit begins anew, some of them every year.
    """
    digits = _DIGITS.findall(code)
    dates = sum(any(_is_date(run, form) for form in _DATES) for run in digits)
    return dates > 0 and sum(map(len, digits)) > _DATE_LENGTH and len(digits) > 1


def number_given(line: BookLine) -> tuple[str, int]:
    """The folded code of a line, and the year where the code is a running number (0 where nobody knows it)."""
    year = line.received_on.year if line.received_on and not says_its_day(line.code) else 0
    return folded(line.code), year


def meaning_of(line: BookLine, by_code: Mapping[str, Sequence[Held]], heirs: Heirs) -> Meaning:
    """The dossier of that code: of the line's unit (or one before or after it) and year where it says them.

    Of a code that is given once, another unit or another year is a slip of the pen. A running number means only what
    bears it in this unit and year.
    """
    found = list(by_code.get(folded(line.code), ())) if line.code else []
    year = line.received_on.year if line.received_on else None
    same_unit = [d for d in found if not line.unit_code or is_of(d.unit_code, line.unit_code, heirs)]
    if not says_its_day(line.code):
        return _one_of([d for d in same_unit if _is_of_year(d, year)])
    found = same_unit or found
    return _one_of([d for d in found if _is_of_year(d, year)] or found)


def _one_of(found: Sequence[Held]) -> Meaning:
    return Meaning(dossier=found[0]) if len(found) == 1 else Meaning(several=tuple(found))


def _is_of_year(dossier: Held, year: int | None) -> bool:
    return year is None or dossier.received_on is None or dossier.received_on.year == year


def _is_date(digits: str, form: tuple[slice, slice, int]) -> bool:
    day, month, length = form
    return len(digits) == length and 1 <= int(digits[month]) <= 12 and 1 <= int(digits[day]) <= 31


def confirmed(book: Book, meanings: Mapping[Place, Meaning]) -> set[Place]:
    """Lines whose day of receipt the software says too."""
    return {
        (line.file, line.row)
        for line in book.lines
        if (one := meanings[line.file, line.row].dossier) is not None and one.received_on == line.received_on
    }
