"""What every source promises: one pull, raw records with their place of origin, or one clear fault.

A new one-stop product is a new module beside this one with a class that fits `Source`. Parsing of values is not done
here: records carry text as received, under canonical column names; `tasks/intake` understands it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from tasks.intake.landing import LandedBody, Landing
from tasks.sources.sentences import sentence

PART_ROWS: Final = 50_000  # what a load holds in memory at a time


@dataclass(frozen=True, slots=True)
class Malformed:
    """Why a record as a whole cannot be trusted (`field_count`, `bad_shape` …), and what tells it from another one."""

    code: str
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some records of a pull, at most `PART_ROWS`, as columns of text: the unit in which a load reads, checks, stages.

    `columns`: canonical name → one text a record, None where the source gave nothing; a column that no record has may
    be absent. Only canonical columns are kept: what nobody asked for is never carried on. `refs`: where each record
    stands, "sha256:<hex of the landed body>#<line or ordinal in it>". `moment`: as of when the body says so.
    `malformed`: position → why; such a record has no cell but those that name it beyond doubt (its id, its code).
    """

    columns: Mapping[str, Sequence[str | None]]
    refs: Sequence[str]
    moment: datetime
    malformed: Mapping[int, Malformed] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.refs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something ops should know although the pull succeeded. Same sentences and rules as a fault's."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)

    def text(self, locale: str = "vi") -> str:
        """The sentence for people."""
        return sentence(self.code, self.params, locale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What one pull brought: bodies that lie in the landing, and a way through their records, part by part, once.

    `ignored` (records left out on purpose, by reason code) and `notes` are complete when `parts` has been read to its
    end; reading may raise SourceFault, and then nothing of the pull may be promoted. `complete`: a stored row that is
    missing here has ended (snapshots only). `unchanged`: everything found was promoted before; `data_moment` is then
    that of the newest body, so it counts as fresh. `vanished` holds keys of `known_open` that the source itself says it
    no longer has. `refused`: bodies left out whole for what is in them, by hash (or by name, where it was not even
    landed): the others count, and the source is incomplete. `expected`: about how many records there are, for
    progress; 0: unknown.
    """

    parts: Iterable[Part]
    data_moment: datetime
    bodies: tuple[LandedBody, ...]
    complete: bool
    unchanged: bool = False
    ignored: Counter[str] = field(default_factory=Counter)
    vanished: frozenset[str] = frozenset()
    notes: list[Note] = field(default_factory=list)
    refused: dict[str, "SourceFault"] = field(default_factory=dict)
    expected: int = 0
    sweep: bool = False  # the pull looked at every record its source has: an open dossier missing here was missed

    @property
    def taken(self) -> tuple[LandedBody, ...]:
        """The bodies whose records were given; known when `parts` has been read to its end."""
        return tuple(body for body in self.bodies if body.sha256 not in self.refused)

    @property
    def told_moment(self) -> datetime:
        """`data_moment`, or that of the newest body taken where a newer one was refused."""
        refused = [body.data_moment for body in self.bodies if body.sha256 in self.refused]
        if not refused or max(refused) < self.data_moment:
            return self.data_moment
        return max((body.data_moment for body in self.taken), default=self.data_moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """What a source must know of the warehouse to pull well. All optional but the run's `as_of`.

    `files`: names and sizes of the bodies promoted for this source.
    `promoted`: hashes already promoted for this source; `newest_promoted`: the latest data moment among them and
    `newest_hashes` the bodies of that moment (None: not told). `known_open`: source ids of dossiers open in the
    warehouse. `accept_drop`: a person said that far fewer records than before are right this time. `full`: the first
    load ever or of this calendar month, for sources that look further back then. `missed`: those of `known_open` that
    two sweeps or more did not find; a source need not ask for them one by one again.
    """

    as_of: datetime
    promoted: frozenset[str] = frozenset()
    files: frozenset[tuple[str, int]] = frozenset()
    newest_promoted: datetime | None = None
    newest_hashes: frozenset[str] | None = None
    known_open: frozenset[str] = frozenset()
    accept_drop: bool = False
    full: bool = False
    missed: frozenset[str] = frozenset()
    noticed: frozenset[str] = frozenset()  # missed by one sweep at least: that they are gone is no news

    @property
    def news(self) -> frozenset[str]:
        """Open dossiers that no sweep has missed so far."""
        return self.known_open - self.noticed - self.missed


class Source(Protocol):
    """One configured source."""

    @property
    def name(self) -> str:
        """The configured name."""
        ...

    def pull(self, request: PullRequest, landing: Landing) -> Pulled:
        """Everything new, landed before parsed. Raises SourceFault; then nothing of the source is to be promoted."""
        ...


class SourceFault(Exception):  # noqa: N818 -- "fault" is the word of the trade here
    """A source could not be pulled, or what it gave cannot be taken.

    Carries a code of `sentences.py` and harmless parameters (names, counts, columns): never a body, never a person's
    data. `transient`: trying again later may help.
    """

    def __init__(self, code: str, params: Mapping[str, str | int], *, transient: bool = False) -> None:
        super().__init__(f"{code}: {sentence(code, params, 'en')}")
        self.code = code
        self.transient = transient
        self.params = dict(params)

    def sentence(self, locale: str = "vi") -> str:
        """What happened, where, and what to do, for people."""
        return sentence(self.code, self.params, locale)
