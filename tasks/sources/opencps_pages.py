"""Reading OpenCPS list answers to the end: the envelope and its quirks, paging, lists that move while being read.

No knowledge of what is asked for and why: that is opencps.py. No knowledge of fields: opencps_fields.py.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tasks.intake.landing import LandedBody
from tasks.sources.base import SourceFault
from tasks.sources.http_client import HttpClient
from tasks.sources.opencps_fields import Mapped, Wire, map_record

MOST_PAGES: Final = 20_000


@dataclass(frozen=True, slots=True)
class Told:
    """One record as an answer told it, and where: the landed body and its place in it."""

    mapped: Mapped
    ref: str


@dataclass(slots=True)
class Reader:
    """Reads lists and details through one client, landing every body before it is parsed."""

    source: str
    http: HttpClient
    land: Callable[[str, bytes], LandedBody]
    status_map: Mapping[str, str]
    page_size: int
    bodies: dict[str, LandedBody] = field(default_factory=dict)
    read_again: bool = False

    def everything(self, label: str, params: Mapping[str, str]) -> list[Told]:
        """All records of a list. A list that moved meanwhile is read once more, and both readings count.

        Raises SourceFault when the second reading is still not whole: nothing partial is ever returned.
        """
        first = self._through(label, params)
        if first.whole:
            return first.told
        self.read_again = True
        second = self._through(label, params)
        if second.looped:
            raise SourceFault("page_loop", {"source": self.source})
        if not second.drifted and len(second.told) != second.total:
            counts = {"rows": len(second.told), "total": second.total}
            raise SourceFault("total_mismatch", {"source": self.source, **counts}, transient=True)
        known = {told.mapped.record_id for told in second.told}
        return [*second.told, *(told for told in first.told if told.mapped.record_id not in known)]

    def detail(self, key: str) -> Told | None:
        """One record by its id; None when the source no longer has it (404, or 403 as OpenCPS says for that)."""

        def accept(body: bytes) -> Told:
            landed = self._landed(f"dossier-{key}", body)
            record = _parsed(self.source, body)
            mapped = map_record(record, self.status_map) if isinstance(record, dict) else None
            if mapped is None or mapped.record_id != key:
                raise SourceFault("bad_shape", {"source": self.source, "what": "detail"})
            self.bodies[landed.sha256] = landed
            return Told(mapped, f"sha256:{landed.sha256}#0")

        try:
            return self.http.get(f"dossiers/{key}", {}, accept)
        except SourceFault as fault:
            if fault.code == "not_found" or (fault.code == "login_refused" and fault.params.get("status") == 403):
                return None
            raise

    def _through(self, label: str, params: Mapping[str, str]) -> "_Reading":
        reading = _Reading()
        for _ in range(MOST_PAGES):
            start = len(reading.told)
            paged = {**params, "start": str(start), "end": str(start + self.page_size)}
            total, page = self._page(f"{label}-{start}", paged)
            reading.add(total, page, self.page_size)
            if reading.looped or not page or len(reading.told) >= total:
                return reading
        raise SourceFault("too_many_pages", {"source": self.source, "limit": MOST_PAGES})

    def _page(self, name: str, params: Mapping[str, str]) -> tuple[int, list[Told]]:
        def accept(body: bytes) -> tuple[int, list[Told]]:
            landed = self._landed(name, body)
            total, records = parse_envelope(self.source, body)
            self.bodies[landed.sha256] = landed
            ref = f"sha256:{landed.sha256}#"
            return total, [Told(map_record(r, self.status_map), f"{ref}{n}") for n, r in enumerate(records)]

        return self.http.get("dossiers", params, accept)

    def _landed(self, name: str, body: bytes) -> LandedBody:
        return self.land(f"{name}.json", body)


@dataclass(slots=True)
class _Reading:
    """One way through a list, and the signs that it moved or lied."""

    told: list[Told] = field(default_factory=list)
    total: int = -1
    drifted: bool = False  # the total changed between pages
    looped: bool = False  # a full page brought nothing new, or most of what pages brought was told before
    repeated: bool = False  # a record came again on a later page: something shifted
    _known: set[object] = field(default_factory=set)

    @property
    def whole(self) -> bool:
        return not (self.drifted or self.looped or self.repeated) and len(self.told) == self.total

    def add(self, total: int, page: list[Told], size: int) -> None:
        contents = {(told.mapped.record_id, told.mapped.content) for told in page}
        self.drifted = self.drifted or self.total not in (-1, total)
        self.repeated = self.repeated or not contents.isdisjoint(self._known)
        nothing_new = bool(page) and contents <= self._known
        self.total = total
        self.told += page
        self._known |= contents
        self.looped = nothing_new and (len(page) >= size or 2 * len(self._known) <= len(self.told))


def parse_envelope(source: str, body: bytes) -> tuple[int, list[Wire]]:
    """`total` and the records of a list answer. Raises SourceFault; only a broken-off body is worth another try.

    One record may come as an object, none as no `data` at all; a total without its data is a swallowed error.
    """
    answer = _parsed(source, body)
    total = answer.get("total") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(total, str) or not (total.isascii() and total.isdigit()):
        raise SourceFault("bad_shape", {"source": source, "what": "total"})
    data = answer.get("data")
    if data is None or data == "":
        if int(total) > 0:
            raise SourceFault("bad_shape", {"source": source, "what": "data"}, transient=True)
        return 0, []
    records = data if isinstance(data, list) else [data]
    if not all(isinstance(record, dict) for record in records):
        raise SourceFault("bad_shape", {"source": source, "what": "data"})
    return int(total), records


def _parsed(source: str, body: bytes) -> object:
    """JSON with every number as its text: long digit strings stay exact."""
    if body.lstrip()[:1] == b"<":
        raise SourceFault("html_answer", {"source": source})
    try:
        return json.loads(body, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise SourceFault("not_json", {"source": source}, transient=True) from None
