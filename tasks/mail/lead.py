"""The first three lines, also the preheader: what is asked, how many, by when (design §9)."""

from collections.abc import Iterator, Sequence
from datetime import date

from tasks.mail.parts import Parts, step_dates, unit_count
from tasks.mail.phrases import (
    Voice,
    correction_phrase,
    count_of,
    days_of,
    is_fresh,
    kind_of,
    local_day,
    name_of,
    oldest,
)
from tasks.mail.subject import all_done
from tasks.rules.model import Audience, Digest, DigestItem, DigestKind

LINES = 3


def lead_of(voice: Voice, digest: Digest, parts: Parts) -> tuple[str, ...]:
    """At most three sentences; whatever does not fit stands in its block below."""
    if digest.kind is DigestKind.ALL_CLEAR:
        lines = [*_corrections(voice, parts), *_all_clear(voice, parts)]
    elif digest.audience in (Audience.SUPERIOR, Audience.LEADERSHIP):
        lines = [*_corrections(voice, parts), *_upward(voice, digest, parts)]
    else:
        lines = [*_corrections(voice, parts), *_asked(voice, parts)]
    return tuple(lines[:LINES])


def _corrections(voice: Voice, parts: Parts) -> Iterator[str]:
    if len(parts.corrected) == 1:
        item = parts.corrected[0]
        assert item.correction is not None
        what = correction_phrase(voice, item.facts, item.correction)
        yield voice.say("lead.correction_one", name=name_of(voice, item.facts), what=what)
    elif parts.corrected:
        yield voice.say("lead.correction_many", count=count_of(voice, parts.corrected))


def _asked(voice: Voice, parts: Parts) -> Iterator[str]:
    if parts.overdue:
        yield _overdue(voice, parts.overdue)
        for key, reached in (
            ("lead.reached_leadership", [i for i in parts.overdue if i.level > 2]),
            ("lead.reached", [i for i in parts.overdue if i.level == 2]),
        ):
            if reached:
                yield voice.say(key, count=count_of(voice, reached))
    if parts.soon:
        yield _soon(voice, parts)
    yield from _inspecting(voice, parts)
    if parts.past and parts.question:
        past, question = count_of(voice, parts.past), count_of(voice, parts.question)
        yield voice.say("lead.past_and_question", past=past, question=question)
    elif parts.past:
        yield voice.say("lead.past", count=count_of(voice, parts.past))
    elif parts.question:
        yield voice.say("lead.question", count=count_of(voice, parts.question))


def _overdue(voice: Voice, items: Sequence[DigestItem]) -> str:
    kinds = {kind_of(i.facts) for i in items}
    kind = "both" if len(kinds) > 1 else kinds.pop()
    key = f"lead.overdue_new_{kind}" if is_fresh(items) else f"lead.overdue_{kind}"
    if not voice.words.has(key):
        key = "lead.overdue_both"
    age = voice.plural("lead.age", len(items), days=days_of(voice, oldest(items)))
    return voice.say(key, count=count_of(voice, items), age=age, by=_by(voice, step_dates(items)))


def _by(voice: Voice, dates: Sequence[date]) -> str:
    if not dates:
        return voice.say("lead.by_none")
    key = "lead.by_one" if len(dates) == 1 else "lead.by_first"
    return voice.say(key, day=voice.words.day(dates[0]))


def _soon(voice: Voice, parts: Parts) -> str:
    days = [local_day(i.facts.due_at) for i in parts.soon if i.facts.due_at]
    first = min(days, default=voice.today)
    key = "lead.soon" if parts.overdue or parts.corrected else "lead.soon_alone"
    today = voice.say("lead.today") if first == voice.today else ""
    return voice.say(key, count=count_of(voice, parts.soon), day=voice.words.day(first), today=today)


def _inspecting(voice: Voice, parts: Parts) -> Iterator[str]:
    if parts.verify:
        days = [local_day(i.facts.reported_at) for i in parts.verify if i.facts.reported_at]
        yield _counted(voice, "lead.verify", parts.verify, days)
    if parts.undated:
        proposed = [i.facts.proposed_due_on for i in parts.undated if i.facts.proposed_due_on]
        yield _counted(voice, "lead.undated", parts.undated, proposed)


def _counted(voice: Voice, key: str, items: Sequence[DigestItem], days: Sequence[date]) -> str:
    count = count_of(voice, items)
    if not days:
        return voice.say(f"{key}_plain", count=count)
    return voice.say(key, count=count, day=voice.words.day(min(days)))


def _upward(voice: Voice, digest: Digest, parts: Parts) -> Iterator[str]:
    items, units = parts.asked, unit_count(digest)
    yield voice.say(
        "lead.superior",
        count=count_of(voice, items),
        units=voice.words.plural("count.units", units),
        days=days_of(voice, oldest(items)),
    )
    since = [i.asked_since for i in items if i.asked_since]
    if since:
        yield voice.plural("lead.superior_since", units, day=voice.words.day(min(since)))
    dates = step_dates(items)
    if dates:
        yield voice.plural("lead.superior_ask", units, day=voice.words.day(dates[0]))
    else:
        yield voice.plural("lead.superior_ask_open", units)


def _all_clear(voice: Voice, parts: Parts) -> Iterator[str]:
    if all_done(parts):
        yield voice.say("lead.all_clear", count=count_of(voice, parts.cleared))
        yield voice.say("lead.thanks")
    else:
        yield voice.say("lead.nothing_left")
