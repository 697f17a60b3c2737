"""Acts of persons: disputes, the stop button and the mode, uncertain and held mails, bounced addresses.

Each act is one call in a short transaction of its own and leaves an audit row; none needs the run lock, a run reads
these rows before composing and before each message. `by` names the person or account that answers for the act.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select, update

from warehouse import audit_chain, ledger
from warehouse.errors import DeskError
from warehouse.tables import audit, disputes, mails, switches

MODES = ("shadow", "ops", "live")
OUTCOMES = ("handed", "not_handed", "resend")
RESOLVED_NOT_HANDED = "resolved_not_handed"
CANCELLED = "cancelled"
APPROVAL = "approval"
RESTORED = "restored"  # held in a ledger from a backup: it may have gone out since
BY_DESK = "desk"  # a person's hold without a word of why


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSwitch:
    """Whether mail may go out at all, and to whom. `mode` is None until set here: then configuration decides."""

    stopped: bool
    mode: str | None
    stopped_by: str = ""
    stopped_reason: str = ""
    stopped_at: datetime | None = None


def open_dispute(
    conn: Connection,
    *,
    item_key: str,
    code: str,
    reason: str,
    by: str,
    content_hash: str,
    opened_on: date,
    now: datetime,
) -> int:
    """Note that a unit disputes an item; `opened_on` is the business date, `content_hash` that of its source row.

    Returns the dispute's id. Raises DeskError while another dispute of the item is open.
    """
    mine = and_(disputes.c.item_key == item_key, disputes.c.answered_at.is_(None))
    if conn.execute(select(disputes.c.id).where(mine)).first() is not None:
        raise DeskError("already_disputed", item_key)
    told = {"item_key": item_key, "code": code, "reason": reason, "by": by, "content_hash": content_hash}
    key = conn.execute(insert(disputes).values(**told, opened_on=opened_on, opened_at=now)).inserted_primary_key
    assert key is not None
    audit_chain.append(conn, now, by, "dispute_open", item_key, {"reason": reason})
    return int(key[0])


def answer_dispute(conn: Connection, dispute_id: int, outcome: str, answer: str, by: str, now: datetime) -> None:
    """Close an open dispute as `upheld` (stays out until the source row changes) or `rejected` (returns)."""
    if outcome not in ("upheld", "rejected"):
        raise DeskError("unknown_outcome", outcome)
    mine = and_(disputes.c.id == dispute_id, disputes.c.answered_at.is_(None))
    values = {"answered_at": now, "outcome": outcome, "answer": answer}
    if conn.execute(update(disputes).where(mine).values(values)).rowcount != 1:
        raise DeskError("no_open_dispute", f"dispute {dispute_id}")
    audit_chain.append(conn, now, by, "dispute_answer", str(dispute_id), {"outcome": outcome, "answer": answer})


def open_disputes(conn: Connection) -> list[dict[str, Any]]:
    """Disputes nobody has answered yet, oldest first."""
    chosen = select(disputes).where(disputes.c.answered_at.is_(None)).order_by(disputes.c.opened_at, disputes.c.id)
    return [dict(row) for row in conn.execute(chosen).mappings()]


def all_disputes(conn: Connection, item_keys: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """All disputes, answered ones too, oldest first; of these items only, if given."""
    wanted = None if item_keys is None else set(item_keys)
    rows = conn.execute(select(disputes).order_by(disputes.c.opened_at, disputes.c.id)).mappings()
    return [dict(row) for row in rows if wanted is None or row["item_key"] in wanted]


def mail_switch(conn: Connection) -> MailSwitch:
    """The stop button and the mode as they stand now."""
    mail, mode = _latest(conn, "mail"), _latest(conn, "mode")
    stopped = mail is not None and mail["value"] == "stopped"
    return MailSwitch(
        stopped=stopped,
        mode=None if mode is None else mode["value"],
        stopped_by=mail["by"] if mail and stopped else "",
        stopped_reason=mail["reason"] if mail and stopped else "",
        stopped_at=mail["at"] if mail and stopped else None,
    )


def stop_mail(conn: Connection, by: str, reason: str, now: datetime) -> None:
    """From the next message on nothing goes out."""
    _switch(conn, "mail", "stopped", by, reason, now)


def start_mail(conn: Connection, by: str, reason: str, now: datetime) -> None:
    """Mail may go out again."""
    _switch(conn, "mail", "running", by, reason, now)


def set_mode(conn: Connection, mode: str, by: str, reason: str, now: datetime) -> None:
    """shadow: to nobody; ops: to ops only; live."""
    if mode not in MODES:
        raise DeskError("unknown_mode", mode)
    _switch(conn, "mode", mode, by, reason, now)


def mark_bounced(conn: Connection, address: str, by: str, reason: str, now: datetime) -> None:
    """Mail to this address comes back: the deputy is written to instead."""
    _switch(conn, f"address:{address.casefold()}", "bounced", by, reason, now)


def mark_reachable(conn: Connection, address: str, by: str, reason: str, now: datetime) -> None:
    """The address works again."""
    _switch(conn, f"address:{address.casefold()}", "reachable", by, reason, now)


def bounced_addresses(conn: Connection) -> frozenset[str]:
    """Addresses that are to be passed over, in small letters: that is how addresses compare."""
    newest = select(func.max(switches.c.id)).where(switches.c.name.like("address:%")).group_by(switches.c.name)
    chosen = select(switches.c.name).where(switches.c.id.in_(newest), switches.c.value == "bounced")
    return frozenset(str(name).removeprefix("address:") for name in conn.execute(chosen).scalars())


def resolve_uncertain(
    conn: Connection, mail_id: int, outcome: str, by: str, now: datetime, today: date | None = None
) -> None:
    """A person's word about an uncertain mail.

    `handed` counts on the mail's business date; `not_handed` is a refusal; `resend` plans the same bytes again, which
    is refused as `too_late` when `today` is given and is another business date.
    """
    if outcome not in OUTCOMES:
        raise DeskError("unknown_outcome", outcome)
    if outcome == "resend" and today is not None and _date_of(conn, mail_id) != today:
        raise DeskError("too_late", f"mail {mail_id}")
    values: dict[str, Any] = {"resolved_by": by}
    if outcome == "handed":
        ledger.resolve(conn, mail_id, ledger.HANDED, values)
    elif outcome == "not_handed":
        ledger.resolve(conn, mail_id, ledger.REFUSED, values | {"reason": RESOLVED_NOT_HANDED})
    else:
        again = dict.fromkeys(("claimed_at", "in_data_at", "settled_at", "next_try_at"))
        ledger.resolve(conn, mail_id, ledger.PLANNED, values | again | {"reason": ""})
    audit_chain.append(conn, now, by, "outbox_resolve", str(mail_id), {"outcome": outcome})


def hold_mail(conn: Connection, mail_id: int, by: str, reason: str, now: datetime) -> None:
    """Keep a planned or retry mail back until somebody approves it or its day ends; later revisions are held too."""
    ledger.hold(conn, mail_id, reason or BY_DESK)
    conn.execute(update(mails).where(mails.c.id == mail_id).values(resolved_by=by))
    audit_chain.append(conn, now, by, "outbox_hold", str(mail_id), {"reason": reason})


def approve_mail(conn: Connection, mail_id: int, by: str, now: datetime, today: date | None = None) -> None:
    """Let a held mail go out; for the leadership level this is the named person's approval.

    Raises DeskError `no_message` for a mail that could not be built: there is nothing to send; `lapsed` when `today` is
    given and is another business date: what was composed then goes out no more.
    """
    if today is not None and _date_of(conn, mail_id) not in (today, None):
        raise DeskError("lapsed", f"mail {mail_id}")
    body = conn.execute(select(mails.c.body).where(mails.c.id == mail_id, mails.c.state == ledger.HELD)).scalar()
    if body is not None and not bytes(body):
        raise DeskError("no_message", f"mail {mail_id}")
    ledger.release(conn, mail_id)
    conn.execute(update(mails).where(mails.c.id == mail_id).values(resolved_by=by))
    audit_chain.append(conn, now, by, "outbox_approve", str(mail_id), {})


def cancel_mail(conn: Connection, mail_id: int, by: str, reason: str, now: datetime) -> None:
    """Take a mail that has not gone out from today's; its items come again on the next business day."""
    ledger.expire_one(conn, mail_id, CANCELLED, now)
    audit_chain.append(conn, now, by, "outbox_cancel", str(mail_id), {"reason": reason})


