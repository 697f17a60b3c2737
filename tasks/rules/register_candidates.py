"""Which dossiers a code on paper may have been meant for: same unit, received near that day, a code that looks alike.

Only dossiers without a line of their own in a book of that kind. They are proposed to a person; nothing here chooses.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from tasks.rules.lookalike import likeness, rank
from tasks.rules.register_model import Book, BookLine, Held

NEAR_DAYS: Final = 10
AT_MOST: Final = 3

Id = tuple[str, str]  # system and record key


@dataclass(slots=True)
class Pool:
    """Dossiers that may have been meant, by unit and day of receipt, and for which lines they were proposed."""

    _by_day: dict[tuple[str, date | None], list[Held]] = field(default_factory=lambda: defaultdict(list))
    _days: dict[str, set[date | None]] = field(default_factory=lambda: defaultdict(set))
    proposed: dict[Id, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, held: Iterable[Held], lined: Collection[Id]) -> "Pool":
        """Those that have no line of their own."""
        pool = cls()
        for one in held:
            if (one.system, one.key) not in lined:
                pool._by_day[one.unit_code, one.received_on].append(one)
                pool._days[one.unit_code].add(one.received_on)
        return pool

    def for_line(self, book: Book, line: BookLine) -> list[dict[str, str]]:
        """At most three, the likeliest first: code, key, day of receipt and why. A line without a day tries all."""
        found: list[tuple[tuple[int, int, str], Held, str]] = []
        for one in self._near(book.unit_code, line.received_on):
            if how := likeness(line.code, one.code):
                apart = abs((one.received_on - line.received_on).days) if one.received_on and line.received_on else 0
                found.append(((rank(how), apart, one.code), one, how.value))
        best = sorted(found, key=lambda one: one[0])[:AT_MOST]
        for _, one, why in best:
            place = {"book": book.name, "page": line.page, "line": line.place, "code": line.code, "reason": why}
            self.proposed[one.system, one.key].append(place)
        return [
            {"code": one.code, "key": one.key, "received_on": _iso(one.received_on), "reason": why}
            for _, one, why in best
        ]

    def _near(self, unit_code: str, day: date | None) -> Iterator[Held]:
        days = self._days.get(unit_code, set())
        if day is not None:
            window = {day + timedelta(days=n) for n in range(-NEAR_DAYS, NEAR_DAYS + 1)}
            days = days & {None, *window}
        for one in days:
            yield from self._by_day[unit_code, one]


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
