"""How one item is named, how it stands, and how several are counted; shared by subject, lead and blocks.

A phrase about a single item belongs here. Which items a mail speaks of is decided in `letters`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tasks.mail.wording import Wording
from tasks.rules.model import Cleared, ClearedReason, Correction, DigestItem, Flag, ItemFacts, Subject
from tasks.rules.timezone import HANOI

BLAME_FREE_BELOW = 3  # working days: until then a reminder does not press (style of administrative letters)
_KINDS = {Subject.DOSSIER: "dossier", Subject.RECOMMENDATION: "recommendation"}
_PLAIN_STATES = {
    Flag.APOLOGY_MISSING: "state.apology",
    Flag.STALLED: "state.stalled",
    Flag.NO_PLAN: "state.no_plan",
    Flag.STALE: "state.stale",
    Flag.DUE_DATE_MISSING: "state.undated",
}


@dataclass(frozen=True, slots=True)
class Voice:
    """A language spoken to one reader on one day."""

    words: Wording
    you: str
    today: date

    def say(self, key: str, /, **values: object) -> str:
        """A sentence that may address the reader."""
        return self.words.say(key, you=self.you, **values)

    def plural(self, key: str, n: int, /, **values: object) -> str:
        """A sentence that may address the reader, by number."""
        return self.words.plural(key, n, you=self.you, **values)


def local_day(at: datetime) -> date:
    """The day in Hanoi."""
    return at.astimezone(HANOI).date()


def kind_of(facts: ItemFacts) -> str:
    """dossier, recommendation or other: the word an item is called by."""
    return _KINDS.get(facts.subject, "other")


def name_of(voice: Voice, facts: ItemFacts) -> str:
    """The item inside a sentence."""
    return voice.say(f"name.{kind_of(facts)}", code=facts.code)


def title_of(voice: Voice, facts: ItemFacts) -> str:
    """The item at the head of a line."""
    return voice.say(f"name.{kind_of(facts)}_title", code=facts.code)


def about(voice: Voice, facts: ItemFacts) -> str:
    """Procedure and field, or the content of a recommendation; may be empty."""
    if facts.title and facts.field:
        return voice.say("name.with_field", title=facts.title, field=facts.field)
    return facts.title or facts.field


def count_of(voice: Voice, items: Sequence[DigestItem]) -> str:
    """Dossiers and recommendations counted apart: "02 hồ sơ và 01 kiến nghị"."""
    kinds = [kind_of(i.facts) for i in items]
    words = voice.words
    parts = [words.plural(f"count.{k}", kinds.count(k)) for k in ("dossier", "recommendation", "other") if k in kinds]
    return words.join(parts)


def days_of(voice: Voice, n: int) -> str:
    """Working days in words; zero days late means late by hours."""
    return voice.words.plural("format.days", n) if n else voice.say("format.under_a_day")


def oldest(items: Sequence[DigestItem]) -> int:
    """The longest lateness among overdue items, in working days."""
    return max((i.facts.days_late or 0 for i in items), default=0)


def is_fresh(items: Sequence[DigestItem]) -> bool:
    """All so little overdue that the letter stays free of blame."""
    return oldest(items) < BLAME_FREE_BELOW


def state_of(voice: Voice, facts: ItemFacts) -> str:
    """How the item stands, by its flag."""
    state = _state_by_flag(voice, facts)
    return voice.say("state.holder_unknown", state=state) if facts.holder_unknown else state


def _state_by_flag(voice: Voice, facts: ItemFacts) -> str:
    match facts.flag:
        case Flag.OVERDUE:
            late = facts.days_late or 0
            key = "state.overdue_new" if late < BLAME_FREE_BELOW else "state.overdue"
            return voice.say(key, days=days_of(voice, late))
        case Flag.DUE_SOON if facts.days_left:
            return voice.say("state.soon", days=days_of(voice, facts.days_left))
        case Flag.DUE_SOON:
            return voice.say("state.today")
        case Flag.PAST_APPOINTMENT if facts.appointment_on:
            return voice.say("state.past", day=voice.words.day(facts.appointment_on))
        case Flag.PAUSED_PAST_DUE:
            return _dated(voice, "state.paused", facts.paused_since)
        case Flag.AWAITING_VERIFICATION:
            return _dated(voice, "state.verify", facts.reported_at)
        case other:
            return voice.say(_PLAIN_STATES.get(other, "state.other"))


def cleared_phrase(voice: Voice, facts: ItemFacts, cleared: Cleared) -> str:
    """Why the item left the list, as the end of a sentence."""
    reason = cleared.reason
    if reason is ClearedReason.EXTENDED:
        return _extended(voice, facts, cleared)
    if reason is ClearedReason.DUE_DATE_SET and cleared.until:
        return voice.say("cleared.due_date_set", until=voice.words.day(cleared.until))
    if reason in (ClearedReason.DISPUTED, ClearedReason.NOT_DUE):
        return voice.say(f"cleared.{reason}")
    if cleared.at is None:
        key = "resolved" if reason.startswith("resolved") else reason.value
        known = voice.words.has(f"cleared.undated_{key}")
        return voice.say(f"cleared.undated_{key}" if known else "cleared.not_due")
    day = voice.words.day(local_day(cleared.at))
    return voice.say(f"cleared.{reason}", day=day, days=days_of(voice, cleared.days_late or 0))


def correction_phrase(voice: Voice, facts: ItemFacts, correction: Correction) -> str:
    """What is right now, as a predicate behind the item's name."""
    key = correction.kind.value
    if key == "already_resolved" and facts.subject is Subject.RECOMMENDATION:
        key += "_recommendation"
    due = correction.due_on
    if (correction.at is None and due is None) or (key == "other_due_date" and due is None):
        return voice.say(f"correction.undated_{key}")
    day = voice.words.day(local_day(correction.at)) if correction.at else ""
    if key != "other_due_date" and not day:
        return voice.say(f"correction.undated_{key}")
    return voice.say(f"correction.{key}", day=day, due=voice.words.day(due) if due else "", unit=correction.unit_name)


def _extended(voice: Voice, facts: ItemFacts, cleared: Cleared) -> str:
    if cleared.until is None:
        return voice.say("cleared.not_due")
    words = voice.words
    document = words.say("cleared.extended_document", document=cleared.document) if cleared.document else ""
    original = facts.original_due_on or (local_day(facts.due_at) if facts.due_at else None)
    if original is None:
        return words.say("cleared.extended_plain", until=words.day(cleared.until), document=document)
    late = words.say("cleared.extended_late", days=days_of(voice, cleared.days_late)) if cleared.days_late else ""
    return words.say(
        "cleared.extended", until=words.day(cleared.until), document=document, original=words.day(original), late=late
    )


def _dated(voice: Voice, key: str, at: datetime | None) -> str:
    return voice.say(key, day=voice.words.day(local_day(at))) if at else voice.say(f"{key}_plain")
