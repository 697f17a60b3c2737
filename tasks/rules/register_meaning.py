"""What a line of a book means: the dossier of its code, narrowed by unit and year, or several, or none.

Where several are left nobody is chosen: who knows them all says which is meant.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tasks.rules.lookalike import folded
from tasks.rules.register_model import Book, BookLine, Held, Place

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


def meaning_of(line: BookLine, by_code: Mapping[str, Sequence[Held]], heirs: Heirs) -> Meaning:
    """The dossier of that code: of the line's unit (or one before or after it) and year where it says them, as far as such are there.

    A code alone is not enough where both unit and year are others: short codes are used again.
    """
    found = list(by_code.get(folded(line.code), ())) if line.code else []
    year = line.received_on.year if line.received_on else None
    same_unit = [d for d in found if is_of(d.unit_code, line.unit_code, heirs)]
    found = same_unit or found
    same_year = [d for d in found if year is None or d.received_on is None or d.received_on.year == year]
    if not same_year and not same_unit and line.unit_code:
        return Meaning()
    found = same_year or found
    return Meaning(dossier=found[0]) if len(found) == 1 else Meaning(several=tuple(found))


def confirmed(book: Book, meanings: Mapping[Place, Meaning]) -> set[Place]:
    """Lines whose day of receipt the software says too."""
    return {
        (line.file, line.row)
        for line in book.lines
        if (one := meanings[line.file, line.row].dossier) is not None and one.received_on == line.received_on
    }
