"""A trace page as finished strings in reading order, ready for a layout; only allow-listed columns of a row appear.

Words come from `trace_speech`; facts of a telling are listed in `trace_facts`.
"""

from datetime import date, datetime
from typing import Any

from tasks.reports.trace_differences import difference_rows, open_ids
from tasks.reports.trace_facts import sent_lines, telling_view
from tasks.reports.trace_model import (
    DisputeLine,
    Happening,
    SourceVersion,
    TracedItem,
    TracePage,
    ValueChange,
)
from tasks.reports.trace_speech import Speech, status_text

_UNIT_COLUMNS = ("unit_code", "holding_unit_code", "inspecting_unit_code", "follow_up_unit_code", "to_unit_code")
_SHORT = 12  # characters of a digest that people compare


def page_view(page: TracePage, told: Speech) -> dict[str, Any]:
    """Everything the layout prints."""
    code = page.items[0].code if page.items else page.reference
    subject = page.items[0].subject if page.items else "other"
    titles = told.words["page"]["title_item"]
    if page.mail is not None:
        title, intro = told.say("page.title_mail", id=page.mail.mail_id), told.say("page.intro_mail")
    else:
        title, intro = titles.get(subject, titles["other"]).format(code=code), told.say("page.intro_item")
    return {
        "title": title,
        "intro": intro,
        "as_of": told.say("page.as_of", moment=told.moment(page.as_of)) if page.as_of else "",
        "several": told.say("page.several", n=len(page.items)) if len(page.items) > 1 and not page.mail else "",
        "mail": sent_lines(page.mail, told) if page.mail else [],
        "items": [_item(item, told, alone=page.mail is None) for item in page.items],
    }


def _item(item: TracedItem, told: Speech, *, alone: bool) -> dict[str, Any]:
    titles = told.words["page"]["title_item"]
    return {
        "title": titles.get(item.subject, titles["other"]).format(code=item.code),
        "about": item.title,
        "system": item.system,
        "key": item.item_key,
        "alone": alone,
        "summary": _summary(item, told) if alone else [],
        "tellings": [telling_view(telling, told) for telling in item.tellings],
        "flags": [
            (
                told.mail_word("flag", span.flag),
                told.moment(span.since),
                told.moment(span.closed_at) if span.closed_at else told.say("flags.still"),
                told.day(span.due_at) if span.due_at else "–",
                "–" if span.days_late is None else told.mail.number(span.days_late),
                f"{span.rule_version} · {span.calendar_version}",
                span.run_id,
            )
            for span in item.flags
        ],
        "versions": [_version(version, told) for version in item.versions],
        "events": [_event(event, told) for event in item.events],
        "disputes": [_dispute(dispute, told) for dispute in item.disputes],
        "differences": difference_rows(item.differences, told),
        "bodies": [
            (
                body.name,
                body.source,
                told.moment(body.landed_at),
                told.moment(body.data_moment),
                told.say("bodies.bytes", n=told.mail.number(body.size)),
                body.sha256,
                told.say("bodies.deleted", moment=told.moment(body.deleted_at)) if body.deleted_at else "",
            )
            for body in item.bodies
        ],
        "runs": [
            (r.run_id, told.word("flow", r.flow), told.moment(r.as_of), told.word("run_state", r.state))
            for r in item.runs
        ],
    }


def _summary(item: TracedItem, told: Speech) -> list[str]:
    days = sorted({t.mail.business_date for t in item.tellings if t.mail.state in ("handed", "uncertain")})
    mails = {t.mail.mail_id for t in item.tellings if t.mail.state in ("handed", "uncertain")}
    lines = [told.say("page.no_tellings")]
    if days:
        form = told.words["summary"]["told"]["one" if len(mails) == 1 else "other"]
        lines = [form.format(n=told.mail.number(len(mails)), first=told.day(days[0]), last=told.day(days[-1]))]
    corrected = sorted({t.mail.business_date for t in item.tellings if t.role == "corrected"})
    lines += [told.say("summary.correction", day=told.day(day)) for day in corrected]
    for dispute in item.disputes:
        outcome = told.say(f"disputes.outcome_{dispute.outcome or 'open'}")
        lines.append(told.say("summary.dispute", day=told.day(dispute.opened_on), outcome=outcome))
    if ids := open_ids(item.differences):
        lines.append(told.say("summary.differences", n=told.mail.number(len(ids)), ids=", ".join(ids)))
    still = [told.mail_word("flag", span.flag) for span in item.flags if span.closed_at is None]
    if still:
        lines.append(told.say("summary.open", flags=told.mail.join(still)))
    elif item.flags:
        last = max(span.closed_at for span in item.flags if span.closed_at)
        lines.append(told.say("summary.closed", moment=told.moment(last)))
    else:
        lines.append(told.say("summary.never"))
    return lines


def _version(version: SourceVersion, told: Speech) -> dict[str, Any]:
    shown = [change for change in version.changes if change.column in told.words["column"]]
    since, until = told.moment(version.known_from), version.known_to
    key = "versions.known_until" if until else "versions.known"
    return {
        "number": version.number,
        "known": told.say(key, since=since, until=told.moment(until)),
        "current": until is None,
        "first": version.number == 1,
        "origin": told.say(
            "versions.origin",
            source=version.source,
            ordinal=version.ordinal,
            sha=version.sha256[:_SHORT],
            run=version.run_id,
        ),
        "changes": [_change(change, told) for change in shown],
    }


def _change(change: ValueChange, told: Speech) -> tuple[str, str, str]:
    before, after = (value_text(change.column, value, told) for value in (change.before, change.after))
    return told.word("column", change.column), before, after


def value_text(column: str, value: object, told: Speech) -> str:
    """A stored value for people: instants in Hanoi time, codes with their words."""
    if value is None or value == "":
        return told.say("versions.empty")
    if isinstance(value, bool):
        return told.word("value", str(value).lower())
    if isinstance(value, datetime):
        return told.moment(value)
    if isinstance(value, date):
        return told.day(value)
    text = str(value)
    if column in _UNIT_COLUMNS:
        return told.unit(text)
    if column == "status":
        return status_text(text, told.mail.locale)
    return told.word("value", text) if column in ("duration_unit", "channel") else text


def _event(event: Happening, told: Speech) -> tuple[str, str, str, str, str]:
    details = []
    if event.to_unit_code:
        details.append(told.say("events.to_unit", unit=told.unit(event.to_unit_code)))
    if event.new_due:
        details.append(told.say("events.new_due", day=told.day(event.new_due)))
    if event.known_to:
        details.append(told.say("events.withdrawn", moment=told.moment(event.known_to)))
    kind = told.word("event", event.event)
    return (
        told.moment(event.at),
        kind,
        event.document_no or "–",
        "; ".join(details) or "–",
        told.moment(event.known_from),
    )


def _dispute(dispute: DisputeLine, told: Speech) -> list[str]:
    opened = told.say("disputes.opened", day=told.day(dispute.opened_on), by=dispute.by, reason=dispute.reason)
    if dispute.answered_at is None:
        return [opened, told.say("disputes.open")]
    answered = told.say(f"disputes.{dispute.outcome}", day=told.day(dispute.answered_at), answer=dispute.answer)
    return [opened, answered]
