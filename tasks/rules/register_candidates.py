"""Which dossiers a code on paper may have been meant for: same unit, received near that day, a code that looks alike.

Last come those that bear the same running number in another unit or another year. Only dossiers without a line of their
own in a book of that kind. They are proposed to a person; nothing here chooses.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from tasks.rules.lookalike import Likeness, folded, likeness, rank
from tasks.rules.register_model import Book, BookLine, Held

NEAR_DAYS: Final = 10
AT_MOST: Final = 3
OTHER_UNIT: Final = "other_unit"
OTHER_YEAR: Final = "other_year"

Id = tuple[str, str]  # system and record key


@dataclass(slots=True)
class Pool:
    """Dossiers that may have been meant, by unit and day of receipt, and for which lines they were proposed."""

    _by_day: dict[tuple[str, date | None], list[Held]] = field(default_factory=lambda: defaultdict(list))
    _days: dict[str, set[date | None]] = field(default_factory=lambda: defaultdict(set))
    _by_code: dict[str, list[Held]] = field(default_factory=lambda: defaultdict(list))
    proposed: dict[Id, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, held: Iterable[Held], lined: Collection[Id]) -> "Pool":
        """Those that have no line of their own."""
        pool = cls()
        for one in held:
            if (one.system, one.key) not in lined:
                pool._by_day[one.unit_code, one.received_on].append(one)
                pool._days[one.unit_code].add(one.received_on)
                pool._by_code[folded(one.code)].append(one)
        return pool

    def for_line(self, book: Book, line: BookLine) -> list[dict[str, str]]:
        """At most three, the likeliest first: code, key, day of receipt and why. A line without a day tries all."""
        found = [
            ((rank(how), _apart(one, line), one.code), one, how.value)
            for one in self._near(book.unit_code, line.received_on)
            if (how := likeness(line.code, one.code))
        ]
        found += self._of_the_same_number(book, line)
        best = sorted(found, key=lambda one: one[0])[:AT_MOST]
        for _, one, why in best:
            place = {"book": book.name, "page": line.page, "line": line.place, "code": line.code, "reason": why}
            self.proposed[one.system, one.key].append(place)
        return [
            {"code": one.code, "key": one.key, "received_on": _iso(one.received_on), "reason": why}
            for _, one, why in best
        ]

    def _of_the_same_number(self, book: Book, line: BookLine) -> Iterator[tuple[tuple[int, int, str], Held, str]]:
        for one in self._by_code.get(folded(line.code), ()):
            is_elsewhere = one.unit_code != book.unit_code
            how = OTHER_UNIT if is_elsewhere else OTHER_YEAR
            yield (len(Likeness) + is_elsewhere, _apart(one, line), one.key), one, how

    def _near(self, unit_code: str, day: date | None) -> Iterator[Held]:
        days = self._days.get(unit_code, set())
        if day is not None:
            window = {day + timedelta(days=n) for n in range(-NEAR_DAYS, NEAR_DAYS + 1)}
            days = days & {None, *window}
        for one in days:
            yield from self._by_day[unit_code, one]


def _apart(one: Held, line: BookLine) -> int:
    """Days between two days of receipt, 0 where one is not known."""
    return abs((one.received_on - line.received_on).days) if one.received_on and line.received_on else 0


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
