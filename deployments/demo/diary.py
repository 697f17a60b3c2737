"""The diary of the demo: seven mornings as one page a person can read, and ten lines for the console.

Pure rendering: `MorningReport`s in, text out. Words are in `diary_words/<locale>.toml`, the page in `diary.html.j2`;
running the mornings and writing files is the caller's.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

LOCALES = ("vi", "en")
PAGE_NAMES = {"vi": "index.html", "en": "index.en.html"}
EVERYBODY = "*"  # as the recipient of a silence: all of them
_CODE = re.compile(r"\bH\d+\.\d+-\d{6}-\d{4}\b|\bKN-\d{4}-\d{3}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A sentence in both languages."""

    vi: str
    en: str

    def of(self, locale: str) -> str:
        """The sentence in that language."""
        return self.vi if locale == "vi" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Something worth opening; `href` is relative to the page."""

    label: Words
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryMail:
    """One mail of a morning. `html`, `html_en` and `eml` are relative links, "" where there is none."""

    recipient: str  # a post, never a person
    audience: str
    state: str  # ledger word: handed, uncertain ...
    subject: str
    subject_en: str = ""
    html: str = ""
    html_en: str = ""
    eml: str = ""
    preview: Words | None = None  # its first sentence, if the page should show it


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Somebody (a post, or EVERYBODY) who got no mail, and why: a code of `[reason]` in the catalogues."""

    recipient: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MorningReport:
    """What one morning's run did. The bulletin to ops is a mail of its own, counted apart."""

    day: date
    exit_status: int
    mails: tuple[DiaryMail, ...] = ()
    silences: tuple[Silence, ...] = ()
    bulletin: DiaryMail | None = None
    pulled: int = 0
    quarantined: int = 0
    quarantined_new: int = 0
    flags_open: int = 0
    remarks: tuple[Words, ...] = ()
    links: tuple[Link, ...] = field(default=())  # run card, quality report ...

    @property
    def uncertain(self) -> int:
        """Mails whose fate nobody knows."""
        return sum(mail.state == "uncertain" for mail in self.mails)


def render_diary(reports: Sequence[MorningReport], links: Sequence[Link] = (), locale: str = "vi") -> str:
    """The whole page, self-contained. `links` are places to look at that belong to no single morning."""
    words = _words(locale)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(_resource("diary.html.j2"))
    return template.render(
        w=words,
        locale=locale,
        twin=PAGE_NAMES["en" if locale == "vi" else "vi"],
        style=Markup(_resource("diary.css")),  # noqa: S704 (shipped with the code)
        days=[_day(report, words, locale) for report in reports],
        total=_count(sum(len(report.mails) for report in reports), words),
        bulletins=_count(sum(report.bulletin is not None for report in reports), words),
        links=[(link.label.of(locale), link.href) for link in links],
    )


def render_pages(reports: Sequence[MorningReport], links: Sequence[Link] = ()) -> dict[str, str]:
    """File name and text of the page and its twin."""
    return {PAGE_NAMES[locale]: render_diary(reports, links, locale) for locale in LOCALES}


def summary_lines(reports: Sequence[MorningReport], place: str, differences: int = 0, locale: str = "vi") -> list[str]:
    """What happened and where to look: a title, a line a morning, the totals and `place`; how many differences the
    reconciliation of the last afternoon found.
    """
    words = _words(locale)
    console = words["console"]
    mails = _mails(sum(len(report.mails) for report in reports), words)
    uncertain = _count(sum(report.uncertain for report in reports), words)
    totals = console["totals"].format(mails=mails, uncertain=uncertain)
    lines = (_line(report, words) for report in reports)
    return [console["title"], *lines, totals, console["look"].format(place=place, n=differences)]


def nothing_to_do_lines(place: str, differences: int = 0, locale: str = "vi") -> list[str]:
    """What a second call says when every morning is done already."""
    console = _words(locale)["console"]
    return [console["nothing"], console["look"].format(place=place, n=differences)]


def day_text(day: date, locale: str) -> str:
    """Weekday and date as people write them."""
    words = _words(locale)
    return f"{words['weekdays'][day.weekday()]} {_date(day, words)}"


