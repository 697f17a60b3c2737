"""A run: its settings, clock, warehouse and findings, opened once and joined by the stages inside it.

Between Prefect tasks only the run's id travels; whatever a stage needs in memory it finds here, in the process that
holds the run lock. Opening decides dry runs and refuses an as_of that would turn the warehouse's time back.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tasks.calendar_files import shipped_calendar
from tasks.clock import Clock, machine_now, parse_as_of
from tasks.intake.landing import Landing
from tasks.refused_requests import AsOfRefusedError as AsOfRefusedError
from tasks.rules.deadlines import RULE_VERSION
from tasks.rules.difference_model import Asked, Comparison, Scope
from tasks.rules.ladder import Rung
from tasks.rules.model import SourceLine
from tasks.rules.office_hours import OfficeHours
from tasks.rules.records import FlagRules
from tasks.rules.report_model import ReportAsked
from tasks.rules.situation import Cadence
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import WorkingCalendar
from tasks.settings import Settings, load_settings
from tasks.store import Store, is_current, open_store
from warehouse import runs
from warehouse.errors import LockBusyError as LockBusyError
from warehouse.run_lock import HeldLock, run_lock, source_lock

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What was asked for, in plain values: exactly what a Prefect form or the command line can say."""

    flow: str
    config: str
    as_of: str = ""  # ISO 8601; "" is now
    source: str = ""  # only this source
    dry_run: bool = False
    out: str = ""  # dry run: folder for the mails it would send
    outside_window: bool = False
    reason: str = ""
    accept_drop: bool = False  # sync: far fewer records than before are right this time
    wait_seconds: float = 0.0  # for the run lock
    reads_only: bool = False  # changes nothing but its own book: needs no run lock, and no copy for a dry run
    looks_back: bool = False  # writes no row at all, so that it may speak of any moment of the past
    asked: Asked = field(default_factory=Asked)  # reconcile: what is compared, who asks
    report: ReportAsked = field(default_factory=ReportAsked)  # report: which, and from whose knowledge


@dataclass(kw_only=True)
class Run:
    """An open run. Stages leave their findings here; the flow that opened it draws the conclusion."""

    request: RunRequest
    run_id: str
    settings: Settings
    clock: Clock
    store: Store
    landing: Landing
    calendar: WorkingCalendar
    hours: OfficeHours
    dry_run: bool
    lock: HeldLock | None = None  # a dry run on a copy needs none
    early: bool = False  # one source was pulled before the run lock was taken
    sources: dict[str, SourceLine] = field(default_factory=dict)
    flags: dict[str, int] = field(default_factory=lambda: {"opened": 0, "closed": 0, "open": 0})
    released: dict[str, int] = field(default_factory=dict)  # rows a person let in: outcome → number
    composed: int = 0
    mail_fault: str = ""  # server not reached, login or certificate refused, no directory …
    mail_waits: str = ""  # why mails were not sent although nothing is wrong: stopped, shadow, outside_window …
    idle: str = ""  # why there was nothing to do
    kept: dict[str, Any] = field(default_factory=dict)  # what one stage leaves for the next
    comparison: Comparison = field(default_factory=lambda: Comparison(scope=Scope()))  # reconcile

    @property
    def business_date(self) -> date:
        """The Hanoi day of as_of: part of every ledger key."""
        return self.clock.business_date

    def ensure_lock(self) -> None:
        """Raise LockLostError when another run may hold the lock by now; before every irreversible step."""
        if self.lock is not None:
            self.lock.ensure()

    def now_for_plausibility(self) -> datetime:
        """Against which "in the future" is judged: the machine's clock, in a sandbox the run's (design §2)."""
        return self.clock.now() if self.settings.warehouse.sandbox else machine_now()

    @property
    def flag_rules(self) -> FlagRules:
        """Thresholds from the configuration."""
        reminders, flags = self.settings.reminders, self.settings.flags
        return FlagRules(
            due_soon_dossier=reminders.due_soon_working_days.dossier,
            due_soon_recommendation=reminders.due_soon_working_days.recommendation,
            recommendation_default_days=reminders.recommendation_default_days,
            stalled_working_days=flags.stalled_working_days,
            stale_working_days=flags.stale_working_days,
            no_plan_working_days=flags.no_plan_working_days,
            enforce_from={s.name: s.enforce_from for s in self.settings.sources if s.enforce_from is not None},
            off=frozenset(f.value for f in flags.off),
        )

    @property
    def cadence(self) -> Cadence:
        """Weekdays, repetition and ladder from the configuration."""
        reminders = self.settings.reminders
        return Cadence(
            due_soon_weekdays=frozenset(WEEKDAYS.index(d) for d in reminders.due_soon_weekdays),
            repeat_working_days=reminders.repeat_working_days,
            ladder=tuple(Rung(r.level, r.after_working_days, r.audience, r.approval) for r in reminders.ladder),
        )


_open: dict[str, Run] = {}


def current(run_id: str) -> Run:
    """The open run of that id in this process."""
    return _open[run_id]


def inside_a_run() -> bool:
    """Whether a run is open in this process."""
    return bool(_open)


