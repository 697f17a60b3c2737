"""What the ledger and the desk remember, in the rules' shapes: last handed mails, ladder history, disputes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from tasks.frozen import thaw_digest
from tasks.rules.corrections import Address, Told
from tasks.rules.departures import SourceFile
from tasks.rules.digests import Books, ItemFamily
from tasks.rules.ladder import Asked
from tasks.rules.model import Audience
from tasks.rules.records import Dispute
from warehouse import desk, ledger_read


def disputes_of(conn: Connection) -> dict[str, list[Dispute]]:
    """All disputes by item."""
    out: dict[str, list[Dispute]] = defaultdict(list)
    for row in desk.disputes(conn):
        out[row["item_key"]].append(
            Dispute(
                item_key=row["item_key"],
                opened_on=row["opened_on"],
                content_hash=row["content_hash"],
                outcome=row["outcome"] or "",
            )
        )
    return out


def hashes_of(files: Iterable[SourceFile]) -> dict[str, str]:
    """Content hash of each item's current source row."""
    return {f.record.item_key: f.record.origin.content_hash for f in files}


def last_handed(conn: Connection) -> dict[Address, Told]:
    """The last handed mail of each (audience, address)."""
    told = [_told(row) for row in ledger_read.last_handed(conn)]
    return {t.address: t for t in told}


def remembered(conn: Connection, handed: Mapping[Address, Told], files: Mapping[str, SourceFile]) -> Books:
    """Everything composition needs from the books."""
    return Books(
        last_handed=handed,
        undelivered=_undelivered(ledger_read.undelivered_items(conn)),
        asked=_asked(ledger_read.asked_history(conn)),
        told=[_told(row) for row in ledger_read.told_mails(conn)],
        corrected=frozenset(ledger_read.corrected_pairs(conn)),
        disputes=disputes_of(conn),
        content_hashes=hashes_of(files.values()),
    )


def _told(row: Mapping[str, Any]) -> Told:
    return Told(mail_id=row["id"], digest=thaw_digest(row["digest"]))


def _undelivered(rows: Sequence[Mapping[str, Any]]) -> dict[Address, frozenset[ItemFamily]]:
    out: dict[Address, set[ItemFamily]] = defaultdict(set)
    for row in rows:
        out[Audience(row["audience"]), row["address"]].add((row["item_key"], row["family"], row["arming"]))
    return {address: frozenset(items) for address, items in out.items()}


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