def _line(report: MorningReport, words: dict[str, Any]) -> str:
    console = words["console"]
    day = f"{words['weekdays_short'][report.day.weekday()]} {report.day.strftime(words['format']['short_date'])}"
    title = words["days"].get(report.day.isoformat(), {}).get("title", "")
    if not report.mails:
        return str(console["silent"].format(day=day, title=title))
    form = console["uncertain"] if report.uncertain else console["day"]
    return str(form.format(day=day, mails=_mails(len(report.mails), words), title=title, exit=report.exit_status))


def _day(report: MorningReport, words: dict[str, Any], locale: str) -> dict[str, Any]:
    story = words["days"].get(report.day.isoformat(), {})
    return {
        "id": f"d{report.day:%m%d}",
        "number": f"{report.day.day:02d}",
        "month": words["months"][report.day.month - 1],
        "weekday": words["weekdays"][report.day.weekday()],
        "date": _date(report.day, words),
        "iso": report.day.isoformat(),
        "title": story.get("title", ""),
        "told": _whole_codes(story.get("told", "")),
        "during": _whole_codes(story.get("during", "")),
        "count": _mails(len(report.mails), words) if report.mails else words["page"]["no_mail"],
        "mails": [_mail(mail, words, locale) for mail in report.mails],
        "bulletin": _mail(report.bulletin, words, locale) if report.bulletin else None,
        "silences": [_silence(silence, words) for silence in report.silences],
        "remarks": [_whole_codes(remark.of(locale)) for remark in report.remarks],
        "figures": _figures(report, words),
        "exit": report.exit_status,
        "exit_text": words["exit"].get(str(report.exit_status), words["exit"]["other"]),
        "links": [(link.label.of(locale), link.href) for link in report.links],
    }


def _silence(silence: Silence, words: dict[str, Any]) -> tuple[str, str]:
    who = words["page"]["everybody"] if silence.recipient == EVERYBODY else silence.recipient
    return who, words["reason"].get(silence.reason, silence.reason)


def _mail(mail: DiaryMail, words: dict[str, Any], locale: str) -> dict[str, Any]:
    english = locale == "en"
    return {
        "recipient": mail.recipient,
        "audience": words["audience"].get(mail.audience, mail.audience),
        "kind": mail.audience,
        "state": mail.state,
        "state_text": words["state"].get(mail.state, mail.state),
        "subject": (mail.subject_en or mail.subject) if english else mail.subject,
        "subject_locale": "en" if english and mail.subject_en else "vi",
        "preview": mail.preview.of(locale) if mail.preview else "",
        "html": mail.html,
        "html_en": mail.html_en,
        "eml": mail.eml,
    }


def _figures(report: MorningReport, words: dict[str, Any]) -> list[tuple[str, str]]:
    """Label and number; nothing was counted on a day without a pull."""
    if not report.pulled:
        return []
    names = words["figures"]
    return [
        (names["pulled"], _count(report.pulled, words)),
        (names["quarantined"], _count(report.quarantined, words)),
        (names["quarantined_new"], _count(report.quarantined_new, words)),
        (names["flags_open"], _count(report.flags_open, words)),
    ]


def _whole_codes(text: str) -> Markup:
    """The text with every code of a dossier or recommendation kept on one line."""
    marked = _CODE.sub(r'<span class="code">\g<0></span>', str(escape(text)))
    return Markup(marked)  # noqa: S704 (escaped above)


def _mails(number: int, words: dict[str, Any]) -> str:
    form = words["console"]["mail" if number == 1 else "mails"]
    return str(form.format(n=_count(number, words)))


def _count(number: int, words: dict[str, Any]) -> str:
    return f"{number:0{words['format']['digits']}d}"


def _date(day: date, words: dict[str, Any]) -> str:
    month = words["months"][day.month - 1]
    return str(words["format"]["date"].format(day=day.day, month=month, number=day.month, year=day.year))


def _words(locale: str) -> dict[str, Any]:
    return tomllib.loads(_resource(f"diary_words/{locale}.toml"))


def _resource(name: str) -> str:
    return resources.files("deployments.demo").joinpath(name).read_text(encoding="utf-8")
