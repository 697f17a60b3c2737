"""What an outside watcher expects to have happened by now, and what of it is missing.

Values in, values out. Beats are written by runs (`tasks/heartbeat`) and kept in `warehouse/heartbeats`; how a missing
one is said stands in `deployments/heartbeat_words`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import WorkingCalendar

UP = "up"  # the job of the server that starts all others
SERVING, STOPPED = "serving", "stopped"
BEATS_EVERY = timedelta(minutes=5)  # of the server
MAIL_CODES = frozenset({"morning", "not_out", "refused", "uncertain", "stopped"})  # a mail is missing, not only a run
_BULLETIN_BY, _SYNC_FROM, _SYNC_UNTIL = time(8, 15), time(8), time(17)  # beside the crons of design §11
_SYNC_WITHIN, _NIGHT_WITHIN, _UP_WITHIN = timedelta(hours=2), timedelta(days=2), 3 * BEATS_EVERY


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """The last sign of life of a job: a flow, a flow of one source (`sync:<source>`), or `up`."""

    job: str
    at: datetime
    business_date: date
    run_id: str = ""
    state: str
    exit_status: int | None = None
    ended_on: date | None = None  # the last business date on which a run of it came to its end
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDay:
    """How the mails of one business date stand; what a person has settled is not counted."""

    waiting: int = 0  # planned, claimed, in data or to be tried again
    refused: int = 0
    uncertain: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """Everything the watcher looks at. `stopped_at`: since when a person keeps all mail stopped."""

    beats: Mapping[str, Beat]
    first_run_at: datetime | None
    mails: MailDay  # of `day_looked_at`
    stopped_at: datetime | None = None
    sources: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One thing that should be there. `since` is when it was due, or when it was last seen."""

    code: str
    since: datetime
    job: str = ""
    count: int = 0


def day_looked_at(now: datetime, window_closes: time, calendar: WorkingCalendar) -> date:
    """The last working day whose mail window has closed. Raises CalendarUnknownError."""
    at = now.astimezone(HANOI)
    if calendar.is_working_day(at.date()) and at.time() >= window_closes:
        return at.date()
    return calendar.previous_working_day(at.date())


def missing_at(now: datetime, signs: Signs, window_closes: time, calendar: WorkingCalendar) -> tuple[Missing, ...]:
    """What is missing now, mails first; nothing on a day off. Raises CalendarUnknownError."""
    if not calendar.is_working_day(now.astimezone(HANOI).date()):
        return ()
    if signs.first_run_at is None:
        return (Missing(code="never", since=now),)
    day = day_looked_at(now, window_closes, calendar)
    closed = datetime.combine(day, window_closes, HANOI)
    return (
        *_morning(signs, closed),
        *_mails(signs, closed),
        *_bulletin(now, signs),
        *_sync(now, signs),
        *_housekeeping(now, signs, signs.first_run_at),
        *_server(now, signs),
    )


def _morning(signs: Signs, closed: datetime) -> Iterator[Missing]:
    if not _ended_on(signs, "morning", closed.date()) and _was_there(signs, closed):
        yield Missing(code="morning", since=closed, job="morning")


def _mails(signs: Signs, closed: datetime) -> Iterator[Missing]:
    """A stop is somebody's will for the day it was made; after the window of the next one it may be forgotten."""
    if signs.stopped_at is not None:
        if signs.stopped_at.astimezone(HANOI).date() < closed.date():
            yield Missing(code="stopped", since=signs.stopped_at)
    elif signs.mails.waiting:
        yield Missing(code="not_out", since=closed, count=signs.mails.waiting)
    if signs.mails.refused:
        yield Missing(code="refused", since=closed, count=signs.mails.refused)
    if signs.mails.uncertain:
        yield Missing(code="uncertain", since=closed, count=signs.mails.uncertain)


def _bulletin(now: datetime, signs: Signs) -> Iterator[Missing]:
    """The morning sends it too; one that found the morning still at work is a sign of life."""
    due = datetime.combine(now.astimezone(HANOI).date(), _BULLETIN_BY, HANOI)
    beat = signs.beats.get("bulletin")
    busy = beat is not None and beat.state == "busy" and beat.business_date == due.date()
    told = busy or any(_ended_on(signs, job, due.date()) for job in ("bulletin", "morning"))
    if now >= due and not told and _was_there(signs, due):
        yield Missing(code="bulletin", since=due, job="bulletin")


def _sync(now: datetime, signs: Signs) -> Iterator[Missing]:
    """Of every source, by a run of all or of its own; looked at in office hours only."""
    today = now.astimezone(HANOI).date()
    oldest = min(now, datetime.combine(today, _SYNC_UNTIL, HANOI)) - _SYNC_WITHIN
    if oldest < datetime.combine(today, _SYNC_FROM, HANOI) or not _was_there(signs, oldest):
        return
    ends = {source: _last_end(signs, "sync", "morning", f"sync:{source}") for source in signs.sources}
    old = {source: last or oldest for source, last in ends.items() if last is None or last < oldest}
    if old:
        yield Missing(code="sync", since=min(old.values()), job=", ".join(old))


def _housekeeping(now: datetime, signs: Signs, first_run_at: datetime) -> Iterator[Missing]:
    last = _last_end(signs, "housekeeping") or first_run_at
    if now - last > _NIGHT_WITHIN:
        yield Missing(code="housekeeping", since=last, job="housekeeping")


def _server(now: datetime, signs: Signs) -> Iterator[Missing]:
    """Only where `dondoc up` has ever served: elsewhere cron or workers do."""
    beat = signs.beats.get(UP)
    if beat is not None and now - beat.at > _UP_WITHIN:
        yield Missing(code="up_stopped" if beat.state == STOPPED else "up_silent", since=beat.at, job=UP)


def _ended_on(signs: Signs, job: str, day: date) -> bool:
    """On that business date or a later one."""
    beat = signs.beats.get(job)
    return beat is not None and beat.ended_on is not None and beat.ended_on >= day


def _last_end(signs: Signs, *jobs: str) -> datetime | None:
    ends = (beat.ended_at for job in jobs if (beat := signs.beats.get(job)))
    return max(filter(None, ends), default=None)


def _was_there(signs: Signs, due: datetime) -> bool:
    """Nothing is expected of the time before the first run."""
    return signs.first_run_at is not None and signs.first_run_at <= due
