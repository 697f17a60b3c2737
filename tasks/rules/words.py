"""The closed vocabularies of the domain: flags, audiences, roles, reasons. Their wording is in `tasks/mail`."""

from enum import StrEnum


class Subject(StrEnum):
    """What a flag is about."""

    DOSSIER = "dossier"
    RECOMMENDATION = "recommendation"
    INSPECTION = "inspection"
    UNIT = "unit"


class Flag(StrEnum):
    """Why an item needs somebody's attention (design §7)."""

    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    PAST_APPOINTMENT = "past_appointment"
    PAUSED_PAST_DUE = "paused_past_due"
    APOLOGY_MISSING = "apology_missing"
    STALLED = "stalled"
    SUSPECT_PAUSE = "suspect_pause"
    DUE_MISMATCH = "due_mismatch"
    NO_DUE_DATE = "no_due_date"
    UNKNOWN_UNIT = "unknown_unit"
    VANISHED = "vanished"
    DATA_IN_DOUBT = "data_in_doubt"
    CALENDAR_UNKNOWN = "calendar_unknown"
    NO_PLAN = "no_plan"
    STALE = "stale"
    STATUS_DIFFERS = "status_differs"
    AWAITING_VERIFICATION = "awaiting_verification"
    DUE_DATE_MISSING = "due_date_missing"
    NO_RECIPIENT = "no_recipient"
    ABSENT_WITHOUT_DELEGATE = "absent_without_delegate"


class Audience(StrEnum):
    """To whom a mail speaks; part of the ledger key."""

    HEAD = "head"
    SUPERIOR = "superior"
    LEADERSHIP = "leadership"
    INSPECTING = "inspecting"
    OPS = "ops"
    REPORT = "report"


WITHOUT_ITEMS = frozenset({Audience.OPS, Audience.REPORT})  # bulletins and reports: no reminders, no ladder


class Role(StrEnum):
    """What an item does in a mail. Only asked items cause mails and count for the ladder."""

    ASKED = "asked"
    INFORMED = "informed"
    CLEARED = "cleared"
    CORRECTED = "corrected"


class Change(StrEnum):
    """How an asked item stands against the recipient's last handed mail."""

    NEW = "new"
    WORSE = "worse"
    SAME = "same"


class DurationUnit(StrEnum):
    """How an allowed time is counted."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    WORKING_HOUR = "working_hour"


class SupplementPolicy(StrEnum):
    """What a request for supplements does to the clock."""

    PAUSE = "pause"
    RESTART = "restart"
    NONE = "none"


class DigestKind(StrEnum):
    """What a mail is for."""

    REMINDER = "reminder"
    ALL_CLEAR = "all_clear"
    BULLETIN = "bulletin"


class ClearedReason(StrEnum):
    """Why an item left a recipient's list since the last handed mail."""

    RESOLVED_EARLY = "resolved_early"
    RESOLVED_ON_TIME = "resolved_on_time"
    RESOLVED_LATE = "resolved_late"
    RESOLVED = "resolved"  # no due date to compare with
    WITHDRAWN = "withdrawn"
    REPORTED = "reported"
    VERIFIED = "verified"
    EXTENDED = "extended"
    DUE_DATE_SET = "due_date_set"
    PAUSED = "paused"
    MOVED = "moved"  # now asked of another unit
    DISPUTED = "disputed"
    UPDATED = "updated"  # something moved: what was asked about its standstill is answered
    NOT_DUE = "not_due"  # anything else that took it off the list


class CorrectionKind(StrEnum):
    """What an earlier handed mail had wrong."""

    ALREADY_RESOLVED = "already_resolved"
    WAS_PAUSED = "was_paused"
    OTHER_DUE_DATE = "other_due_date"
    OTHER_HOLDER = "other_holder"


class MismatchCause(StrEnum):
    """Why the source's appointment and our date lie apart (`tasks/rules/mismatch.py`)."""

    DURATION_DIFFERS = "duration_differs"  # counted with the procedure's time, not with the dossier's own
    HOLIDAY_IGNORED = "holiday_ignored"  # days off were counted, or a make-up day was not
    RECEIVED_AFTER_HOURS = "received_after_hours"  # counted from a receipt out of office hours as if it were inside
    CALENDAR_DAYS_FOR_WORKING_DAYS = "calendar_days_for_working_days"
    WORKING_DAYS_FOR_CALENDAR_DAYS = "working_days_for_calendar_days"
    EXTENSION_UNKNOWN = "extension_unknown"  # an extension without a document moved it
    PAUSE_UNKNOWN = "pause_unknown"  # later than ours: as after a pause that no event tells of
    UNEXPLAINED = "unexplained"
