"""Small batches, flags and mails for warehouse tests, in domain words: say only what the case is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, update

from tasks.rules.timezone import HANOI
from warehouse import ledger
from warehouse.engine import transaction
from warehouse.flag_store import FlagRow
from warehouse.ledger import ItemRow, MailRow
from warehouse.loads import Batch, Counts, merge_rows
from warehouse.staging import Aside
from warehouse.tables import mails

MONDAY = date(2026, 11, 23)
MORNING = datetime(2026, 11, 23, 7, 30, tzinfo=HANOI)
DAY = timedelta(days=1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def a_dossier(key: str, *, content: str = "one", status: str = "4", **changes) -> dict:
    row = {
        "record_key": key,
        "content_hash": f"{key}-{content}",
        "source_ref": f"sha256:{'ab' * 32}#{key}",
        "dossier_code": f"H{key}",
        "unit_code": "31157",
        "status": status,
        "received_at": datetime(2026, 11, 9, 9, 10, tzinfo=HANOI),
        "received_precision": "minute",
        "source_record_id": key,
        "procedure_name": "Đăng ký khai sinh",
        "duration_amount": 5,
        "duration_unit": "working_day",
        "paused": False,
    }
    return row | changes


def a_unit(code: str, *, content: str = "one", valid_from: date | None = None, **changes) -> dict:
    row = {
        "record_key": f"{code}|{valid_from or ''}",
        "content_hash": f"{code}-{content}",
        "source_ref": f"sha256:{'cd' * 32}#{code}",
        "unit_code": code,
        "name": f"UBND {code}",
        "kind": "ward",
        "valid_from": valid_from,
    }
    return row | changes


def a_bad_row(key: str, *, content: str = "bad", reason: str = "status_unknown") -> dict:
    return {
        "record_key": key,
        "content_hash": f"{key}-{content}",
        "source_ref": f"sha256:{'ab' * 32}#{key}",
        "reasons": [{"code": reason, "column": "status", "text": "Trạng thái không có trong danh mục"}],
        "content": {"dossier_code": f"H{key}", "status": "abc"},
    }


@dataclass(frozen=True)
class Pull:
    """A pull as a test tells it."""

    batch: Batch
    rows: Sequence[Mapping[str, Any]]
    aside: Sequence[Aside]


def a_batch(rows, *, as_of: datetime = MORNING, run_id: str = "run-1", quarantined=(), **changes) -> Pull:
    """A complete, truthfully counted pull of dossiers unless said otherwise."""
    rows = list(rows)
    told = {"source": "one-stop", "system": "one-stop", "dataset": "dossiers", "data_moment": as_of}
    told |= changes
    extra = len(quarantined) + told.get("duplicate", 0) + sum(told.get("ignored", {}).values())
    told.setdefault("pulled", len(rows) + extra)
    aside = [Aside(rid=n, moment=told["data_moment"], **bad) for n, bad in enumerate(quarantined, start=len(rows))]
    return Pull(Batch(run_id=run_id, as_of=as_of, **told), rows, aside)


def units_batch(rows, **changes) -> Pull:
    """A complete snapshot of the directory of units."""
    return a_batch(rows, **{"source": "units", "dataset": "units", "complete": True, **changes})


def a_flag(item: str, flag: str = "overdue", **changes) -> FlagRow:
    told = {
        "subject": "dossier",
        "system": "one-stop",
        "item_key": f"dossier/one-stop/{item}",
        "code": item,
        "flag": flag,
        "unit_code": "31157",
        "recorded_unit_code": "31157",
        "tier": 1,
        "due_at": datetime(2026, 11, 16, 17, 0, tzinfo=HANOI),
        "days_late": 5,
        "disputed": False,
        "facts": {"title": "Đăng ký khai sinh"},
    }
    return FlagRow(**(told | changes))


def a_mail(address: str = "h1@example.gov.vn", *, day: date = MONDAY, revision: int = 1, **changes) -> MailRow:
    told = {
        "business_date": day,
        "audience": "head",
        "address": address,
        "revision": revision,
        "kind": "reminder",
        "post": "Chủ tịch UBND phường Thới Long",
        "subject": "1 hồ sơ quá hạn",
        "body": b"Subject: x\r\n\r\nbody",
        "digest": {"items": []},
        "fingerprint": "f1",
        "as_of": datetime(day.year, day.month, day.day, 7, 30, tzinfo=HANOI),
        "data_moment": MORNING,
        "run_id": "run-1",
    }
    told |= changes
    told.setdefault("message_id", f"<{told['audience']}-{address}-{told['business_date']}-{told['revision']}>")
    return MailRow(**told)


def an_item(item: str = "T1", **changes) -> ItemRow:
    told = {
        "role": "asked",
        "item_key": f"dossier/one-stop/{item}",
        "subject": "dossier",
        "code": item,
        "flag": "overdue",
        "family": "term",
        "arming": f"{item}-armed",
        "level": 1,
        "unit_code": "31157",
        "tier": 1,
    }
    return ItemRow(**(told | changes))


def merge(conn: Connection, pull: Pull) -> Counts:
    return merge_rows(conn, pull.batch, pull.rows, pull.aside)


def load(engine: Engine, pull: Pull) -> Counts:
    with transaction(engine) as conn:
        return merge(conn, pull)


def planned(engine: Engine, mail: MailRow | None = None, items=(), state: str | None = None) -> int:
    """A mail in the ledger; `state` puts it anywhere, past all rules."""
    with transaction(engine) as conn:
        mail_id = ledger.plan(conn, mail or a_mail(), items)
        if state is not None:
            conn.execute(update(mails).where(mails.c.id == mail_id).values(state=state))
    return mail_id


def sent(engine: Engine, mail: MailRow, items=(), outcome: str = "handed") -> int:
    """A mail that went the whole way: handed, refused or uncertain."""
    mail_id = planned(engine, mail, items)
    with transaction(engine) as conn:
        ledger.claim(conn, mail_id, "run-1", MORNING)
        ledger.mark_in_data(conn, mail_id, MORNING)
        if outcome == "handed":
            ledger.mark_handed(conn, mail_id, MORNING)
        elif outcome == "refused":
            ledger.mark_refused(conn, mail_id, MORNING, "mailbox_unknown")
        else:
            ledger.mark_uncertain(conn, mail_id, MORNING, "reply_lost")
    return mail_id
