"""The blocks of a letter below the lead: changes, rows worst first, what comes next, how to answer, the foot."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from tasks.mail.letter import Block, Group, MailStyle
from tasks.mail.parts import VISIBLE_STEPS, Parts, is_counted
from tasks.mail.phrases import (
    Voice,
    about,
    cleared_phrase,
    correction_phrase,
    count_of,
    kind_of,
    name_of,
    state_of,
    title_of,
)
from tasks.mail.rows import row_of
from tasks.rules.model import Audience, Change, Digest, DigestItem, DigestKind, Flag, Subject

_UPWARD = frozenset({Audience.SUPERIOR, Audience.LEADERSHIP})
_TERM = frozenset({Flag.OVERDUE, Flag.DUE_SOON})
_NAMES_SHOWN = 5
_DOCUMENTS_SHOWN = 3


def blocks_of(voice: Voice, digest: Digest, parts: Parts, style: MailStyle) -> tuple[Block, ...]:
    """All blocks in reading order; empty ones are left out."""
    if digest.kind is DigestKind.ALL_CLEAR:
        bullets = [*_corrections(voice, parts), *_results(voice, parts)]
        blocks = [_bulleted(voice, "results", bullets, style)]
    else:
        blocks = [
            _bulleted(voice, "changes", list(_changes(voice, parts)), style),
            *_tables(voice, digest, parts, style),
        ]
        blocks.append(Block(title=voice.say("block.next"), bullets=tuple(_next(voice, parts))))
    blocks.append(Block(title=voice.say("block.how"), bullets=tuple(_how(voice, digest, parts, style))))
    return tuple(b for b in blocks if b.groups or b.bullets)


def foot_of(voice: Voice, digest: Digest, parts: Parts, style: MailStyle) -> tuple[str, ...]:
    """Contact, data moment, missing sources, legal basis."""
    say = voice.say
    lines = []
    if style.contact_address:
        unit = style.contact_unit or say("foot.contact_unit")
        lines.append(say("foot.contact", unit=unit, address=style.contact_address))
    if digest.data_moment:
        lines.append(say("foot.data", moment=voice.words.moment(digest.data_moment)))
    if digest.missing_sources:
        lines.append(say("foot.missing", sources=", ".join(digest.missing_sources)))
    basis = _legal(voice, parts, style)
    if basis:
        lines.append(say("foot.legal", basis=basis))
    return tuple(lines)


def _tables(voice: Voice, digest: Digest, parts: Parts, style: MailStyle) -> Iterator[Block]:
    units = _unit_names(digest)
    for name in ("overdue", "past", "soon", "verify", "undated", "question", "info"):
        items: tuple[DigestItem, ...] = getattr(parts, name)
        if items:
            note = f"note.{name}"
            rows = [i for i in items if not is_counted(i)]
            yield Block(
                title=voice.say(f"block.{name}"),
                note=voice.say(note) if voice.words.has(note) else "",
                groups=_groups(voice, rows[: style.max_rows], units),
                bullets=tuple(_counted(voice, [i for i in items if is_counted(i)])),
                more=_more(voice, len(rows) - style.max_rows),
            )


def _counted(voice: Voice, items: Sequence[DigestItem]) -> Iterator[str]:
    """Procedures of hours or of one day, due soon: how many, and the nearest minute."""
    first = min((i.facts.due_at for i in items if i.facts.due_at), default=None)
    if first is not None:
        yield voice.say("soon.same_day", count=count_of(voice, items), moment=voice.words.moment(first))


def _unit_names(digest: Digest) -> dict[str, str]:
    """item key → unit heading; empty headings where the mail is about the reader's own unit only."""
    alone = len(digest.sections) == 1
    return {i.facts.item_key: "" if alone else s.unit_name for s in digest.sections for i in s.items}


def _groups(voice: Voice, items: Sequence[DigestItem], units: dict[str, str]) -> tuple[Group, ...]:
    groups, number = [], 0
    for unit, members in groupby(items, key=lambda i: units[i.facts.item_key]):
        rows = []
        for item in members:
            number += 1
            rows.append(row_of(voice, item, number))
        groups.append(Group(name=unit, rows=tuple(rows)))
    return tuple(groups)


def _more(voice: Voice, rest: int) -> str:
    return voice.words.plural("count.more", rest) if rest > 0 else ""


def _bulleted(voice: Voice, name: str, bullets: Sequence[str], style: MailStyle) -> Block:
    shown = tuple(bullets[: style.max_rows])
    return Block(title=voice.say(f"block.{name}"), bullets=shown, more=_more(voice, len(bullets) - len(shown)))


