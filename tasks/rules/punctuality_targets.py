"""Which periods of which source are held against each other: whole months, or the periods that figures were told for.

Never more than was asked for; where nothing was asked, the month before and the month of the run.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from tasks.rules.difference_model import Scope
from tasks.rules.punctuality import Definition
from tasks.rules.punctuality_tally import ToldFigures
from tasks.rules.timezone import HANOI

_ONE_DAY = timedelta(days=1)
Period = tuple[date, date]  # both days included


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Dossiers of these systems that were finished in a period: what one row per unit tells of."""

    source: str
    systems: frozenset[str]
    definition: Definition
    period: Period
    cutoff: datetime  # nothing finished later was counted
    begin: datetime = field(init=False)  # from this instant on
    end: datetime = field(init=False)  # before this instant

    def __post_init__(self) -> None:
        object.__setattr__(self, "begin", _start(self.period[0]))
        object.__setattr__(self, "end", min(_start(self.period[1] + _ONE_DAY), self.cutoff))

    def holds(self, system: str, finished_at: datetime) -> bool:
        """Whether such a dossier is counted here."""
        return system in self.systems and self.begin <= finished_at < self.end


def targets(
    source: str,
    systems: frozenset[str],
    definition: Definition,
    told: Sequence[ToldFigures],
    scope: Scope,
    as_of: datetime,
    *,
    all_told: bool,
) -> list[Target]:
    """In order of time. Figures are compared as of when they were told. `all_told`: without a period asked for, all
    that figures were told for.
    """
    known = {(one.period_from, one.period_to): one.told_at for one in told}
    today = as_of.astimezone(HANOI).date()
    asked = scope.period_from is not None or scope.period_to is not None
    inside = sorted(known) if all_told and not asked else sorted(p for p in known if _within(p, _range(scope, today)))
    others = () if all_told and known else months(*_range(scope, today))
    periods = [*inside, *(one for one in others if not any(_overlap(one, other) for other in inside))]
    return [
        Target(
            source=source,
            systems=systems,
            definition=definition,
            period=period,
            cutoff=min(known.get(period) or as_of, as_of),
        )
        for period in sorted(periods)
    ]


def months(first: date, last: date) -> Iterator[Period]:
    """The months from one day to another, the outer ones cut there."""
    begin = first
    while begin <= last:
        following = (begin.replace(day=1) + timedelta(days=31)).replace(day=1)
        yield begin, min(following - _ONE_DAY, last)
        begin = following


def units_of(told: Iterable[ToldFigures], period: Period) -> dict[str, ToldFigures]:
    """What was told of each unit in a period."""
    return {one.unit_code: one for one in told if (one.period_from, one.period_to) == period}


def _range(scope: Scope, today: date) -> Period:
    """What was asked for; else the month before and the whole month of the run."""
    following = ((scope.period_to or today).replace(day=1) + timedelta(days=31)).replace(day=1)
    last = scope.period_to or (today if scope.period_from else following - _ONE_DAY)
    before = (last.replace(day=1) - _ONE_DAY).replace(day=1)
    return scope.period_from or before, last


def _within(one: Period, other: Period) -> bool:
    return other[0] <= one[0] and one[1] <= other[1]


def _overlap(one: Period, other: Period) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=HANOI)
