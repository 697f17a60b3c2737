"""Where a told fact came from: mail → item → facts as frozen → flag → run → versions of the source row → landed body.

Reads for `trace` and `explain`, history included; they look things up one at a time and are not for loops.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, or_, select

from warehouse.current import split_item_key
from warehouse.ledger_read import items_of, mail_by_message_id
from warehouse.ledger_read import mail as mail_row
from warehouse.runs import run_of
from warehouse.tables import VERSIONS, flags, landed, mail_items, mails

Row = dict[str, Any]

_BODY = re.compile(r"sha256:([0-9a-f]+)#")
_DATASET = {"dossier": "dossiers", "recommendation": "recommendations"}
_EVENTS = {
    "dossier": ("dossier_events", "dossier_code"),
    "recommendation": ("recommendation_events", "recommendation_code"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTrace:
    """One mail with all it said; `mail["digest"]` holds the facts as they were frozen."""

    mail: Row
    items: tuple[Row, ...]
    run: Row | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTrace:
    """One item with everything stored about it, oldest first within each part."""

    item_key: str
    versions: tuple[Row, ...]  # all versions of its row, with known_from and known_to
    events: tuple[Row, ...]  # all versions of its events
    flags: tuple[Row, ...]  # open and closed
    told: tuple[Row, ...]  # mail_items with message_id, address, state and business date of their mail
    bodies: tuple[Row, ...]  # landed bodies the versions and events came in
    runs: tuple[Row, ...]  # the runs that loaded, flagged or told it


def trace_mail(conn: Connection, reference: int | str) -> MailTrace | None:
    """A mail by its ledger id or its Message-ID."""
    found = mail_row(conn, reference) if isinstance(reference, int) else mail_by_message_id(conn, reference)
    if found is None:
        return None
    return MailTrace(mail=found, items=tuple(items_of(conn, [found["id"]])), run=run_of(conn, found["run_id"]))


def item_keys_of(conn: Connection, code: str) -> list[str]:
    """All items that bear this code, in any system, flagged or not: codes are not unique."""
    keys = set(conn.execute(select(flags.c.item_key).where(flags.c.code == code)).scalars())
    keys |= set(conn.execute(select(mail_items.c.item_key).where(mail_items.c.code == code)).scalars())
    for subject, dataset in _DATASET.items():
        table = VERSIONS[dataset]
        named = or_(table.c[f"{subject}_code"] == code, table.c.record_key == code)
        rows = conn.execute(select(table.c.system, table.c.record_key).where(named).distinct()).tuples()
        keys |= {f"{subject}/{system}/{record_key}" for system, record_key in rows}
    return sorted(keys)


def trace_item(conn: Connection, item_key: str) -> ItemTrace:
    """Everything stored about one item; its parts are empty where nothing is known."""
    subject, system, record_key = split_item_key(item_key)
    versions = versions_of(conn, _DATASET[subject], system, record_key) if subject in _DATASET else []
    events = _events(conn, subject, system, versions)
    flagged = _rows(conn, flags, flags.c.item_key == item_key)
    told = _told(conn, item_key)
    run_ids = {row["run_id"] for rows in (versions, events, flagged, told) for row in rows}
    found = (run_of(conn, run_id) for run_id in sorted(run_ids))
    return ItemTrace(
        item_key=item_key,
        versions=tuple(versions),
        events=tuple(events),
        flags=tuple(flagged),
        told=tuple(told),
        bodies=tuple(bodies_of(conn, (row["source_ref"] for row in [*versions, *events]))),
        runs=tuple(sorted((run for run in found if run is not None), key=lambda r: (r["as_of"], r["run_id"]))),
    )


def versions_of(conn: Connection, dataset: str, system: str, record_key: str) -> list[Row]:
    """All versions of one row, oldest first."""
    table = VERSIONS[dataset]
    return _rows(conn, table, and_(table.c.system == system, table.c.record_key == record_key))


def known_at(conn: Connection, dataset: str, system: str, record_key: str, moment: datetime) -> Row | None:
    """The version that was current at that moment, as we knew it then."""
    for row in versions_of(conn, dataset, system, record_key):
        if row["known_from"] <= moment and (row["known_to"] is None or moment < row["known_to"]):
            return row
    return None


def bodies_of(conn: Connection, refs: Iterable[str]) -> list[Row]:
    """The landed bodies that these source_refs point into."""
    hashes = sorted({match[1] for ref in refs if (match := _BODY.match(ref))})
    chosen = select(landed).where(landed.c.sha256.in_(hashes)).order_by(landed.c.landed_at, landed.c.sha256)
    return [dict(row) for row in conn.execute(chosen).mappings()] if hashes else []


def _events(conn: Connection, subject: str, system: str, versions: list[Row]) -> list[Row]:
    if subject not in _EVENTS:
        return []
    dataset, column = _EVENTS[subject]
    codes = {row[column] for row in versions}
    table = VERSIONS[dataset]
    return _rows(conn, table, and_(table.c.system == system, table.c[column].in_(sorted(codes)))) if codes else []


def _told(conn: Connection, item_key: str) -> list[Row]:
    of_mail = [mails.c.message_id, mails.c.address, mails.c.state, mails.c.revision, mails.c.as_of, mails.c.run_id]
    chosen = select(mail_items, *of_mail, mails.c.subject.label("mail_subject")).join(mails)
    ordered = chosen.where(mail_items.c.item_key == item_key).order_by(mail_items.c.business_date, mail_items.c.id)
    return [dict(row) for row in conn.execute(ordered).mappings()]


def _rows(conn: Connection, table: Table, condition: Any) -> list[Row]:
    begins = table.c.known_from if "known_from" in table.c else table.c.since
    key = next(iter(table.primary_key))
    return [dict(row) for row in conn.execute(select(table).where(condition).order_by(begins, key)).mappings()]
