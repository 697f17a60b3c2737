"""The ledger of mails: "twice never, forgotten never" (design §9, faults §4.2).

Every mail is a row before it is a message, and moves only along `TRANSITIONS`, each step one conditional UPDATE in
the caller's transaction. `in_data` must be committed before the first byte goes out: what dies there stays
`uncertain`. Reads are in `ledger_read`, acts of persons in `desk`; who gets what is decided in `tasks/rules`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from warehouse.errors import AlreadyPlannedError, IllegalTransitionError
from warehouse.tables import mail_items, mails

PLANNED, CLAIMED, IN_DATA, HANDED = "planned", "claimed", "in_data", "handed"
RETRY, REFUSED, UNCERTAIN = "retry", "refused", "uncertain"
EXPIRED, SUPERSEDED, HELD = "expired", "superseded", "held"
STATES = (PLANNED, CLAIMED, IN_DATA, HANDED, RETRY, REFUSED, UNCERTAIN, EXPIRED, SUPERSEDED, HELD)
HELD_BY_MODE = ("shadow", "ops_only")  # reasons that end by themselves when the mode changes
KILLED_IN_DATA = "killed_in_data"

# The whole diagram: from which states a mail may come into the one named. `uncertain` is left by a person only.
TRANSITIONS: Mapping[str, tuple[str, ...]] = {
    CLAIMED: (PLANNED, RETRY),
    IN_DATA: (CLAIMED,),
    HANDED: (IN_DATA, UNCERTAIN),
    RETRY: (CLAIMED, IN_DATA),
    REFUSED: (CLAIMED, IN_DATA, UNCERTAIN),
    UNCERTAIN: (IN_DATA,),
    PLANNED: (CLAIMED, HELD, UNCERTAIN),
    HELD: (PLANNED, RETRY),
    EXPIRED: (PLANNED, RETRY, HELD),
    SUPERSEDED: (PLANNED, CLAIMED, RETRY, HELD),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    """One mail as composed: its key, the bytes that will go out, and the digest they were rendered from."""

    business_date: date
    audience: str
    address: str
    revision: int
    kind: str  # reminder | all_clear | bulletin | report
    post: str
    message_id: str
    subject: str
    body: bytes
    digest: Mapping[str, Any]
    fingerprint: str
    as_of: datetime
    data_moment: datetime | None
    run_id: str
    state: str = PLANNED  # or held, with the reason: approval, shadow, stopped …
    reason: str = ""
    resolved_by: str | None = None  # who holds it back, where a person does


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """What a mail says of one item; only `asked` items cause mails and count for the ladder."""

    role: str  # asked | informed | cleared | corrected
    item_key: str
    subject: str
    code: str
    flag: str
    family: str
    arming: str
    level: int
    unit_code: str
    tier: int | None = None
    announced_level: int | None = None
    announced_on: date | None = None
    corrects: Sequence[int] = ()


def plan(conn: Connection, mail: MailRow, items: Sequence[ItemRow]) -> int:
    """Enter a composed mail with its items; returns its id.

    Raises AlreadyPlannedError when the key (business_date, audience, address, revision) or an asked item (item,
    family, arming event, level, audience, business_date) is taken; the transaction goes on, with nothing added.
    """
    assert mail.state == HELD or (mail.state == PLANNED and mail.body)
    common = {"business_date": mail.business_date, "audience": mail.audience, "live": True}
    try:
        with conn.begin_nested():
            values = asdict(mail) | {"digest": dict(mail.digest), "touched_by": mail.run_id}
            key = conn.execute(insert(mails).values(values)).inserted_primary_key
            assert key is not None
            mail_id = int(key[0])
            rows = [
                asdict(item) | common | {"corrects": list(item.corrects), "mail_id": mail_id, "ordinal": place}
                for place, item in enumerate(items)
            ]
            if rows:
                conn.execute(insert(mail_items), rows)
    except IntegrityError as fault:
        if "unique" not in str(fault.orig).lower():
            raise
        raise AlreadyPlannedError(mail.business_date.isoformat(), mail.audience, mail.revision) from None
    return mail_id


def claim(conn: Connection, mail_id: int, run_id: str, now: datetime) -> None:
    """Take a planned or retry row in hand; from here on this run answers for it, and no person has judged its end."""
    _move(conn, mail_id, CLAIMED, {"claimed_at": now, "touched_by": run_id, "resolved_by": None})


def mark_in_data(conn: Connection, mail_id: int, now: datetime, *, run_id: str | None = None) -> None:
    """The message is about to go out: commit before its first byte. With `run_id`: only if that run claimed it."""
    mine = mails.c.touched_by == run_id if run_id is not None else None
    _move(conn, mail_id, IN_DATA, {"in_data_at": now}, condition=mine)


def mark_handed(conn: Connection, mail_id: int, now: datetime, reply: str = "") -> None:
    """The server said 250: the mail is its business now."""
    _move(conn, mail_id, HANDED, _settled(now, "", reply), sources=(IN_DATA,))


def mark_refused(conn: Connection, mail_id: int, now: datetime, reason: str, reply: str = "") -> None:
    """The server said a final no."""
    _move(conn, mail_id, REFUSED, _settled(now, reason, reply), sources=(CLAIMED, IN_DATA))


def mark_uncertain(conn: Connection, mail_id: int, now: datetime, reason: str, reply: str = "") -> None:
    """Nobody knows whether the server took it: never sent again by itself."""
    _move(conn, mail_id, UNCERTAIN, _settled(now, reason, reply))


def mark_retry(
    conn: Connection, mail_id: int, now: datetime, next_try_at: datetime, reason: str, reply: str = ""
) -> None:
    """The server surely did not take it and may later; `now` is when it said so."""
    told = _settled(now, reason, reply) | {"next_try_at": next_try_at, "settled_at": None}
    _move(conn, mail_id, RETRY, told)


def hold(conn: Connection, mail_id: int, reason: str, run_id: str | None = None) -> None:
    """Keep a planned or retry row back; `reason`: approval, shadow, ops_only … A person's hold is `desk.hold_mail`."""
    _move(conn, mail_id, HELD, {"reason": reason, "resolved_by": None} | _touched(run_id))


