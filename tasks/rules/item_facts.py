"""What may be said of one flagged item: the value that the flag run stores, mails tell and the ledger freezes.

Add a field when a mail, a desk or the bulletin must say something new of an item; give it a default, so that what
was frozen before still thaws.
"""

from dataclasses import dataclass
from datetime import date, datetime

from tasks.rules.words import Flag, Subject


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
    same_day: bool = False  # answered within the day or by the hour: told as a count while only due soon
    days_late: int | None = None  # working days; None unless overdue
    days_left: int | None = None  # working days; None unless due soon
    tier: int | None = None
    paused_since: datetime | None = None
    reported_at: datetime | None = None
    holding_since: date | None = None  # set when another unit than the recorded one holds it
    asked_from: date | None = None  # when the unit asked today began to hold it; None: from the start
    holder_unknown: bool = False  # nobody knows the unit that holds it: the lead unit is asked where it lies
    last_moved_at: datetime | None = None  # of an item that stands still
    procedure_code: str = ""
    cause: str = ""  # of a due_mismatch: a MismatchCause
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
