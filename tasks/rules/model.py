"""The values that rooms exchange: what may be said of an item, and a mail before it is rendered.

Add here what two rooms must agree on. Behaviour stays out: rules live in their own modules beside this one, storage
in `warehouse`, wording in `tasks/mail`. The closed vocabularies are in `words.py` and re-exported here.
"""

from dataclasses import dataclass
from datetime import date, datetime

from tasks.rules.item_facts import ItemFacts
from tasks.rules.words import (
    Audience,
    Change,
    ClearedReason,
    CorrectionKind,
    DigestKind,
    DurationUnit,
    Flag,
    Role,
    Subject,
    SupplementPolicy,
)

__all__ = [
    "Audience",
    "Bulletin",
    "Change",
    "Cleared",
    "ClearedReason",
    "Correction",
    "CorrectionKind",
    "Digest",
    "DigestItem",
    "DigestKind",
    "Duration",
    "DurationUnit",
    "Flag",
    "ItemFacts",
    "MailLine",
    "Mismatches",
    "NextStep",
    "Pause",
    "Recipient",
    "Role",
    "Section",
    "SourceLine",
    "Subject",
    "SupplementPolicy",
]


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
    error_code: str = ""  # what kind of fault it was, where this run met it
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
    reason: str = ""  # of a held, refused or doubtful one


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatches:
    """Appointments that lie apart from the rules, of one procedure for one cause."""

    procedure_code: str
    cause: str  # a MismatchCause
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDifferences:
    """What reconciliation has found and nobody has mended or explained: how many, since when, how many came back."""

    count: int
    since: date  # the oldest
    looked_on: date  # the latest reconciliation
    returned: int = 0


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
    too_late: int = 0  # mails that wait because their window has closed
    catch_up: str = ""  # until when such may still go out today
    no_superior: tuple[ItemFacts, ...] = ()  # due for the superior, whom the directory does not name
    no_leadership: tuple[ItemFacts, ...] = ()  # due for the leadership list, likewise
    blanked: tuple[str, ...] = ()  # codes of items whose text looks personal and is left out of mails
    mismatches: tuple[Mismatches, ...] = ()  # most frequent first
    not_enforced: int = 0  # items due before the day from which their source counts
    differences: OpenDifferences | None = None  # None: nothing open, or nobody has ever compared
    audit: tuple[int, str] | None = None  # rows of the audit when the day began, and the mark they end with
