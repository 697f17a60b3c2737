"""What a report to the leadership says: a period, lines of counts, data quality, mails. Values, plain enough to freeze.

How a dossier comes to be counted is `report_figures`; how a report is read, worded and drawn is `tasks/report*.py` and
`tasks/reports/period*.py`.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from tasks.rules.model import Recipient
from tasks.rules.timezone import HANOI


class PeriodKind(StrEnum):
    """How long a report looks back."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole days in Hanoi, both ends included."""

    kind: PeriodKind
    first: date
    last: date

    @property
    def key(self) -> str:
        """`2026-W47`, `2026-11`."""
        year, week, _ = self.first.isocalendar()
        return f"{year}-W{week:02d}" if self.kind is PeriodKind.WEEK else f"{self.first:%Y-%m}"

    @property
    def begin(self) -> datetime:
        """The first instant in it."""
        return datetime.combine(self.first, time(), HANOI)

    @property
    def end(self) -> datetime:
        """The first instant after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), HANOI)

    def holds(self, moment: datetime | None) -> bool:
        """Whether the moment lies in it."""
        return moment is not None and self.begin <= moment < self.end


class Figure(StrEnum):
    """What is counted of dossiers."""

    RECEIVED = "received"  # in the period
    EARLY = "early"  # finished in the period, by law
    ON_TIME = "on_time"
    LATE = "late"
    UNDATED = "undated"  # finished in the period, and nothing says by when it had to be
    NOT_DUE = "not_due"  # open at as_of
    DUE_SOON = "due_soon"
    TIER_1 = "tier_1"
    TIER_2 = "tier_2"
    TIER_3 = "tier_3"
    PAUSED = "paused"
    UNCLEAR = "unclear"  # no date, an unknown year, or a newer version in quarantine


class Remedy(StrEnum):
    """Where a recommendation stands at as_of."""

    DONE = "done"  # verified or closed by the inspecting body
    REPORTED = "reported"  # by the unit; nobody has verified it yet
    IN_TIME = "in_time"
    OVERDUE = "overdue"
    UNDATED = "undated"
    UNCLEAR = "unclear"  # still owed as far as is known, and a newer version is in quarantine
    ENDED = "ended"  # superseded, cancelled, no longer applicable, risk accepted
    PAST_ORIGINAL = "past_original"  # among those in time: extended, and late against the first date


FINISHED: Final = (Figure.EARLY, Figure.ON_TIME, Figure.LATE, Figure.UNDATED)
JUDGED: Final = (Figure.EARLY, Figure.ON_TIME, Figure.LATE)
OVERDUE: Final = (Figure.TIER_1, Figure.TIER_2, Figure.TIER_3)
OPEN: Final = (Figure.NOT_DUE, Figure.DUE_SOON, *OVERDUE, Figure.PAUSED, Figure.UNCLEAR)
REMEDIES: Final = tuple(one for one in Remedy if one is not Remedy.PAST_ORIGINAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Counts of one unit, field or audience; a figure not named is 0. Lines stand in the order of their keys."""

    key: str
    name: str
    counts: dict[str, int]

    def sum(self, *figures: str) -> int:
        """All of these together."""
        return sum(self.counts.get(figure, 0) for figure in figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceQuality:
    """What one source's data are worth at as_of."""

    name: str
    dataset: str
    data_moment: datetime | None
    fresh: bool
    refused: int  # times in the period that a gate let nothing of it pass
    quarantined: int  # rows in quarantine at as_of
    quarantined_new: int  # first seen in the period


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report. The same warehouse, known_at and as_of make the same value, whenever it is asked for."""

    period: Period
    as_of: datetime
    known_at: datetime | None  # None: as_of
    due_soon_days: int  # working days
    total: Line
    units: tuple[Line, ...]
    fields: tuple[Line, ...]
    remedy_total: Line
    remedies: tuple[Line, ...]  # by unit
    sources: tuple[SourceQuality, ...]
    reasons: tuple[tuple[str, int], ...]  # of quarantine at as_of: sentence, rows
    finished_without_date: int
    mails: tuple[Line, ...]  # of the period, by audience: state → number
    disputes: dict[str, int]  # of the period: opened, upheld, rejected; open at as_of
    rule_version: str
    calendar_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMail:
    """A report on its way to one reader."""

    business_date: date
    as_of: datetime
    recipient: Recipient
    revision: int
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAsked:
    """What was asked for, in plain values."""

    period: str = ""  # week | month | due: whichever has not gone out yet
    known_at: str = ""  # ISO 8601; "" is as_of
    unit: str = ""  # a sheet about this unit instead of a report
    send: bool = False


def last_complete(kind: PeriodKind, day: date) -> Period:
    """The newest week (Monday to Sunday) or calendar month that ended before that day."""
    if kind is PeriodKind.WEEK:
        last = day - timedelta(days=day.isoweekday())
        return Period(kind=kind, first=last - timedelta(days=6), last=last)
    last = day.replace(day=1) - timedelta(days=1)
    return Period(kind=kind, first=last.replace(day=1), last=last)


@dataclass(slots=True)
class Tallies:
    """Counts under construction: every figure is added to its unit, its field and the total at once."""

    total: dict[str, int] = field(default_factory=dict)
    units: dict[str, dict[str, int]] = field(default_factory=dict)
    fields: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, unit: str, of_field: str, figure: str) -> None:
        """Count one."""
        places = (self.total, self.units.setdefault(unit, {}), self.fields.setdefault(of_field, {}))
        for counts in places:
            counts[figure] = counts.get(figure, 0) + 1
