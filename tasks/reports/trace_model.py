"""What a trace page tells, before it is worded: mails, frozen facts, flags, versions of the source row, bodies.

Codes, dates, posts and counts only. Who reads the warehouse into these values is the caller; wording is `trace`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from tasks.rules.model import DigestItem, ItemFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedMail:
    """One mail of the ledger. The recipient is a post; the address stays in the ledger."""

    mail_id: int
    business_date: date
    audience: str
    post: str
    state: str
    reason: str  # code of a hold, refusal or doubt
    kind: str
    revision: int
    subject: str
    message_id: str
    as_of: datetime
    data_moment: datetime | None
    settled_at: datetime | None
    run_id: str
    sha256: str  # of the bytes that went out
    acting_for: str = ""
    resolved_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What the mail said of the item, word for word, under the heading it stood under."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueChange:
    """One column of the source row; `before` is None in a first version. Values as text or plain value."""

    column: str
    before: object
    after: object


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceVersion:
    """One version of the item's source row: what it said when first known, then what changed."""

    number: int
    source: str
    known_from: datetime
    known_to: datetime | None
    data_moment: datetime
    run_id: str
    sha256: str  # of the landed body
    ordinal: str  # place of the row in it
    changes: tuple[ValueChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One mail's word about one item, and what it rested on."""

    mail: TracedMail
    role: str
    level: int
    flag: str
    announced_level: int | None = None
    announced_on: date | None = None
    line: DigestItem | None = None  # as frozen; None where the mail keeps no digest
    facts: ItemFacts | None = None
    said: tuple[Quote, ...] = ()
    version: SourceVersion | None = None  # of the source row, as known at the mail's as_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagSpan:
    """A flag from its opening to its closing."""

    flag: str
    since: datetime
    closed_at: datetime | None
    tier: int | None
    due_at: datetime | None
    days_late: int | None
    unit_code: str
    disputed: bool
    run_id: str
    rule_version: str
    calendar_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One entry of the item's log at the source."""

    at: datetime
    event: str
    document_no: str
    new_due: date | datetime | None
    to_unit_code: str
    known_from: datetime
    known_to: datetime | None
    sha256: str
    ordinal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A body as received; it is kept for the landing's retention, its name and digest for ever."""

    source: str
    name: str
    sha256: str
    size: int
    data_moment: datetime
    landed_at: datetime
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """A run that loaded, flagged or told the item."""

    run_id: str
    flow: str
    as_of: datetime
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeLine:
    """An objection of the unit and its answer."""

    opened_on: date
    opened_at: datetime
    by: str
    reason: str
    answered_at: datetime | None
    outcome: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceSeen:
    """A difference between source, warehouse and paper that stands: open, or explained by a person.

    `says`: what each side says, by side; plain values.
    """

    id: str
    kind: str
    state: str
    since: datetime
    sides: str = ""
    column: str = ""
    says: Mapping[str, object] = field(default_factory=dict)
    book: str = ""
    page: str = ""
    line: str = ""
    returned: int = 0  # how often it came back after it was fixed
    explanation: str = ""
    explained_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedItem:
    """One item with everything stored about it."""

    item_key: str
    subject: str
    system: str
    code: str
    title: str
    tellings: tuple[Telling, ...] = ()
    flags: tuple[FlagSpan, ...] = ()
    versions: tuple[SourceVersion, ...] = ()
    events: tuple[Happening, ...] = ()
    disputes: tuple[DisputeLine, ...] = ()
    bodies: tuple[Body, ...] = ()
    runs: tuple[RunLine, ...] = ()
    differences: tuple[DifferenceSeen, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TracePage:
    """The answer to "what was said, when, on what grounds": of an item code, or of one mail."""

    reference: str  # the code, or the number of the mail
    items: tuple[TracedItem, ...]
    mail: TracedMail | None = None  # set when one mail was asked for
    as_of: datetime | None = None  # the books were read as they stood after the run of this moment
    unit_names: Mapping[str, str] = field(default_factory=dict)
