"""Send what is planned: one attempt a claim, the ledger committed before the first byte, every outcome written down.

Nothing here retries. A mail whose fate is unknown stays `uncertain` and is never sent again by itself.
"""

import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from tasks.mail.transport import Mailer, Outcome, open_mailer
from tasks.mail_gates import Barrier, barrier_before_batch, barrier_before_mail, release_held
from tasks.mailer_settings import smtp_settings
from tasks.narration import logger
from tasks.run_context import Run, current
from tasks.settings import SecretError
from tasks.whole_units import to_its_end
from warehouse import ledger, ledger_read
from warehouse.errors import IllegalTransitionError

# Counted from the run's as_of, not from the answer: slots come every 15 minutes, and a mail deferred some seconds into
# one would else miss the slot that is meant and wait for the one after.
RETRY_AFTER = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))


@dataclass(frozen=True, slots=True)
class _Job:
    mail_id: int
    address: str
    body: bytes
    tries: int


@task(name="send mails", cache_policy=NO_CACHE, persist_result=False)
def send_mails(run_id: str, audiences: tuple[str, ...]) -> int:
    """Send today's planned mails of these audiences; returns how many were handed over."""
    run = current(run_id)
    release_held(run, audiences)
    jobs = _jobs(run, audiences)
    barrier = barrier_before_batch(run, audiences, len(jobs))
    if barrier is not None:
        _hold_all(run, jobs, barrier)
        return 0
    if run.dry_run:
        return _as_if_handed(run, jobs)
    try:
        with open_mailer(smtp_settings(run.settings)) as mailer:
            return _send_all(run, mailer, jobs, audiences)
    except SecretError as fault:
        run.mail_fault = fault.code
        logger().error("mail: %s", fault.code)
        return 0


def _jobs(run: Run, audiences: tuple[str, ...]) -> list[_Job]:
    with run.store.reading() as conn:
        rows = [ledger_read.mail(conn, i) for i in ledger_read.sendable(conn, run.business_date, run.clock.now())]
    chosen = [r for r in rows if r is not None and r["audience"] in audiences]
    return [_Job(r["id"], r["address"], bytes(r["body"]), r["tries"]) for r in chosen]


def _hold_all(run: Run, jobs: list[_Job], barrier: Barrier) -> None:
    logger().warning("mail: %d not sent, %s", len(jobs), barrier.code)
    run.mail_waits = barrier.code if jobs and not barrier.fault else run.mail_waits
    if barrier.hold:
        with run.store.transaction() as conn:
            for job in jobs:
                with suppress(IllegalTransitionError):  # the desk was quicker
                    ledger.hold(conn, job.mail_id, barrier.code, run.run_id)
    elif jobs and barrier.fault:
        run.mail_fault = barrier.code


def _as_if_handed(run: Run, jobs: list[_Job]) -> int:
    """A dry run opens no connection; on its copy every mail is taken, so that the bulletin reads like a real one."""
    for job in jobs:
        with run.store.transaction() as conn:
            ledger.claim(conn, job.mail_id, run.run_id, run.clock.now())
            ledger.mark_in_data(conn, job.mail_id, run.clock.now())
            ledger.mark_handed(conn, job.mail_id, run.clock.now())
    return 0


def _send_all(run: Run, mailer: Mailer, jobs: list[_Job], audiences: tuple[str, ...]) -> int:
    handed = 0
    pause = 1.0 / run.settings.mail.rate_per_second
    for place, job in enumerate(jobs):
        barrier = barrier_before_mail(run, audiences)
        if barrier is not None:
            _hold_all(run, jobs[place:], barrier)
            break
        started = time.monotonic()
        outcome = _send_one(run, mailer, job)
        if outcome is None:
            continue
        handed += outcome.kind == "handed"
        if outcome.stop_batch:
            logger().error("mail: batch ended, %s", outcome.code)
            run.mail_fault = str(outcome.code)
            break
        time.sleep(max(0.0, pause - (time.monotonic() - started)))
    return handed


def _send_one(run: Run, mailer: Mailer, job: _Job) -> Outcome | None:
    """The end of the attempt; None when the desk took the mail out of our hands since the batch began."""
    try:
        with run.store.transaction() as conn:
            ledger.claim(conn, job.mail_id, run.run_id, run.clock.now())
    except IllegalTransitionError as taken:
        logger().warning("mail %d: left alone, it is %s", job.mail_id, taken.found)
        return None

    def on_data() -> None:
        run.ensure_lock()
        message.enter_context(to_its_end())
        with run.store.transaction() as conn:
            ledger.mark_in_data(conn, job.mail_id, run.clock.now(), run_id=run.run_id)

    assert job.body, "a mail without a message is held, never planned"
    with ExitStack() as message:
        outcome = mailer.deliver(job.address, job.body, on_data)
        with run.store.transaction() as conn:
            _settle(run, conn, job, outcome)
    logger().info("mail %d: %s %s", job.mail_id, outcome.kind, outcome.code or "")
    return outcome


def _settle(run: Run, conn: Connection, job: _Job, outcome: Outcome) -> None:
    now, reason = run.clock.now(), str(outcome.code or outcome.kind)
    match outcome.kind:
        case "handed":
            ledger.mark_handed(conn, job.mail_id, now, outcome.text)
        case "refused":
            ledger.mark_refused(conn, job.mail_id, now, reason, outcome.text)
        case "uncertain":
            ledger.mark_uncertain(conn, job.mail_id, now, reason, outcome.text)
        case _:
            wait = RETRY_AFTER[min(job.tries, len(RETRY_AFTER) - 1)]
            ledger.mark_retry(conn, job.mail_id, now, run.clock.as_of + wait, reason, outcome.text)
