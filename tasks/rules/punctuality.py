"""Early, on time or late: by the source's own definition, by law, and why the two differ for a dossier (design §6).

A verdict is about a finished dossier. What the source counts itself is only ever put beside it; nobody is reminded by
any of these figures. Tallies by unit and period become rows of `punctuality_tally`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum

from tasks.rules.dossier_history import DossierDates, DossierState, state_at
from tasks.rules.model import Pause
from tasks.rules.records import DossierFile
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import WorkingCalendar


class Verdict(StrEnum):
    """How a finished dossier stands to its date."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"
    UNKNOWN = "unknown"  # by law only: no date at all, or in a year that the calendar does not know


class Definition(StrEnum):
    """How a source counts: one-stop software of OpenCPS by the minute, national reports by the day."""

    MINUTE = "minute"
    DAY = "day"


class Reason(StrEnum):
    """Why the source's definition and the law come to different verdicts of one dossier."""

    PAUSE = "pause"  # the law adds a pause that the appointment does not know
    APPOINTMENT_EARLIER = "appointment_earlier"  # promised earlier than the law demands
    EXTENSION = "extension"  # an extension with a document moved the date
    NO_APPOINTMENT = "no_appointment"  # the source calls that on time; the law counts all the same
    DAY_OFF = "day_off"  # the appointment lies on a day off: the next working day binds
    FINISHED_ON_DAY_OFF = "finished_on_day_off"  # past the date, but no working day had passed
    TIME_OF_DAY = "time_of_day"  # on the due day, after the minute: the law counts days
    NO_DATE = "no_date"  # neither an appointment nor an allowed time
    CALENDAR_UNKNOWN = "calendar_unknown"
    OTHER = "other"


def by_source(finished_at: datetime, due_at: datetime | None, definition: Definition, *, due_by_day: bool) -> Verdict:
    """As the source's own statistics judge: a day before is early, without a date on time.

    By the minute, the due day itself is on time until the due instant; where only the day of the appointment is known
    (`due_by_day`), until it ends.
    """
    if due_at is None:
        return Verdict.ON_TIME
    finished_on, due_on = _day(finished_at), _day(due_at)
    if finished_on < due_on:
        return Verdict.EARLY
    in_time = finished_on == due_on and (definition is Definition.DAY or due_by_day or finished_at <= due_at)
    return Verdict.ON_TIME if in_time else Verdict.LATE


def by_law(finished_at: datetime, dates: DossierDates, calendar: WorkingCalendar) -> Verdict:
    """Against the binding date: late from the next working day, procedures in hours by the minute.

    Raises:
        CalendarUnknownError: a day falls into a year the calendar does not know.
    """
    if dates.due_at is None or dates.due_on is None:
        return Verdict.UNKNOWN
    finished_on = _day(finished_at)
    if finished_on < dates.due_on:
        return Verdict.EARLY
    if dates.by_minute and finished_at > dates.due_at:
        return Verdict.LATE
    return Verdict.LATE if calendar.working_days_between(dates.due_on, finished_on) >= 1 else Verdict.ON_TIME


def when_finished(dossier: DossierFile, finished_at: datetime) -> DossierState:
    """The dossier as it stood then. A pause that nobody ended lasted until the result."""
    state = state_at(dossier, finished_at, present=False)
    pauses = state.pauses
    if pauses and pauses[-1].end is None:
        pauses = (*pauses[:-1], Pause(start=pauses[-1].start, end=max(finished_at, pauses[-1].start)))
    return replace(state, pauses=pauses, paused=False, paused_since=None)


def why_different(
    finished_at: datetime,
    due_at: datetime | None,
    state: DossierState,
    dates: DossierDates,
    own_on_without_pauses: Callable[[], date | None],
) -> Reason:
    """The most telling reason why the source and the law judge a dossier differently."""
    if dates.due_at is None or dates.due_on is None:
        return Reason.NO_DATE
    if due_at is None or dates.appointment_on is None:
        return Reason.NO_APPOINTMENT
    if dates.original_due_on is not None:
        return Reason.EXTENSION
    if dates.due_on > dates.appointment_on:
        unpaused = own_on_without_pauses() if state.pauses else None
        return Reason.PAUSE if unpaused and unpaused <= dates.appointment_on else Reason.APPOINTMENT_EARLIER
    if dates.by_minute and dates.due_at > due_at:
        return Reason.APPOINTMENT_EARLIER
    if _day(finished_at) > dates.due_on:
        return Reason.FINISHED_ON_DAY_OFF
    if dates.appointment_on != _day(due_at):
        return Reason.DAY_OFF
    return Reason.TIME_OF_DAY if _day(finished_at) == dates.due_on else Reason.OTHER


def _day(moment: datetime) -> date:
    return moment.astimezone(HANOI).date()
