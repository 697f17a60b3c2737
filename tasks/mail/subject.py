"""The subject line: counts and worst age within 90 characters, the unit where it fits."""

from collections.abc import Iterator

from tasks.mail.parts import Parts, unit_count
from tasks.mail.phrases import Voice, count_of, days_of, is_fresh, oldest
from tasks.rules.model import Audience, ClearedReason, Digest, DigestKind

LIMIT = 90  # characters
_UPWARD = frozenset({Audience.SUPERIOR, Audience.LEADERSHIP})
NOT_DONE = frozenset(
    {
        ClearedReason.WITHDRAWN,
        ClearedReason.EXTENDED,
        ClearedReason.PAUSED,
        ClearedReason.MOVED,
        ClearedReason.DISPUTED,
        ClearedReason.UPDATED,
        ClearedReason.NOT_DUE,
    }
)


def subject_of(voice: Voice, digest: Digest, parts: Parts) -> str:
    """The longest of the candidates that keeps the limit; the last one is cut if it must be."""
    key = "subject.superior" if digest.audience in _UPWARD else "subject.head"
    unit = "" if digest.audience in _UPWARD else digest.recipient.unit_name
    if digest.kind is DigestKind.ALL_CLEAR:
        pieces = [_all_clear(voice, parts)]
    elif digest.audience in _UPWARD:
        pieces = [_upward(voice, digest, parts)]
    else:
        pieces = list(_asked(voice, parts))
    if parts.corrected:
        pieces = [voice.say("subject.correction", count=count_of(voice, parts.corrected)), *pieces]
    candidates = [voice.say(key, text=text) for text in _candidates(voice, pieces, bool(parts.corrected), unit)]
    fitting = (text for text in candidates if len(text) <= LIMIT)
    return next(fitting, cut(candidates[-1]))


def cut(text: str) -> str:
    """The text within the limit, marked where something is missing."""
    return text if len(text) <= LIMIT else text[: LIMIT - 1].rstrip() + "…"


def all_done(parts: Parts) -> bool:
    """Every item that left was completed, so the letter may say so."""
    return bool(parts.cleared) and all(i.cleared and i.cleared.reason not in NOT_DONE for i in parts.cleared)


def _candidates(voice: Voice, pieces: list[str], corrects: bool, unit: str) -> Iterator[str]:
    two, one = _joined(voice, pieces[:2], corrects), _joined(voice, pieces[:1], corrects)
    if unit:
        yield voice.say("subject.with_unit", text=two, unit=unit)
        yield voice.say("subject.with_unit", text=one, unit=unit)
    yield two
    yield one


def _joined(voice: Voice, pieces: list[str], corrects: bool) -> str:
    if corrects and len(pieces) > 1:
        return voice.say("subject.correction_and", correction=pieces[0], text=", ".join(pieces[1:]))
    return ", ".join(pieces)


def _asked(voice: Voice, parts: Parts) -> Iterator[str]:
    if parts.overdue:
        key = "subject.overdue_new" if is_fresh(parts.overdue) else "subject.overdue"
        days = days_of(voice, oldest(parts.overdue))
        yield voice.plural(key, len(parts.overdue), count=count_of(voice, parts.overdue), days=days)
    if parts.soon:
        yield _soon(voice, parts, first=not parts.overdue)
    for name, items in (("past", parts.past), ("question", parts.question)):
        if items:
            yield voice.say(f"subject.{name}", count=count_of(voice, items))
    for name, items in (("verify", parts.verify), ("undated", parts.undated)):
        if items:
            yield voice.say(f"subject.{name}", count=count_of(voice, items))


def _soon(voice: Voice, parts: Parts, *, first: bool) -> str:
    count = count_of(voice, parts.soon)
    if not first:
        return voice.say("subject.soon", count=count)
    left = min(i.facts.days_left or 0 for i in parts.soon)
    key = "subject.soon_first" if left else "subject.soon_today"
    return voice.plural(key, len(parts.soon), count=count, days=days_of(voice, left))


def _upward(voice: Voice, digest: Digest, parts: Parts) -> str:
    return voice.say(
        "subject.overdue_at",
        count=count_of(voice, parts.asked),
        units=voice.words.plural("count.units", unit_count(digest)),
        days=days_of(voice, oldest(parts.asked)),
    )


def _all_clear(voice: Voice, parts: Parts) -> str:
    if not all_done(parts):
        return voice.say("subject.nothing_left")
    return voice.say("subject.cleared", count=count_of(voice, parts.cleared))
