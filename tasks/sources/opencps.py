"""One-stop software that speaks the OpenCPS v2 interface: which questions make one pull, and what their answers mean.

The interface has no "changed since", so a pull asks for all open dossiers, those finished and those received lately,
and looks after each dossier that was open here and is in none of the answers. Wire details: opencps_pages.py and
opencps_fields.py.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from tasks.intake.landing import LandedBody, Landing
from tasks.rules.timezone import HANOI
from tasks.sources.base import Note, Pulled, PullRequest, RawRecord, SourceFault, in_parts
from tasks.sources.http_client import HttpClient, HttpSettings, check_address
from tasks.sources.opencps_fields import OTHER_ORIGINALITY
from tasks.sources.opencps_pages import Reader, Told

_EVER: Final = date(2000, 1, 1)
_YEARS_AHEAD: Final = 5  # a receipt dated ahead must come in to be seen and refused, not stay invisible
_ASKABLE: Final = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCpsSource:
    """One installation. Basic login with `username` and `password`, else Bearer with `token`.

    `window_days`: how far back finished and newly received dossiers are asked for. `detail_cap`: more open dossiers
    than that missing at once is a fault of the source, not news. `agencies` widens what an account without global view
    gets. Raises SourceFault (`plain_http`, `bad_address`) for an address that must not be used.
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
    page_size: int = 100
    detail_cap: int = 200
    ca_file: Path | None = None
    timeout_seconds: float = 60.0
    deadline_seconds: float = 1800.0
    body_limit: int = 64 * 1024 * 1024
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        check_address(self.name, self.base_url)

    def pull(self, request: PullRequest, landing: Landing) -> Pulled:
        """See `Source.pull`. The data moment is the run's `as_of`."""

        def land(name: str, body: bytes) -> LandedBody:
            return landing.land(self.name, name, body, request.as_of, request.as_of)

        with HttpClient(self._http()) as http:
            statuses = {word: str(code) for word, code in self.status_map.items()}
            reader = Reader(self.name, http, land, statuses, self.page_size)
            told = [told for label, params in self._questions(request) for told in reader.everything(label, params)]
            if not told and request.known_open:
                raise SourceFault("sudden_zero", {"source": self.name, "count": len(request.known_open)})
            found, vanished, unasked = self._look_after(request, told, reader)
            return self._pulled(request, [*told, *found], vanished, reader, {"detail_refused": unasked})

    def _http(self) -> HttpSettings:
        return HttpSettings(
            source=self.name,
            base_url=self.base_url.rstrip("/") + "/" + self.base_path.strip("/"),
            headers={"groupId": str(self.group_id)},
            username=self.username,
            password=self.password,
            token=self.token,
            ca_file=self.ca_file,
            timeout_seconds=self.timeout_seconds,
            deadline_seconds=self.deadline_seconds,
            body_limit=self.body_limit,
            sleep=self.sleep,
        )

    def _questions(self, request: PullRequest) -> list[tuple[str, dict[str, str]]]:
        """Open sweep, finished lately, received lately. Both ends of every range are given, a day wider than meant:
        a server without an end matches oddly, and its index may count days in another time zone.
        """
        today = request.as_of.astimezone(HANOI).date()
        begin, end = today - timedelta(days=self.window_days + 1), today + timedelta(days=1)
        common = {"systemId": "0,1,2"}
        if self.agencies:
            common["agency"] = ",".join(self.agencies)
        ahead = date(today.year + _YEARS_AHEAD, 12, 31)
        return [
            ("open", common | _range("ReceiveNotDoneDate", _EVER, ahead)),
            ("finished", common | _range("ReleaseDate", begin, end)),
            ("received", common | _range("ReceiveDate", begin, end)),
        ]

    def _look_after(
        self, request: PullRequest, told: list[Told], reader: Reader
    ) -> tuple[list[Told], frozenset[str], int]:
        """Dossiers open here and in no answer, asked for one by one: what became of them, and which are gone."""
        seen = {t.mapped.record_id for t in told if t.mapped.ignored != OTHER_ORIGINALITY}
        missing = sorted(request.known_open - seen)
        if len(missing) > self.detail_cap:
            counts = {"count": len(missing), "limit": self.detail_cap}
            raise SourceFault("mass_vanish", {"source": self.name, **counts})
        found: list[Told] = []
        vanished: set[str] = set()
        askable = [key for key in missing if _ASKABLE.fullmatch(key)]
        for key in askable:
            detail = reader.detail(key)
            if detail is None or detail.mapped.ignored == OTHER_ORIGINALITY:
                vanished.add(key)
            else:
                found.append(detail)
        return found, frozenset(vanished), len(missing) - len(askable)

    def _pulled(
        self,
        request: PullRequest,
        told: list[Told],
        vanished: frozenset[str],
        reader: Reader,
        counts: Mapping[str, int],
    ) -> Pulled:
        """Equal tellings of a record are one. Different ones are all kept: validation decides, or refuses them all."""
        distinct: dict[object, Told] = {}
        for one in told:
            distinct.setdefault((one.mapped.record_id, one.mapped.content), one)
        ordered = distinct.values()
        known = request.known_open
        kept = [t for t in ordered if not t.mapped.ignored or _was_received(t, known)]
        ignored = Counter(t.mapped.ignored for t in ordered if t.mapped.ignored and not _was_received(t, known))
        fractional = sum(t.mapped.fractional for t in kept)
        noted = {**counts, "retried": reader.http.retried, "fractional_duration": fractional}
        notes = [self._note(code, count=count) for code, count in noted.items() if count]
        if reader.read_again:
            notes.append(self._note("read_again"))
        return Pulled(
            parts=in_parts(_record(one, request) for one in kept),
            data_moment=request.as_of,
            bodies=tuple(reader.bodies.values()),
            complete=False,
            ignored=ignored,
            vanished=vanished,
            notes=notes,
            expected=len(kept),
        )

    def _note(self, code: str, **params: int) -> Note:
        return Note(code=code, params={"source": self.name, **params})


def _range(name: str, begin: date, end: date) -> dict[str, str]:
    return {f"from{name}": begin.strftime("%d/%m/%Y"), f"to{name}": end.strftime("%d/%m/%Y")}


def _was_received(told: Told, known_open: frozenset[str]) -> bool:
    """A dossier that is open here was received, whatever its status says now: the change must come in."""
    return told.mapped.ignored != OTHER_ORIGINALITY and told.mapped.record_id in known_open


def _record(told: Told, request: PullRequest) -> RawRecord:
    return RawRecord(
        values=told.mapped.values,
        ref=told.ref,
        moment=request.as_of,
        malformed=told.mapped.malformed,
        fingerprint=told.mapped.fingerprint,
    )
