"""The daily word to ops, as a letter: what needs a person first, then sources, quarantine, flags and mails.

It uses the layout of every other mail. Addresses never stand in it, posts do.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from tasks.mail.guard import PersonalDataError, scan
from tasks.mail.letter import Block, MailStyle
from tasks.mail.phrases import Voice, name_of
from tasks.mail.subject import cut
from tasks.rules.model import Bulletin, ItemFacts, MailLine, SourceLine

_NAMES_SHOWN = 5
_MISMATCHES_SHOWN = 5
_BAD_STATES = ("refused", "retry", "expired", "held")
_LOADED = ("promoted", "unchanged")
_APPROVAL = "approval"  # the reason of a held mail that a person must let go first


def blocks_of(voice: Voice, bulletin: Bulletin, style: MailStyle) -> tuple[Block, ...]:
    """The blocks in reading order; empty ones are left out."""
    words = voice.words

    def counted(pairs: Sequence[tuple[str, int]]) -> list[str]:
        return [voice.say("bulletin.counted", text=text.removesuffix("."), n=words.number(n)) for text, n in pairs]

    named = [
        ("needs", list(needs_of(voice, bulletin))),
        ("source_block", [_source(voice, line) for line in bulletin.sources]),
        ("quarantine_block", counted(bulletin.quarantine_reasons)),
        ("flag_block", counted([(_word(voice, "flag", flag.value), n) for flag, n in bulletin.flags])),
        ("mail_block", [_mail(voice, line) for line in bulletin.mails]),
        ("audit_block", _audit(voice, bulletin)),
    ]
    return tuple(_block(voice, name, bullets, style) for name, bullets in named if bullets)


def needs_of(voice: Voice, bulletin: Bulletin) -> Iterator[str]:
    """Everything that waits for a person, the most pressing first."""
    yield from _mail_needs(voice, bulletin)
    for source in bulletin.sources:
        yield from _source_needs(voice, source)
    new = sum(s.quarantined_new for s in bulletin.sources)
    if new:
        yield voice.plural("bulletin.new_quarantine", new)
    yield from _item_needs(voice, bulletin)
    yield from _differences(voice, bulletin)


def lead_of(voice: Voice, bulletin: Bulletin, needs: int) -> tuple[str, ...]:
    """Three lines: what needs a person, mails, data."""
    words = voice.words
    states = Counter(_word(voice, "mail_state", line.state) for line in bulletin.mails)
    counts = ", ".join(voice.say("bulletin.state_count", n=words.number(n), state=s) for s, n in states.items())
    return (
        voice.plural("bulletin.work", needs) if needs else voice.say("bulletin.calm"),
        voice.say("bulletin.mails", counts=counts) if counts else voice.say("bulletin.no_mails"),
        voice.say(
            "bulletin.sources",
            pulled=words.number(sum(s.pulled for s in bulletin.sources)),
            n=words.number(len(bulletin.sources)),
            quarantined=words.number(sum(s.quarantined for s in bulletin.sources)),
        ),
    )


def subject_of(voice: Voice, bulletin: Bulletin, needs: int) -> str:
    """At most 90 characters."""
    text = voice.plural("bulletin.subject_work", needs) if needs else voice.say("bulletin.subject_calm")
    dated = voice.say("bulletin.subject", day=voice.words.day(bulletin.business_date), text=text)
    return cut(voice.say("subject.ops", text=dated))


def codes_of(bulletin: Bulletin) -> set[str]:
    """The item codes a bulletin may show."""
    items = (*bulletin.no_recipient, *bulletin.no_superior, *bulletin.no_leadership, *bulletin.ops_items)
    return {f.code for f in items} | {*bulletin.disputes, *bulletin.blanked, *(bulletin.audit or ())[1:]}


def _block(voice: Voice, name: str, bullets: list[str], style: MailStyle) -> Block:
    rest = len(bullets) - style.max_rows
    more = voice.words.plural("count.more", rest) if rest > 0 else ""
    return Block(title=voice.say(f"bulletin.{name}"), bullets=tuple(bullets[: style.max_rows]), more=more)


def _audit(voice: Voice, bulletin: Bulletin) -> list[str]:
    """Where the audit ended, noted where nobody who tampers with the warehouse can reach: in people's mailboxes."""
    return [voice.say("bulletin.audit", n=bulletin.audit[0], mark=bulletin.audit[1])] if bulletin.audit else []


