"""One telling of a trace page: the sentence of the mail, its words, the facts as they were frozen, and the grounds."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from tasks.mail.phrases import Voice, cleared_phrase, correction_phrase, days_of, state_of
from tasks.reports.trace_model import Telling, TracedMail
from tasks.reports.trace_speech import Speech
from tasks.rules.model import DigestItem, ItemFacts, Role

_PAST = (Role.CLEARED, Role.CORRECTED)  # such a line holds the facts as they were told before


def telling_view(telling: Telling, told: Speech) -> dict[str, Any]:
    """What the layout prints of one mail's word about one item."""
    mail = telling.mail
    sent, *notes = sent_lines(mail, told)
    return {
        "day": told.day(mail.business_date),
        "iso": mail.business_date.isoformat(),
        "state": mail.state,
        "sent": sent,
        "notes": notes,
        "tags": list(tags_of(telling, told)),
        "said": [(quote.heading, list(quote.lines)) for quote in telling.said],
        "facts_title": told.say("telling.facts_before" if telling.role in _PAST else "telling.facts"),
        "facts": list(_facts(telling, told)),
        "basis": list(_basis(telling, told)),
    }


def sent_lines(mail: TracedMail, told: Speech) -> list[str]:
    """What became of the mail, then remarks: when the server took it, for whom it was received, who confirmed it."""
    form = mail.state if mail.state in told.words["sent"] else "planned"
    lines = [told.say(f"sent.{form}", day=told.day(mail.business_date), post=mail.post, subject=mail.subject)]
    if mail.state == "handed" and mail.settled_at and not mail.resolved_by:
        lines.append(told.say("sent.taken", moment=told.moment(mail.settled_at)))
    if mail.acting_for:
        lines.append(told.say("sent.acting_for", post=mail.post, other=mail.acting_for))
    if mail.resolved_by:
        lines.append(told.say("sent.resolved_by", by=mail.resolved_by))
    return lines


def tags_of(telling: Telling, told: Speech) -> Iterator[tuple[str, str]]:
    """Label and value: to whom, in which role, at which level, with which next step announced."""
    yield told.say("telling.to"), told.word("audience", telling.mail.audience)
    yield told.say("telling.role"), told.word("role", telling.role)
    if telling.role == Role.ASKED and telling.level:
        yield told.say("telling.level"), str(telling.level)
    if telling.announced_level is not None and telling.announced_on is not None:
        told_next = told.say(
            "telling.announced_value", level=telling.announced_level, day=told.day(telling.announced_on)
        )
        yield told.say("telling.announced"), told_next


def _facts(telling: Telling, told: Speech) -> Iterator[tuple[str, str]]:
    facts = telling.facts
    if facts is None:
        return
    voice = Voice(told.mail, "", telling.mail.business_date)
    line = telling.line
    if line is None or line.role in (Role.ASKED, Role.INFORMED):
        yield told.say("fact.state"), state_of(voice, facts)
    yield from _outcome(line, facts, voice, told)
    yield from _dates(facts, told)
    yield from _lateness(facts, voice, told)
    yield from _places(facts, told)
    moment = facts.data_moment or telling.mail.data_moment
    if moment:
        yield told.say("fact.data_moment"), told.moment(moment)


def _outcome(line: DigestItem | None, facts: ItemFacts, voice: Voice, told: Speech) -> Iterator[tuple[str, str]]:
    if line is not None and line.cleared is not None:
        yield told.say("fact.cleared"), cleared_phrase(voice, facts, line.cleared)
    if line is not None and line.correction is not None:
        yield told.say("fact.correction"), correction_phrase(voice, facts, line.correction)


def _dates(facts: ItemFacts, told: Speech) -> Iterator[tuple[str, str]]:
    if facts.received_at:
        yield told.say("fact.received"), told.moment(facts.received_at)
    early = (("issued", facts.issued_on), ("appointment", facts.appointment_on), ("own", facts.own_due_on))
    yield from _days(early, told)
    if not facts.duration_known:
        yield told.say("fact.own"), told.say("fact.duration_unknown")
    if facts.due_at:
        due = told.moment(facts.due_at) if facts.due_by_minute else told.day(facts.due_at)
        yield told.say("fact.due"), due
    elif facts.paused_since:
        yield told.say("fact.due"), told.say("fact.no_due_paused")
    other = (
        ("original", facts.original_due_on),
        ("internal", facts.internal_due_on),
        ("proposed", facts.proposed_due_on),
    )
    yield from _days(other, told)
    if facts.extension_document:
        yield told.say("fact.extension"), facts.extension_document


def _days(named: Iterable[tuple[str, date | None]], told: Speech) -> Iterator[tuple[str, str]]:
    for key, day in named:
        if day:
            yield told.say(f"fact.{key}"), told.day(day)


def _lateness(facts: ItemFacts, voice: Voice, told: Speech) -> Iterator[tuple[str, str]]:
    if facts.days_late is not None:
        yield told.say("fact.late"), days_of(voice, facts.days_late)
    if facts.days_left:
        yield told.say("fact.left"), days_of(voice, facts.days_left)
    if facts.tier is not None:
        yield told.say("fact.tier"), str(facts.tier)
    if facts.paused_since:
        yield told.say("fact.paused"), told.moment(facts.paused_since)
    if facts.reported_at:
        yield told.say("fact.reported"), told.moment(facts.reported_at)
    if facts.disputed:
        yield told.say("fact.disputed"), told.say("fact.yes")


def _places(facts: ItemFacts, told: Speech) -> Iterator[tuple[str, str]]:
    yield told.say("fact.unit"), f"{facts.unit_name} ({facts.unit_code})"
    if facts.recorded_unit_code != facts.unit_code:
        yield told.say("fact.recorded"), f"{facts.recorded_unit_name} ({facts.recorded_unit_code})"
    if facts.succession_basis:
        yield told.say("fact.succession"), facts.succession_basis
    if facts.holding_since:
        yield told.say("fact.holding"), told.day(facts.holding_since)
    if facts.owner_unit_name and facts.owner_unit_name != facts.unit_name:
        yield told.say("fact.owner"), facts.owner_unit_name
    place = "; ".join(part for part in (facts.step_name, facts.officer_post) if part)
    if place:
        yield told.say("fact.place"), place
    if facts.document_no:
        yield told.say("fact.document"), facts.document_no


def _basis(telling: Telling, told: Speech) -> Iterator[str]:
    facts, mail, version = telling.facts, telling.mail, telling.version
    if facts is not None and facts.rule_version:
        yield told.say("telling.rule", rule=facts.rule_version, calendar=facts.calendar_version)
    yield told.say("telling.run", run=mail.run_id, moment=told.moment(mail.as_of))
    if version is not None:
        yield told.say(
            "telling.row",
            ordinal=version.ordinal,
            sha=version.sha256[:12],
            source=version.source,
            since=told.moment(version.known_from),
            number=version.number,
        )
    yield told.say("telling.letter", id=mail.mail_id, message_id=mail.message_id.strip("<>"), sha=mail.sha256[:12])
