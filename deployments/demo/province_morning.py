"""What a province's morning did, as ten lines for the console and a page with every mail: pure rendering.

Figures come in as a `ProvinceMorning`, words stand in `province_words/<locale>.toml`, the page in `province.html.j2`.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from tasks.reports.trace import page_style

PAGES = {"vi": "index.html", "en": "index.en.html"}
_MOST_REASONS = 3
_OPS = (
    "unknown_unit",
    "due_mismatch",
    "no_due_date",
    "no_recipient",
    "absent_without_delegate",
    "data_in_doubt",
    "calendar_unknown",
    "suspect_pause",
    "vanished",
    "status_differs",
)
_DONE = ("promoted", "unchanged")


@dataclass(frozen=True, slots=True)
class ShownMail:
    """One mail of the page."""

    audience: str
    post: str
    subject: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvinceMorning:
    """Figures of one run. `reasons`: Vietnamese sentences with their rows; `flags`: (subject, flag, tier) → items."""

    as_of: datetime
    units: int
    dossiers: int
    sources: Sequence[Mapping[str, Any]] = ()
    reasons: Sequence[tuple[str, int]] = ()
    flags: Mapping[tuple[str, str, int | None], int] = field(default_factory=dict)
    mails: Mapping[str, int] = field(default_factory=dict)  # state → number, reminders and bulletins
    shown: Sequence[ShownMail] = ()
    card: str = ""

    def flagged(self, subject: str, flag: str, tier: int | None = None) -> int:
        """Open items with that flag, of one tier or of all."""
        wanted = (n for (s, f, t), n in self.flags.items() if (s, f) == (subject, flag) and tier in (None, t))
        return sum(wanted)


def morning_lines(told: ProvinceMorning, place: str, locale: str = "vi") -> list[str]:
    """What happened and where to look, in ten lines."""
    words = _words(locale)
    forms = words["console"]
    day, time = told.as_of.strftime("%d/%m/%Y"), told.as_of.strftime("%H:%M")
    size = {"units": told.units, "dossiers": _count(told.dossiers, locale)}
    dossier = {name: told.flagged("dossier", name) for name in ("due_soon", "past_appointment", "paused_past_due")}
    tiers = {name: told.flagged("dossier", "overdue", tier) for tier, name in enumerate(("one", "two", "three"), 1)}
    remedy = {name: told.flagged("recommendation", name) for name in _REMEDY}
    states = {name: told.mails.get(name, 0) for name in ("handed", "held", "retry", "refused", "uncertain")}
    lines = (
        forms["title"].format(day=day, time=time, **size),
        _pulled(told, forms, locale),
        *_refused(told, forms, locale),
        forms["overdue"].format(all=sum(tiers.values()), **tiers),
        forms["others"].format(**dossier),
        forms["remedies"].format(**remedy),
        forms["ops"].format(text=_for_ops(told, words)),
        forms["mails"].format(handed=states["handed"], told=_audiences(told, words)),
        forms["held"].format(**states),
        forms["look"].format(place=place),
    )
    return list(lines)


_REMEDY = ("overdue", "due_soon", "awaiting_verification", "due_date_missing")


def nothing_lines(place: str, locale: str = "vi") -> list[str]:
    """What a second call says."""
    forms = _words(locale)["console"]
    return [forms["nothing"], forms["look"].format(place=place)]


def morning_pages(told: ProvinceMorning) -> dict[str, str]:
    """File name and text of the page and its twin."""
    return {name: _page(told, locale) for locale, name in PAGES.items()}


def _page(told: ProvinceMorning, locale: str) -> str:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_resource("province.html.j2")).render(
        w=_words(locale),
        locale=locale,
        twin=PAGES["en" if locale == "vi" else "vi"],
        style=Markup(page_style()),  # noqa: S704 (shipped with the code)
        lines=morning_lines(told, "", locale),
        reasons=told.reasons,
        mails=told.shown,
        card=told.card,
    )


def _pulled(told: ProvinceMorning, forms: Mapping[str, str], locale: str) -> str:
    names = ("pulled", "new", "duplicate", "ignored")
    sums = {name: _count(sum(line[name] for line in told.sources), locale) for name in names}
    return forms["pulled"].format(sources=len(told.sources), **sums)


def _refused(told: ProvinceMorning, forms: Mapping[str, str], locale: str) -> list[str]:
    quarantined = sum(line["quarantined"] for line in told.sources)
    failed = [line["name"] for line in told.sources if line["error"]]
    lines = [forms["failed"].format(names=", ".join(failed))] if failed else []
    if not quarantined:
        return [forms["clean"], *lines]
    top = "; ".join(f"{_short(text)} ({number})" for text, number in told.reasons[:_MOST_REASONS])
    counts = {"quarantined": _count(quarantined, locale), "reasons": len(told.reasons)}
    return [forms["refused"].format(top=top, **counts), *lines]


def _short(reason: str) -> str:
    """What is wrong, without what to do about it."""
    return re.split(r"[;:.(]", reason)[0].strip().lower()


def _for_ops(told: ProvinceMorning, words: Mapping[str, Any]) -> str:
    numbers = {flag: sum(n for (_, f, _), n in told.flags.items() if f == flag) for flag in _OPS}
    parts = [words["flag"][flag].format(n=number) for flag, number in numbers.items() if number]
    return ", ".join(parts) or str(words["console"]["none"])


def _audiences(told: ProvinceMorning, words: Mapping[str, Any]) -> str:
    parts = []
    for audience, form in words["audience"].items():
        number = sum(mail.audience == audience for mail in told.shown)
        if number:
            parts.append(form.format(n=number))
    return ", ".join(parts) or str(words["console"]["none"])


def _count(number: int, locale: str) -> str:
    return f"{number:,}".replace(",", "." if locale == "vi" else ",")


def _words(locale: str) -> dict[str, Any]:
    return tomllib.loads(_resource(f"province_words/{locale}.toml"))


def _resource(name: str) -> str:
    return resources.files("deployments.demo").joinpath(name).read_text(encoding="utf-8")
