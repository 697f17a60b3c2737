"""What the ledger knows, read for composing, sending, the ladder, corrections and the desk.

Mails come as dictionaries of the `mails` columns without the bytes (`mail` alone has them), items with the columns
of `mail_items` and what the reader needs of their mail. Nothing here judges.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, Subquery, and_, func, or_, select

from warehouse.chunks import chunks
from warehouse.ledger import EXPIRED, HANDED, PLANNED, REFUSED, RETRY, STATES, SUPERSEDED, UNCERTAIN
from warehouse.tables import mail_items, mails

Row = dict[str, Any]
Place = tuple[str, str]  # audience, address
_T = TypeVar("_T")

_WITHOUT_ITEMS = ("bulletin", "report")
_LIGHT = [c for c in mails.columns if c.name not in ("body", "digest")]
_ITEM = [c for c in mail_items.columns if c.name != "id"]
_OF_MAIL = [mails.c.address, mails.c.revision, mails.c.state, mails.c.as_of, mails.c.data_moment]
_IN_ORDER = (mails.c.business_date, mails.c.revision, mails.c.id, mail_items.c.ordinal)


@dataclass(frozen=True, slots=True)
class HandedMail:
    """The last mail that surely reached a place, with everything it said."""

    mail: Row
    items: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """Items told in handed mails, and the frozen digests of those mails by id."""

    items: tuple[Row, ...]
    digests: dict[int, dict[str, Any]]


def mails_of(
    conn: Connection, business_date: date | None = None, audience: str | None = None, state: str | None = None
) -> list[Row]:
    """Mails in order of date, id; any of the conditions may be left out."""
    given = {"business_date": business_date, "audience": audience, "state": state}
    chosen = select(*_LIGHT).where(*(mails.c[name] == value for name, value in given.items() if value is not None))
    return _rows(conn, chosen.order_by(mails.c.business_date, mails.c.id))


def mail(conn: Connection, mail_id: int) -> Row | None:
    """One mail with its bytes and digest, None if unknown."""
    found = _rows(conn, select(mails).where(mails.c.id == mail_id))
    return found[0] if found else None


def mail_by_message_id(conn: Connection, message_id: str) -> Row | None:
    """One mail with its bytes and digest by the Message-ID its recipient sees."""
    found = _rows(conn, select(mails).where(mails.c.message_id == message_id))
    return found[0] if found else None


def items_of(conn: Connection, mail_ids: Iterable[int]) -> list[Row]:
    """The items of these mails, by mail and place in it."""
    out: list[Row] = []
    for chunk in chunks(sorted(set(mail_ids))):
        chosen = select(*_ITEM).where(mail_items.c.mail_id.in_(chunk))
        out += _rows(conn, chosen.order_by(mail_items.c.mail_id, mail_items.c.ordinal))
    return out


def sendable(conn: Connection, business_date: date, now: datetime) -> list[int]:
    """Ids of that date's mails that may be tried now, in order of composition."""
    due = or_(mails.c.state == PLANNED, and_(mails.c.state == RETRY, mails.c.next_try_at <= now))
    chosen = select(mails.c.id).where(mails.c.business_date == business_date, due).order_by(mails.c.id)
    return list(conn.execute(chosen).scalars())


def last_handed(conn: Connection) -> dict[Place, HandedMail]:
    """Per (audience, address) the last handed mail, by business date and revision; bulletins, reports do not count."""
    newest = _newest_handed()
    last = select(*_LIGHT).join(newest, mails.c.id == newest.c.id).order_by(mails.c.id)
    found = _rows(conn, last)
    items: dict[int, list[Row]] = {}
    for item in items_of(conn, (row["id"] for row in found)):
        items.setdefault(item["mail_id"], []).append(item)
    return {(row["audience"], row["address"]): HandedMail(row, tuple(items.get(row["id"], ()))) for row in found}


def unsettled_since_last_handed(conn: Connection, since: date) -> dict[Place, tuple[Row, ...]]:
    """Per place the items told in uncertain, refused or expired mails newer than its last handed one.

    Places that never got a mail are not named: everything is new to them. `since` leaves out mails of earlier
    business dates: a warehouse that went from live to shadow expires everything it composes.
    """
    newest = _newest_handed()
    same_day = and_(mails.c.business_date == newest.c.business_date, mails.c.revision > newest.c.revision)
    after = and_(
        mails.c.audience == newest.c.audience,
        mails.c.address == newest.c.address,
        or_(mails.c.business_date > newest.c.business_date, same_day),
    )
    in_doubt = (mails.c.state.in_((UNCERTAIN, REFUSED, EXPIRED)), mails.c.kind.not_in(_WITHOUT_ITEMS))
    out: dict[Place, list[Row]] = {}
    for item in _rows(conn, _told_items(*in_doubt, mails.c.business_date >= since).join(newest, after)):
        out.setdefault((item["audience"], item["address"]), []).append(item)
    return {place: tuple(items) for place, items in out.items()}


