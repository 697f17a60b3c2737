"""Compose today's mails: decide by the pure rules, render once, store the bytes with the facts frozen beside them.

Composing again (a rerun, a retry, a later slot) finds what stands in the ledger: the same content is left alone, a
changed one supersedes what has not left yet and becomes the next revision; a person's hold passes on to it. What has
left is never touched.
"""

from dataclasses import replace
from datetime import timedelta

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from tasks.books import OPEN_STATES, asked_today, last_handed, remembered, told_of
from tasks.gather import files_of, world_of
from tasks.held_sources import held_sources
from tasks.ledger_rows import digest_row, still_held
from tasks.mail.frozen import fingerprint, thaw_facts
from tasks.narration import logger
from tasks.rules.digests import compose
from tasks.rules.model import Digest
from tasks.rules.situation import Situation
from tasks.rules.words import WITHOUT_ITEMS
from tasks.run_context import Run, current
from warehouse import changes, flag_store, ledger, ledger_read

MEMORY = timedelta(days=180)  # how far back a handed mail is still corrected, and one in doubt remembered
LATELY = timedelta(days=30)  # how long after a change a correction is still looked for: outages, uncertain mails


@task(name="compose mails", cache_policy=NO_CACHE, persist_result=False)
def compose_mails(run_id: str) -> int:
    """Plan today's mails; returns how many were newly composed."""
    run = current(run_id)
    if not run.calendar.is_working_day(run.business_date):
        return 0
    with run.store.transaction() as conn:
        ledger.expire(conn, run.business_date, run.clock.now(), run.run_id)
        wanted = {(d.audience.value, d.recipient.address): d for d in compose(situation_of(run, conn))}
        composed = _bring_into_line(run, conn, wanted)
    run.composed += composed
    logger().info("mails: %d composed of %d wanted", composed, len(wanted))
    return composed


def situation_of(run: Run, conn: Connection) -> Situation:
    """Everything composition depends on, read in one transaction."""
    items = [thaw_facts(row["facts"]) for row in flag_store.open_flags(conn)]
    open_items = {i.item_key for i in items}
    since = run.business_date - MEMORY
    doubtful = changes.changed_and_told(conn, run.clock.as_of - LATELY, since)
    handed, told = last_handed(conn), told_of(conn, doubtful, since)
    spoken_of = {i.facts.item_key for t in handed.values() for i in t.digest.items()}
    files = files_of(conn, open_items | doubtful | spoken_of)
    books = remembered(conn, open_items, handed, told, files, since)
    return Situation(
        items=items,
        files=files,
        world=world_of(run, conn),
        books=replace(books, asked_today=asked_today(conn, run.business_date)),
        cadence=run.cadence,
        held_sources=held_sources(run, conn),
    )


def _bring_into_line(run: Run, conn: Connection, wanted: dict[tuple[str, str], Digest]) -> int:
    today = [
        m for m in ledger_read.mails_of(conn, business_date=run.business_date) if m["audience"] not in WITHOUT_ITEMS
    ]
    newest = {(m["audience"], m["address"]): m for m in sorted(today, key=lambda m: m["revision"])}
    standing = {key: m for key, m in newest.items() if m["state"] != "superseded"}
    to_plan = []
    for key in sorted({*wanted, *standing}):
        mail, digest = standing.get(key), wanted.get(key)
        if mail is not None and mail["state"] not in OPEN_STATES:
            continue  # it has left, or nobody knows: never again today
        if mail is not None and digest is not None and mail["fingerprint"] == fingerprint(digest):
            continue
        if mail is not None:
            ledger.supersede(conn, mail["id"], run_id=run.run_id, reason=mail["reason"] if ledger.held_by(mail) else "")
        to_plan += [(key, digest)] if digest is not None else []
    for key, digest in to_plan:  # after all are superseded: an item may have moved from one address to another
        revision = ledger_read.next_revision(conn, run.business_date, *key)
        row, items = digest_row(run, replace(digest, revision=revision))
        ledger.plan(conn, still_held(row, newest.get(key)), items)
    return len(to_plan)
