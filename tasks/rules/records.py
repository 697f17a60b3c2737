"""Source rows as the rules see them: frozen records, one class per dataset the rules reason about.

The warehouse's current versions become these in `tasks/records_from_rows.py`. Add a field when a rule needs it;
how it is stored or parsed stays out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from tasks.rules.model import Duration, SupplementPolicy

# National portal codes (domain handbook §2.1): the common vocabulary of all one-stop products.
FINISHED = frozenset({3, 7, 9, 10})
NOT_RECEIVED = frozenset({1, 3})
WITHDRAWN = 7
PAUSED_BY_STATUS = frozenset({5, 6, 8})


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a record comes from: enough for `trace` to walk back to the landed body."""

    source: str
    system: str
    source_ref: str
    content_hash: str
    data_moment: datetime  # of the source as a whole: a row that did not change is as fresh as its source
    known_from: datetime | None = None  # when this version of the row was learnt


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierRecord:
    """A citizen's dossier as the source last told it."""

    origin: Provenance
    record_key: str
    dossier_code: str
    unit_code: str
    status: int
    received_at: datetime
    due_at: datetime | None = None  # the appointment given to the citizen
    duration: Duration | None = None
    resolved_at: datetime | None = None
    returned_at: datetime | None = None
    paused: bool | None = None
    holding_unit_code: str = ""
    holding_since: datetime | None = None
    procedure_code: str = ""
    procedure_name: str = ""
    field: str = ""
    step_name: str = ""
    officer_post: str = ""
    updated_at: datetime | None = None

    @property
    def item_key(self) -> str:
        """Stable for ever: (system, source_record_id)."""
        return f"dossier/{self.origin.system}/{self.record_key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierEvent:
    """Something that happened to a dossier: pause, resume, extend, transfer, apology, status."""

    dossier_code: str
    at: datetime
    event: str
    unit_code: str = ""
    to_unit_code: str = ""
    document_no: str = ""
    new_due_at: datetime | None = None
    data_moment: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """An administrative procedure with its allowed time, valid for dossiers received in a period."""

    procedure_code: str
    name: str
    field: str = ""
    duration: Duration | None = None
    internal: Duration | None = None
    policy: SupplementPolicy = SupplementPolicy.PAUSE
    valid_from: date = date.min
    valid_to: date = date.max


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationRecord:
    """What an inspection asked a unit to remedy."""

    origin: Provenance
    record_key: str
    recommendation_code: str
    unit_code: str
    content: str
    issued_on: date
    due_on: date | None = None
    status: str = ""
    inspecting_unit_code: str = ""
    follow_up_unit_code: str = ""
    document_no: str = ""

    @property
    def item_key(self) -> str:
        """Stable for ever."""
        return f"recommendation/{self.origin.system}/{self.record_key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationEvent:
    """One entry of a recommendation's log."""

    recommendation_code: str
    at: datetime
    event: str
    document_no: str = ""
    new_due_on: date | None = None
    to_unit_code: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """An administrative unit during a period; codes are reused, so (code, valid_from) is its identity."""

    code: str
    name: str
    kind: str = ""
    parent_code: str = ""
    valid_from: date = date.min
    valid_to: date = date.max


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """What became of a unit from a date on: whole, part or default heir."""

    old_code: str
    new_code: str
    effective_from: date
    share: str
    legal_basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """An address with the post behind it."""

    unit_code: str
    role: str
    email: str
    title: str = ""
    salutation: str = ""
    valid_from: date = date.min
    valid_to: date = date.max


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A head's absence and who stands in."""

    unit_code: str
    from_on: date
    to_on: date = date.max
    delegate_email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierFile:
    """A dossier with everything known of it."""

    record: DossierRecord
    events: tuple[DossierEvent, ...] = ()
    procedure: Procedure | None = None
    in_doubt: bool = False  # a newer version lies in quarantine, or events cannot be told from another dossier's
    content_changed_at: datetime | None = None  # when a change of its row was last learnt
    reopened: int = 0  # how often it had been finished before
    missed_since: datetime | None = None  # two sweeps of its source have not found it: first missed then


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationFile:
    """A recommendation with its log."""

    record: RecommendationRecord
    events: tuple[RecommendationEvent, ...] = ()
    in_doubt: bool = False  # a newer version lies in quarantine
    content_changed_at: datetime | None = None  # when a change of its row was last learnt


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A unit says that an item is wrong. `content_hash` is the source row's when it was opened."""

    item_key: str
    opened_on: date
    content_hash: str
    outcome: str = ""  # "", upheld, rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRules:
    """Thresholds of design §4 `[reminders]` and `[flags]`; days are working days unless said otherwise."""

    due_soon_dossier: int = 2
    due_soon_recommendation: int = 5
    recommendation_default_days: int = 30  # calendar days
    stalled_working_days: int = 10
    stale_working_days: int = 15
    no_plan_working_days: int = 10
    enforce_from: Mapping[str, date] = field(default_factory=dict, hash=False)  # by source: due before, for ops
    off: frozenset[str] = field(default_factory=frozenset)