def asked_history(conn: Connection, item_keys: Iterable[str]) -> list[Row]:
    """Every handed mail that asked for one of the items, oldest first: what the ladder's waiting days run from."""
    return list(_of_items(conn, item_keys, mails.c.state == HANDED, mail_items.c.role == "asked"))


def told_items(conn: Connection, item_keys: Iterable[str] | None = None, since: date | None = None) -> Told:
    """What handed mails said (asked or informed), with their frozen digests: against it, history is compared.

    Without `item_keys` of all items; `since` leaves out mails of earlier business dates.
    """
    conditions = [
        mails.c.state == HANDED,
        mails.c.kind.not_in(_WITHOUT_ITEMS),
        mail_items.c.role.in_(("asked", "informed")),
    ]
    if since is not None:
        conditions.append(mails.c.business_date >= since)
    if item_keys is None:
        items = _rows(conn, _told_items(*conditions))
    else:
        items = list(_of_items(conn, item_keys, *conditions))
    digests: dict[int, dict[str, Any]] = {}
    for chunk in chunks(sorted({item["mail_id"] for item in items})):
        digests |= dict(conn.execute(select(mails.c.id, mails.c.digest).where(mails.c.id.in_(chunk))).tuples().all())
    return Told(tuple(items), digests)


def corrections_made(conn: Connection, item_keys: Iterable[str] | None = None) -> list[Row]:
    """Corrections already told or possibly told: rows with role corrected in handed or uncertain mails.

    `corrects` lists the ids of the mails each one is about.
    """
    conditions = [mails.c.state.in_((HANDED, UNCERTAIN)), mail_items.c.role == "corrected"]
    if item_keys is None:
        return _rows(conn, _told_items(*conditions))
    return list(_of_items(conn, item_keys, *conditions))


def counts_by_state(conn: Connection, business_date: date | None = None) -> dict[str, int]:
    """Number of mails in each state, all states named."""
    chosen = select(mails.c.state, func.count()).group_by(mails.c.state)
    if business_date is not None:
        chosen = chosen.where(mails.c.business_date == business_date)
    return dict.fromkeys(STATES, 0) | dict(conn.execute(chosen).tuples().all())


def next_revision(conn: Connection, business_date: date, audience: str, address: str) -> int:
    """The first revision not yet taken under this key; the first of a day is 1."""
    taken = select(func.max(mails.c.revision)).where(
        mails.c.business_date == business_date, mails.c.audience == audience, mails.c.address == address
    )
    return (conn.execute(taken).scalar() or 0) + 1


def standing(conn: Connection, business_date: date, audience: str, address: str) -> list[Row]:
    """The mails of this key that are not superseded: more than one only for ops."""
    chosen = select(*_LIGHT).where(
        mails.c.business_date == business_date,
        mails.c.audience == audience,
        mails.c.address == address,
        mails.c.state != SUPERSEDED,
    )
    return _rows(conn, chosen.order_by(mails.c.revision))


def _newest_handed() -> Subquery:
    """The last handed mail of each place, by business date and revision; bulletins and reports do not count."""
    order = func.row_number().over(
        partition_by=(mails.c.audience, mails.c.address),
        order_by=(mails.c.business_date.desc(), mails.c.revision.desc()),
    )
    columns = (mails.c.id, mails.c.audience, mails.c.address, mails.c.business_date, mails.c.revision)
    among = select(*columns, order.label("place")).where(mails.c.state == HANDED, mails.c.kind.not_in(_WITHOUT_ITEMS))
    ranked = among.subquery()
    return select(ranked).where(ranked.c.place == 1).subquery()


def _told_items(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(*_ITEM, *_OF_MAIL).join(mails).where(*conditions).order_by(*_IN_ORDER)


def _of_items(conn: Connection, item_keys: Iterable[str], *conditions: ColumnElement[bool]) -> Iterator[Row]:
    found: list[Row] = []
    for chunk in chunks(sorted(set(item_keys))):
        found += _rows(conn, _told_items(mail_items.c.item_key.in_(chunk), *conditions))
    yield from sorted(found, key=lambda r: (r["business_date"], r["revision"], r["mail_id"], r["ordinal"]))


def _rows(conn: Connection, chosen: Select[Any]) -> list[Row]:
    return [dict(row) for row in conn.execute(chosen).mappings()]
