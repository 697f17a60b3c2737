"""The last look before a mail exists: text from data made harmless, personal data refused.

Controls, bidi marks and line breaks are stripped and links defused in every text of a digest, whatever template shows
it. Twelve-digit numbers, telephone numbers and foreign e-mail addresses refuse the mail (`PersonalDataError`).
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from enum import Enum
from typing import TypeVar

from tasks.rules.model import Digest, ItemFacts

LONGEST = 240  # characters of one text from data
T = TypeVar("T")
_SCHEME = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,20}):(?=//)|\b(mailto|javascript|data|tel):")
_WWW = re.compile(r"(?i)\bwww\.")
_KEYS = frozenset(
    {"item_key", "arming", "address", "source_ref", "system", "rule_version", "calendar_version", "source"}
)
_PERSONAL = {
    "citizen_id": re.compile(r"(?<![\d.,/-])\d(?:[ .]?\d){11}(?!\d)"),
    "telephone": re.compile(r"(?<![\d/.,-])(?:\+?84|0)[ .-]?[1-9](?:[ .-]?\d){7,9}(?![\d/])"),
    "address": re.compile(r"[^\s@<>()\[\]:;,]+@[^\s@<>()\[\]:;,]+\.[^\s@<>()\[\]:;,]+"),
}
_IDENTITY_CODE = re.compile(r"0\d{11}")


class PersonalDataError(Exception):
    """A text of a mail looks like personal data. Names the item's code and the kind, never the text."""

    def __init__(self, code: str, kind: str) -> None:
        super().__init__(f"{code}: {kind}")
        self.code = code
        self.kind = kind


def harmless(text: str) -> str:
    """NFC, one line, no controls or direction marks, no clickable scheme, at most `LONGEST` characters."""
    kept = (" " if c.isspace() else c for c in unicodedata.normalize("NFC", text) if c.isspace() or _printable(c))
    line = " ".join("".join(kept).split())
    line = _WWW.sub("www ", _SCHEME.sub(lambda m: f"{m[1] or m[2]} ", line))
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def made_harmless(value: T) -> T:
    """The same value object with every text in it harmless; keys and addresses stay as they are."""
    if isinstance(value, Enum | date | timedelta) or value is None:
        return value
    if isinstance(value, str):
        return harmless(value)  # type: ignore[return-value]
    if isinstance(value, tuple):
        return tuple(made_harmless(v) for v in value)  # type: ignore[return-value]
    if is_dataclass(value) and not isinstance(value, type):
        texts = {f.name: made_harmless(getattr(value, f.name)) for f in fields(value) if f.name not in _KEYS}
        return replace(value, **texts)
    return value


def refuse_personal_data(digest: Digest, rendered: Iterable[str], allowed: Iterable[str]) -> None:
    """Scan each item's texts, then the finished parts. Raises `PersonalDataError`."""
    items = [item.facts for item in digest.items()]
    known = sorted({*allowed, *(f.code for f in items if not _IDENTITY_CODE.fullmatch(f.code))} - {""}, key=len)
    for facts in items:
        for text in _texts(facts):
            _scan(text, known, facts.code if facts.code in known else "")
    for part in rendered:
        _scan(part, known, "")


def scan(text: str, allowed: Iterable[str]) -> None:
    """Scan one finished text. Raises `PersonalDataError` without a code."""
    _scan(text, sorted({*allowed} - {""}, key=len), "")


def _texts(facts: ItemFacts) -> Iterable[str]:
    return (
        facts.code,
        facts.title,
        facts.field,
        facts.step_name,
        facts.officer_post,
        facts.document_no,
        facts.extension_document,
        facts.succession_basis,
        facts.unit_name,
        facts.recorded_unit_name,
    )


def _scan(text: str, known: list[str], code: str) -> None:
    for word in reversed(known):
        text = text.replace(word, " ")
    for kind, pattern in _PERSONAL.items():
        if pattern.search(text):
            raise PersonalDataError(code or "?", kind)


def _printable(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
