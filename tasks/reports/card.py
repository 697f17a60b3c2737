"""The run card as markdown: how the run went and why, what changed since the one before, sources, flags, mails, desks.

Pure, and at most 200 rows of tables and lists. The judgement is `card_verdict`'s, the words stand in `card_words`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tasks.mail.wording import wording
from tasks.reports.card_model import CardMail, RunCard
from tasks.reports.card_verdict import SIGNS, Level, verdict
from tasks.reports.card_words import WORDS, say
from tasks.reports.desk_words import WORDS as DESK_WORDS
from tasks.reports.desks import reason_text
from tasks.reports.marks import bullets, code, grouped, safe, spoken, table
from tasks.reports.trace_speech import audience_text
from tasks.rules.item_moves import Move
from tasks.rules.model import Bulletin, SourceLine
from tasks.rules.timezone import HANOI

_MOST = {"grounds": 12, "needs": 20, "refused": 15, "sources": 24, "flags": 20, "mails": 35}
_MOST |= {"moves": 10, "files": 4, "desks": 6}  # rows; in all, with the figures, no more than 200
_MAIL_FIGURES = ("composed", "handed", "held", "refused", "uncertain", "retry")


def card_markdown(card: RunCard, locale: str = "vi", *, link: bool = False) -> str:
    """The card; `link`: the quality report is a link, as on a page beside it, not the name of a file."""
    parts = [_title(card.report, card.day.as_of, locale), *_verdict(card, locale), *_told(card, locale)]
    if card.quality:
        name = f"[{card.quality.rpartition('/')[2]}]({card.quality})" if link else code(card.quality.lstrip("./"))
        parts.append(say("quality", locale, link=name))
    return "\n\n".join([*parts, *_files(card.report, locale), _end(card.report, locale)]) + "\n"


def short_markdown(report: Mapping[str, Any], as_of: datetime, locale: str = "vi") -> str:
    """The card of a run that had nothing to do, only looked or was broken off by the warehouse.

    The day is judged by the runs that did something.
    """
    idle, why = report["state"] == "nothing_to_do", f"idle_{report['why_idle']}"
    told = [say("idle" if idle else "looked", locale), *([say(why, locale)] if why in WORDS else [])]
    if fault := report.get("warehouse_fault"):
        told = [SIGNS[Level.BAD], f"**{say('level_bad', locale)}**", spoken(str(fault))]
    return (
        "\n\n".join([_title(report, as_of, locale), " ".join(told), *_files(report, locale), _end(report, locale)])
        + "\n"
    )


def _files(report: Mapping[str, Any], locale: str) -> list[str]:
    """What the run wrote for people, where it wrote something."""
    names = [code(str(name)) for name in report.get("files") or []]
    return [f"## {say('files', locale)}", bullets(names[: _MOST["files"]])] if names else []


def _title(report: Mapping[str, Any], as_of: datetime, locale: str) -> str:
    flow = f"flow_{report['flow']}"
    named = say(flow, locale) if flow in WORDS else report["flow"]
    return f"# {say('title', locale, flow=named, moment=wording(locale).moment(as_of))}"


def _end(report: Mapping[str, Any], locale: str) -> str:
    return say("run", locale, run_id=code(report["run_id"]), status=report["exit_status"])


def _told(card: RunCard, locale: str) -> Iterator[str]:
    """The sections of a run that did something."""
    if needs := list(_needs(card.day, locale)):
        yield f"## {say('needs', locale)}"
        yield _listed(needs, "needs", locale)
    yield f"## {say('figures', locale)}"
    yield _figures(card, locale)
    if card.refused:
        yield f"## {say('refused', locale)}"
        refused = [(safe(source), safe(text), grouped(n, locale)) for source, text, n in card.refused]
        yield _rows("refused_heads", refused, "refused", locale)
    if card.moves:
        yield f"## {say('moves', locale)}"
        yield from _moves(card, locale)
    yield f"## {say('sources', locale)}"
    told = {line["name"] for line in card.report["sources"] if line["error"]}  # by the verdict
    rows = [_source(line, line.name in told, locale) for line in card.day.sources]
    yield _rows("source_heads", rows, "sources", locale)
    said = wording(locale)
    flags = [(said.say(f"flag.{flag.value}"), grouped(n, locale)) for flag, n in card.day.flags]
    yield f"## {say('flags', locale)}"
    yield _rows("flag_heads", flags, "flags", locale)
    yield f"## {say('mails', locale)}"
    yield _rows("mail_heads", [_mail(mail, locale) for mail in card.mails], "mails", locale)
    yield f"## {say('desks', locale)}"
    desks = [
        (DESK_WORDS[f"desk_{desk.value}"][locale == "en"], grouped(n, locale)) for desk, n in card.desks.items() if n
    ]
    yield _rows("desk_heads", desks, "desks", locale)


def _verdict(card: RunCard, locale: str) -> list[str]:
    found = verdict(card, locale)
    first, *rest = found.grounds
    head = f"{SIGNS[found.level]} **{say(f'level_{found.level.value}', locale)}** {spoken(first)}"
    return [head, *([_listed(rest, "grounds", locale)] if rest else [])]


def _figures(card: RunCard, locale: str) -> str:
    now = _figures_of(card.report, locale)
    at, before = card.before or (None, {})
    known = _figures_of(before, locale) if before else {}
    told = say("at", locale, moment=f"{at.astimezone(HANOI):%H:%M %d/%m}") if at else ""
    rows = [
        (name, grouped(n, locale), *(_beside(n, known.get(name, 0), locale) if known else ("–", "–")))
        for name, n in now.items()
    ]
    lines = table(say("figure_heads", locale, at=told).split("|"), rows)
    return lines if known else f"{lines}\n\n{say('first', locale)}"


def _beside(now: int, before: int, locale: str) -> tuple[str, str]:
    sign = "+" if now > before else "−" if now < before else ""
    return grouped(before, locale), f"{sign}{grouped(abs(now - before), locale)}"


def _figures_of(report: Mapping[str, Any], locale: str) -> dict[str, int]:
    """What a run did, by the words for it; what its flow has nothing to do with is left out."""
    out: dict[str, int] = {}
    if report["sources"]:
        for name in ("pulled", "new", "changed", "quarantined"):
            out[say(f"figure_{name}", locale)] = sum(line[name] for line in report["sources"])
    if any(report["flags"].values()):
        out |= {say(f"figure_{name}", locale): report["flags"][name] for name in ("opened", "closed", "open")}
    if any(report["mails"].values()):
        out |= {say(f"figure_{name}", locale): report["mails"][name] for name in _MAIL_FIGURES}
    swept = report.get("swept") or {}
    kinds = {kind: say(f"swept_{kind}", locale) if f"swept_{kind}" in WORDS else safe(kind) for kind in swept}
    return out | {say("figure_swept", locale, kind=kinds[kind]): int(n) for kind, n in swept.items()}


def _moves(card: RunCard, locale: str) -> Iterator[str]:
    assert card.moves is not None
    lists = {"new": card.moves.new, "worse": card.moves.worse, "cleared": card.moves.cleared}
    yield say("move_count", locale, **{kind: len(moves) for kind, moves in lists.items()})
    most = _MOST["moves"]
    rows = [(say(f"move_{kind}", locale), *_move(one, locale)) for kind, moves in lists.items() for one in moves[:most]]
    if rows:
        yield table(say("move_heads", locale).split("|"), rows)
    if left := sum(max(0, len(moves) - most) for moves in lists.values()):
        yield say("more", locale, n=left)


def _move(one: Move, locale: str) -> tuple[str, str, str]:
    flags = ", ".join(wording(locale).say(f"flag.{flag.value}") for flag in one.flags)
    state = f"{flags} ({say('tier', locale, n=one.tier)})" if one.tier else flags
    return safe(one.code), safe(one.unit_code), state


def _needs(day: Bulletin, locale: str) -> Iterator[str]:
    for mail in day.uncertain:
        yield say("uncertain", locale, id=mail.mail_id, post=mail.recipient)
    for item in day.no_recipient:
        yield say("no_recipient", locale, code=item.code, unit=item.unit_name)
    for disputed in day.disputes:
        yield say("dispute", locale, code=disputed)
    for text, n in day.quarantine_reasons:
        yield say("quarantine", locale, n=n, text=text)


def _source(line: SourceLine, told: bool, locale: str) -> tuple[str, ...]:
    moment = f"{line.data_moment.astimezone(HANOI):%H:%M %d/%m/%Y}" if line.data_moment else "–"
    counts = [grouped(n, locale) for n in (line.pulled, line.new, line.changed, line.unchanged, line.quarantined)]
    counts[4] += f" ({grouped(line.quarantined_new, locale)})"
    if line.state in ("refused", "failed"):
        counts[1:] = "–" * 4
    remark = wording(locale).say(f"source_state.{line.state}") if told else line.error
    if not line.fresh and not remark:
        remark = say("stale", locale)
    return (safe(line.name), *counts, moment, safe(remark))


def _mail(mail: CardMail, locale: str) -> tuple[str, ...]:
    state = wording(locale).say(f"mail_state.{mail.state}")
    why = "" if mail.state == "handed" else reason_text(mail.reason, locale)
    return (safe(mail.post), audience_text(mail.audience, locale), state, safe(why), safe(mail.subject))


def _rows(heads: str, rows: Sequence[tuple[str, ...]], kind: str, locale: str) -> str:
    if not rows:
        return say("none", locale)
    told = table(say(heads, locale).split("|"), rows[: _MOST[kind]])
    left = len(rows) - _MOST[kind]
    return f"{told}\n\n{say('more', locale, n=left)}" if left > 0 else told


def _listed(lines: list[str], kind: str, locale: str) -> str:
    shown = [spoken(line) for line in lines[: _MOST[kind]]]
    if left := len(lines) - len(shown):
        shown.append(say("more", locale, n=left))
    return bullets(shown) or say("none", locale)
