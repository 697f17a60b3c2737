"""The timeline of the demo: its mornings, and how the one-stop software tells a dossier at any moment.

Values and pure look-ups only; the dossiers themselves are in `dossiers.py`, recommendations and events in
`paper.py`, units and posts in `posts.py`. Add here what several parts of the demo must agree on. Servers, files and
rendering stay out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from tasks.rules.timezone import HANOI

RUN_AT = time(7, 30)
DROP_AT = time(7, 30)

DAYS: tuple[date, ...] = (
    date(2026, 11, 23),
    date(2026, 11, 24),
    date(2026, 11, 25),
    date(2026, 11, 26),
    date(2026, 11, 27),
    date(2026, 11, 30),
    date(2026, 12, 1),
)
HOLIDAY = date(2026, 11, 24)  # Ngày Văn hóa Việt Nam: nobody exports anything
LOST_ANSWER_DAY = date(2026, 11, 26)
LOST_ANSWER_ADDRESS = "giamdoc.snnmt@cantho.example.gov.vn"


def at(day: int, month: int, hour: int = 0, minute: int = 0, year: int = 2026) -> datetime:
    """An instant in the story's zone, day first as people there write it."""
    return datetime(year, month, day, hour, minute, tzinfo=HANOI)


def morning(day: date) -> datetime:
    """The as_of of that day's run."""
    return datetime.combine(day, RUN_AT, tzinfo=HANOI)


MORNINGS: tuple[datetime, ...] = tuple(morning(day) for day in DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the software says of a dossier from `since` on, until the next view."""

    since: datetime
    status: str  # OpenCPS word: processing, waiting, interoperating, releasing, done
    step: str
    action: str
    due: datetime
    lock: str = ""
    released: datetime | None = None
    finished: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """An administrative procedure with the time it allows, in working days. Illustrative."""

    code: str
    name: str
    field: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One dossier of the story: constant facts and its views in order."""

    item: str  # T1, A1 ...: the story's name, never on the wire
    record_id: int
    code: str
    agency: str  # code of the software, mapped by unit_map.csv
    procedure: Procedure
    received: datetime
    officer_post: str
    views: tuple[View, ...]
    online: bool = False

    @property
    def days(self) -> int:
        """Time allowed, in working days."""
        return self.procedure.days

    def view(self, moment: datetime) -> View | None:
        """The view in force at that moment; None before receipt."""
        seen = [view for view in self.views if view.since <= moment]
        return seen[-1] if seen else None

    def is_open(self, moment: datetime) -> bool:
        """Received and, as the software tells it then, not resolved."""
        view = self.view(moment)
        return view is not None and view.released is None


def open_items(dossiers: Iterable[Dossier], moment: datetime) -> tuple[str, ...]:
    """Story names of the dossiers the software calls open at that moment."""
    return tuple(d.item for d in dossiers if d.is_open(moment))