def note_accepted_drop(conn: Connection, source: str, by: str, reason: str, now: datetime) -> None:
    """A person said that far fewer records of that source than before are right this time; `by`: the run told so."""
    audit_chain.append(conn, now, by, "accept_drop", source, {"reason": reason})


def note_calendar(conn: Connection, name: str, by: str, reason: str, detail: Mapping[str, Any], now: datetime) -> None:
    """A calendar file was applied; `detail`: how many days and open dossiers it moved."""
    audit_chain.append(conn, now, by, "calendar_apply", name, {"reason": reason, **detail})


def audit_rows(conn: Connection, limit: int = 100) -> list[dict[str, Any]]:
    """The latest acts, newest first."""
    return [dict(row) for row in conn.execute(select(audit).order_by(audit.c.id.desc()).limit(limit)).mappings()]


def _date_of(conn: Connection, mail_id: int) -> date | None:
    return conn.execute(select(mails.c.business_date).where(mails.c.id == mail_id)).scalar_one_or_none()


def _latest(conn: Connection, name: str) -> Mapping[str, Any] | None:
    chosen = select(switches).where(switches.c.name == name).order_by(switches.c.id.desc()).limit(1)
    return conn.execute(chosen).mappings().one_or_none()  # type: ignore[return-value]


def _switch(conn: Connection, name: str, value: str, by: str, reason: str, now: datetime) -> None:
    conn.execute(insert(switches).values(name=name, value=value, by=by, reason=reason, at=now))
    audit_chain.append(conn, now, by, f"switch_{name.split(':', 1)[0]}", value, {"name": name, "reason": reason})
