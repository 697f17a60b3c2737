"""A rehearsal: what a morning would flag and mail as the warehouse stands, with and without an act of a person.

Everything is computed by the steps a run takes, in a dry run that is thrown away; nothing is decided here. The tasks
are called as functions: a rehearsal is no run that anybody watches.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from tasks.books import OPEN_STATES
from tasks.composing import compose_mails
from tasks.flagging import flag_open_items
from tasks.releasing import promote, release_refused
from tasks.rules.release import Refusal
from tasks.rules.words import WITHOUT_ITEMS
from tasks.run_context import Run, RunRequest, enter_run
from warehouse import flag_store, ledger_read, quarantine_desk

FlagKey = tuple[str, str]  # item key, flag
MailKey = tuple[str, str]  # audience, address


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMail:
    """A mail that would wait to be sent."""

    audience: str
    address: str
    post: str
    subject: str
    asked: int
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Open flags and reminders as they would stand on that morning."""

    as_of: datetime
    flags: Mapping[FlagKey, Mapping[str, Any]]
    mails: Mapping[MailKey, PlannedMail]


def rehearse(config: str, as_of: datetime) -> Picture:
    """The morning as things stand. Raises what opening a run raises: ConfigError, LockBusyError, SchemaError …"""
    with _dry_run(config, as_of) as run:
        return _picture(run)


def rehearse_release(config: str, as_of: datetime, row_id: int) -> tuple[Picture, Picture] | Refusal:
    """The morning without and with a quarantined row let in; or why it cannot be let in. Raises as `rehearse`."""
    with _dry_run(config, as_of) as run:
        with run.store.reading() as conn:
            row = quarantine_desk.row(conn, row_id)
            refused = Refusal("not_open") if _is_closed(row) else release_refused(conn, row or {}, as_of)
        if refused is not None:
            return refused
        before = _picture(run)
        with run.store.transaction() as conn:
            quarantine_desk.release(conn, row_id, run.run_id, as_of)
            promote(run, conn, (row or {})["source"])
        return before, _picture(run)


def _is_closed(row: Mapping[str, Any] | None) -> bool:
    return row is None or row["closed_at"] is not None


@contextmanager
def _dry_run(config: str, as_of: datetime) -> Iterator[Run]:
    request = RunRequest(flow="flag", config=config, as_of=as_of.isoformat(), dry_run=True)
    with enter_run(request) as (run, _):
        yield run


def _picture(run: Run) -> Picture:
    flag_open_items.fn(run.run_id)
    compose_mails.fn(run.run_id)
    with run.store.reading() as conn:
        flags = {(row["item_key"], row["flag"]): row for row in flag_store.open_flags(conn)}
        return Picture(as_of=run.clock.as_of, flags=flags, mails=_planned(conn, run))


def _planned(conn: Connection, run: Run) -> dict[MailKey, PlannedMail]:
    today = ledger_read.mails_of(conn, business_date=run.business_date)
    waiting = [m for m in today if m["audience"] not in WITHOUT_ITEMS and m["state"] in OPEN_STATES]
    asked: dict[int, int] = {}
    for item in ledger_read.items_of(conn, [m["id"] for m in waiting]):
        asked[item["mail_id"]] = asked.get(item["mail_id"], 0) + (item["role"] == "asked")
    return {
        (m["audience"], m["address"]): PlannedMail(
            audience=m["audience"],
            address=m["address"],
            post=m["post"],
            subject=m["subject"],
            asked=asked.get(m["id"], 0),
            fingerprint=m["fingerprint"],
        )
        for m in waiting
    }
