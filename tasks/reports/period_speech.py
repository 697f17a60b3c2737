"""The words of reports in one language: the catalogue `period_words`, and how numbers, days and shares are written.

Add a sentence to both language files at once; a test compares them.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Final

from tasks.mail.wording import Wording, wording
from tasks.rules.report_model import Period, PeriodKind, Report
from tasks.rules.timezone import HANOI

SMALL: Final = 5  # below that many dossiers a share says nothing, and is not given


@dataclass(frozen=True, slots=True)
class Speech:
    """One language."""

    locale: str
    words: Mapping[str, Mapping[str, str]]
    mail: Wording

    def say(self, key: str, /, **values: object) -> str:
        """The sentence `section.key`, filled."""
        section, _, name = key.partition(".")
        return self.words[section][name].format(**values)

    def number(self, n: int) -> str:
        """As tables write it: no leading zero, the thousands told apart."""
        return f"{n:,}".replace(",", self.mail.phrases["format.thousands"])

    def day(self, day: date | None) -> str:
        """As tables write it."""
        return f"{day:%d/%m/%Y}" if day else ""

    def moment(self, at: datetime) -> str:
        """Time and day in Hanoi."""
        return f"{at.astimezone(HANOI):%H:%M %d/%m/%Y}"

    def share(self, part: int, whole: int) -> str:
        """One decimal, "" below `SMALL`. Only all is 100 and only none is 0, whatever rounding would say."""
        if whole < SMALL:
            return ""
        tenths = round(1000 * part / whole)
        tenths = tenths if part in (0, whole) else min(max(tenths, 1), 999)
        return f"{tenths / 10:.1f}%".replace(".", "," if self.locale == "vi" else ".")

    def title(self, period: Period) -> str:
        """Which report it is."""
        year, week, _ = period.first.isocalendar()
        if period.kind is PeriodKind.MONTH:
            year = period.first.year
        return self.say(f"title.{period.kind}", week=f"{week:02d}", month=f"{period.first:%m}", year=year)

    def span(self, period: Period) -> str:
        """From when to when."""
        return self.say("title.span", first=self.day(period.first), last=self.day(period.last))

    def moments(self, report: Report) -> list[str]:
        """As of when, and from whose knowledge where that is another moment."""
        known = [self.say("title.known", moment=self.moment(report.known_at))] if report.known_at else []
        return [self.say("title.moment", moment=self.moment(report.as_of)), *known]


@cache
def speech(locale: str) -> Speech:
    """The words of that language; an unknown language is a KeyError."""
    told = wording(locale)
    text = files(__package__).joinpath("period_words", f"{locale}.toml").read_text(encoding="utf-8")
    return Speech(locale, tomllib.loads(text), told)
