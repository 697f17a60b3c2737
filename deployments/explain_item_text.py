"""An explained item for people: the facts first, then every day and why it counted."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from deployments.cli_explain_deadline import explain_text
from deployments.item_words import item_word
from tasks.mail.wording import wording
from tasks.reports.trace_speech import status_text
from tasks.rules.timezone import HANOI


def item_text(found: Mapping[str, Any], locale: str) -> str:
    """What `explain_item` found, in words."""
    title = item_word(found["subject"], locale, code=found["code"], title=found["title"])
    rows = [(item_word(key, locale), text) for key, text in _rows(found, locale) if text]
    width = max(len(name) for name, _ in rows)
    lines = [title, "", *(f"{name:<{width}}  {text}" for name, text in rows)]
    if found["deadline"]:
        lines += ["", explain_text(found["deadline"], locale)]
    return "\n".join(lines)


def _rows(found: Mapping[str, Any], locale: str) -> Iterator[tuple[str, str]]:
    yield "key", found["item_key"]
    yield "as_of", _moment(found["as_of"])
    yield "known_at", _moment(found["known_at"])
    yield "versions", str(found["versions"])
    yield "unit", _unit(found["recorded_unit_name"], found["recorded_unit_code"])
    yield "asked", _unit(found["unit_name"], found["unit_code"]) or item_word("nobody", locale)
    yield "holding", _day(found.get("holding_since"))
    yield "status", status_text(found["status"], locale)
    yield "received", _moment(found.get("received_at"))
    yield "issued", _day(found.get("issued_on"))
    yield "finished", _moment(found["finished_at"])
    yield "appointment", _day(found.get("appointment_on"))
    if found["subject"] == "dossier":
        own = _day(found["own_due_on"])
        unknown = "no_due_paused" if found["duration_known"] else "no_duration"
        yield "own", own or item_word(unknown, locale)
    yield "original", _day(found["original_due_on"])
    yield "extension", found["extension_document"]
    yield "due", _due(found, locale)
    for pause in found.get("pauses", ()):
        end = _moment(pause["to"]) or item_word("running", locale)
        yield "pause", f"{_moment(pause['from'])} – {end}"
    for flag in found["flags"]:
        word = wording(locale).say(f"flag.{flag['flag']}")
        yield "flag", item_word("flag_since", locale, flag=word, since=_moment(flag["since"]))
    if not found["flags"]:
        yield "flag", item_word("flag_none", locale)


def _due(found: Mapping[str, Any], locale: str) -> str:
    if found["due_at"] is None:
        return item_word("no_due_paused" if found.get("paused") else "no_due", locale)
    why = item_word(f"binding_{found['binding']}", locale)
    return f"{_moment(found['due_at'])} ({why})" if why else _moment(found["due_at"])


def _unit(name: str | None, code: str | None) -> str:
    return f"{name} ({code})" if name else code or ""


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(HANOI):%H:%M %d/%m/%Y}" if at else ""


def _day(day: date | datetime | None) -> str:
    if isinstance(day, datetime):
        day = day.astimezone(HANOI).date()
    return f"{day:%d/%m/%Y}" if day else ""