def _corrections(voice: Voice, parts: Parts) -> Iterator[str]:
    for item in parts.corrected:
        if item.correction:
            mails = [voice.say("change.mail_of", day=voice.words.day(d)) for d in item.correction.told_on]
            what = correction_phrase(voice, item.facts, item.correction)
            name = name_of(voice, item.facts)
            yield voice.say("change.correction", name=name, what=what, mails=voice.words.join(mails))


def _changes(voice: Voice, parts: Parts) -> Iterator[str]:
    """Nothing where everything is new: a first mail needs no list of changes."""
    yield from _corrections(voice, parts)
    changes = {i.change for i in parts.asked}
    if parts.cleared or parts.corrected or Change.WORSE in changes or len(changes) > 1:
        for change in (Change.NEW, Change.WORSE):
            for item in (i for i in parts.asked if i.change is change and not is_counted(i)):
                state = _state_with_level(voice, item)
                yield voice.say(f"change.{change}", name=name_of(voice, item.facts), state=state)
    for item in parts.cleared:
        if item.cleared and not is_counted(item):
            reason = cleared_phrase(voice, item.facts, item.cleared)
            yield voice.say("change.cleared", name=name_of(voice, item.facts), reason=reason)


def _state_with_level(voice: Voice, item: DigestItem) -> str:
    state = state_of(voice, item.facts)
    if item.level < 2:
        return state
    return voice.say("state.with_level" if item.level == 2 else "state.with_level_leadership", state=state)


def _results(voice: Voice, parts: Parts) -> Iterator[str]:
    for item in parts.cleared:
        if item.cleared and not is_counted(item):
            title, text = title_of(voice, item.facts), about(voice, item.facts)
            reason = cleared_phrase(voice, item.facts, item.cleared)
            yield voice.say("change.result" if text else "change.result_plain", title=title, text=text, reason=reason)
    counted = [i for i in parts.cleared if is_counted(i)]
    if counted:
        yield voice.say("change.result_counted", count=count_of(voice, counted))


def _next(voice: Voice, parts: Parts) -> Iterator[str]:
    steps = [(i.next_step, i) for i in parts.asked if i.next_step and i.next_step.audience in VISIBLE_STEPS]
    keys = sorted({(step.on, step.level, step.audience) for step, _ in steps})
    for on, level, audience in keys:
        names = [name_of(voice, i.facts) for s, i in steps if (s.on, s.level, s.audience) == (on, level, audience)]
        text = "; ".join(names[:_NAMES_SHOWN])
        if len(names) > _NAMES_SHOWN:
            text = voice.say("next.names_more", names=text, more=_more(voice, len(names) - _NAMES_SHOWN))
        yield voice.say(f"next.{audience}", day=voice.words.day(on), names=text)


def _how(voice: Voice, digest: Digest, parts: Parts, style: MailStyle) -> Iterator[str]:
    everything = _codes(voice, parts.everything)
    if digest.kind is DigestKind.ALL_CLEAR:
        yield voice.say("how.dispute_short", codes=everything)
        return
    if digest.audience in _UPWARD:
        yield voice.say("how.superior")
    elif digest.audience is Audience.INSPECTING:
        yield voice.say("how.inspecting", codes=_codes(voice, parts.asked))
    else:
        yield from _head_how(voice, parts, style)
    yield voice.say("how.dispute", codes=everything)


def _head_how(voice: Voice, parts: Parts, style: MailStyle) -> Iterator[str]:
    subjects = {(i.facts.subject, i.facts.flag in _TERM) for i in parts.asked}
    if (Subject.DOSSIER, True) in subjects:
        yield voice.say("how.apology")
    if any(subject is Subject.RECOMMENDATION for subject, _ in subjects):
        yield voice.say("how.recommendation", agency=style.agency or voice.say("foot.agency"))
    if parts.asked:
        yield voice.say("how.answer", codes=_codes(voice, parts.asked))


def _codes(voice: Voice, items: Sequence[DigestItem]) -> str:
    kinds = {kind_of(i.facts) for i in items}
    only = kinds.pop() if len(kinds) == 1 else "both"
    return voice.say(f"name.code_{only if only in ('dossier', 'recommendation') else 'both'}")


def _legal(voice: Voice, parts: Parts, style: MailStyle) -> str:
    basis, kinds = [], {i.facts.subject for i in parts.everything}
    if Subject.DOSSIER in kinds:
        basis.append(style.legal_dossiers or voice.say("foot.legal_dossiers"))
    if Subject.RECOMMENDATION in kinds:
        found = {i.facts.document_no for i in parts.everything if i.facts.subject is Subject.RECOMMENDATION}
        documents = sorted(found - {""})
        few = documents and len(documents) <= _DOCUMENTS_SHOWN and "" not in found
        text = voice.say("foot.legal_documents", documents=", ".join(documents)) if few else ""
        basis.append(text or voice.say("foot.legal_recommendations"))
    return "; ".join(basis)
