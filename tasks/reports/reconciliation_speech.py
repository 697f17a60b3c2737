"""The words of a reconciliation's result in one language: its own catalogue, and those of mails and trace pages.

Add a sentence to both files of `reconciliation_words` at once; a test compares them. What is unknown to the catalogue,
a fact that a new rule tells, stands as it is: a result must never fail over a word.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from tasks.mail.wording import Wording, wording
from tasks.reports.trace_speech import column_text, status_text
from tasks.rules.difference_model import Notice
from tasks.rules.timezone import HANOI

_COLUMN_FACTS = frozenset({"columns", "missing", "illegible", "column"})
_UNIT_COLUMNS = frozenset({"unit_code", "units", "holding_unit_code", "to_unit"})
_SIDES = frozenset({"source", "warehouse", "register", "transfer_register", "posting"})


@dataclass(frozen=True, slots=True)
class Speech:
    """One language, with the names of what it speaks of."""

    words: Mapping[str, Mapping[str, Any]]
    mail: Wording
    locale: str
    units: Mapping[str, str]
    reasons: Mapping[str, str]  # why a record lies in quarantine: code → sentence
    procedures: Mapping[str, str] = field(default_factory=dict)
    since: Mapping[str, date] = field(default_factory=dict)  # unit → its first day, as far as known

    def say(self, key: str, /, **values: object) -> str:
        """The sentence `section.key`, filled."""
        section, _, name = key.partition(".")
        return str(self.words[section][name]).format(**values)

    def word(self, section: str, key: str) -> str:
        """A word of a closed vocabulary; an unknown one stands as it is."""
        return str(self.words[section].get(key, key))

    def heads(self, key: str) -> list[str]:
        """Headings of a table."""
        return str(self.words["heads"][key]).split("|")

    def number(self, n: int) -> str:
        """With the thousands told apart as this language does."""
        return f"{n:,}".replace(",", self.mail.phrases["format.thousands"])

    def day(self, day: date | None) -> str:
        """As tables write it, whatever the language."""
        return f"{day:%d/%m/%Y}" if day else ""

    def moment(self, at: datetime | None) -> str:
        """Time and day in Hanoi."""
        return f"{at.astimezone(HANOI):%H:%M %d/%m/%Y}" if at else ""

    def as_of(self, at: datetime | None) -> str:
        """A moment; midnight is a day of which the time is not known."""
        local = at.astimezone(HANOI) if at else None
        whole = local is not None and (local.hour, local.minute) == (0, 0)
        return self.day(local.date()) if local and whole else self.moment(at)

    def unit(self, code: str) -> str:
        """Name and code of a unit."""
        name = self.units.get(code)
        return f"{name} ({code})" if name else code

    def procedure(self, code: str) -> str:
        """Code and name of a procedure."""
        name = self.procedures.get(code)
        return f"{code} ({name})" if name else code

    def reasons_of(self, codes: object) -> str:
        """Why a record lies in quarantine, in sentences."""
        told = codes if isinstance(codes, list | tuple) else [codes]
        return "; ".join(self.reasons.get(str(one), str(one)).rstrip(".") for one in told)

    def owner(self, owner: str) -> str:
        """Who has to act."""
        return str(self.words["owner"].get(owner) or self.unit(owner))

    def column(self, column: str) -> str:
        """The heading people know it by."""
        return column_text(column, self.locale) or self.word("column", column)

    def sides(self, sides: str) -> str:
        """Which two were compared."""
        return " – ".join(self.word("side", side) for side in sides.split("/")) if sides else ""

    def value(self, value: object, column: str = "") -> str:
        """A fact's value for people."""
        if value is None or value == "":
            return self.say("value.empty")
        if isinstance(value, bool):
            return self.say("card.yes") if value else self.say("value.no")
        if isinstance(value, int):
            return status_text(str(value), self.locale) if column == "status" else self.number(value)
        if isinstance(value, Mapping):
            return ", ".join(self.pair(str(key), inner) for key, inner in value.items())
        if isinstance(value, list | tuple | set | frozenset):
            return "; ".join(self.value(one, column) for one in value)
        return self._text(str(value), column)

    def _text(self, text: str, column: str) -> str:
        if column in _UNIT_COLUMNS:
            return self.unit(text)
        if column == "status" and text.isdigit():
            return status_text(text, self.locale)
        try:
            moment = datetime.fromisoformat(text) if len(text) >= len("2026-11-23") and text[4:5] == "-" else None
        except ValueError:
            moment = None
        if moment is not None:
            return self.day(moment.date()) if len(text) == len("2026-11-23") else self.moment(_in_hanoi(moment))
        return self.word("value", text)

    def pair(self, name: str, value: object, column: str = "") -> str:
        """A fact by its name."""
        if name in _COLUMN_FACTS:
            told = [value] if isinstance(value, str) else value
            names = [self.column(str(one)) for one in told] if isinstance(told, list | tuple) else []
            return f"{self._fact(name)}: {', '.join(names) or self.value(value)}"
        if name == "reasons" and isinstance(value, list | tuple):
            return f"{self._fact(name)}: {'; '.join(self.reasons.get(str(one), str(one)) for one in value)}"
        return f"{self._fact(name)}: {self.value(value, column if name in _SIDES else name)}"

    def _fact(self, name: str) -> str:
        return str(self.words["fact"].get(name) or self.column(name))

    def notice(self, notice: Notice) -> str:
        """What the reader must know; a code that has no sentence yet is told with its values."""
        sentence = self.words["notice"].get(notice.code)
        params = {name: self._param(name, value) for name, value in notice.params.items()}
        wanted = {name for _, name, _, _ in Formatter().parse(str(sentence or "")) if name}
        if sentence is None or not wanted <= params.keys():
            told = ", ".join(f"{name} {value}" for name, value in params.items())
            return f"{notice.code}: {told}" if told else notice.code
        return str(sentence).format(**params)

    def _param(self, name: str, value: str | int) -> str:
        if isinstance(value, int):
            return self.number(value)
        if name == "file" and value == "registers":  # the folder itself
            return self.word("side", "register").lower()
        return self.unit(value) if name in ("unit", "unit_code") else value


def speech(
    locale: str,
    units: Mapping[str, str],
    reasons: Mapping[str, str] | None = None,
    procedures: Mapping[str, str] | None = None,
    since: Mapping[str, date] | None = None,
) -> Speech:
    """The words of `vi` or `en` for a result that speaks of these units and procedures, and of these refusals."""
    chosen = "en" if locale == "en" else "vi"
    return Speech(catalogue(chosen), wording(chosen), chosen, units, reasons or {}, procedures or {}, since or {})


@cache
def catalogue(locale: str) -> dict[str, dict[str, Any]]:
    """All words of a language, by section."""
    return tomllib.loads(files(__package__).joinpath("reconciliation_words", f"{locale}.toml").read_text("utf-8"))


def _in_hanoi(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=HANOI)
