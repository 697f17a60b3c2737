"""The words of a trace page in one language: the catalogue `trace_words`, and the mails' own for flags and states.

Page and mail never call one thing by two names. Add a sentence to both language files at once; a test compares them.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from tasks.mail.wording import Wording, wording
from tasks.reports.trace_model import TracePage
from tasks.rules.timezone import HANOI


@dataclass(frozen=True, slots=True)
class Speech:
    """One language, with the names of units."""

    words: dict[str, Any]
    mail: Wording
    units: Mapping[str, str]

    def say(self, key: str, /, **values: object) -> str:
        """The sentence `section.key`, filled."""
        section, _, name = key.partition(".")
        return str(self.words[section][name]).format(**values)

    def word(self, section: str, key: str) -> str:
        """A word of a closed vocabulary; an unknown one stands as it is."""
        return str(self.words[section].get(key, key))

    def mail_word(self, section: str, key: str) -> str:
        """A word the mails use too."""
        return self.mail.say(f"{section}.{key}") if self.mail.has(f"{section}.{key}") else key

    def day(self, day: date) -> str:
        """A date as documents write it; of an instant its Hanoi day."""
        return self.mail.day(day.astimezone(HANOI).date() if isinstance(day, datetime) else day)

    def moment(self, at: datetime | None) -> str:
        """Time and date in Hanoi."""
        return self.mail.moment(at) if at else "–"

    def unit(self, code: str) -> str:
        """Name and code of a unit."""
        name = self.units.get(code)
        return f"{name} ({code})" if name else code


def speech(locale: str, page: TracePage) -> Speech:
    """The words of that language for this page."""
    return Speech(_words(locale), wording(locale), page.unit_names)


def status_text(status: str, locale: str) -> str:
    """A status of a dossier or recommendation: its word, with the portal's code."""
    word = str(_words(locale)["status"].get(status, status))
    return f"{word} ({status})" if status.isdigit() else word


def audience_text(audience: str, locale: str) -> str:
    """To whom a mail speaks, in words; what is no audience stays as it is."""
    return str(_words(locale)["audience"].get(audience, audience))


def column_text(column: str, locale: str) -> str:
    """The heading of a canonical column; "" for one that no page shows."""
    return str(_words(locale)["column"].get(column, ""))


@cache
def _words(locale: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("trace_words", f"{locale}.toml").read_text(encoding="utf-8"))
