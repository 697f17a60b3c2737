"""The daily bulletin to ops: what was pulled, refused, mailed, held, and what needs a person. Also when all is well.

Everything in it is read from the books of the business date, never from the run in memory: a morning that was killed
and run again tells the same. A further revision follows only when something alarming was added.
"""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from tasks.books import remembered
from tasks.gather import files_of, world_of
from tasks.held_sources import fresh_sources
from tasks.ledger_rows import bulletin_row, still_held
from tasks.mail.blanking import personal_texts
from tasks.mail.frozen import fingerprint, thaw_facts
from tasks.mail.wording import wording
from tasks.mail_gates import mail_mode, over_cap, too_late
from tasks.mail_words import old_quarantine_sentence
from tasks.narration import logger
from tasks.rules.arming import HEAD_FLAGS, INSPECTING_FLAGS
from tasks.rules.directory import NoRecipient
from tasks.rules.enforcement import is_enforced
from tasks.rules.ladder import UPWARD
from tasks.rules.mismatch import mismatches_of
from tasks.rules.model import (
    Audience,
    Bulletin,
    Flag,
    ItemFacts,
    MailLine,
    OpenDifferences,
    Recipient,
    Role,
    SourceLine,
    Subject,
)
from tasks.rules.release import QUARANTINE_DAYS, overdue_since
from tasks.rules.routing import route
from tasks.rules.situation import Situation
from tasks.rules.timezone import HANOI
from tasks.rules.world import World
from tasks.run_context import Run, current
from warehouse import day_book, desk, difference_desk, flag_history, flag_store, ledger, ledger_read, quarantine_desk
from warehouse.current import unconfigured_sources

TOLD_FLAGS = HEAD_FLAGS | INSPECTING_FLAGS
_LEFT = ("handed", "uncertain", "refused", "in_data", "held")


@task(name="compose bulletin", cache_policy=NO_CACHE, persist_result=False)
def compose_bulletin(run_id: str, only_missing: bool) -> int:
    """Plan today's bulletin for every ops address; `only_missing` leaves those alone who have one. Returns how many."""
    run = current(run_id)
    if not run.calendar.is_working_day(run.business_date):
        return 0
    with run.store.transaction() as conn:
        planned = sum(_plan_for(run, conn, address, only_missing=only_missing) for address in run.settings.mail.ops)
    logger().info("bulletin: %d planned", planned)
    return planned


def _plan_for(run: Run, conn: Connection, address: str, *, only_missing: bool) -> bool:
    earlier = ledger_read.standing(conn, run.business_date, "ops", address)
    bulletin = bulletin_of(run, conn, address)
    told = fingerprint(bulletin)
    for mail in earlier:
        if mail["state"] in ("planned", "claimed", "retry", "held"):
            if mail["fingerprint"] == told:
                return False
            ledger.supersede(conn, mail["id"], run_id=run.run_id, reason=mail["reason"] if ledger.held_by(mail) else "")
        elif mail["state"] in ("refused", "expired") and mail["reason"] != desk.CANCELLED:
            continue  # nobody has it; what a person cancelled is not asked for again
        elif only_missing or mail["fingerprint"] == told or not _is_alarm(conn, bulletin, mail):
            return False
    revision = ledger_read.next_revision(conn, run.business_date, "ops", address)
    row = bulletin_row(run, replace(bulletin, revision=revision))
    ledger.plan(conn, still_held(row, earlier[-1] if earlier else None), [])
    return True


def _is_alarm(conn: Connection, bulletin: Bulletin, earlier: dict[str, Any]) -> bool:
    """Something that the earlier bulletin did not know and that cannot wait until tomorrow."""
    digest = day_book.digests_of(conn, [earlier["id"]])[earlier["id"]]
    known = {line["mail_id"] for line in digest["uncertain"]}
    if any(getattr(bulletin, name) and not digest.get(name) for name in ("over_cap", "too_late")):
        return True
    if bulletin.differences and bulletin.differences.returned > (digest.get("differences") or {}).get("returned", 0):
        return True
    return any(line.mail_id not in known for line in bulletin.uncertain)


