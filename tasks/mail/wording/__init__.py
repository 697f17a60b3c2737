"""The catalogue of what mails say: one TOML file a language, and the reader that fills and formats it.

Add a sentence to every language file at once (a test compares keys and placeholders). Which sentence is said, and
when, is decided in the modules beside this package; no sentence may stand in code.
"""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files

from tasks.rules.timezone import HANOI

LOCALES = ("vi", "en")


@dataclass(frozen=True, slots=True)
class Wording:
    """One language. `say` fails loudly on an unknown key or a missing value: a mail never goes out half filled."""

    locale: str
    phrases: dict[str, str]

    def say(self, key: str, /, **values: object) -> str:
        """The sentence of that key, filled."""
        return self.phrases[key].format(**values)

    def has(self, key: str) -> bool:
        """Whether the catalogue knows the key."""
        return key in self.phrases

    def plural(self, key: str, n: int, /, **values: object) -> str:
        """`key.one` or `key.other` by number; `{n}` is the number as documents write it."""
        form = "one" if n == 1 else "other"
        return self.say(f"{key}.{form}", n=self.number(n), **values)

    def number(self, n: int) -> str:
        """Vietnamese documents write 05 and 1.234; English ones 5 and 1,234."""
        digits = f"{n:,}".replace(",", self.phrases["format.thousands"])
        return digits.zfill(int(self.phrases["format.pad"]))

    def day(self, day: date) -> str:
        """A date as documents of this language write it."""
        month = self.phrases["format.months"].split()[day.month - 1]
        return self.say("format.day", d=day.day, m=month, y=day.year)

    def moment(self, at: datetime) -> str:
        """Time and date in Hanoi; a moment of 00:00 is a date without time."""
        local = at.astimezone(HANOI)
        if (local.hour, local.minute) == (0, 0):
            return self.say("format.whole_day", day=self.day(local.date()))
        return self.say("format.moment", hh=f"{local:%H}", mm=f"{local:%M}", day=self.day(local.date()))

    def join(self, parts: list[str]) -> str:
        """Two parts with "and", more with commas before it."""
        if len(parts) < 2:
            return "".join(parts)
        return self.say("format.and", first=", ".join(parts[:-1]), last=parts[-1])


@cache
def wording(locale: str) -> Wording:
    """The catalogue of a language; an unknown language is a KeyError."""
    if locale not in LOCALES:
        raise KeyError(locale)
    source = files(__package__).joinpath(f"{locale}.toml").read_text(encoding="utf-8")
    sections = tomllib.loads(source)
    return Wording(locale, {f"{s}.{k}": v for s, entries in sections.items() for k, v in _flat(entries).items()})


def _flat(entries: dict[str, object]) -> dict[str, str]:
    out: dict[str, str] = {}
    for key, value in entries.items():
        if isinstance(value, dict):
            out |= {f"{key}.{inner}": text for inner, text in _flat(value).items()}
        else:
            out[key] = str(value)
    return out
