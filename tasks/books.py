"""What the ledger and the desk remember, in the rules' shapes: last handed mails, ladder history, disputes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from tasks.mail.frozen import thaw_digest
from tasks.rules.corrections import Address, Told
from tasks.rules.departures import SourceFile
from tasks.rules.disputes import disputes_in_log
from tasks.rules.ladder import Asked
from tasks.rules.model import Audience
from tasks.rules.records import Dispute, RecommendationFile
from tasks.rules.situation import Books, ItemAsked, ItemFamily
from warehouse import day_book, desk, ledger_read

OPEN_STATES = ("planned", "claimed", "retry", "held")  # nothing has left: may still be superseded


def asked_today(conn: Connection, today: date) -> frozenset[tuple[Address, ItemAsked]]:
    """What was asked today by mails that have left or may have: nobody else is asked the same that day."""
    mails = ledger_read.mails_of(conn, business_date=today)
    left = {m["id"]: m for m in mails if m["state"] not in (*OPEN_STATES, "superseded")}
    return frozenset(
        (
            (Audience(left[i["mail_id"]]["audience"]), left[i["mail_id"]]["address"]),
            (i["item_key"], i["family"], i["arming"], i["level"]),
        )
        for i in ledger_read.items_of(conn, left)
        if i["role"] == "asked"
    )


def disputes_of(conn: Connection) -> dict[str, list[Dispute]]:
    """All disputes by item."""
    out: dict[str, list[Dispute]] = defaultdict(list)
    for row in desk.all_disputes(conn):
        out[row["item_key"]].append(
            Dispute(
                item_key=row["item_key"],
                opened_on=row["opened_on"],
                content_hash=row["content_hash"],
                outcome=row["outcome"] or "",
            )
        )
    return out


def all_disputes(conn: Connection, files: Iterable[SourceFile]) -> dict[str, list[Dispute]]:
    """Disputes by item: those of the desk and those in the recommendations' own logs."""
    out = disputes_of(conn)
    for file in files:
        if isinstance(file, RecommendationFile):
            for dispute in disputes_in_log(file):
                out.setdefault(dispute.item_key, []).append(dispute)
    return out


def hashes_of(files: Iterable[SourceFile]) -> dict[str, str]:
    """Content hash of each item's current source row."""
    return {f.record.item_key: f.record.origin.content_hash for f in files}


def last_handed(conn: Connection) -> dict[Address, Told]:
    """The last handed mail of each (audience, address)."""
    ids = [handed.mail["id"] for handed in ledger_read.last_handed(conn).values()]
    told = [_told(mail_id, digest) for mail_id, digest in day_book.digests_of(conn, ids).items()]
    return {t.address: t for t in told}


def remembered(
    conn: Connection,
    open_items: Iterable[str],
    handed: Mapping[Address, Told],
    told: Sequence[Told],
    files: Mapping[str, SourceFile],
    since: date,
) -> Books:
    """Everything composition needs from the books; mails in doubt of business dates before `since` are forgotten."""
    return Books(
        last_handed=handed,
        undelivered=_undelivered(ledger_read.unsettled_since_last_handed(conn, since)),
        asked=_asked(ledger_read.asked_history(conn, open_items)),
        told=told,
        corrected=_corrected(ledger_read.corrections_made(conn)),
        disputes=all_disputes(conn, files.values()),
        content_hashes=hashes_of(files.values()),
    )


def told_of(conn: Connection, item_keys: Iterable[str], since: date) -> list[Told]:
    """Handed mails of that business date and later that told of these items: what corrections are judged against."""
    found = ledger_read.told_items(conn, item_keys, since=since)
    return [_told(mail_id, digest) for mail_id, digest in sorted(found.digests.items())]


def _told(mail_id: int, digest: dict[str, Any]) -> Told:
    return Told(mail_id=mail_id, digest=thaw_digest(digest))


def _corrected(rows: Iterable[Mapping[str, Any]]) -> frozenset[tuple[str, int]]:
    return frozenset((row["item_key"], mail_id) for row in rows for mail_id in row["corrects"])


def _undelivered(
    rows: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]],
) -> dict[Address, frozenset[ItemFamily]]:
    return {
        (Audience(audience), address): frozenset(
            (row["item_key"], row["family"], row["arming"]) for row in items if row["role"] == "asked"
        )
        for (audience, address), items in rows.items()
    }


def _asked(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Asked]]:
    out: dict[str, list[Asked]] = defaultdict(list)
    for row in rows:
        out[row["item_key"]].append(
            Asked(
                item_key=row["item_key"],
                arming=row["arming"],
                level=row["level"],
                unit_code=row["unit_code"],
                business_date=row["business_date"],
                announced_level=row["announced_level"],
                announced_on=row["announced_on"],
            )
        )
    return out
