"""The ladder: how high an overdue item stands, and what is announced one step ahead (design §9).

Levels count only from handed mails that *asked* for the item at the level below, whoever then spoke for the unit;
the business date of handing is day 0. The count begins anew with another holder or another promised date, days in
dispute do not count, and no level is reached before the date last announced. What needs a person's approval is held
until it has been given that day; a mail nobody approved was never handed and counts for nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tasks.rules.model import Audience, Digest, Flag, ItemFacts, NextStep, Role
from tasks.rules.working_calendar import WorkingCalendar


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of `[reminders] ladder`; waiting days are working days since the level below was handed."""

    level: int
    after_working_days: int
    audience: Audience
    approval: bool = False


DEFAULT_LADDER = (
    Rung(1, 0, Audience.HEAD),
    Rung(2, 3, Audience.SUPERIOR),
    Rung(3, 10, Audience.LEADERSHIP, approval=True),
)
UPWARD = (Audience.SUPERIOR, Audience.LEADERSHIP)  # told beside the head, each in a mail of his own


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An item asked for in a handed mail."""

    item_key: str
    arming: str
    level: int
    unit_code: str
    business_date: date
    announced_level: int | None = None
    announced_on: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The level of an item today and what comes next."""

    level: int
    next_step: NextStep | None
    asked_since: date | None = None  # first handed mail that asked the head


def standing(
    item: ItemFacts,
    history: Iterable[Asked],
    calendar: WorkingCalendar,
    today: date,
    ladder: Sequence[Rung] = DEFAULT_LADDER,
    frozen_days: frozenset[date] = frozenset(),
    spoke_for: Callable[[str, date], bool] = lambda _code, _on: False,
) -> Standing:
    """Level 0 before the date and for questions, also for "who holds it?"; from level 1 only for overdue items.

    `spoke_for(code, day)`: the unit of that code on that day has been succeeded by the one asked today.
    """
    if item.flag is not Flag.OVERDUE or item.holder_unknown:
        return Standing(0, None)
    held_from = item.asked_from or date.min  # the present holding: an item that came back begins anew
    mine = [
        a
        for a in history
        if (a.item_key, a.arming) == (item.item_key, item.arming)
        and a.business_date >= held_from
        and (a.unit_code == item.unit_code or spoke_for(a.unit_code, a.business_date))
    ]
    rungs = {rung.level: rung for rung in ladder}
    level = 1
    while level + 1 in rungs:
        since = _first_asked(mine, level)
        if since is None or today < _reached_on(mine, rungs[level + 1], since, calendar, frozen_days):
            break
        level += 1
    next_step = _next_step(mine, rungs.get(level + 1), level, calendar, today, frozen_days)
    return Standing(level, next_step, _first_asked(mine, 1))


def audiences_above(level: int, ladder: Sequence[Rung]) -> tuple[Audience, ...]:
    """Who is told beside the head of an item that stands at this level, each once."""
    return tuple(a for a in UPWARD if any(r.audience is a and r.level <= level for r in ladder))


def needs_approval(digest: Digest, ladder: Sequence[Rung]) -> bool:
    """Whether the mail asks for something that a named person must let go first, on that day."""
    level = min((r.level for r in ladder if r.approval and r.audience is digest.audience), default=None)
    return level is not None and any(i.level >= level for i in digest.items(Role.ASKED))


def _next_step(
    mine: Sequence[Asked],
    rung: Rung | None,
    level: int,
    calendar: WorkingCalendar,
    today: date,
    frozen_days: frozenset[date],
) -> NextStep | None:
    if rung is None:
        return None
    since = _first_asked(mine, level) or today
    on = _reached_on(mine, rung, since, calendar, frozen_days)
    return NextStep(level=rung.level, audience=rung.audience, on=max(on, calendar.next_working_day(today)))


def _first_asked(mine: Sequence[Asked], level: int) -> date | None:
    """The day it was first asked for at exactly this level; it climbs one level at a time."""
    return min((a.business_date for a in mine if a.level == level), default=None)


def _reached_on(
    mine: Sequence[Asked], rung: Rung, since: date, calendar: WorkingCalendar, frozen_days: frozenset[date]
) -> date:
    """The first day on which the rung is reached: waiting days passed, and not before the date last announced."""
    frozen = sum(calendar.is_working_day(d) and d > since for d in frozen_days)
    waited = calendar.add_working_days(since, rung.after_working_days + frozen)
    announced = [(a.business_date, a.announced_on) for a in mine if a.announced_level == rung.level and a.announced_on]
    last = max(announced)[1] if announced else waited
    return max(waited, last or waited)
