"""Families of flags and the arming event: what makes a reminder about an item a new matter (design §9).

Passing the date does not re-arm, a new promised *date* does, a new time of day does not, a pause freezes.
"""

import hashlib
from datetime import date

from tasks.rules.model import Flag

TERM = "term"
_TERM = frozenset({Flag.DUE_SOON, Flag.PAST_APPOINTMENT, Flag.OVERDUE})

HEAD_FLAGS = frozenset(
    {
        Flag.DUE_SOON,
        Flag.OVERDUE,
        Flag.PAST_APPOINTMENT,
        Flag.PAUSED_PAST_DUE,
        Flag.APOLOGY_MISSING,
        Flag.STALLED,
        Flag.NO_PLAN,
        Flag.STALE,
    }
)
INSPECTING_FLAGS = frozenset({Flag.AWAITING_VERIFICATION, Flag.DUE_DATE_MISSING})
# The item itself cannot be judged: it is neither asked for nor done, and nobody may be told that it is.
UNJUDGED = frozenset({Flag.UNKNOWN_UNIT, Flag.CALENDAR_UNKNOWN, Flag.NO_DUE_DATE, Flag.VANISHED, Flag.DATA_IN_DOUBT})

# Within the term family: what is worse than what.
TERM_ORDER = {Flag.DUE_SOON: 0, Flag.PAST_APPOINTMENT: 0, Flag.OVERDUE: 1}


def family(flag: Flag) -> str:
    """due_soon, past_appointment and overdue are one matter; every other flag is its own."""
    return TERM if flag in _TERM else flag.value


def arming_event(item_key: str, flag: Flag, promised_on: date | None, reopened: int = 0) -> str:
    """Short digest of (item, family, promised due date in force, number of reopenings)."""
    parts = (item_key, family(flag), promised_on.isoformat() if promised_on else "-", str(reopened))
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
