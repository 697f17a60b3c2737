"""The global gates before mails: stop button, mode, window, empty directory (design §9)."""

from dataclasses import dataclass

from sqlalchemy import Connection

from tasks.rules.timezone import HANOI
from tasks.run_context import Run
from warehouse import current, desk, ledger, ledger_read


@dataclass(frozen=True, slots=True)
class Barrier:
    """Why nothing is sent. `hold`: the mails are set aside for the day; else they stay planned for a later slot."""

    code: str  # stopped, shadow, ops_only, outside_window, empty_directory
    hold: bool = False
    fault: bool = False  # makes the run incomplete


def mail_mode(run: Run, conn: Connection) -> str:
    """The mode in force: the desk's last word, else the configuration's starting value."""
    return desk.mail_switch(conn).mode or run.settings.mail.mode


def barrier_before_batch(run: Run, audiences: tuple[str, ...], waiting: int) -> Barrier | None:
    """Checked once before a batch."""
    if not waiting:
        return None
    to_ops = audiences == ("ops",)
    with run.store.reading() as conn:
        mode = mail_mode(run, conn)
        if mode == "shadow" or (mode == "ops" and not to_ops):
            return Barrier("shadow" if mode == "shadow" else "ops_only", hold=True)
        if not to_ops and not current.current_rows(conn, "units"):
            return Barrier("empty_directory", fault=True)
    return barrier_before_mail(run) or (None if to_ops else _window(run))


def release_held(run: Run, audiences: tuple[str, ...]) -> None:
    """Mails set aside by a mode that no longer holds go back among the planned: going live is felt the same day."""
    with run.store.transaction() as conn:
        mode = mail_mode(run, conn)
        freed = {"live": ("shadow", "ops_only"), "ops": ("shadow",) if audiences == ("ops",) else ()}.get(mode, ())
        for mail in ledger_read.mails_of(conn, business_date=run.business_date, state="held"):
            if mail["audience"] in audiences and mail["reason"] in freed:
                ledger.release(conn, mail["id"], run.run_id)


def barrier_before_mail(run: Run) -> Barrier | None:
    """Read before each message: the stop button."""
    with run.store.reading() as conn:
        return Barrier("stopped") if desk.mail_switch(conn).stopped else None


def _window(run: Run) -> Barrier | None:
    reminders = run.settings.reminders
    at = run.clock.now().astimezone(HANOI).time()
    if reminders.opens <= at <= reminders.closes:
        return None
    if run.request.outside_window and run.request.reason and at <= reminders.catches_up_until:
        return None
    return Barrier("outside_window")