def bulletin_of(run: Run, conn: Connection, address: str) -> Bulletin:
    """Today's bulletin as the books tell it."""
    items = [thaw_facts(row["facts"]) for row in flag_store.open_flags(conn)]
    today = [m for m in ledger_read.mails_of(conn, business_date=run.business_date) if m["audience"] != "ops"]
    world = world_of(run, conn)
    rules = world.rules.enforce_from
    unsettled = [m for m in ledger_read.mails_of(conn, state="uncertain") if m["resolved_by"] is None]
    return Bulletin(
        business_date=run.business_date,
        as_of=run.clock.as_of,
        recipient=Recipient(address=address, post="Bộ phận vận hành", salutation=""),
        revision=1,
        sources=source_lines(run, conn),
        quarantine_reasons=(*quarantine_desk.reason_counts(conn), *_forgotten(run, conn)),
        flags=tuple(sorted(Counter(i.flag for i in items).items())),
        mails=tuple(_mail_line(conn, m) for m in today if m["state"] in _LEFT),
        no_recipient=tuple(_unreachable(world, items)),
        ops_items=tuple(i for i in items if i.flag not in TOLD_FLAGS | {Flag.NO_RECIPIENT, Flag.DUE_MISMATCH}),
        mismatches=mismatches_of(items),
        not_enforced=len({i.item_key for i in items if i.flag in TOLD_FLAGS and not is_enforced(i, rules)}),
        uncertain=tuple(_mail_line(conn, m) for m in unsettled),
        disputes=tuple(sorted({i.code for i in items if i.disputed})),
        mode=mail_mode(run, conn),
        stopped=desk.mail_switch(conn).stopped,
        over_cap=over_cap(run, conn),
        too_late=too_late(run, conn),
        catch_up=run.settings.reminders.catch_up_until,
        **_nobody_above(run, conn, world, items),
        blanked=tuple(sorted({i.code for i in items if i.flag in TOLD_FLAGS and personal_texts(i)})),
        differences=_open_differences(conn),
        audit=day_book.audit_mark(conn, run.business_date),
    )


def _open_differences(conn: Connection) -> OpenDifferences | None:
    """As the book stands, whenever the last reconciliation was."""
    figures, last = difference_desk.open_figures(conn), difference_desk.last_reconciliation(conn)
    if figures.oldest is None or last is None:
        return None
    since = figures.oldest.astimezone(HANOI).date()
    return OpenDifferences(count=figures.count, since=since, looked_on=last["business_date"], returned=figures.returned)


def _forgotten(run: Run, conn: Connection) -> list[tuple[str, int]]:
    """Quarantined rows that nobody has settled for more than a week of work."""
    old = quarantine_desk.count_since(conn, overdue_since(run.calendar, run.clock.as_of))
    return [(old_quarantine_sentence(QUARANTINE_DAYS, run.settings.locale), old)] if old else []


def source_lines(run: Run, conn: Connection) -> tuple[SourceLine, ...]:
    """One line a source, summed over the loads of the business date: the same after a rerun.

    Configured ones first, then those that are not any more although open items are theirs.
    """
    fresh, today, unusual = fresh_sources(run, conn), _loads_today(run, conn), flag_history.held_sources(conn)
    lines = []
    for source in run.settings.sources:
        rows = today.get(source.name, [])
        line = _summed(source.name, source.dataset, rows, fresh[source.name])
        held = unusual.get(source.name)
        lines.append(replace(line, error=held, fresh=False) if held and not line.error else line)
    for name, (dataset, system) in unconfigured_sources(conn, (s.name for s in run.settings.sources)).items():
        line = _summed(name, dataset, today.get(name, []), is_fresh=False)
        lines.append(replace(line, error=wording(run.settings.locale).say("bulletin.unconfigured", system=system)))
    return tuple(lines)


