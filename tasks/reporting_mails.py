"""The mails of a report: to the leadership and to ops, through the ledger like every other mail.

One a reader and period, whenever it is asked for again: what has left, or may have, is never sent anew. Which day a
report is due on is decided here; sending is `sending`'s, under the same button, mode and window.
"""

from dataclasses import replace
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from tasks.books import OPEN_STATES
from tasks.gather import world_of
from tasks.ledger_rows import mail_style, still_held
from tasks.mail.guard import PersonalDataError
from tasks.mail.message import AddressRefusedError, MessageHeaders, build_message
from tasks.narration import logger
from tasks.reporting import REPORT, report_folder, report_stem
from tasks.reports.period_mail import freeze_report, render_report, report_fingerprint
from tasks.rules.model import Audience, Recipient
from tasks.rules.report_model import Period, PeriodKind, Report, ReportMail, last_complete
from tasks.run_context import Run, current
from warehouse import day_book, desk, ledger, ledger_read
from warehouse.ledger import HELD, PLANNED, MailRow

AUDIENCE = Audience.REPORT.value
_ON_TIME = 3  # working days of the new week or month on which a report still goes out by itself


def due_kinds(run: Run) -> list[str]:
    """Which reports are still to be made today: in the first working days after their period, until they are out."""
    with run.store.reading() as conn:
        return [kind.value for kind in PeriodKind if _is_due(run, conn, last_complete(kind, run.business_date))]


def _is_due(run: Run, conn: Connection, period: Period) -> bool:
    if run.calendar.working_days_between(period.last, run.business_date) > _ON_TIME:
        return False
    folder = report_folder(run)
    written = folder is not None and (folder / f"{report_stem(period)}.html").exists()
    return not written or any(not _told(run, conn, one, period) for one in _readers(run, conn))


def has_left(run: Run, kind: str) -> bool:
    """Whether anybody has, or may have, a mail of the report that is asked for."""
    period = last_complete(PeriodKind(kind), run.business_date)
    with run.store.reading() as conn:
        return any(mail["state"] in ("in_data", "handed", "uncertain") for mail in _of_period(conn, period))


@task(name="compose report mails", cache_policy=NO_CACHE, persist_result=False)
def compose_report_mails(run_id: str, kind: str) -> int:
    """Plan the mails of a report that this run has read; returns how many."""
    run = current(run_id)
    report: Report = run.kept[REPORT][kind]
    with run.store.transaction() as conn:
        ledger.expire(conn, run.business_date, run.clock.now(), run.run_id)
        planned = sum(_plan_for(run, conn, one, report) for one in _readers(run, conn))
    run.composed += planned
    logger().info("report %s: %d mails planned", report.period.key, planned)
    return planned


def _readers(run: Run, conn: Connection) -> list[Recipient]:
    """The leadership of the directory, then ops; each address once."""
    world = world_of(run, conn)
    found = {one.address.casefold(): one for one in world.directory.readers("leadership", world.today)}
    for address in run.settings.mail.ops:
        found.setdefault(address.casefold(), Recipient(address=address, post="Bộ phận vận hành", salutation=""))
    return list(found.values())


def _told(run: Run, conn: Connection, reader: Recipient, period: Period) -> list[dict[str, object]]:
    """The mails of that period to that reader which have not lapsed, oldest first."""
    same = _of_period(conn, period)
    return [m for m in same if m["address"] == reader.address and not _has_lapsed(run, m)]


def _of_period(conn: Connection, period: Period) -> list[dict[str, Any]]:
    found = ledger_read.mails_of(conn, audience=AUDIENCE)
    digests = day_book.digests_of(conn, (m["id"] for m in found))
    wanted = (period.kind.value, period.first.isoformat())
    periods = {m["id"]: digests[m["id"]]["report"]["period"] for m in found}
    return [m for m in found if (periods[m["id"]]["kind"], periods[m["id"]]["first"]) == wanted]


def _has_lapsed(run: Run, mail: dict[str, object]) -> bool:
    """Nobody has it and nobody will: too late, or another took its place. What a person cancelled has not lapsed."""
    if mail["state"] == "superseded":
        return True
    expired = mail["state"] == "expired" and mail["reason"] != desk.CANCELLED
    return expired or (mail["state"] in OPEN_STATES and mail["business_date"] != run.business_date)


def _plan_for(run: Run, conn: Connection, reader: Recipient, report: Report) -> bool:
    told = ReportMail(
        business_date=run.business_date, as_of=run.clock.as_of, recipient=reader, revision=1, report=report
    )
    standing = _told(run, conn, reader, report.period)
    for mail in standing:
        if mail["state"] not in OPEN_STATES or mail["fingerprint"] == report_fingerprint(told):
            return False
        by_desk = str(mail["reason"]) if ledger.held_by(mail) else ""
        ledger.supersede(conn, int(str(mail["id"])), run_id=run.run_id, reason=by_desk)
    revision = ledger_read.next_revision(conn, run.business_date, AUDIENCE, reader.address)
    row = _row(run, replace(told, revision=revision))
    ledger.plan(conn, still_held(row, standing[-1] if standing else None), [])
    return True


def _row(run: Run, told: ReportMail) -> MailRow:
    """The rendered bytes with the figures frozen beside them; held without bytes where they cannot be built."""
    mail = run.settings.mail
    headers = MessageHeaders(
        sender=mail.sender,
        sender_name=mail.sender_name,
        reply_to=mail.reply_to,
        to=told.recipient.address,
        business_date=told.business_date,
        audience=Audience.REPORT,
        revision=told.revision,
        as_of=told.as_of,
    )
    subject, body, fault = "", b"", ""
    try:
        rendered = render_report(told, mail_style(run.settings), run.settings.locale)
        subject, body = rendered.subject, build_message(rendered, headers)
    except (AddressRefusedError, PersonalDataError) as refused:
        run.mail_fault, fault = "mail_cannot_be_built", type(refused).__name__
        logger().error("a report cannot be built: %s", fault)
    return MailRow(
        business_date=told.business_date,
        audience=AUDIENCE,
        address=told.recipient.address,
        revision=told.revision,
        kind=AUDIENCE,
        post=told.recipient.post,
        message_id=headers.message_id,
        subject=subject,
        body=body,
        digest=freeze_report(told),
        fingerprint=report_fingerprint(told),
        as_of=told.as_of,
        data_moment=None,
        run_id=run.run_id,
        state=HELD if fault else PLANNED,
        reason=fault,
    )
