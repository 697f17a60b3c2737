"""The quality report of a run: per source what was expected of its records, how many broke it, and how many before.

One self-contained page to file or to send to whoever keeps the source. Pure; figures come from the checks themselves
(`tasks/publishing_quality`), sentences and grounds from the expectations. Never a value of a record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from tasks.mail.wording import wording
from tasks.reports.marks import grouped
from tasks.reports.quality_words import WORDS
from tasks.reports.trace import page_style
from tasks.reports.trace_speech import column_text

_LEAST = 0.0001


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRule:
    """One expectation; `before`: what it refused at the previous check of the source, None when there was none."""

    code: str
    column: str
    text: str
    basis: str
    whole: bool  # about the pull as a whole: refused is 0 or 1, not a number of rows
    checked: int
    failed: int
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSource:
    """One source as this run checked it."""

    name: str
    dataset: str
    state: str  # of its load: promoted, refused, failed
    why: str
    rows: int  # that the expectations looked at
    refused: int
    rules: Sequence[CheckedRule]
    before: tuple[datetime, int, int] | None = None  # previous check: moment, rows, refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What one run checked."""

    run_id: str
    as_of: datetime
    sources: Sequence[CheckedSource]


def quality_page(told: Quality, locale: str) -> str:
    """The page; the same figures give the same bytes."""
    words = WORDS["en" if locale == "en" else "vi"]
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    text = files(__package__).joinpath("templates", "quality.html.j2").read_text(encoding="utf-8")
    moment = wording(locale).moment(told.as_of)
    sources = [_source(one, words, locale) for one in told.sources]
    lead = _lead(told.sources, words, locale)
    style = Markup(page_style())  # noqa: S704 (shipped with the code)
    return environment.from_string(text).render(
        w=words, locale=locale, style=style, moment=moment, run_id=told.run_id, lead=lead, sources=sources
    )


def share(part: int, whole: int, locale: str) -> str:
    """Per cent with two digits; 3 bad of 100,000 do not read as none."""
    if not whole:
        return "–"
    text = "< 0.01%" if 0 < part / whole < _LEAST else f"{part / whole:.2%}"
    return text if locale == "en" else text.replace(".", ",")


def trend(now: int, before: int | None, words: Mapping[str, str], locale: str) -> str:
    """How a number stands against the last one, in words: also where nobody sees colours."""
    if before is None:
        return words["first"]
    key = "same" if now == before else "more" if now > before else "less"
    return words[key].format(before=grouped(before, locale))


def _lead(sources: Sequence[CheckedSource], words: Mapping[str, str], locale: str) -> str:
    rows, refused = (grouped(sum(each), locale) for each in zip(*((s.rows, s.refused) for s in sources), strict=True))
    closed = sum(s.state != "promoted" for s in sources)
    text = words["lead" if any(s.refused for s in sources) else "lead_clean"].format(
        n=len(sources), rows=rows, refused=refused
    )
    return f"{text} {words['closed'].format(n=closed)}" if closed else text


def _source(one: CheckedSource, words: Mapping[str, str], locale: str) -> dict[str, Any]:
    broken = sorted((r for r in one.rules if r.failed), key=lambda r: (-r.failed, r.code, r.column))
    mended = [r for r in one.rules if not r.failed and r.before]
    kept = [r for r in one.rules if not r.failed and not r.before]
    figures = [
        (words["rows"], grouped(one.rows, locale)),
        (words["refused"], f"{grouped(one.refused, locale)} ({share(one.refused, one.rows, locale)})"),
        (words["previous"], _previous(one, words, locale)),
        (words["ran"], str(len(one.rules))),
    ]
    return {
        "title": f"{one.name} · {one.dataset}",
        "gate": words["gate_open"] if one.state == "promoted" else words["gate_closed"],
        "open": one.state == "promoted",
        "why": one.why,
        "figures": figures,
        "broken": [_rule(r, words, locale) for r in [*broken, *mended]],
        "kept": [_rule(r, words, locale) for r in kept],
        "kept_title": words["kept"].format(n=len(kept)),
    }


def _previous(one: CheckedSource, words: Mapping[str, str], locale: str) -> str:
    if one.before is None:
        return words["first"]
    at, rows, refused = one.before
    figures = {"rows": grouped(rows, locale), "refused": grouped(refused, locale)}
    return words["was"].format(at=wording(locale).moment(at), ratio=share(refused, rows, locale), **figures)


def _rule(one: CheckedRule, words: Mapping[str, str], locale: str) -> tuple[str, ...]:
    column = column_text(one.column, locale) or one.column or words["record"]
    failed = words["whole"] if one.whole and one.failed else grouped(one.failed, locale)
    ratio = "–" if one.whole else share(one.failed, one.checked, locale)
    told = trend(one.failed, one.before, words, locale)
    return (column, one.text, one.basis, one.code, grouped(one.checked, locale), failed, ratio, told)