def _loads_today(run: Run, conn: Connection) -> dict[str, list[dict[str, Any]]]:
    start = datetime.combine(run.business_date, time(), tzinfo=HANOI)
    out: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in day_book.loads_between(conn, start, start + timedelta(days=1)):
        out[row["source"]].append(row)
    return out


def _summed(name: str, dataset: str, rows: list[dict[str, object]], is_fresh: bool) -> SourceLine:
    def total(column: str) -> int:
        return sum(int(str(r[column])) for r in rows)

    def most(column: str) -> int:
        return max((int(str(r[column])) for r in rows), default=0)

    last = rows[-1] if rows else None
    state = _told_state(rows)
    told = next((row for row in reversed(rows) if row["state"] == state), None)  # what a promoted pull left out stays
    pulled, quarantined = most("pulled"), most("quarantined")
    new, changed, duplicate, ignored = total("new"), total("changed"), most("duplicate"), most("ignored")
    return SourceLine(
        name=name,
        dataset=dataset,
        pulled=pulled,
        new=new,
        changed=changed,
        unchanged=max(0, pulled - new - changed - quarantined - duplicate - ignored),
        quarantined=quarantined,
        quarantined_new=total("quarantined_new"),
        duplicate=duplicate,
        ignored=ignored,
        state=state,
        error=str(told["error"]) if told else "",
        data_moment=last["data_moment"] if last else None,  # type: ignore[arg-type]
        fresh=is_fresh,
    )


def _told_state(rows: list[dict[str, object]]) -> str:
    if not rows:
        return "failed"
    last = str(rows[-1]["state"])
    return "promoted" if last == "unchanged" and any(r["state"] == "promoted" for r in rows) else last


def _mail_line(conn: Connection, mail: dict[str, object]) -> MailLine:
    mail_id = int(str(mail["id"]))
    asked = sum(i["role"] == "asked" for i in ledger_read.items_of(conn, [mail_id]))
    return MailLine(
        mail_id=mail_id,
        audience=Audience(str(mail["audience"])),
        recipient=str(mail["post"]),
        address=str(mail["address"]),
        state=str(mail["state"]),
        reason=str(mail["reason"]),
        subject=str(mail["subject"]),
        asked=asked,
    )


def _unreachable(world: World, items: list[ItemFacts]) -> list[ItemFacts]:
    asked = [i for i in items if i.flag in TOLD_FLAGS and i.subject is not Subject.UNIT]
    asked = [i for i in asked if is_enforced(i, world.rules.enforce_from)]
    return [i for i in asked if isinstance(world.directory.head(i.unit_code, world.today), NoRecipient)]


def _nobody_above(run: Run, conn: Connection, world: World, items: list[ItemFacts]) -> dict[str, Any]:
    """Items that have come to a level for which the directory names nobody above their unit: only ops are told."""
    rungs = {rung.audience: rung.level for rung in reversed(run.cadence.ladder) if rung.audience in UPWARD}

    def lacks(item: ItemFacts, audience: Audience) -> bool:
        return isinstance(world.directory.above(item.unit_code, audience.value, world.today), NoRecipient)

    lone = [i for i in items if i.flag is Flag.OVERDUE and any(lacks(i, audience) for audience in rungs)]
    if not lone:
        return {}
    keys = {i.item_key for i in lone}
    files = files_of(conn, keys)
    books = remembered(conn, keys, {}, (), files, world.today)
    lines, _ = route(Situation(items=lone, files=files, world=world, books=books, cadence=run.cadence))
    told = [i for (audience, _), found in sorted(lines.items()) if audience is Audience.HEAD for i in found]
    asked = [i for i in told if i.role is Role.ASKED]
    return {
        f"no_{audience.value}": tuple(i.facts for i in asked if i.level >= level and lacks(i.facts, audience))
        for audience, level in rungs.items()
    }
