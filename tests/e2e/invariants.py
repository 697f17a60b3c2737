"""What must hold after a morning that was killed and run again, whatever the kills hit: "twice never, forgotten never".

Reads the warehouse with the product's own tables and compares with an undisturbed play; starts and kills nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from difflib import unified_diff
from typing import Any

from sqlalchemy import Connection, select

from tasks.rules.arming import HEAD_FLAGS, INSPECTING_FLAGS, family
from tasks.rules.model import Flag
from tests.e2e.stagehands import Play
from warehouse import flag_store
from warehouse.dump import dump
from warehouse.engine import open_engine, reading
from warehouse.ledger import KILLED_IN_DATA, TRANSITIONS
from warehouse.tables import mail_items, mails

UNREACHABLE = "31309"  # nobody there has an address
DUE_SOON_WEEKDAYS = (0, 3)
AT_REST = ("handed", "uncertain", "superseded")


@contextmanager
def books(url: str) -> Iterator[Connection]:
    engine = open_engine(url)
    try:
        with reading(engine) as conn:
            yield conn
    finally:
        engine.dispose()


def ledger(conn: Connection, day: date) -> list[dict[str, Any]]:
    """The mails of that business date with their items."""
    rows = [dict(r) for r in conn.execute(select(mails).where(mails.c.business_date == day)).mappings()]
    for row in rows:
        told = conn.execute(select(mail_items).where(mail_items.c.mail_id == row["id"])).mappings()
        row["items"] = [dict(item) for item in told]
    return rows


def in_doubt(url: str, day: date) -> list[dict[str, Any]]:
    """Mails cut off between their first byte and the answer."""
    with books(url) as conn:
        return [m for m in ledger(conn, day) if m["state"] == "uncertain" and m["reason"] == KILLED_IN_DATA]


def check_ids(accepted: Iterable[Any]) -> None:
    """No mail was taken twice by the mail server."""
    copies = Counter(str(caught.message["Message-ID"]) for caught in accepted)
    assert {message_id: n for message_id, n in copies.items() if n > 1} == {}


def check_ledger(url: str, day: date, accepted: list[Any], undisturbed: Play) -> None:
    """Every row is at rest, what is handed was taken by the server, and every mail says what it always says."""
    taken = {str(caught.message["Message-ID"]): caught.body for caught in accepted}
    as_always = undisturbed.mails(day)
    with books(url) as conn:
        rows = ledger(conn, day)
    assert {m["state"] for m in rows} <= set(AT_REST) <= set(TRANSITIONS)
    assert {m["message_id"] for m in rows if m["state"] == "handed"} <= set(taken)
    assert set(taken) <= {m["message_id"] for m in rows if m["state"] in ("handed", "uncertain")}
    people = {m["message_id"]: bytes(m["body"]) for m in rows if m["audience"] != "ops" and m["state"] != "superseded"}
    assert set(people) == {message_id for message_id in as_always if "ops" not in _to(as_always[message_id])}
    assert {i: body for i, body in taken.items() if i in people} == {i: as_always[i] for i in people if i in taken}


def check_as_undisturbed(url: str, day: date, accepted: list[Any], undisturbed: Play) -> None:
    """Nothing was left in doubt: warehouse and mails are those of the play without kills, byte for byte."""
    assert {str(caught.message["Message-ID"]): caught.body for caught in accepted} == undisturbed.mails(day)
    assert difference(undisturbed.dump(day), dumped(url)) == []


def dumped(url: str) -> str:
    engine = open_engine(url)
    try:
        return dump(engine)
    finally:
        engine.dispose()


def difference(expected: str, found: str) -> list[str]:
    return list(unified_diff(expected.splitlines(), found.splitlines(), lineterm="", n=0))


def check_nothing_forgotten(url: str, day: date) -> None:
    """Every open item that somebody can be asked about stands in a mail that was handed or may have been."""
    with books(url) as conn:
        open_items = [row for row in flag_store.open_flags(conn) if _asks_somebody(row)]
        joined = mail_items.join(mails, mail_items.c.mail_id == mails.c.id)
        told = select(mail_items.c.item_key, mail_items.c.family).select_from(joined)
        told = told.where(mails.c.state.in_(("handed", "uncertain")), mail_items.c.role == "asked")
        asked = {tuple(row) for row in conn.execute(told)}
    forgotten = [(r["code"], r["flag"]) for r in open_items if (r["item_key"], family(Flag(r["flag"]))) not in asked]
    assert forgotten == [], day


def check_comes_again(url: str, day: date, doubtful: list[dict[str, Any]]) -> None:
    """On the next business day the recipient's mail holds what an uncertain one asked and is still open."""
    with books(url) as conn:
        still = {(r["item_key"], family(Flag(r["flag"]))): r for r in flag_store.open_flags(conn) if not r["disputed"]}
        today = {(m["audience"], m["address"]): m for m in ledger(conn, day) if m["state"] == "handed"}
    for mail in doubtful:
        if mail["audience"] == "ops":
            continue
        wanted = {(i["item_key"], i["family"]) for i in mail["items"] if i["role"] == "asked"} & set(still)
        alone = {still[key]["flag"] for key in wanted} == {"due_soon"} and day.weekday() not in DUE_SOON_WEEKDAYS
        again = today.get((mail["audience"], mail["address"]))
        asked = {(i["item_key"], i["family"]) for i in again["items"] if i["role"] == "asked"} if again else set()
        assert alone or wanted <= asked, (day, mail["address"], wanted - asked)
        assert mail["kind"] != "all_clear" or again, (day, mail["address"])


def _asks_somebody(row: dict[str, Any]) -> bool:
    flag = Flag(row["flag"])
    return flag in HEAD_FLAGS | INSPECTING_FLAGS and row["unit_code"] != UNREACHABLE and not row["disputed"]


def _to(body: bytes) -> str:
    return next(line for line in body.decode().splitlines() if line.startswith("To:"))
