"""The running numbers of a book: which are missing, which stand twice.

Whether numbers run on through the whole book or begin anew on every page is found from the book itself: a page begins
anew when its smallest number is nearer to 1 than to the one that would follow the page before it; a book does when most
of its pages do. In a book that runs on, what lies before its first line read is not missed, unless page 1 is there and
holds at least as many lines as its smallest number: then numbers count from 1. "12a" and "12bis" are insertions after
12: neither a repeat nor a gap. A number that is no number is a cell nobody can read, and no business of this module.
Numbers that may stand on rows which could not be read, or were cancelled with their number, are not missed.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, TypeAlias

from tasks.rules.difference_model import DifferenceClass
from tasks.rules.register_model import Book, BookLine, Place

Lost: TypeAlias = Mapping[str, Sequence[int]]  # file → rows nobody could read, in order

_NUMBER = re.compile(r"0*(\d{1,6})\s*([^\W\d_]{0,4})\.?")
_PAGE = re.compile(r"\D{0,8}0*(\d{1,5})")
GAP: Final = "gap"
REPEAT: Final = "repeat"


def is_gap(kind: str, facts: Mapping[str, Any]) -> bool:
    """Whether a difference is a number that stands nowhere: its place is the lines beside it."""
    return kind == DifferenceClass.NUMBERING_GAP and facts.get("kind") == GAP


@dataclass(frozen=True, slots=True)
class NumberFault:
    """A gap from `first` to `last` (both missing), or `first` standing `count` times. `line`: where it is seen.

    `before` and `after`: the lines between which a gap is, where there are such. `pages`: the numbers are those of
    pages, of a book in which every page begins anew.
    """

    kind: str
    first: int
    last: int
    count: int
    line: BookLine
    pages: bool = False
    before: BookLine | None = None
    after: BookLine | None = None


def numbered_together(books: Iterable[Book]) -> list[list[BookLine]]:
    """Lines whose numbers belong together: those of a book, and of all units whose lines share its pages."""
    same: dict[tuple[str, str], list[Book]] = defaultdict(list)
    for book in books:
        same[book.kind, book.name].append(book)
    return [lines for some in same.values() for lines in _parted(some)]


def _parted(books: Sequence[Book]) -> list[list[BookLine]]:
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for line in (line for book in books for line in book.lines):
        owners[line.file, line.page].add(line.unit_code)
    if all(len(units) == 1 for units in owners.values()):
        return [list(book.lines) for book in books]
    return [sorted((line for book in books for line in book.lines), key=lambda line: (line.file, line.row))]


def number_of(text: str) -> tuple[int, str] | None:
    """The running number and what is written behind it ("12a" → 12, "a"); None when it is no number."""
    found = _NUMBER.fullmatch(text.strip().casefold())
    return (int(found[1]), found[2]) if found else None


def numbering(lines: Iterable[BookLine], lost: Collection[Place] = ()) -> list[NumberFault]:
    """What is wrong with the numbers of one book, in order of pages and numbers. `lost`: rows nobody could read."""
    pages: dict[str, list[tuple[int, str, BookLine]]] = defaultdict(list)
    nameless = set[Place]()
    for line in lines:
        if number := number_of(line.line):
            pages[line.page].append((*number, line))
        elif line.cancelled:
            nameless.add((line.file, line.row))
    if not pages:
        return []
    rows: dict[str, list[int]] = defaultdict(list)
    for file, row in sorted(nameless.union(lost)):
        rows[file].append(row)
    in_order = dict(sorted(pages.items(), key=lambda page: _page_order(page[0])))
    if not begins_anew([[number for number, _, _ in page] for page in in_order.values()]):
        numbers = [one for page in in_order.values() for one in page]
        return [*_gaps(numbers, _first(in_order), rows), *_repeats(numbers)]
    faults = [fault for page in in_order.values() for fault in (*_gaps(page, 1, rows), *_repeats(page))]
    return [*faults, *([] if lost else _missing_pages(in_order))]


def begins_anew(pages: Sequence[Sequence[int]]) -> bool:
    """Whether numbers begin anew on every page; `pages` hold theirs, in order."""
    votes = [min(page) - 1 < abs(max(before) + 1 - min(page)) for before, page in pairwise(pages)]
    return sum(votes) * 2 > len(votes)


def _page_order(page: str) -> tuple[bool, int, str]:
    found = _PAGE.fullmatch(page.strip())
    return (found is None, int(found[1]) if found else 0, page)


def _first(pages: Mapping[str, Sequence[tuple[int, str, BookLine]]]) -> int | None:
    """The number from which the book must be whole: None for the smallest one read."""
    page, numbers = next(iter(pages.items()))
    smallest = min(number for number, _, _ in numbers)
    return 1 if _page_order(page)[1] == 1 and smallest <= len(numbers) else None


def _gaps(numbers: Sequence[tuple[int, str, BookLine]], first: int | None, lost: Lost) -> Iterator[NumberFault]:
    at: dict[int, BookLine] = {}
    for number, _, line in numbers:
        at.setdefault(number, line)
    known = sorted(at)
    before = (first if first is not None else known[0]) - 1
    seen: BookLine | None = None
    for number in known:
        line = at[number]
        if number > before + 1 and number - 1 - before > _lost_between(seen, line, lost):
            missing = number - 1 - before
            yield NumberFault(GAP, before + 1, number - 1, missing, seen or line, before=seen, after=line)
        before, seen = number, line


def _lost_between(before: BookLine | None, line: BookLine, lost: Lost) -> int:
    """Unreadable rows that stand where lines between these two would."""
    rows = lost.get(line.file, ())
    begins = before.row if before is not None and before.file == line.file else 0
    return bisect_left(rows, line.row) - bisect_right(rows, begins)


def _repeats(numbers: Sequence[tuple[int, str, BookLine]]) -> Iterator[NumberFault]:
    found: dict[tuple[int, str], list[BookLine]] = defaultdict(list)
    for number, suffix, line in numbers:
        found[number, suffix].append(line)
    for (number, _), lines in sorted(found.items()):
        if len(lines) > 1:
            yield NumberFault(REPEAT, number, number, len(lines), lines[1])


def _missing_pages(pages: Mapping[str, Sequence[tuple[int, str, BookLine]]]) -> Iterator[NumberFault]:
    """In a book that begins anew a lost page shows by its own number alone."""
    numbered = [
        (_page_order(page)[1], lines[0][2], lines[-1][2]) for page, lines in pages.items() if not _page_order(page)[0]
    ]
    for (before, _, line), (page, after, _) in pairwise(numbered):
        if page > before + 1:
            missing = page - 1 - before
            yield NumberFault(GAP, before + 1, page - 1, missing, line, pages=True, before=line, after=after)