@contextmanager
def enter_run(request: RunRequest, ahead: Callable[[Run], None] | None = None) -> Iterator[tuple[Run, bool]]:
    """Open a run under the run lock, or join the one that is open here. The second value: True for the opener.

    `ahead`: what a run of one named source that is ready to wait for the lock does before it, under the lock of that
    source. It may read the warehouse and fill the landing, and writes no row.

    Raises:
        ConfigError: the configuration is faulty.
        AsOfRefusedError: as_of lies before the last flag run.
        LockBusyError: another run works on this warehouse.
        SchemaError, WarehouseUnavailableError: the database cannot be used.
    """
    if _open:
        yield next(iter(_open.values())), False
        return
    with ExitStack() as stack:
        run = _opened(request, stack, early=ahead is not None and bool(request.source) and request.wait_seconds > 0)
        _open[run.run_id] = run
        stack.callback(_open.pop, run.run_id)
        if ahead and run.early:
            ahead(run)
            _have_turn(run, stack)
        yield run, True


def _opened(request: RunRequest, stack: ExitStack, *, early: bool) -> Run:
    os.umask(os.umask(0o077) | 0o027)  # a worker may have been set up otherwise
    settings = load_settings(Path(request.config), os.environ)
    asked = _asked_as_of(request.as_of)
    dry_run = request.dry_run or (_is_another_day(asked) and not settings.warehouse.sandbox)
    copied = dry_run and not (request.reads_only and is_current(settings.warehouse.url))
    store = stack.enter_context(open_store(settings.warehouse.url, dry_run=copied))
    run_id = _run_id(request.flow, asked or machine_now())
    lock: HeldLock | None = None
    if early := early and not dry_run:
        stack.enter_context(source_lock(store.engine, request.source, run_id))
    elif not request.reads_only and (not dry_run or store.engine.dialect.name != "sqlite"):
        lock = stack.enter_context(run_lock(store.engine, run_id, wait=request.wait_seconds))
    clock = Clock.at(asked) if request.looks_back else _clock(asked, store, settings, dry_run=dry_run)
    calendar = shipped_calendar(settings.calendar.files, saturday_counts=settings.calendar.saturday_counts)
    calendar.is_working_day(clock.business_date)  # a year it does not know is refused for the run
    run = Run(
        request=request,
        run_id=run_id,
        settings=settings,
        clock=clock,
        store=store,
        landing=Landing(Path(settings.landing.path), dry=dry_run or request.reads_only),
        calendar=calendar,
        hours=OfficeHours.parse(settings.calendar.working_hours, settings.calendar.same_day_cutoff),
        dry_run=dry_run,
        lock=lock,
        early=early,
        comparison=Comparison(scope=request.asked.scope(request.source)),
    )
    store.guard = run.ensure_lock
    return run


def _have_turn(run: Run, stack: ExitStack) -> None:
    """From here on under the run lock, and as of now: what is loaded is known from now on, whenever it was pulled."""
    run.lock = stack.enter_context(run_lock(run.store.engine, run.run_id, wait=run.request.wait_seconds))
    run.clock = _clock(_asked_as_of(run.request.as_of), run.store, run.settings, dry_run=run.dry_run)


def _clock(asked: datetime | None, store: Store, settings: Settings, *, dry_run: bool) -> Clock:
    """Made only now: waiting for the lock makes nothing older than it says."""
    clock = Clock.at(asked)
    _refuse_yesterday(asked, dry_run=dry_run, settings=settings)
    with store.reading() as conn:
        _refuse_turning_back(conn, clock, settings)
    return clock


def locale_of(request: RunRequest) -> str:
    """The language of what is told of a request that was refused before there was a run."""
    return load_settings(Path(request.config), os.environ, secrets=False).locale


def _is_another_day(asked: datetime | None) -> bool:
    return asked is not None and asked.astimezone(HANOI).date() != machine_now().date()


def _refuse_yesterday(asked: datetime | None, *, dry_run: bool, settings: Settings) -> None:
    """A real run that waited for the lock past midnight is no longer of the day it was asked for."""
    if _is_another_day(asked) and not dry_run and not settings.warehouse.sandbox:
        raise AsOfRefusedError("day_over")


def _asked_as_of(text: str) -> datetime | None:
    try:
        return parse_as_of(text)
    except ValueError:
        raise AsOfRefusedError("not_a_moment", text=text) from None


def _refuse_turning_back(conn: Any, clock: Clock, settings: Settings) -> None:
    last = runs.last_flag_as_of(conn)
    if settings.warehouse.sandbox and last is not None and clock.as_of < last:
        as_of, at = (moment.astimezone(HANOI).isoformat(timespec="seconds") for moment in (clock.as_of, last))
        raise AsOfRefusedError("before_last_flags", as_of=as_of, last=at)


def _run_id(flow: str, asked_at: datetime) -> str:
    """Readable and unique: flow, the moment asked for, and a short tail from the machine's clock."""
    tail = hashlib.sha256(machine_now().isoformat().encode()).hexdigest()[:6]
    return f"{flow}-{asked_at.astimezone(HANOI):%Y%m%d-%H%M}-{tail}"


def versions(run: Run) -> tuple[str, str]:
    """(rule version, calendar version) in force for the run."""
    return RULE_VERSION, run.calendar.version
