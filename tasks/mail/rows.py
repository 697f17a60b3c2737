"""One item as a row: name, state, and the lines below it (dates, where it lies, where it came from, the question)."""

from tasks.mail.letter import ASK, CALM, LATE, SOON, Line, Row
from tasks.mail.phrases import Voice, about, local_day, state_of, title_of
from tasks.rules.model import DigestItem, Flag, ItemFacts, Role, Subject
from tasks.rules.timezone import HANOI

_TONES = {Flag.OVERDUE: LATE, Flag.DUE_SOON: SOON, Flag.PAST_APPOINTMENT: SOON}
_DUE_LABELS = {Subject.DOSSIER: "row.due_dossier", Subject.RECOMMENDATION: "row.due_recommendation"}
_INSPECTING = frozenset({Flag.AWAITING_VERIFICATION, Flag.DUE_DATE_MISSING})


def row_of(voice: Voice, item: DigestItem, number: int) -> Row:
    """The row of an asked or informed item."""
    facts = item.facts
    informed = item.role is Role.INFORMED
    lines = [
        _line(about(voice, facts)),
        *_owner(voice, facts),
        *_dates(voice, facts),
        *_quiet(voice, facts),
        *_where(voice, facts),
        *([] if informed else _reception(voice, facts)),
        *_transfer(voice, facts),
        *([] if informed else _question(voice, facts)),
    ]
    return Row(
        number=number,
        name=title_of(voice, facts),
        state=state_of(voice, facts),
        tone=CALM if informed else _TONES.get(facts.flag, ASK),
        lines=tuple(line for line in lines if line.text),
    )


def _line(text: str, label: str = "", slot: str = "", note: str = "") -> Line:
    return Line(text=text, label=label, slot=slot, note=note)


def _dates(voice: Voice, facts: ItemFacts) -> list[Line]:
    words, lines = voice.words, []
    if facts.internal_due_on:
        lines.append(_line(words.day(facts.internal_due_on), words.say("row.due_internal"), "due"))
    label, day = _term(voice, facts)
    notes = _notes(voice, facts)
    if day:
        lines.append(_line(day, words.say(label), "due", "; ".join(notes)))
    else:
        lines += _start(voice, facts)
    return lines


def _term(voice: Voice, facts: ItemFacts) -> tuple[str, str]:
    """Label and text of the date that matters; the text is empty where there is none."""
    words = voice.words
    if facts.flag is Flag.DUE_DATE_MISSING:
        return "row.proposed", words.day(facts.proposed_due_on) if facts.proposed_due_on else ""
    if facts.due_at is None:
        return "row.appointment", words.day(facts.appointment_on) if facts.appointment_on else ""
    label = "row.due_law" if facts.flag is Flag.PAST_APPOINTMENT else _DUE_LABELS.get(facts.subject, "row.due_dossier")
    local = facts.due_at.astimezone(HANOI)
    if facts.due_by_minute:
        return label, words.say("format.hours_of_day", hh=f"{local:%H}", mm=f"{local:%M}", day=words.day(local.date()))
    return label, words.day(local.date())


def _notes(voice: Voice, facts: ItemFacts) -> list[str]:
    words, notes = voice.words, []
    if facts.received_at:
        notes.append(words.say("row.note_received", day=words.day(local_day(facts.received_at))))
    elif facts.issued_on:
        notes.append(words.say("row.note_issued", day=words.day(facts.issued_on)))
    due_on = local_day(facts.due_at) if facts.due_at else None
    if due_on and facts.appointment_on and facts.appointment_on < due_on and facts.flag is not Flag.PAST_APPOINTMENT:
        notes.append(words.say("row.note_appointment", day=words.day(facts.appointment_on)))
    if facts.original_due_on and facts.extension_document:
        day = words.day(facts.original_due_on)
        notes.append(words.say("row.note_original_document", day=day, document=facts.extension_document))
    elif facts.original_due_on:
        notes.append(words.say("row.note_original", day=words.day(facts.original_due_on)))
    if facts.subject is Subject.DOSSIER and not facts.duration_known and due_on:
        notes.append(words.say("row.note_duration_unknown"))
    return notes


def _start(voice: Voice, facts: ItemFacts) -> list[Line]:
    words = voice.words
    if facts.received_at:
        return [_line(words.day(local_day(facts.received_at)), words.say("row.received"), "due")]
    if facts.issued_on:
        return [_line(words.day(facts.issued_on), words.say("row.issued"), "due")]
    return []


def _quiet(voice: Voice, facts: ItemFacts) -> list[Line]:
    """When an item that stands still was last touched."""
    if facts.last_moved_at is None:
        return []
    return [_line(voice.words.day(local_day(facts.last_moved_at)), voice.words.say("row.last_moved"))]


def _where(voice: Voice, facts: ItemFacts) -> list[Line]:
    words, parts = voice.words, []
    if facts.holding_since and facts.holder_unknown:
        parts.append(words.say("row.held_unknown", day=words.day(facts.holding_since)))
    elif facts.holding_since:
        parts.append(words.say("row.held", unit=facts.unit_name, day=words.day(facts.holding_since)))
    if facts.step_name:
        parts.append(words.say("row.step", step=facts.step_name))
    if facts.officer_post:
        parts.append(facts.officer_post)
    return [_line("; ".join(parts), words.say("row.where"))] if parts else []


def _reception(voice: Voice, facts: ItemFacts) -> list[Line]:
    if not facts.holding_since or facts.holder_unknown:
        return []
    return [_line(facts.recorded_unit_name, voice.words.say("row.reception"))]


def _owner(voice: Voice, facts: ItemFacts) -> list[Line]:
    if facts.flag not in _INSPECTING:
        return []
    return [_line(facts.owner_unit_name or facts.recorded_unit_name, voice.words.say("row.owner"))]


def _transfer(voice: Voice, facts: ItemFacts) -> list[Line]:
    if facts.holding_since:
        return []
    if facts.succession_basis:
        text = voice.words.say("row.moved_basis", unit=facts.recorded_unit_name, basis=facts.succession_basis)
        return [_line(text)]
    if facts.unit_code != facts.recorded_unit_code and facts.flag not in _INSPECTING:
        return [_line(voice.words.say("row.moved", unit=facts.recorded_unit_name))]
    return []


def _question(voice: Voice, facts: ItemFacts) -> list[Line]:
    key = "question.holder_unknown" if facts.holder_unknown else f"question.{facts.flag}"
    return [_line(voice.words.say(key), slot="ask")] if voice.words.has(key) else []
