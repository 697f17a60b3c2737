"""The values that rooms exchange: what may be said of an item, and a mail before it is rendered.

Add here what two rooms must agree on. Behaviour stays out: rules live in their own modules beside this one, storage
in `warehouse`, wording in `tasks/mail`. The closed vocabularies are in `words.py` and re-exported here.
"""

from dataclasses import dataclass
from datetime import date, datetime

from tasks.rules.words import (
    Audience as Audience,
)
from tasks.rules.words import (
    Change as Change,
)
from tasks.rules.words import (
    ClearedReason as ClearedReason,
)
from tasks.rules.words import (
    CorrectionKind as CorrectionKind,
)
from tasks.rules.words import (
    DigestKind as DigestKind,
)
from tasks.rules.words import (
    DurationUnit as DurationUnit,
)
from tasks.rules.words import (
    Flag as Flag,
)
from tasks.rules.words import (
    Role as Role,
)
from tasks.rules.words import (
    Subject as Subject,
)
from tasks.rules.words import (
    SupplementPolicy as SupplementPolicy,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """An allowed time, for example 5 working days."""

    amount: int
    unit: DurationUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Aware instants; `end` is None while the pause runs."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    """Everything that may be said of one flagged item, as it stood at the flag run's as_of.

    Frozen into the ledger beside the mail. Codes, dates, counts and posts only: no citizen's data.
    Dates are Asia/Ho_Chi_Minh days, instants are aware.
    """

    subject: Subject
    item_key: str  # "dossier/one-stop/38963": stable for ever
    system: str
    code: str
    flag: Flag
    unit_code: str  # the unit asked today (holder, legal successor)
    unit_name: str
    recorded_unit_code: str  # the unit in the source row
    recorded_unit_name: str
    arming: str  # digest of (item, family, promised due date in force, reopenings)
    title: str = ""  # procedure name, or content of the recommendation
    field: str = ""
    received_at: datetime | None = None
    issued_on: date | None = None
    appointment_on: date | None = None  # given to the citizen by the source, moved to a working day
    own_due_on: date | None = None  # by the rules
    due_at: datetime | None = None  # the binding date; None while paused
    due_by_minute: bool = False  # hour procedures: print the time of day
    original_due_on: date | None = None  # before an approved extension
    extension_document: str = ""
    internal_due_on: date | None = None  # shortened date, printed first where given
    proposed_due_on: date | None = None  # only proposed: the recommendation has no date
    duration_known: bool = True
    days_late: int | None = None  # working days; None unless overdue
    days_left: int | None = None  # working days; None unless due soon
    tier: int | None = None
    paused_since: datetime | None = None
    reported_at: datetime | None = None
    holding_since: date | None = None  # set when another unit than the recorded one holds it
    asked_from: date | None = None  # when the unit asked today began to hold it; None: from the start
    succession_basis: str = ""
    owner_unit_name: str = ""  # who owes the remedy today, where another body is asked (inspecting flags)
    step_name: str = ""
    officer_post: str = ""
    document_no: str = ""
    disputed: bool = False
    source: str = ""  # configured source name
    source_ref: str = ""  # landed body and place in it: "sha256:<hex>#<ordinal>"
    data_moment: datetime | None = None
    rule_version: str = ""
    calendar_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What happens next to an open item, and when: printed in every mail that asks for it."""

    level: int
    audience: Audience
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """Why and when an item left the list."""

    reason: ClearedReason
    at: datetime | None = None
    until: date | None = None  # the new date when extended or set
    document: str = ""
    days_late: int | None = None  # against the original date, where it was late


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What earlier mails said wrongly; `told_on` are their business dates, `mails` their ledger ids."""

    kind: CorrectionKind
    told_on: tuple[date, ...]
    mails: tuple[int, ...]
    at: datetime | None = None
    due_on: date | None = None
    unit_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """One line of a mail."""

    facts: ItemFacts
    role: Role
    level: int = 0
    change: Change = Change.SAME
    next_step: NextStep | None = None
    asked_since: date | None = None  # first handed mail that asked the head for it; escalations cite it
    cleared: Cleared | None = None
    correction: Correction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The items of one unit inside a mail, worst first."""

    unit_code: str
    unit_name: str
    items: tuple[DigestItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One envelope address and how to speak to it: by post, never by name."""

    address: str
    post: str  # "Chủ tịch UBND phường Thới Long"
    salutation: str = "Đồng chí"
    unit_code: str = ""
    unit_name: str = ""
    acting_for: str = ""  # the post a delegate stands in for during an absence


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One mail before it is rendered. Pure data: the same digest always renders to the same bytes."""

    business_date: date
    audience: Audience
    recipient: Recipient
    revision: int
    kind: DigestKind
    sections: tuple[Section, ...]
    as_of: datetime
    data_moment: datetime | None
    missing_sources: tuple[str, ...] = ()  # stale or refused: their items are left out

    def items(self, role: Role | None = None) -> tuple[DigestItem, ...]:
        """All lines in order, or those of one role."""
        return tuple(i for s in self.sections for i in s.items if role is None or i.role is role)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """One line of the bulletin: what one source brought. Counts obey the counting law (design §2)."""

    name: str
    dataset: str
    pulled: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    quarantined_new: int = 0  # seen for the first time
    duplicate: int = 0
    ignored: int = 0
    state: str = "promoted"  # promoted | unchanged | refused | failed
    error: str = ""  # a sentence in the configured language, "" when all is well
    data_moment: datetime | None = None
    fresh: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLine:
    """One mail as the bulletin and the run card list it."""

    mail_id: int
    audience: Audience
    recipient: str  # post, not name
    address: str
    state: str
    subject: str
    asked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """The daily word to ops: what was pulled, refused, mailed, held, and what needs a person."""

    business_date: date
    as_of: datetime
    recipient: Recipient
    revision: int
    sources: tuple[SourceLine, ...]
    quarantine_reasons: tuple[tuple[str, int], ...]  # sentence, open rows
    flags: tuple[tuple[Flag, int], ...]
    mails: tuple[MailLine, ...]
    no_recipient: tuple[ItemFacts, ...]  # due items nobody can be asked for
    ops_items: tuple[ItemFacts, ...]  # flags for ops only
    uncertain: tuple[MailLine, ...]
    disputes: tuple[str, ...]  # codes in dispute
    mode: str  # shadow | ops | live
    stopped: bool = False
    over_cap: int = 0  # mails that wait because they are more than one run may send; 0: no more than that
    no_superior: tuple[ItemFacts, ...] = ()  # due for the superior, whom the directory does not name
    blanked: tuple[str, ...] = ()  # codes of items whose text looks personal and is left out of mails
