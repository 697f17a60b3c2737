"""Reading a list of OpenCPS to its end while people work on it: pages overlap, and a list that moved is read again.

Lists come in order of creation, so two neighbouring pages that share a record have nothing between them. That, the
total and the place reached say whether a reading is whole. What an answer looks like is opencps_pages.py.
"""

from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Final

from tasks.sources.base import SourceFault
from tasks.sources.opencps_pages import Asker, Page

MOST_PAGES: Final = 20_000
_SHARE: Final = 50  # a page shares this part of its rows with the one before it, three at least
_WIDE: Final = 5  # and this part when the list is known to move
_LEAST_SHARED: Final = 3


@dataclass(slots=True)
class Reading:
    """One way through a list, and the signs that it moved or lied. Pages are added in their order."""

    size: int
    patient: bool = False  # pages are asked for from the place really reached, so a short one is no end
    pages: list[Page] = field(default_factory=list)
    reach: int = 0
    total: int = 0
    drifted: bool = False  # the total changed between pages
    moved: bool = False  # a page does not begin where the one before it let expect
    gap: bool = False  # two neighbouring pages share nothing: a record may stand between them
    looped: bool = False  # a full page brought nothing new, or most of what pages brought was told before
    over: bool = False
    _told: int = 0
    _tail: tuple[str, ...] = ()  # ids at the last places reached
    _known: set[tuple[str, int]] = field(default_factory=set)

    @property
    def sound(self) -> bool:
        """Nothing can stand between its pages, and its end was reached."""
        return not (self.looped or self.gap) and self.reach >= self.total

    @property
    def calm(self) -> bool:
        """Sound, and the list stood still."""
        return not (self.looped or self.moved or self.drifted) and self.reach == self.total

    def add(self, start: int, page: Page) -> None:
        """The next page, which was asked for from `start`."""
        if not self.pages:
            self.size = min(self.size, len(page)) or self.size  # some servers give less than they are asked for
        else:
            self._join(start, page)
        contents = set(zip(page.ids, page.prints, strict=True))
        nothing_new = bool(page) and contents <= self._known
        shared = max(self.reach - start, 0)
        self._known |= contents
        self._told += len(page) - shared
        self.looped = nothing_new and (len(page) >= self.size or 2 * len(self._known) <= self._told)
        self.drifted = self.drifted or (bool(self.pages) and page.total != self.total)
        self._tail = (*self._tail[: len(self._tail) - shared], *page.ids)[-max(self.size, len(page)) :]
        stuck, self.reach = start + len(page) <= self.reach, max(self.reach, start + len(page))
        self.total = page.total
        self.pages.append(page)
        short = len(page) < self.size and not self.patient
        self.over = self.looped or stuck or short or self.reach >= self.total

    def _join(self, start: int, page: Page) -> None:
        """An empty page, or one asked for from beyond the last place reached, joins nothing."""
        shared = self.reach - start
        tail = self._tail[-shared:] if shared > 0 else ()
        self.moved = self.moved or (bool(page) and page.ids[: len(tail)] != tail)
        self.gap = self.gap or set(tail).isdisjoint(one for one in page.ids if one)
        again = zip(page.ids[len(tail) :], page.prints[len(tail) :], strict=True)
        self.moved = self.moved or not self._known.isdisjoint(again)


@dataclass(slots=True)
class ListReader:
    """Reads lists through `asker`, `ahead` pages at a time by `pool`. `read_again` tells that a list had moved."""

    asker: Asker
    pool: Executor
    page_size: int
    ahead: int
    read_again: bool = False

    def everything(self, label: str, params: Mapping[str, str]) -> list[Page]:
        """Pages with all records of a list. A list that moved is read again, and all its readings count.

        Raises SourceFault when it cannot be shown whole: nothing partial is ever returned.
        """
        first = self._through(label, params, self._shared(_SHARE))
        if first.calm:
            return first.pages
        self.read_again = True
        second = self._through(label, params, self._shared(_WIDE))
        self._refuse_what_lies(second)
        if second.calm or (second.sound and (second.moved or second.drifted)):
            return _united(second, first)
        third = self._through(label, params, self.page_size // 2, patient=True)
        self._refuse_what_lies(third)
        if not (third.calm or third.sound):
            raise self._fault("list_moving", transient=True)
        return _united(third, second, first)

    def _refuse_what_lies(self, reading: Reading) -> None:
        if reading.looped:
            raise self._fault("page_loop")
        still = not (reading.drifted or reading.moved)
        if still and reading.reach != reading.total and (reading.patient or not reading.gap):
            raise self._fault("total_mismatch", transient=True, rows=reading.reach, total=reading.total)

    def _through(self, label: str, params: Mapping[str, str], shared: int, *, patient: bool = False) -> Reading:
        def ask(start: int) -> Callable[[], Page]:
            return self.pool.submit(self.asker.page, label, params, start, reading.size).result

        reading = Reading(self.page_size, patient=patient)
        reading.add(0, ask(0)())
        shared = min(shared, reading.size - 1)
        ahead: deque[tuple[int, Callable[[], Page]]] = deque()
        planned = reading.reach
        while not reading.over:
            planned = reading.reach if patient else planned
            while planned < reading.total and len(ahead) < (1 if patient else self.ahead):
                start = planned - shared
                ahead.append((start, ask(start)))
                planned = start + reading.size
            if not ahead:
                break
            start, answer = ahead.popleft()
            reading.add(start, answer())
            if len(reading.pages) > MOST_PAGES:
                raise self._fault("too_many_pages", limit=MOST_PAGES)
        return reading

    def _shared(self, part: int) -> int:
        return max(_LEAST_SHARED, self.page_size // part)

    def _fault(self, code: str, *, transient: bool = False, **params: int) -> SourceFault:
        return SourceFault(code, {"source": self.asker.source, **params}, transient=transient)


def _united(*readings: Reading) -> list[Page]:
    """The pages of the newest reading, and of older ones what no newer one tells of."""
    pages: list[Page] = []
    told: set[str] = set()
    for reading in readings:
        pages += [page.without(told) for page in reading.pages]
        told |= {one for page in reading.pages for one in page.ids}
    return pages
