"""Looking at an OpenCPS installation: everything received in a period, totals by month, single dossiers once more.

Nothing is taken as known, unlike in a pull (opencps.py). How a question is put is opencps_questions.py, how a list is
read to its end opencps_reading.py.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from tasks.intake.landing import Landing
from tasks.rules.timezone import HANOI
from tasks.sources.base import Note, Pulled, SourceFault
from tasks.sources.looking import UNDATED, Look, Looked, SegmentName
from tasks.sources.opencps_pages import is_askable
from tasks.sources.opencps_questions import (
    Question,
    beyond,
    ever_received,
    months_between,
    received,
    received_exactly,
    still_open,
)
from tasks.sources.opencps_reading import ListReader
from tasks.sources.opencps_records import Places, Telling

_A_MONTH: Final = timedelta(days=31)
_NOT_IN_DETAILS: Final = frozenset({"field"})  # domainName is told by lists only


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One look through an open connection."""

    request: Look
    landing: Landing
    reader: ListReader
    agencies: tuple[str, ...]
    status_map: Mapping[str, str]

    def everything(self) -> Looked:
        """All records received in the period, of the agencies or in the segments asked for.

        Raises SourceFault when the installation says that it has nothing at all while dossiers of it are held here:
        OpenCPS gives an empty list also when its index has failed.
        """
        places = Places()
        asked = list(self._lists())
        for label, params in asked:
            for page in self.reader.everything(label, params):
                places.add(page)
        if asked and not places.count and self.request.held:
            self._believe_nothing()
        return self._looked(places, complete=True)

    def counts(self) -> dict[SegmentName, int]:
        """Totals by month, and by agency where agencies are asked for."""
        wanted = [
            (unit, month, received_exactly(first, last, [unit] if unit else self.agencies))
            for month, first, last in self._months()
            for unit in sorted(self.request.units) or [""]
        ]
        totals = self.reader.pool.map(self.reader.asker.total, [params for *_, params in wanted])
        return {(unit, month): total for (unit, month, _), total in zip(wanted, totals, strict=True)}

    def again(self, keys: Collection[str]) -> Looked:
        """These dossiers by their ids; one that is not in the answer is no longer there."""
        places = Places()
        askable = sorted(key for key in keys if is_askable(key))
        for page in self.reader.pool.map(self.reader.asker.detail, askable):
            if page is not None:
                places.add(page)
        unasked = frozenset(keys).difference(askable)
        return self._looked(places, complete=not unasked, unasked=unasked, untold=_NOT_IN_DETAILS)

    def _lists(self) -> Iterator[Question]:
        """Month by month, and where the period has no end, what may lie beyond; without a period all that is open too:
        a dossier whose day of receipt nobody can read stands in no list by days.
        """
        request, months = self.request, list(self._months())
        if request.segments is not None:
            yield from self._segments(request.segments)
            return
        units = sorted(request.units) or self.agencies
        if request.period_from is None and request.period_to is None:
            yield "open", still_open(request.as_of, units)
        lists = [(f"received-{month}", first, last) for month, first, last in months]
        before = self._first if request.period_from is None else None
        lists += beyond(request.as_of, before, self._today if request.period_to is None else None)
        for label, first, last in lists:
            yield label, received(first, last, units)

    def _segments(self, segments: Collection[SegmentName]) -> Iterator[Question]:
        """Only these months, each only for its units; a month of nobody knows when cannot be asked for."""
        for month in sorted({month for _, month in segments} - {UNDATED}):
            units = sorted(unit for unit, other in segments if other == month)
            begin = date.fromisoformat(f"{month}-01")
            first, last = next(months_between(begin, begin + _A_MONTH))
            yield f"received-{month}", received(first, last, self.agencies if "" in units else units)

    def _months(self) -> Iterator[tuple[str, date, date]]:
        for first, last in months_between(self._first, self.request.period_to or self._today):
            yield f"{first:%Y-%m}", first, last

    @property
    def _today(self) -> date:
        return self.request.as_of.astimezone(HANOI).date()

    @property
    def _first(self) -> date:
        return self.request.period_from or min(self.request.oldest or self._today, self._today)

    def _believe_nothing(self) -> None:
        units = sorted(self.request.units) or self.agencies
        if self.reader.asker.total(ever_received(self.request.as_of, units)) == 0:
            raise SourceFault("sudden_zero", {"source": self.reader.asker.source, "count": self.request.held})

    def _looked(
        self,
        places: Places,
        *,
        complete: bool,
        unasked: frozenset[str] = frozenset(),
        untold: frozenset[str] = frozenset(),
    ) -> Looked:
        asker, kept = self.reader.asker, places.distinct()
        ignored: Counter[str] = Counter()
        notes = [Note(code="read_again", params={"source": asker.source})] if self.reader.read_again else []
        telling = Telling(
            source=asker.source,
            landing=self.landing,
            places=places,
            status_map=self.status_map,
            known_open=self.request.known_open,
            moment=self.request.as_of,
            ignored=ignored,
            notes=notes,
            with_unreceived=True,
        )
        told = Pulled(
            parts=telling.parts(kept),
            data_moment=self.request.as_of,
            bodies=tuple({body.sha256: body for body in places.bodies}.values()),
            complete=False,
            ignored=ignored,
            notes=notes,
            expected=len(kept),
        )
        return Looked(pulled=told, complete=complete, requests=asker.http.sent, unasked=unasked, untold=untold)
