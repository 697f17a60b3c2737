"""What a source can tell when it is compared with the warehouse: all it has in a scope, digests, counts, a second look.

Nothing is taken as known here and nothing is promoted; what a pull asks for is base.py's. Each kind of source tells
what it can: None says that it cannot, and then rows must be read. Comparing is not done here.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol, TypeAlias

from tasks.intake.landing import Landing
from tasks.sources.base import Pulled, Source

UNDATED: Final = ""  # month of records whose day of receipt nobody can read: intake refuses them too

SegmentName: TypeAlias = tuple[str, str]  # unit as the source writes it ("" where it gives none), month "YYYY-MM"

_BITS: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is asked: records received in the period (both days included, Hanoi; None: no end on that side).

    A source may tell more than was asked (whole months, all units), never less: the caller keeps what it wants.
    `units`: as the source writes them; empty: all. `segments`: only these, spelled as `Looking.segments` gave them;
    None: all; empty: none. `oldest`: the oldest day of receipt held here, for sources that must be asked month by
    month. `held`: how many current records are held here in that scope: a source that has nothing at all any more is
    then not believed. `known_open`: source ids of dossiers open here: they were received, whatever their status says.
    """

    as_of: datetime
    period_from: date | None = None
    period_to: date | None = None
    units: frozenset[str] = frozenset()
    segments: frozenset[SegmentName] | None = None
    oldest: date | None = None
    held: int = 0
    known_open: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a look brought. `pulled.parts` are read once, and may raise SourceFault; then nothing may be concluded.

    `complete`: what is not among the records is not in the source, within what was asked. It may still stand outside
    of that (its day of receipt was changed): `Looking.again` tells. `requests`: HTTP requests sent, SQL statements run,
    files read. `names`: the files that were there. `unasked`: keys for which no second look was possible. `untold`:
    columns that this answer never has, so their emptiness says nothing.
    """

    pulled: Pulled
    complete: bool
    requests: int = 0
    names: frozenset[str] = frozenset()
    unasked: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()

    @property
    def names_read(self) -> frozenset[str]:
        """The files whose records were given; known when `pulled.parts` has been read to its end."""
        return frozenset(body.name for body in self.pulled.taken)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """How many records a segment has, and 32 hex digits that change with every one of their cells, in any order."""

    count: int
    digest: str


def united(segments: Iterable[Segment]) -> Segment:
    """Several segments as one, whatever their order: a unit may be written in more than one way."""
    told = list(segments)
    total = sum(int(one.digest, 16) for one in told) % (1 << _BITS)
    return Segment(count=sum(one.count for one in told), digest=digest_of(total))


def digest_of(total: int) -> str:
    """A sum of the records' hashes as a digest."""
    return f"{total % (1 << _BITS):032x}"


class Looking(Source, Protocol):
    """A source that can be looked at as well as pulled. Every method only reads, and raises SourceFault.

    A landing must be dry: looking leaves nothing there, and no sender is told of his file.
    """

    def look(self, request: Look, landing: Landing) -> Looked:
        """All records of the scope, promoted before or not."""
        ...

    def segments(self, request: Look) -> Mapping[SegmentName, Segment] | None:
        """By unit and month of receipt, in one question; `UNDATED` is a month too. None: the source cannot."""
        ...

    def counts(self, request: Look) -> Mapping[SegmentName, int] | None:
        """How many records each segment has, as the source itself counts them; unit "": all of the month together.

        It may count what a pull leaves out (not yet received, another originality). None: the source cannot.
        """
        ...

    def again(self, request: Look, keys: Collection[str], landing: Landing) -> Looked | None:
        """A second look at the records with these keys, wherever they stand now; others may come with them.

        None: the source cannot, or there are too many.
        """
        ...


def only_dry(landing: Landing) -> Landing:
    """That landing. Raises ValueError for one that keeps what is put into it."""
    if not landing.dry:
        msg = "looking at a source must leave no trace: give it Landing(..., dry=True)"
        raise ValueError(msg)
    return landing
