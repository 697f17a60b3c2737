"""The desks as they stand: what waits for a person, oldest first. Words and commands are the reports' business."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from tasks.rules.desk_model import Desk, DeskList, Desks, Matter
from tasks.rules.words import Flag
from warehouse import desk, ledger, ledger_read, quarantine_desk
from warehouse.tables import flags, quarantine

MOST = 30  # matters told of one desk
BY_PERSON = "by_person"  # why a mail is held: somebody at the desk wants it so


def desks_of(conn: Connection, most: int = MOST) -> Desks:
    """All six, each with its oldest matters."""
    return {
        Desk.UNCERTAIN: _cut(_uncertain(conn), most),
        Desk.HELD: _cut(_held(conn), most),
        Desk.NO_RECIPIENT: _cut(_no_recipient(conn), most),
        Desk.QUARANTINE: _quarantined(conn, most),
        Desk.DISPUTES: _cut(_disputes(conn), most),
        Desk.MISMATCHES: _cut(_mismatches(conn), most),
    }


def why_of(mail: dict[str, Any]) -> str:
    """The code of a mail's reason: a person's own words for holding it stay at the desk, also when its day is over."""
    if mail["reason"] == desk.RESTORED:
        return desk.RESTORED
    in_words = mail["state"] in ("held", "expired") and mail["resolved_by"]
    return BY_PERSON if in_words and mail["reason"] not in ("", desk.APPROVAL, desk.CANCELLED) else str(mail["reason"])


def _cut(found: Iterable[Matter], most: int) -> DeskList:
    """How many things there are, not how many lines: a line may stand for several."""
    matters = sorted(found, key=lambda m: (m.since, m.about))
    return DeskList(sum(m.count for m in matters), tuple(matters[:most]))


def _uncertain(conn: Connection) -> Iterable[Matter]:
    for mail in ledger_read.mails_of(conn, state="uncertain"):
        if mail["resolved_by"] is None:
            yield _mail(mail, mail["in_data_at"] or mail["as_of"], mail["reason"])


def _held(conn: Connection) -> Iterable[Matter]:
    """Those a mode holds are one matter: it is the mode that a person decides on."""
    by_mode: dict[str, list[datetime]] = defaultdict(list)
    for mail in ledger_read.mails_of(conn, state="held"):
        if mail["reason"] in ledger.HELD_BY_MODE and not ledger.held_by(mail):
            by_mode[mail["reason"]].append(mail["as_of"])
        else:
            yield _mail(mail, mail["as_of"], why_of(mail))
    for mode, moments in by_mode.items():
        yield Matter(about="", where="", why=mode, since=min(moments), count=len(moments))


def _mail(mail: dict[str, Any], since: datetime, why: str) -> Matter:
    return Matter(about=str(mail["id"]), where=mail["post"], why=why, since=since)


def _no_recipient(conn: Connection) -> Iterable[Matter]:
    for row in _open(conn, Flag.NO_RECIPIENT):
        yield Matter(about=row["code"], where=row["facts"]["unit_name"], why="", since=row["since"])


def _quarantined(conn: Connection, most: int) -> DeskList:
    """By number only: a key is made of the record, and a bad record may have anything in it."""
    light = [quarantine.c[name] for name in ("id", "source", "reasons", "first_seen_at")]
    waiting = select(*light).where(quarantine.c.closed_at.is_(None))
    oldest = waiting.order_by(quarantine.c.first_seen_at, quarantine.c.id).limit(most)
    matters = (
        Matter(
            about=str(row["id"]),
            where=row["source"],
            why=" ".join(str(reason["text"]) for reason in row["reasons"]),
            since=row["first_seen_at"],
        )
        for row in conn.execute(oldest).mappings()
    )
    return DeskList(quarantine_desk.open_count(conn), tuple(matters))


def _disputes(conn: Connection) -> Iterable[Matter]:
    for row in desk.open_disputes(conn):
        yield Matter(about=row["code"], where="", why="", since=row["opened_at"])


def _mismatches(conn: Connection) -> Iterable[Matter]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in _open(conn, Flag.DUE_MISMATCH):
        found[row["facts"].get("procedure_code", ""), row["facts"].get("cause", "")].append(row)
    for (procedure, cause), rows in found.items():
        first = min(rows, key=lambda row: (row["since"], row["code"]))
        yield Matter(about=first["code"], where=procedure, why=cause, since=first["since"], count=len(rows))


def _open(conn: Connection, flag: Flag) -> list[dict[str, Any]]:
    columns = (flags.c.code, flags.c.since, flags.c.facts)
    chosen = select(*columns).where(flags.c.closed_at.is_(None), flags.c.flag == flag.value)
    return [dict(row) for row in conn.execute(chosen).mappings()]
