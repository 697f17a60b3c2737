"""From the places of a pull to its parts: which tellings are kept, and their values read again from the landing.

While a pull runs, sixteen bytes a record are kept here; values come page by page when the load asks for them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from tasks.intake.landing import LandedBody, Landing, LandingError
from tasks.sources.base import PART_ROWS, Malformed, Note, Part, SourceFault
from tasks.sources.opencps_fields import COLUMNS, OTHER_ORIGINALITY, Mapped, map_record
from tasks.sources.opencps_pages import Page, records_of

_Ints = NDArray[np.uint64]
_64 = 0xFFFF_FFFF_FFFF_FFFF


@dataclass(slots=True)
class Places:
    """Where every record of a pull stands. Equal tellings of a record are one, different ones are all kept."""

    bodies: list[LandedBody] = field(default_factory=list)
    count: int = 0
    _details: set[int] = field(default_factory=set)  # numbers of bodies that hold one record and no list
    _prints: list[_Ints] = field(default_factory=list)  # per body: id, content
    _at: list[_Ints] = field(default_factory=list)  # per body: body << 32 | place

    def add(self, page: Page) -> None:
        """Remember the records of a page; it can be forgotten then."""
        number = len(self.bodies)
        self.bodies.append(page.body)
        self.count += len(page)
        if page.detail:
            self._details.add(number)
        prints = [(hash(one) & _64, told & _64) for one, told in zip(page.ids, page.prints, strict=True)]
        self._prints.append(np.array(prints, dtype=np.uint64).reshape(-1, 2))
        self._at.append(np.array([number << 32 | place for place in page.places], dtype=np.uint64))

    def distinct(self) -> _Ints:
        """The places of the first telling of each content, in the order of the pull."""
        if not self._at:
            return np.array([], dtype=np.uint64)
        ids, contents = np.concatenate(self._prints).T
        order = np.lexsort((contents, ids))  # stable: the first telling comes first among its like
        ids, contents = ids[order], contents[order]
        again = np.zeros(len(order), dtype=bool)
        again[1:] = (ids[1:] == ids[:-1]) & (contents[1:] == contents[:-1])
        return np.concatenate(self._at)[np.sort(order[~again])]

    def bodies_of(self, places: _Ints) -> Iterator[tuple[str, bool, list[int]]]:
        """Body by body: its hash, whether it is a detail, the places in it."""
        pairs = ((int(at) >> 32, int(at) & 0xFFFF_FFFF) for at in places)
        for number, same in groupby(pairs, key=lambda pair: pair[0]):
            yield self.bodies[number].sha256, number in self._details, [place for _, place in same]


@dataclass(slots=True, kw_only=True)
class Telling:
    """The parts of a pull. `ignored` and `notes` are filled while they are read.

    `known_open`: a dossier that is open here was received, whatever its status says now: the change must come in.
    `with_unreceived`: those that nobody has received are told too, for whoever knows more of what is held here.
    """

    source: str
    landing: Landing
    places: Places
    status_map: Mapping[str, str]
    known_open: frozenset[str]
    moment: datetime
    ignored: Counter[str]
    notes: list[Note]
    with_unreceived: bool = False
    part_rows: int = PART_ROWS

    def parts(self, places: _Ints) -> Iterator[Part]:
        """The records at those places. Raises SourceFault when a landed body cannot be read again."""
        fractional = 0
        refs: list[str] = []
        kept: list[Mapped] = []
        for sha256, detail, within in self.places.bodies_of(places):
            for place, mapped in self._mapped(sha256, within, detail=detail):
                if mapped.ignored and not self._was_received(mapped):
                    self.ignored[mapped.ignored] += 1
                    continue
                fractional += mapped.fractional
                refs.append(f"sha256:{sha256}#{place}")
                kept.append(mapped)
                if len(kept) == self.part_rows:
                    yield self._part(refs, kept)
                    refs, kept = [], []
        if kept:
            yield self._part(refs, kept)
        if fractional:
            self.notes.append(Note(code="fractional_duration", params={"source": self.source, "count": fractional}))

    def _mapped(self, sha256: str, within: Sequence[int], *, detail: bool) -> Iterator[tuple[int, Mapped]]:
        try:
            records = records_of(self.source, self.landing.read(sha256), detail=detail)
        except (LandingError, OSError):
            raise SourceFault("landing_failed", {"source": self.source}) from None
        for place in within:
            yield place, map_record(records[place], self.status_map)

    def _was_received(self, mapped: Mapped) -> bool:
        known = self.with_unreceived or mapped.record_id in self.known_open
        return known and mapped.ignored != OTHER_ORIGINALITY

    def _part(self, refs: list[str], kept: list[Mapped]) -> Part:
        rows = [one.values for one in kept]
        return Part(
            columns={name: [values.get(name) for values in rows] for name in COLUMNS},
            refs=refs,
            moment=self.moment,
            malformed={n: Malformed(one.malformed, one.fingerprint) for n, one in enumerate(kept) if one.malformed},
        )
