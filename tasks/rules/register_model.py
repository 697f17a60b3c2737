"""The paper books as values: lines with their place on paper, books, and the dossiers they are held against.

A line keeps of a citizen's matter only codes, days and which cells are filled. How files are read: tasks/sources/
registers.py; what follows from them: register_rules.py.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from tasks.rules.difference_model import Scope
from tasks.rules.lookalike import folded
from tasks.rules.records import NOT_RECEIVED

_FAR: Final = timedelta(days=60)
_FEW: Final = 50  # one line in so many may be out of time
UNSHOWN: Final = "?"  # stands for what does not look like the name of a book or the number of a page
RETURNED: Final = 10  # status: the result is in the citizen's hands

Place: TypeAlias = tuple[str, int]  # file and its row


class BookKind(StrEnum):
    """Which of the two books it is."""

    TRACKING = "tracking"  # sổ theo dõi hồ sơ
    TRANSFER = "transfer"  # sổ liên thông


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLine:
    """One line of a book. `line` is its number as written; `place` the same, told apart where it stands twice.

    `filled` and `illegible` name canonical columns; `days` holds those that are days, `typed` what stands in illegible
    ones as far as that is no name. `procedure` is only ever compared, never told: a clerk may have written a name
    there. `row` is the line of the file. A `cancelled` line has its number and nothing to answer for.
    """

    file: str
    row: int
    kind: BookKind
    unit_code: str
    book: str
    page: str
    line: str
    place: str = ""
    code: str = ""
    procedure: str = ""
    days: Mapping[str, date] = field(default_factory=dict)
    filled: frozenset[str] = frozenset()
    illegible: frozenset[str] = frozenset()
    typed: Mapping[str, str] = field(default_factory=dict)
    cancelled: bool = False

    @property
    def received_on(self) -> date | None:
        """The day of receipt as written."""
        return self.days.get("received_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """All lines read of one book of a unit, in order. `columns`: those its files have a heading for.

    `lost`: rows of its files that could not be read: any of its lines may stand there. `span`: first and last day of
    receipt written in it (see `reach`). `written_until`: the last day on which something was surely entered; what
    happened later cannot stand in it yet. `held_by`: place → see `day_of`.
    """

    kind: BookKind
    unit_code: str
    name: str
    files: tuple[str, ...]
    columns: frozenset[str]
    lines: tuple[BookLine, ...]
    lost: tuple[Place, ...] = ()
    span: tuple[date, date] | None = None
    written_until: date | None = None
    held_by: Mapping[Place, date] = field(default_factory=dict)

    def day_of(self, line: BookLine) -> date | None:
        """The day by which a period holds a line: its own, else that of the nearest line before it, else after."""
        return self.held_by.get((line.file, line.row))

    def holds(self, line: BookLine, scope: Scope) -> bool:
        """Whether that line of this book is asked for."""
        return scope.holds_unit(self.unit_code) and scope.holds_day(self.day_of(line))

    def reaches(self, day: date) -> bool:
        """Whether something received on that day may stand among the lines read."""
        return self.span is not None and self.span[0] <= day <= self.span[1]

    def spans(self, day: date) -> bool:
        """Whether it should: the first and the last day may have been typed off in part."""
        return self.span is not None and self.span[0] < day < self.span[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A dossier as the software's side knows it. One that only the source has is known by code, unit and day alone.

    `behind`: the first day of which the warehouse cannot have heard all. `in_source` is None where nobody looked.
    `at_source`: column → what the source says of it, where the warehouse says otherwise.
    """

    system: str
    key: str
    code: str
    unit_code: str
    received_on: date | None
    source: str = ""
    status: int = 0
    due_on: date | None = None
    returned_on: date | None = None
    in_warehouse: bool = True
    in_source: bool | None = True
    behind: date | None = None
    at_source: Mapping[str, str] = field(default_factory=dict)

    @property
    def cell(self) -> str:
        """Its cell of the presence matrix without the register."""
        return ("S" if self.in_source else "") + ("W" if self.in_warehouse else "")

    @property
    def is_received(self) -> bool:
        """Whether it should stand in a book at all."""
        return self.status not in NOT_RECEIVED

    @property
    def is_returned(self) -> bool:
        """Whether the software says that the result was given."""
        return self.returned_on is not None or self.status == RETURNED


def books_of(
    lines: Iterable[BookLine], columns: Mapping[str, frozenset[str]], lost: Collection[Place] = ()
) -> list[Book]:
    """The books that these lines make, in order of unit, kind and name. `columns`: headings by file. `lost`: rows that
    could not be read.

    The same line told by two files counts once; a number that stands twice on a page is told apart by its place.
    """
    found: dict[tuple[str, BookKind, str], list[BookLine]] = defaultdict(list)
    for line in lines:
        found[line.unit_code, line.kind, line.book].append(line)
    return [_book(found[key], columns, lost) for key in sorted(found)]


def reach(book: Book, confirmed: Collection[Place]) -> tuple[date, date] | None:
    """First and last day of receipt that the book surely reaches: what lies between should stand in it.

    A year mistyped in one line must not make the book reach back for years: a few days at either end, far from all
    others and not `confirmed` by the software, do not count.
    """
    days = sorted((day, (line.file, line.row) in confirmed) for line in book.lines if (day := line.received_on))
    first, last = 0, len(days) - 1
    few = max(1, len(days) // _FEW)
    for cut in range(1, few + 1):
        beyond, before = days[:cut], days[-cut:]
        if len(days) > 3 * cut and days[cut][0] - days[cut - 1][0] > _FAR and not any(sure for _, sure in beyond):
            first = cut
        if len(days) > 3 * cut and days[-cut][0] - days[-cut - 1][0] > _FAR and not any(sure for _, sure in before):
            last = len(days) - 1 - cut
    return (days[first][0], days[last][0]) if days else None


def _book(lines: Sequence[BookLine], columns: Mapping[str, frozenset[str]], lost: Collection[Place]) -> Book:
    first = lines[0]
    placed = tuple(_placed(_once(lines)))
    files = tuple(dict.fromkeys(line.file for line in lines))
    received = [day for line in placed if (day := line.received_on)]
    entered = [day for line in placed for name, day in line.days.items() if name != "due_at"]
    return Book(
        kind=first.kind,
        unit_code=first.unit_code,
        name=first.book,
        files=files,
        columns=frozenset().union(*(columns[name] for name in files)),
        lines=placed,
        lost=tuple(place for place in lost if place[0] in files),
        span=(min(received), max(received)) if received else None,
        written_until=max(entered, default=None),
        held_by=_held_by(placed),
    )


def _once(lines: Sequence[BookLine]) -> list[BookLine]:
    told: dict[tuple[str, str, str], str] = {}
    return [
        line
        for line in lines
        if not line.line or told.setdefault((line.page, line.line, folded(line.code)), line.file) == line.file
    ]


def _placed(lines: Sequence[BookLine]) -> Iterable[BookLine]:
    seen: Counter[tuple[str, str]] = Counter()
    for line in lines:
        label = line.line or f"#{line.row}"
        seen[line.page, label] += 1
        again = seen[line.page, label]
        yield replace(line, place=label if again == 1 else f"{label} ({again})")


def _held_by(lines: Sequence[BookLine]) -> dict[tuple[str, int], date]:
    days: dict[tuple[str, int], date] = {}
    waiting: list[tuple[str, int]] = []
    last: date | None = None
    for line in lines:
        place, last = (line.file, line.row), line.received_on or last
        if last is None:
            waiting.append(place)
            continue
        days[place] = last
        days.update(dict.fromkeys(waiting, last))
        waiting.clear()
    return days
