"""How a run went, in one word and the sentences that say why: green only when the mails came out right.

A run is judged with the day it belongs to: a sync that went well on a day with a refused mail is not green.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tasks.mail.wording import wording
from tasks.reports.card_model import RunCard
from tasks.reports.card_words import say

_WAITING = ("planned", "claimed", "in_data", "retry")
_BY_MODE = ("shadow", "ops_only")
_CANNOT_BE_BUILT = ("AddressRefusedError", "PersonalDataError")


class Level(StrEnum):
    """GOOD: nothing to do. WATCH: something waits. BAD: a person has to act. DRY: nothing was done at all."""

    GOOD = "good"
    WATCH = "watch"
    BAD = "bad"
    DRY = "dry"


SIGNS = {Level.GOOD: "🟢", Level.WATCH: "🟡", Level.BAD: "🔴", Level.DRY: "⚪"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The worst of what was found, and all of it, worst first."""

    level: Level
    grounds: tuple[str, ...]


def verdict(card: RunCard, locale: str) -> Verdict:
    """Of a card; `grounds` are whole sentences in the language."""
    bad = [*_run_faults(card, locale), *_mail_faults(card, locale)]
    watch = [*_waiting(card, locale), *_sources(card, locale)]
    if card.report.get("dry_run"):
        return Verdict(Level.DRY, (say("dry", locale), *bad, *watch))
    if bad:
        return Verdict(Level.BAD, (*bad, *watch))
    if watch:
        return Verdict(Level.WATCH, tuple(watch))
    return Verdict(Level.GOOD, (_all_well(card, locale),))


def _run_faults(card: RunCard, locale: str) -> Iterator[str]:
    report = card.report
    if report["exit_status"] in (1, 2, 3, 4, 5):
        yield say(f"exit_{report['exit_status']}", locale)
    for key in ("warehouse_fault", "mail_fault"):
        if report.get(key):
            yield str(report[key])
    for line in report["sources"]:
        if line["error"]:
            yield say("source_error", locale, name=line["name"], error=line["error"])


def _mail_faults(card: RunCard, locale: str) -> Iterator[str]:
    states = Counter(mail.state for mail in card.mails)
    for state in ("refused", "uncertain"):
        if states[state]:
            yield say(f"mails_{state}", locale, n=states[state])
    if broken := sum(m.state == "held" and m.reason in _CANNOT_BE_BUILT for m in card.mails):
        yield say("mails_not_built", locale, n=broken)


def _waiting(card: RunCard, locale: str) -> Iterator[str]:
    if card.day.stopped:
        yield say("stopped", locale)
    if card.day.too_late:
        yield wording(locale).plural("bulletin.too_late", card.day.too_late, catch_up=card.day.catch_up)
    waiting = sum(mail.state in _WAITING for mail in card.mails) - card.day.too_late
    if waiting > 0:
        why = str(card.report.get("mail_waits") or "")
        yield " ".join(filter(None, (say("mails_waiting", locale, n=waiting), why)))
    held = Counter(mail.reason for mail in card.mails if mail.state == "held")
    for mode in _BY_MODE:
        if held[mode]:
            yield say(f"held_{mode}", locale, n=held[mode])
    if others := sum(n for reason, n in held.items() if reason not in (*_BY_MODE, *_CANNOT_BE_BUILT)):
        yield say("mails_held", locale, n=others)
    if expired := sum(mail.state == "expired" and mail.reason != "cancelled" for mail in card.mails):
        yield say("mails_expired", locale, n=expired)
    older = len(card.day.uncertain) - sum(mail.state == "uncertain" for mail in card.mails)
    if older > 0:
        yield say("older_uncertain", locale, n=older)


def _sources(card: RunCard, locale: str) -> Iterator[str]:
    told = {line["name"] for line in card.report["sources"] if line["error"]}
    stale = [line.name for line in card.day.sources if not line.fresh and line.name not in told]
    if stale:
        yield say("stale_sources", locale, names=", ".join(stale))


def _all_well(card: RunCard, locale: str) -> str:
    handed = sum(mail.state == "handed" for mail in card.mails)
    return say("well_mailed" if handed else "well_no_mail", locale, n=handed)
