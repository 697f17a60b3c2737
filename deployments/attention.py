"""What needs a person: one sentence each, with the command that helps. For `status` and for the demo's last lines."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from deployments.cli_words import say
from tasks.calendar_files import shipped_calendar
from tasks.mail.wording import wording
from tasks.reports.desks import DeskView, reason_text
from tasks.rules.datasets import DATASETS
from tasks.rules.freshness import working_age
from tasks.rules.release import QUARANTINE_DAYS
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import WorkingCalendar
from tasks.settings import Settings
from warehouse import (
    day_book,
    desk,
    desk_lists,
    difference_desk,
    flag_history,
    flag_store,
    freshness,
    ledger,
    ledger_read,
    quarantine_desk,
)
from warehouse.current import unconfigured_sources

ON_DESKS = frozenset({"uncertain", "held", "no_recipient", "quarantine", "dispute"})  # told by the desks line by line
_TOLD = 5  # ids of differences in one sentence


def desk_view(settings: Settings, calendar: WorkingCalendar, now: datetime) -> DeskView:
    """What the desks are told with: ages in working days, the source that brings the directory."""
    directory = next((source.name for source in settings.sources if source.dataset == "contacts"), "contacts")
    return DeskView(now, calendar, directory, settings.locale)


def source_states(conn: Connection, settings: Settings, now: datetime) -> list[dict[str, Any]]:
    """Every source that is configured or has open items: last success, data moment, whether they may be mailed."""
    calendar = shipped_calendar(settings.calendar.files, saturday_counts=settings.calendar.saturday_counts)
    loads, refused = freshness.latest_loads(conn), day_book.refused_sources(conn)
    unusual = flag_history.held_sources(conn)
    out = []
    for source in settings.sources:
        state = loads.get(source.name)
        moment = state.data_moment if state else None
        fresh = state is not None and moment is not None and source.name not in {*refused, *unusual}
        if fresh and not DATASETS[source.dataset].aged:
            fresh = state is not None and state.last_state != "failed"
        elif fresh and moment is not None:
            fresh = working_age(moment, now, calendar) <= timedelta(hours=source.max_age_hours)
        out.append(
            {
                "name": source.name,
                "dataset": source.dataset,
                "last_success_at": state.last_success_at if state else None,
                "data_moment": moment,
                "fresh": fresh,
                "error": state.error if state and state.error else unusual.get(source.name),
            }
        )
    for name, (dataset, system) in unconfigured_sources(conn, (s.name for s in settings.sources)).items():
        state, why = loads.get(name), wording(settings.locale).say("bulletin.unconfigured", system=system)
        told = {
            "last_success_at": state.last_success_at if state else None,
            "data_moment": state.data_moment if state else None,
        }
        out.append({"name": name, "dataset": dataset, **told, "fresh": False, "error": why})
    return out


def needs_attention(
    conn: Connection,
    sources: list[dict[str, Any]],
    locale: str,
    max_per_run: int,
    overdue_since: datetime | None = None,
    late: tuple[date, str] | None = None,
) -> list[dict[str, Any]]:
    """Most urgent first: `kind`, what it is about, and a sentence. Quarantined rows older than `overdue_since` count
    as forgotten. `late`: the day whose mail window has closed, and until when its mails may still go out.
    """
    found = [
        *_mail_matters(conn),
        *_cap_matters(conn, max_per_run),
        *_late_matters(conn, late),
        *_held_matters(conn, locale),
        *_source_matters(sources),
        *_desk_matters(conn),
        *_forgotten_matters(conn, overdue_since),
        *_difference_matters(conn),
    ]
    return [{"kind": kind, "about": about, "text": say(key, locale, **words)} for kind, about, key, words in found]


Matter = tuple[str, object, str, dict[str, object]]  # kind, about, key of the sentence, its words


def _mail_matters(conn: Connection) -> Iterator[Matter]:
    switch = desk.mail_switch(conn)
    if switch.stopped:
        words: dict[str, object] = {"by": switch.stopped_by, "reason": switch.stopped_reason}
        yield "mail_stopped", "mail", "attention_stopped", words
    for state in ("uncertain", "refused"):
        for mail in ledger_read.mails_of(conn, state=state):
            if mail["resolved_by"] is None:
                yield state, mail["id"], f"attention_{state}", {"id": mail["id"], "recipient": mail["post"]}


def _cap_matters(conn: Connection, max_per_run: int) -> Iterator[Matter]:
    waiting = [m for state in ("planned", "retry") for m in ledger_read.mails_of(conn, state=state)]
    days = Counter(m["business_date"] for m in waiting if m["audience"] != "ops")
    for day, number in sorted(days.items()):
        if number > max_per_run:
            yield "cap", day, "attention_cap", {"n": number, "cap": max_per_run}


def _late_matters(conn: Connection, late: tuple[date, str] | None) -> Iterator[Matter]:
    day, catch_up = late or (None, "")
    waiting = [m for state in ("planned", "retry") for m in ledger_read.mails_of(conn, day, state=state)]
    number = sum(m["audience"] not in ("ops", "report") for m in waiting)
    if late and number and not desk.mail_switch(conn).stopped:
        yield "too_late", day, "attention_too_late", {"n": number, "catch_up": catch_up}


def _held_matters(conn: Connection, locale: str) -> Iterator[Matter]:
    for mail in ledger_read.mails_of(conn, state="held"):
        reason = reason_text(desk_lists.why_of(mail), locale)
        words: dict[str, object] = {"id": mail["id"], "recipient": mail["post"], "reason": reason}
        if ledger.held_by(mail) or mail["reason"] == desk.APPROVAL:
            yield "held", mail["id"], "attention_held", words
        elif mail["reason"] not in ledger.HELD_BY_MODE:
            yield "held", mail["id"], "attention_not_built", words


def _source_matters(sources: list[dict[str, Any]]) -> Iterator[Matter]:
    for source in sources:
        if source["error"]:
            words = {"name": source["name"], "error": source["error"]}
            yield "source", source["name"], "attention_source", words
        elif not source["fresh"]:
            yield "stale", source["name"], "attention_stale", {"name": source["name"]}


def _desk_matters(conn: Connection) -> Iterator[Matter]:
    for row in flag_store.open_flags(conn):
        if row["flag"] == "no_recipient":
            yield "no_recipient", row["code"], "attention_no_recipient", {"unit": row["facts"]["unit_name"]}
    for dispute in desk.open_disputes(conn):
        yield "dispute", dispute["code"], "attention_dispute", {"code": dispute["code"]}
    open_rows = quarantine_desk.open_count(conn)
    if open_rows:
        yield "quarantine", open_rows, "attention_quarantine", {"n": open_rows}


def _forgotten_matters(conn: Connection, before: datetime | None) -> Iterator[Matter]:
    old = 0 if before is None else quarantine_desk.count_since(conn, before)
    if old:
        yield "quarantine_old", old, "attention_quarantine_old", {"n": old, "days": QUARANTINE_DAYS}


def _difference_matters(conn: Connection) -> Iterator[Matter]:
    figures = difference_desk.open_figures(conn)
    if figures.returned:
        told = ", ".join(difference_desk.returned_ids(conn, _TOLD))
        words: dict[str, object] = {"n": figures.returned, "ids": told}
        yield "differences_returned", figures.returned, "attention_returned", words
    if figures.oldest is not None:
        since = f"{figures.oldest.astimezone(HANOI):%d/%m/%Y}"
        yield "differences", figures.count, "attention_differences", {"n": figures.count, "since": since}
