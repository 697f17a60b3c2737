"""What every source promises: one pull, raw records with their place of origin, or one clear fault.

A new one-stop product is a new module beside this one with a class that fits `Source`. Parsing of values is not done
here: records carry text as received, under canonical column names; `tasks/intake` understands it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from tasks.intake.landing import LandedBody, Landing
from tasks.sources.sentences import sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecord:
    """One record as text. Only canonical columns are kept (allow-list): what nobody asked for is never carried on.

    `malformed` names what is wrong with the record as a whole (`field_count`, `bad_shape`): its cells cannot be
    trusted, `values` is empty, and `fingerprint` tells one such record from another.
    """

    values: Mapping[str, str | None]
    ref: str  # "sha256:<hex of the landed body>#<line or ordinal in it>"
    moment: datetime  # as of when its body says so
    malformed: str = ""
    fingerprint: str = ""


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
    """What one pull brought. `complete`: a stored row that is missing here has ended (snapshots only).

    `unchanged`: everything found was promoted before; `data_moment` is then that of the newest body, so it counts as
    fresh. `ignored` counts records left out on purpose, by reason code. `vanished` holds keys of `known_open` that the
    source itself says it no longer has.
    """

    records: tuple[RawRecord, ...]
    data_moment: datetime
    bodies: tuple[LandedBody, ...]
    complete: bool
    unchanged: bool = False
    ignored: Mapping[str, int] = field(default_factory=dict)
    vanished: frozenset[str] = frozenset()
    notes: tuple[Note, ...] = ()

    @property
    def pulled(self) -> int:
        """Records counted as pulled: those kept and those ignored."""
        return len(self.records) + sum(self.ignored.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """What a source must know of the warehouse to pull well. All optional but the run's `as_of`.

    `promoted`: hashes already promoted for this source; `newest_promoted`: the latest data moment among them and
    `newest_hashes` the bodies of that moment (None: not told). `known_open`: source ids of dossiers open in the
    warehouse.
    """

    as_of: datetime
    promoted: frozenset[str] = frozenset()
    newest_promoted: datetime | None = None
    newest_hashes: frozenset[str] | None = None
    known_open: frozenset[str] = frozenset()


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
