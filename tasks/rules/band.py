"""The volume band: is the number of flags of a source what is usual, and what counts as usual (design §4, §9).

One number a business day: that of its last flag run which the band let pass. A number out of the band is no part of
the history, however often it comes again, so that a fault cannot make itself usual; only a person who accepts it
makes it count, and then it stands for all the days before it: the way out of a true change takes one act.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tasks.rules.gates import BAND_RUNS, GateLimits, GateReason, flag_gate


class BandState(StrEnum):
    """What the band said of a number."""

    PASSED = "passed"
    HELD = "held"  # its items stay out of the mails
    ACCEPTED = "accepted"  # out of band or not: a person called it right


@dataclass(frozen=True, slots=True)
class Figure:
    """The number of flags of a source at one flag run."""

    business_date: date
    flagged: int
    state: BandState


@dataclass(frozen=True, slots=True)
class Judged:
    """What the band says of today's number, and why it is held."""

    state: BandState
    reason: GateReason | None = None


def judged(
    flagged: int, history: Sequence[Figure], today: date, limits: GateLimits, *, accepted: bool = False
) -> Judged:
    """Today's number against the days before (`history`: oldest first, today's earlier runs included)."""
    if accepted:
        return Judged(BandState.ACCEPTED)
    decision = flag_gate(flagged, usual(history, today), limits)
    return Judged(BandState.PASSED) if decision.open else Judged(BandState.HELD, decision.reasons[0])


def usual(history: Sequence[Figure], today: date) -> list[int]:
    """The numbers of the last days, oldest first.

    Of today's own runs only an accepted one counts, or a fault would be usual after five reminders. An accepted
    number stands for everything before it.
    """
    days: dict[date, int] = {}
    accepted: int | None = None
    for figure in history:
        if figure.state is BandState.ACCEPTED:
            accepted = figure.flagged
            days = {figure.business_date: figure.flagged}
        elif figure.state is BandState.PASSED and figure.business_date < today:
            days[figure.business_date] = figure.flagged
    counted = [days[day] for day in sorted(days)][-BAND_RUNS:]
    missing = BAND_RUNS - len(counted)
    return counted if accepted is None else [*[accepted] * missing, *counted]