def _mail_needs(voice: Voice, bulletin: Bulletin) -> Iterator[str]:
    say = voice.say
    if bulletin.stopped:
        yield say("bulletin.stopped")
    if bulletin.mode in ("shadow", "ops"):
        yield say(f"bulletin.mode_{bulletin.mode}")
    if bulletin.over_cap:
        yield voice.plural("bulletin.over_cap", bulletin.over_cap)
    if bulletin.too_late:
        yield voice.plural("bulletin.too_late", bulletin.too_late, catch_up=bulletin.catch_up)
    for line in bulletin.uncertain:
        yield say("bulletin.uncertain", id=line.mail_id, recipient=line.recipient)
    known = {line.mail_id for line in bulletin.uncertain}
    for line in bulletin.mails:
        if line.state == "held" and line.reason == _APPROVAL:
            yield say("bulletin.approval", id=line.mail_id, recipient=line.recipient)
        elif line.state in _BAD_STATES and line.mail_id not in known:
            state = _word(voice, "mail_state", line.state)
            yield say("bulletin.bad_mail", id=line.mail_id, recipient=line.recipient, state=state)


def _item_needs(voice: Voice, bulletin: Bulletin) -> Iterator[str]:
    yield from _nobody_to_ask(voice, "no_recipient", bulletin.no_recipient)
    yield from _nobody_to_ask(voice, "no_superior", bulletin.no_superior)
    yield from _nobody_to_ask(voice, "no_leadership", bulletin.no_leadership)
    for facts in bulletin.ops_items:
        flag = _word(voice, "flag", facts.flag.value)
        yield voice.say("bulletin.ops_item", name=name_of(voice, facts), flag=flag)
    for told in bulletin.mismatches[:_MISMATCHES_SHOWN]:
        cause = _word(voice, "cause", told.cause)
        procedure = _harmless_code(told.procedure_code) or voice.say("bulletin.no_procedure")
        yield voice.plural("bulletin.mismatch", told.count, procedure=procedure, cause=cause)
    rest = sum(told.count for told in bulletin.mismatches[_MISMATCHES_SHOWN:])
    if rest:
        yield voice.plural("bulletin.mismatch_more", rest)
    if bulletin.not_enforced:
        yield voice.plural("bulletin.not_enforced", bulletin.not_enforced)
    if bulletin.disputes:
        yield voice.say("bulletin.dispute", codes=", ".join(bulletin.disputes))
    if bulletin.blanked:
        yield voice.say("bulletin.blanked", codes=", ".join(bulletin.blanked))


def _differences(voice: Voice, bulletin: Bulletin) -> Iterator[str]:
    found = bulletin.differences
    if found is not None:
        days = {"day": voice.words.day(found.looked_on), "since": voice.words.day(found.since)}
        key = "bulletin.differences_returned" if found.returned else "bulletin.differences"
        yield voice.plural(key, found.count, **days, returned=voice.words.number(found.returned))


def _harmless_code(code: str) -> str:
    """The code, or nothing where it looks like a person's number that strayed into its column."""
    try:
        scan(code, ())
    except PersonalDataError:
        return ""
    return code


def _source_needs(voice: Voice, line: SourceLine) -> Iterator[str]:
    if line.error:
        yield voice.say("bulletin.refused_source", name=line.name, error=line.error)
    elif line.state not in _LOADED:
        yield voice.say("bulletin.refused_source_plain", name=line.name)
    elif not line.fresh and line.data_moment:
        yield voice.say("bulletin.stale_source", name=line.name, moment=voice.words.moment(line.data_moment))
    elif not line.fresh:
        yield voice.say("bulletin.stale_source_plain", name=line.name)


def _nobody_to_ask(voice: Voice, kind: str, items: Sequence[ItemFacts]) -> Iterator[str]:
    for unit in dict.fromkeys(f.unit_name for f in items):
        members = [f for f in items if f.unit_name == unit]
        names = "; ".join(name_of(voice, f) for f in members[:_NAMES_SHOWN])
        if len(members) > _NAMES_SHOWN:
            more = voice.words.plural("count.more", len(members) - _NAMES_SHOWN)
            names = voice.say("next.names_more", names=names, more=more)
        count = voice.words.plural("count.other", len(members))
        yield voice.say(f"bulletin.{kind}", unit=unit, count=count, names=names)


def _source(voice: Voice, line: SourceLine) -> str:
    fields = ("pulled", "new", "changed", "unchanged", "quarantined", "duplicate", "ignored")
    numbers = {f: f"{getattr(line, f)}" for f in fields}
    state = _word(voice, "source_state", line.state)
    text = voice.say("bulletin.source", name=line.name, dataset=line.dataset, state=state, **numbers)
    if line.data_moment is None:
        return text
    return voice.say("bulletin.source_moment", line=text, moment=voice.words.moment(line.data_moment))


def _mail(voice: Voice, line: MailLine) -> str:
    state = _word(voice, "mail_state", line.state)
    return voice.say("bulletin.mail", recipient=line.recipient, subject=line.subject, state=state)


def _word(voice: Voice, section: str, key: str) -> str:
    if voice.words.has(f"{section}.{key}"):
        return voice.say(f"{section}.{key}")
    return voice.say(f"{section}.other") if voice.words.has(f"{section}.other") else key