def held_by(mail: Mapping[str, Any]) -> str:
    """Who at the desk holds this mail back; "" for mails held by a mode or a fault, and for all that are not held.

    A superseded row keeps both the person and the reason: the hold is on the recipient's mail of that day, whatever
    is written in it.
    """
    return str(mail["resolved_by"] or "") if mail["state"] in (HELD, SUPERSEDED) and mail["reason"] else ""


def release(conn: Connection, mail_id: int, run_id: str | None = None) -> None:
    """Let a held row go out after all; never one whose message could not be built."""
    values = {"reason": "", "next_try_at": None} | _touched(run_id)
    _move(conn, mail_id, PLANNED, values, sources=(HELD,), condition=func.length(mails.c.body) > 0)


def supersede(conn: Connection, mail_id: int, run_id: str | None = None, reason: str = "") -> None:
    """Its content is no longer true and nothing has gone out: a further revision takes its place and its items'.

    `reason`: that of a desk hold, which the next revision inherits.
    """
    _move(conn, mail_id, SUPERSEDED, {"reason": reason} | _touched(run_id))
    conn.execute(update(mail_items).where(mail_items.c.mail_id == mail_id).values(live=False))


def expire(conn: Connection, business_date: date, now: datetime, run_id: str | None = None) -> int:
    """Rows of earlier dates that never went out are too late now; returns how many. Their items count as new again."""
    late = and_(mails.c.business_date < business_date, mails.c.state.in_(TRANSITIONS[EXPIRED]))
    values = {"state": EXPIRED, "settled_at": now} | _touched(run_id)
    return conn.execute(update(mails).where(late).values(values)).rowcount


def reclaim(conn: Connection, run_id: str, now: datetime) -> tuple[int, int]:
    """What a dead run left behind, called by the holder of the run lock at once.

    `claimed` rows go back to where they came from; `in_data` rows become `uncertain`. Returns both numbers.
    """
    back = case((mails.c.next_try_at.is_(None), PLANNED), else_=RETRY)
    claimed = conn.execute(
        update(mails).where(mails.c.state == CLAIMED).values(state=back, claimed_at=None, touched_by=run_id)
    )
    doubt = {"state": UNCERTAIN, "touched_by": run_id, **_settled(now, KILLED_IN_DATA, "")}
    in_data = conn.execute(update(mails).where(mails.c.state == IN_DATA).values(doubt))
    return claimed.rowcount, in_data.rowcount


def resolve(conn: Connection, mail_id: int, state: str, values: Mapping[str, Any]) -> None:
    """A person's word about an uncertain row: handed, refused or planned again. Only `desk` calls this."""
    _move(conn, mail_id, state, values, sources=(UNCERTAIN,))


def expire_one(conn: Connection, mail_id: int, reason: str, now: datetime) -> None:
    """Take one row out of today's mails for good; its items come again on the next business day."""
    _move(conn, mail_id, EXPIRED, {"reason": reason, "settled_at": now})


def _settled(now: datetime, reason: str, reply: str) -> dict[str, Any]:
    return {"settled_at": now, "reason": reason, "reply": reply[:500], "tries": mails.c.tries + 1}


def _touched(run_id: str | None) -> dict[str, Any]:
    return {} if run_id is None else {"touched_by": run_id}


def _move(
    conn: Connection,
    mail_id: int,
    state: str,
    values: Mapping[str, Any],
    *,
    sources: Sequence[str] | None = None,
    condition: ColumnElement[bool] | None = None,
) -> None:
    """One UPDATE that moves exactly this row from an allowed state, or IllegalTransitionError with what was found."""
    allowed = TRANSITIONS[state] if sources is None else sources
    where = and_(mails.c.id == mail_id, mails.c.state.in_(allowed))
    if condition is not None:
        where = and_(where, condition)
    if conn.execute(update(mails).where(where).values({"state": state, **values})).rowcount == 1:
        return
    found = conn.execute(select(mails.c.state).where(mails.c.id == mail_id)).scalar_one_or_none()
    raise IllegalTransitionError(mail_id, state, found or "unknown")
