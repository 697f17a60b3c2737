"""A database account or reporting view instead of an interface: what one pull asks for, and what it lands.

Without a time of change every pull reads the whole view. With one, a pull reads what changed since the newest change
that promoted bodies told, less an overlap; and the whole view again on the first pull of a day, when what is asked
has changed, and when the source's clock went back. How a session, a page and a body look: sql_*.py.
"""

import hashlib
import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeVar

from tasks.intake.landing import LandedBody, Landing, LandingError
from tasks.rules.datasets import Dataset, Mode
from tasks.rules.timezone import HANOI
from tasks.sources.base import PART_ROWS, Note, Part, Pulled, PullRequest, SourceFault
from tasks.sources.looking import Look, Looked, Segment, SegmentName, only_dry
from tasks.sources.sql_bodies import joined, page_body, page_part
from tasks.sources.sql_columns import Fit, fit
from tasks.sources.sql_pages import Page, Reader, Tally, clock_of, columns_of, query_of, view_of
from tasks.sources.sql_segments import Condition, Statements, View
from tasks.sources.sql_session import Access, Session, read_only

T = TypeVar("T")

_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlSource:
    """One view or query of a database.

    `columns`: canonical name → column of the source, where names and headings do not tell. `key`: the columns whose
    values together are unique and never change. `full_sweep_days`: how often the whole view is read although
    `updated_column` tells what changed. `constants` stand in for required columns that the view lacks.
    """

    name: str
    dataset: Dataset
    url: str
    password: str = field(default="", repr=False)
    view: str = ""
    query: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...]
    updated_column: str = ""
    overlap: timedelta = timedelta(minutes=15)
    full_sweep_days: int = 1
    mode: Mode | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    page_rows: int = 5_000
    timeout_seconds: float = 60.0
    deadline_seconds: float = 1800.0
    sleep: Callable[[float], None] = time.sleep

    def pull(self, request: PullRequest, landing: Landing) -> Pulled:
        """See `Source.pull`. The data moment is the run's `as_of`; that of a body is the newest change in it."""
        with self._opened() as view:
            notes: list[Note] = []
            since = self._since(request, clock_of(view.session), view.fit, notes)
            tally = self._read(view, landing, request.as_of, since=since)
        return self._pulled(request, landing, view.fit, tally, notes, since)

    def look(self, request: Look, landing: Landing) -> Looked:
        """See `Looking.look`: the whole view, or its rows in the segments or months asked for."""
        with self._opened() as view:
            return self._looked(view, view.within(request), request, only_dry(landing))

    def segments(self, request: Look) -> Mapping[SegmentName, Segment] | None:  # noqa: ARG002 -- always all of them
        """See `Looking.segments`. None also where the database needs longer for them than a statement may take."""
        return self._in_time(View.segments)

    def counts(self, request: Look) -> Mapping[SegmentName, int] | None:  # noqa: ARG002 -- always all of them
        """See `Looking.counts`."""
        return self._in_time(View.counts)

    def again(self, request: Look, keys: Collection[str], landing: Landing) -> Looked | None:
        """See `Looking.again`: in one way through the view, however many keys."""
        with self._opened() as view:
            wanted = view.holding(keys)
            return None if wanted is None else self._looked(view, wanted, replace(request, held=0), only_dry(landing))

    def _in_time(self, told: Callable[[View], T | None]) -> T | None:
        try:
            with self._opened() as view:
                return told(view)
        except SourceFault as fault:
            if fault.code == "sql_timeout":
                return None
            raise

    @contextmanager
    def _opened(self) -> Iterator[View]:
        with read_only(self._access()) as session:
            asked = Statements(session)
            origin = view_of(session, self.view) if self.view else query_of(self.query)
            yield View(session, origin, self._fit(session, columns_of(session, origin)), asked)

    def _read(
        self,
        view: View,
        landing: Landing,
        as_of: datetime,
        *,
        since: datetime | None = None,
        only: Condition | None = None,
    ) -> Tally:
        reader = Reader(
            session=view.session,
            origin=view.origin,
            fit=view.fit,
            page_rows=self.page_rows,
            now=as_of,
            since=since,
            only=only,
        )
        tally = Tally()
        for page in reader.pages():
            tally.add(page, self._land(landing, as_of, tally.bodies, view.fit, page))
        return tally

    def _looked(self, view: View, only: Condition | None, request: Look, landing: Landing) -> Looked:
        """The rows for which `only` holds. A view that is empty all of a sudden is not believed."""
        tally = self._read(view, landing, request.as_of, only=only)
        if not tally.rows and request.held and view.is_empty():
            raise self._sudden_zero()
        told = Pulled(
            parts=self._parts(landing, tuple(tally.bodies), request.as_of),
            data_moment=request.as_of,
            bodies=tuple(tally.bodies),
            complete=False,
            expected=tally.rows,
        )
        return Looked(pulled=told, complete=True, requests=view.asked.count)

    def _access(self) -> Access:
        return Access(
            source=self.name,
            url=self.url,
            password=self.password,
            what=self.view or "query",
            timeout_seconds=self.timeout_seconds,
            deadline_seconds=self.deadline_seconds,
            sleep=self.sleep,
        )

    def _fit(self, session: Session, found: Sequence[str]) -> Fit:
        return fit(
            self.dataset,
            found,
            columns=self.columns,
            key=self.key,
            updated=self.updated_column,
            constants=self.constants.keys(),
            place=session.place,
        )

    def _since(self, request: PullRequest, clock: datetime | None, fitted: Fit, notes: list[Note]) -> datetime | None:
        """From which change on to read; None: everything."""
        newest = request.newest_promoted
        if not fitted.updated or newest is None or request.full or self._sweep_due(request, fitted):
            return None
        if (clock or request.as_of) < newest:
            notes.append(Note(code="sql_clock_back", params={"source": self.name}))
            return None
        return newest - self.overlap

    def _sweep_due(self, request: PullRequest, fitted: Fit) -> bool:
        """Whether none of the last days saw a promoted sweep of exactly what is asked now."""
        today = request.as_of.astimezone(HANOI).date()
        days = (today - timedelta(days=n) for n in range(self.full_sweep_days))
        return not any(hashlib.sha256(self._sweep(fitted, day)).hexdigest() in request.promoted for day in days)

    def _sweep(self, fitted: Fit, day: date) -> bytes:
        """What was asked in full on that day. Landed and promoted with the rows, it tells later pulls of the sweep."""
        asked = {
            "swept": day.isoformat(),
            "source": self.name,
            "asked": self.view or self.query,
            "columns": dict(fitted.columns),
            "key": fitted.key,
            "updated": fitted.updated,
        }
        return json.dumps(asked, ensure_ascii=False, sort_keys=True).encode()

    def _land(
        self, landing: Landing, as_of: datetime, before: Sequence[LandedBody], fitted: Fit, page: Page
    ) -> LandedBody:
        moment = (page.newest or _NEVER) if fitted.updated else as_of
        name = f"{self.view or 'query'}-{len(before) + 1:05d}.jsonl"
        return landing.land(self.name, name, page_body([*fitted.columns], page.rows), moment, as_of)

    def _pulled(
        self,
        request: PullRequest,
        landing: Landing,
        fitted: Fit,
        tally: Tally,
        notes: list[Note],
        since: datetime | None,
    ) -> Pulled:
        snapshot = (self.mode or self.dataset.mode) is Mode.SNAPSHOT
        all_told = bool(request.known_open) and not request.news  # accepted as gone before
        had_rows = request.newest_promoted is not None and not (request.accept_drop or all_told)
        if since is None and not tally.rows and had_rows and not snapshot:
            raise self._sudden_zero()
        bodies = list(tally.bodies)
        if fitted.updated and since is None:
            day = request.as_of.astimezone(HANOI).date()
            swept = self._sweep(fitted, day)
            moment = max((body.data_moment for body in bodies), default=_NEVER)
            bodies.append(landing.land(self.name, f"sweep-{day:%Y%m%d}.json", swept, moment, request.as_of))
        odd = {"sql_updated_empty": tally.undated, "sql_updated_ahead": tally.ahead}
        named: dict[str, str | int] = {"source": self.name, "column": fitted.updated}
        notes += [Note(code=code, params={**named, "count": count}) for code, count in odd.items() if count]
        return Pulled(
            parts=self._parts(landing, tuple(tally.bodies), request.as_of),
            data_moment=request.as_of,
            bodies=tuple(bodies),
            complete=snapshot,
            unchanged=since is not None and not tally.rows,
            notes=notes,
            expected=tally.rows,
            sweep=since is None,
        )

    def _sudden_zero(self) -> SourceFault:
        return SourceFault("sql_sudden_zero", {"source": self.name, "what": self.view or "query"})

    def _parts(self, landing: Landing, bodies: Sequence[LandedBody], moment: datetime) -> Iterator[Part]:
        """The landed pages, several to a part where they are small."""
        waiting: list[Part] = []
        for body in bodies:
            try:
                page = page_part(landing.read(body.sha256), body.sha256, moment)
            except LandingError:
                raise SourceFault("landing_failed", {"source": self.name}) from None
            if waiting and sum(map(len, waiting)) + len(page) > PART_ROWS:
                yield joined(waiting)
                waiting = []
            waiting.append(page)
        if waiting:
            yield joined(waiting)
