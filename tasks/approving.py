"""The approval desk inside Prefect: which mails a person may let go today, his form, and what became of his word.

Asking holds no run lock and changes nothing. A decision is the same short, audited act at the desk as that of
`dondoc outbox approve`; sending is the reminders' run. Words and table are in `tasks/reports/approval`.
"""

import os
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from prefect.artifacts import create_table_artifact
from prefect.input import RunInput

from tasks.clock import Clock, parse_as_of
from tasks.mail.frozen import thaw_digest
from tasks.narration import logger
from tasks.refused_requests import AsOfRefusedError
from tasks.reports.approval import APPROVE, DROP, KEEP, choices_in, clock_of, form_of, say, table_of
from tasks.reports.approval import HeldMail as HeldMail
from tasks.rules.timezone import HANOI
from tasks.rules.words import WITHOUT_ITEMS
from tasks.run_book import REPORTS
from tasks.settings import Settings, load_settings
from tasks.store import open_store
from warehouse import desk, ledger, ledger_read
from warehouse.errors import DeskError, IllegalTransitionError

CHANGED = "changed"  # what became of a mail that moved on while its approver thought


class SubmissionRefusedError(ValueError):
    """Nothing is put before anybody: the message says why, in the configured language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What is put before a person: by whom, on which day, until when he may answer."""

    settings: Settings
    clock: Clock
    asked_by: str
    until: datetime

    @property
    def seconds_left(self) -> int:
        """Until nobody needs to answer any more; 0 or less: too late."""
        return int((self.until - self.clock.now()).total_seconds())

    def say(self, key: str, **words: object) -> str:
        """A sentence in the configured language."""
        locale = self.settings.locale
        return say(locale, key, until=clock_of(locale, self.until), **words)


def submission(config: str, asked_by: str, wait_minutes: int, as_of: str) -> Submission:
    """Open the desk. A mail of today can be sent until the end of catching up, so nobody waits longer.

    Raises:
        ConfigError: the configuration is faulty.
        SubmissionRefusedError: nobody submits, or a moment was given for a real warehouse.
    """
    settings = load_settings(Path(config), os.environ)
    if not asked_by.strip():
        raise SubmissionRefusedError(say(settings.locale, "nobody"))
    if as_of and not settings.warehouse.sandbox:
        raise SubmissionRefusedError(say(settings.locale, "sandbox_only"))
    try:
        clock = Clock.at(parse_as_of(as_of))
    except ValueError:
        raise SubmissionRefusedError(AsOfRefusedError("not_a_moment", text=as_of).sentence(settings.locale)) from None
    end = datetime.combine(clock.business_date, settings.reminders.catches_up_until, HANOI)
    asked = clock.as_of.timestamp() + 60 * wait_minutes
    until = min(end, datetime.fromtimestamp(asked, HANOI))
    return Submission(settings=settings, clock=clock, asked_by=asked_by, until=until)


def held_mails(asked: Submission) -> list[HeldMail]:
    """Today's mails that only a person lets go: those that need an approval, and those a person held back."""
    with open_store(asked.settings.warehouse.url, dry_run=False) as store, store.reading() as conn:
        held = ledger_read.mails_of(conn, business_date=asked.clock.business_date, state=ledger.HELD)
        chosen = [m["id"] for m in held if m["reason"] == desk.APPROVAL or ledger.held_by(m)]
        rows = [row for mail_id in chosen if (row := ledger_read.mail(conn, mail_id)) is not None and row["body"]]
    return [
        HeldMail(
            mail_id=row["id"],
            post=row["post"],
            subject=row["subject"],
            reason=row["reason"],
            digest=thaw_digest(row["digest"]) if row["audience"] not in WITHOUT_ITEMS else None,
        )
        for row in rows
    ]


def show_held_mails(asked: Submission, mails: Sequence[HeldMail]) -> None:
    """What is put before the approver, as a table of this run."""
    rows, told = table_of(mails, asked.settings.locale)
    create_table_artifact(table=rows, key=f"approve-{asked.clock.business_date:%Y%m%d}", description=told)


def form(asked: Submission, mails: Sequence[HeldMail], fault: str) -> type[RunInput]:
    """The approver's form; `fault`: what was wrong with his last answer."""
    day = f"{asked.clock.business_date:%d/%m/%Y}"
    told = asked.say("form", n=len(mails), day=day, asked_by=asked.asked_by)
    told = f"{asked.say('again', fault=fault)}\n\n{told}" if fault else told
    made: type[RunInput] = form_of(mails, asked.settings.locale, RunInput).with_initial_data(description=told)
    return made


def fault_in(asked: Submission, mails: Sequence[HeldMail], given: Mapping[str, Any]) -> str:
    """Why the answer cannot be taken; "" where it can."""
    if not given["approver"].strip():
        return asked.say("no_approver")
    if _folded(given["approver"]) == _folded(asked.asked_by):
        return asked.say("same_person")
    drops = DROP in choices_in(given, mails, asked.settings.locale).values()
    return asked.say("no_reason") if drops and not given["reason"].strip() else ""


def decide(asked: Submission, mails: Sequence[HeldMail], given: Mapping[str, Any]) -> tuple[str, bool]:
    """Carry out the answer, mail by mail; what became of them as sentences, and whether anything may go out now."""
    outcome = {}
    by, reason = given["approver"].strip(), given["reason"].strip()
    with open_store(asked.settings.warehouse.url, dry_run=False) as store:
        for mail_id, choice in choices_in(given, mails, asked.settings.locale).items():
            now = asked.clock.now()
            try:
                with store.transaction() as conn:
                    if choice == APPROVE:
                        desk.approve_mail(conn, mail_id, by, now, today=now.astimezone(HANOI).date())
                    elif choice == DROP:
                        desk.cancel_mail(conn, mail_id, by, reason, now)
                outcome[mail_id] = choice
            except (DeskError, IllegalTransitionError):
                outcome[mail_id] = CHANGED
    logger().info("held mails: %s", ", ".join(f"{n} {what}" for what, n in sorted(Counter(outcome.values()).items())))
    return _told(asked, by, outcome), APPROVE in outcome.values()


def what_went(asked: Submission, message: str | None) -> str:
    """How the sending after a decision ended, with its reason where approved mails wait, above all a closed window."""
    told = asked.say("sending", outcome=message)
    report = [*REPORTS.values()][-1] if REPORTS else {}
    return " ".join(filter(None, (told, report.get("mail_waits"), report.get("mail_fault"))))


def _told(asked: Submission, by: str, outcome: Mapping[int, str]) -> str:
    counts = Counter(outcome.values())
    told = asked.say("done", by=by, approved=counts[APPROVE], dropped=counts[DROP], kept=counts[KEEP])
    changed = [str(mail_id) for mail_id, what in outcome.items() if what == CHANGED]
    return f"{told} {asked.say('changed', ids=', '.join(changed))}" if changed else told


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
