"""One-stop software that speaks the OpenCPS v2 interface: which questions make one pull, and what their answers mean.

The interface has no "changed since", so a pull asks for all open dossiers, those finished and those received lately
(`opencps_questions`), and looks after each dossier that was open here and is in none of the answers.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final

from tasks.intake.landing import LandedBody, Landing
from tasks.sources.base import Note, Pulled, PullRequest, SourceFault
from tasks.sources.http_client import HttpClient, HttpSettings, check_address
from tasks.sources.http_pace import Politeness
from tasks.sources.looking import Look, Looked, Segment, SegmentName, only_dry
from tasks.sources.opencps_looking import Sight
from tasks.sources.opencps_pages import Asker, is_askable
from tasks.sources.opencps_questions import questions
from tasks.sources.opencps_reading import ListReader
from tasks.sources.opencps_records import Places, Telling
from tasks.sources.opencps_statistics import Figures, figures_of, months, question

_WORKERS: Final = 2  # for each request on the wire: while one waits for the server, another parses what came


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCpsSource:
    """One installation. Basic login with `username` and `password`, else Bearer with `token`.

    `window_days`: how far back finished and newly received dossiers are asked for; a full pull asks for all months of
    receipt since `history_from`. `detail_cap`: more open dossiers than that missing at once is a fault of the source,
    not news. `agencies` widens what an account without global view gets. `deadline_seconds` bounds an ordinary pull,
    `full_deadline_seconds` a full one. `statistics_path`: where its own figures are, "" for nowhere.

    Raises SourceFault (`plain_http`, `bad_address`, `forbidden_address`) for an address that must not be used.
    """

    name: str
    base_url: str
    group_id: int
    base_path: str = "/o/rest/v2"
    username: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    status_map: Mapping[str, str | int] = field(default_factory=dict)
    agencies: tuple[str, ...] = ()
    window_days: int = 30
    history_from: date | None = None
    page_size: int = 100
    politeness: Politeness = field(default_factory=Politeness)
    detail_cap: int = 200
    ca_file: Path | None = None
    timeout_seconds: float = 60.0
    deadline_seconds: float = 1800.0
    full_deadline_seconds: float = 21_600.0
    body_limit: int = 64 * 1024 * 1024
    statistics_path: str = ""
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        check_address(self.name, self.base_url)

    def pull(self, request: PullRequest, landing: Landing) -> Pulled:
        """See `Source.pull`. The data moment is the run's `as_of`."""
        with self._reader(request.as_of, landing, full=request.full) as reader:
            return self._pulled(request, landing, reader)

    def look(self, request: Look, landing: Landing) -> Looked:
        """See `Looking.look`: month by month of receipt; it may take as long as a full pull."""
        with self._reader(request.as_of, only_dry(landing), full=True) as reader:
            return self._sight(request, landing, reader).everything()

    def segments(self, request: Look) -> Mapping[SegmentName, Segment] | None:  # noqa: ARG002 -- of the protocol
        """None: the interface has no checksums."""
        return None

    def counts(self, request: Look) -> Mapping[SegmentName, int] | None:
        """See `Looking.counts`: one record is asked for in each month, for the total that comes with it."""
        landing = Landing(Path(), dry=True)
        with self._reader(request.as_of, landing, full=True) as reader:
            return self._sight(request, landing, reader).counts()

    def again(self, request: Look, keys: Collection[str], landing: Landing) -> Looked | None:
        """See `Looking.again`: one by one, up to `detail_cap`."""
        if len(keys) > self.detail_cap:
            return None
        with self._reader(request.as_of, only_dry(landing), full=False) as reader:
            return self._sight(request, landing, reader).again(keys)

    @contextmanager
    def _reader(self, as_of: datetime, landing: Landing, *, full: bool) -> Iterator[ListReader]:
        """For one way through lists; whatever goes wrong in it stops what is still under way."""

        def land(name: str, body: bytes) -> LandedBody:
            return landing.land(self.name, name, body, as_of, as_of)

        workers = _WORKERS * self.politeness.concurrency
        pool = ThreadPoolExecutor(workers, thread_name_prefix=f"pull-{self.name}")
        with HttpClient(self.http_settings(full=full)) as http:
            try:
                yield ListReader(Asker(self.name, http, land), pool, self.page_size, workers)
            except BaseException:
                http.stop()
                raise
            finally:
                pool.shutdown(cancel_futures=True)

    def _sight(self, request: Look, landing: Landing, reader: ListReader) -> Sight:
        words = {word: str(code) for word, code in self.status_map.items()}
        return Sight(request=request, landing=landing, reader=reader, agencies=self.agencies, status_map=words)

    def figures(self, request: PullRequest, landing: Landing) -> tuple[list[LandedBody], list[Figures]]:
        """What the software counts itself for this month and the one before, and the bodies it said so in.

        Raises SourceFault; a pull of dossiers is as good without.
        """
        bodies: list[LandedBody] = []
        told: list[Figures] = []
        with HttpClient(self.http_settings()) as http:
            for first, last in months(request.as_of):

                def accept(body: bytes, first: date = first, last: date = last) -> None:
                    name = f"statistics-{first:%Y-%m}.json"
                    landed = landing.land(self.name, name, body, request.as_of, request.as_of)
                    told.extend(figures_of(self.name, body, first, last))
                    bodies.append(landed)

                http.get(self.statistics_path, question(first), accept)
        return bodies, told

    def http_settings(self, *, full: bool = False) -> HttpSettings:
        """How this installation is reached; a full pull may take longer."""
        return HttpSettings(
            source=self.name,
            base_url=self.base_url.rstrip("/") + "/" + self.base_path.strip("/"),
            headers={"groupId": str(self.group_id)},
            username=self.username,
            password=self.password,
            token=self.token,
            ca_file=self.ca_file,
            timeout_seconds=self.timeout_seconds,
            deadline_seconds=self.full_deadline_seconds if full else self.deadline_seconds,
            body_limit=self.body_limit,
            politeness=self.politeness,
            sleep=self.sleep,
        )

    def _pulled(self, request: PullRequest, landing: Landing, reader: ListReader) -> Pulled:
        places = Places()
        unseen = set(request.known_open)
        history = self.history_from if request.full else None
        for label, params in questions(request.as_of, self.window_days, history, self.agencies):
            for page in reader.everything(label, params):
                places.add(page)
                unseen.difference_update(one for one in page.ids if one not in page.foreign)
        if not places.count and request.news and not request.accept_drop:
            raise self._fault("sudden_zero", count=len(request.known_open))
        vanished, unasked = self._look_after(request, unseen, reader.asker, reader.pool, places)
        noted = {"detail_refused": unasked, "retried": reader.asker.http.retried}
        notes = [self._note(code, count=count) for code, count in noted.items() if count]
        if reader.read_again:
            notes.append(self._note("read_again"))
        ignored: Counter[str] = Counter()
        kept = places.distinct()
        telling = Telling(
            source=self.name,
            landing=landing,
            places=places,
            status_map={word: str(code) for word, code in self.status_map.items()},
            known_open=request.known_open,
            moment=request.as_of,
            ignored=ignored,
            notes=notes,
        )
        return Pulled(
            parts=telling.parts(kept),
            data_moment=request.as_of,
            bodies=tuple({body.sha256: body for body in places.bodies}.values()),
            complete=False,
            ignored=ignored,
            vanished=vanished,
            notes=notes,
            expected=len(kept),
        )

    def _look_after(
        self, request: PullRequest, unseen: set[str], asker: Asker, pool: Executor, places: Places
    ) -> tuple[frozenset[str], int]:
        """Dossiers open here and in no answer: which of them are gone, and how many could not be asked for.

        They are asked for one by one, for what became of them. One that two sweeps have missed is asked for again by
        full pulls only: lists bring it back when it returns.
        """
        missed = frozenset() if request.full else request.missed & unseen
        missing = sorted(unseen - missed)
        news = len(unseen & request.news)
        if news > self.detail_cap and not request.accept_drop:
            raise self._fault("mass_vanish", count=news, limit=self.detail_cap)
        askable = [key for key in missing if is_askable(key)]
        vanished = set(missed)
        for key, page in zip(askable, pool.map(asker.detail, askable), strict=True):
            if page is None or key in page.foreign:
                vanished.add(key)
            else:
                places.add(page)
        return frozenset(vanished), len(missing) - len(askable)

    def _fault(self, code: str, **params: int) -> SourceFault:
        return SourceFault(code, {"source": self.name, **params})

    def _note(self, code: str, **params: int) -> Note:
        return Note(code=code, params={"source": self.name, **params})
