"""How long nothing has moved: the measure behind `stalled`, `stale` and `no_plan` (design §7).

Only working days count. What is asked about it, and of whom, is decided where the flags are.
"""

from datetime import datetime

from tasks.rules.lateness import counting_day
from tasks.rules.records import DossierFile, RecommendationFile
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import WorkingCalendar


def dossier_moved_at(dossier: DossierFile, as_of: datetime) -> datetime:
    """The last event of a dossier, in the sense of `stalled`.

    The newest, up to as_of, of: its receipt, an entry of its event log, the source's own word of when it was last
    touched (`updated_at`, in OpenCPS lastActionDate), and the load that learnt a change of its row (sources that tell
    no such date still show that something happened).
    """
    record = dossier.record
    moments = [e.at for e in dossier.events]
    moments += [m for m in (record.updated_at, dossier.content_changed_at) if m is not None]
    return max((m for m in moments if m <= as_of), default=record.received_at)


def recommendation_moved_at(item: RecommendationFile, as_of: datetime) -> datetime | None:
    """The last entry of its log or the load that learnt a change of its row; None: nothing since it was issued."""
    moments = [e.at for e in item.events] + ([item.content_changed_at] if item.content_changed_at else [])
    return max((m for m in moments if m <= as_of), default=None)


def is_quiet(since: datetime, as_of: datetime, calendar: WorkingCalendar, working_days: int) -> bool:
    """Whether so many working days have passed since the day of that moment. Raises CalendarUnknownError."""
    day = since.astimezone(HANOI).date()
    return calendar.working_days_between(day, counting_day(as_of, calendar)) >= working_days
