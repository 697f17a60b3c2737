"""The global gates before mails: stop button, mode, window, empty directory, cap (design §9)."""

from dataclasses import dataclass

from sqlalchemy import Connection

from tasks.rules.timezone import HANOI
from tasks.run_context import Run
from warehouse import current, desk, ledger, ledger_read

REPORTS = ("report",)


@dataclass(frozen=True, slots=True)
class Barrier:
    """Why nothing is sent. `hold`: the mails are set aside for the day; else they stay planned for a later slot."""

    code: str  # stopped, shadow, ops_only, outside_window, empty_directory, cap
    hold: bool = False
    fault: bool = False  # makes the run incomplete


def mail_mode(run: Run, conn: Connection) -> str:
    """The mode in force: the desk's last word, else the configuration's starting value."""
    return _mode(run, desk.mail_switch(conn))


def barrier_before_batch(run: Run, audiences: tuple[str, ...], waiting: int) -> Barrier | None:
    """Checked once before a batch: whatever is checked before each mail, the directory, and the number of mails.

    More mails than the cap are a sign that something is wrong: none goes out until a person has looked.
    """
    if not waiting:
        return None
    barrier = barrier_before_mail(run, audiences)
    if barrier is not None or _to_ops(audiences):
        return barrier
    with run.store.reading() as conn:
        if not current.current_rows(conn, "units"):
            return Barrier("empty_directory", fault=True)
    return Barrier("cap", fault=True) if waiting > run.settings.mail.max_per_run else None


def barrier_before_mail(run: Run, audiences: tuple[str, ...]) -> Barrier | None:
    """Read before each message: the stop button, the mode and, for reminders, the window. Whoever acts is obeyed."""
    to_ops = _to_ops(audiences)
    with run.store.reading() as conn:
        switch = desk.mail_switch(conn)
    mode = _mode(run, switch)
    if mode == "shadow" or (mode == "ops" and not to_ops):
        return Barrier("shadow" if mode == "shadow" else "ops_only", hold=True)
    if switch.stopped:
        return Barrier("stopped")
    return None if to_ops else _window(run, late=audiences == REPORTS)


def over_cap(run: Run, conn: Connection) -> int:
    """How many reminders of today wait although they are more than one run may send; 0 when the cap is kept."""
    today = ledger_read.mails_of(conn, business_date=run.business_date)
    waiting = sum(m["audience"] != "ops" and m["state"] in ("planned", "retry") for m in today)
    return waiting if waiting > run.settings.mail.max_per_run else 0


def too_late(run: Run, conn: Connection) -> int:
    """How many reminders of today wait although their window has closed, and for no other reason."""
    switch = desk.mail_switch(conn)
    closed = run.clock.now().astimezone(HANOI).time() > run.settings.reminders.closes
    if not closed or switch.stopped or _mode(run, switch) != "live" or over_cap(run, conn):
        return 0
    today = ledger_read.mails_of(conn, business_date=run.business_date)
    return sum(m["audience"] not in ("ops", "report") and m["state"] in ("planned", "retry") for m in today)


def release_held(run: Run, audiences: tuple[str, ...]) -> None:
    """Mails set aside by a mode that no longer holds go back among the planned: going live is felt the same day."""
    with run.store.transaction() as conn:
        mode = mail_mode(run, conn)
        freed = {"live": ("shadow", "ops_only"), "ops": ("shadow",) if audiences == ("ops",) else ()}.get(mode, ())
        for mail in ledger_read.mails_of(conn, business_date=run.business_date, state="held"):
            if mail["audience"] in audiences and mail["reason"] in freed and not ledger.held_by(mail):
                ledger.release(conn, mail["id"], run.run_id)


def _to_ops(audiences: tuple[str, ...]) -> bool:
    return audiences == ("ops",)


def _mode(run: Run, switch: desk.MailSwitch) -> str:
    return switch.mode or run.settings.mail.mode


def _window(run: Run, *, late: bool) -> Barrier | None:
    """Reports follow the reminders: they may go until the end of catching up. Never on another day than their own: a
    process that was stopped and woken a day later would tell what was true yesterday.
    """
    reminders, now = run.settings.reminders, run.clock.now().astimezone(HANOI)
    if now.date() != run.business_date:
        return Barrier("outside_window")
    at = now.time()
    if reminders.opens <= at <= (reminders.catches_up_until if late else reminders.closes):
        return None
    if run.request.outside_window and run.request.reason and at <= reminders.catches_up_until:
        return None
    return Barrier("outside_window")
