"""One answer of OpenCPS: its envelope with its quirks, and what a pull keeps of it: ids, prints and places, no values.

How pages make a list is opencps_reading.py; what is asked for and why is opencps.py; fields are opencps_fields.py.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tasks.intake.landing import LandedBody
from tasks.sources.base import SourceFault
from tasks.sources.http_client import HttpClient
from tasks.sources.opencps_fields import Wire, is_foreign, print_of, record_id_of

Land = Callable[[str, bytes], LandedBody]

_ASKABLE: Final = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """What is kept of a landed body: per record its id, a print of what was told, its place, and whose it is.

    `total`: what the server said the whole list has. A print tells contents apart within this process only.
    """

    body: LandedBody
    total: int
    ids: tuple[str, ...]
    prints: tuple[int, ...]
    places: Sequence[int]
    foreign: frozenset[str]  # ids of other originality
    detail: bool = False

    def __len__(self) -> int:
        return len(self.ids)

    def without(self, ids: set[str]) -> "Page":
        """Only the records that are not among those."""
        kept = [n for n, one in enumerate(self.ids) if one not in ids]
        return replace(
            self,
            ids=tuple(self.ids[n] for n in kept),
            prints=tuple(self.prints[n] for n in kept),
            places=[self.places[n] for n in kept],
        )


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks for lists and details through one client, landing every body before it is parsed. Safe with threads."""

    source: str
    http: HttpClient
    land: Land

    def page(self, label: str, params: Mapping[str, str], start: int, size: int) -> Page:
        """The records `start` to `start + size` of a list."""

        def accept(body: bytes) -> Page:
            landed = self.land(f"{label}-{start}.json", body)
            total, records = parse_envelope(self.source, body)
            return _page(landed, total, records)

        return self.http.get("dossiers", {**params, "start": str(start), "end": str(start + size)}, accept)

    def total(self, params: Mapping[str, str]) -> int:
        """How many records the server says a list has; one of them is asked for, and none is kept."""
        asked = {**params, "start": "0", "end": "1"}
        return self.http.get("dossiers", asked, lambda body: parse_envelope(self.source, body)[0])

    def detail(self, key: str) -> Page | None:
        """One record by its id; None when the source no longer has it (404, or 403 as OpenCPS says for that)."""

        def accept(body: bytes) -> Page:
            landed = self.land(f"dossier-{key}.json", body)
            page = _page(landed, 1, records_of(self.source, body, detail=True), detail=True)
            if page.ids != (key,):
                raise SourceFault("bad_shape", {"source": self.source, "what": "detail"})
            return page

        try:
            return self.http.get(f"dossiers/{key}", {}, accept)
        except SourceFault as fault:
            if fault.code == "not_found" or (fault.code == "login_refused" and fault.params.get("status") == 403):
                return None
            raise


def is_askable(key: str) -> bool:
    """Whether a dossier of that id can be asked for by it."""
    return _ASKABLE.fullmatch(key) is not None


def records_of(source: str, body: bytes, *, detail: bool) -> list[Wire]:
    """The records of a body as `page` or `detail` found them."""
    if not detail:
        return parse_envelope(source, body)[1]
    record = parsed(source, body)
    if not isinstance(record, dict):
        raise SourceFault("bad_shape", {"source": source, "what": "detail"})
    return [record]


def parse_envelope(source: str, body: bytes) -> tuple[int, list[Wire]]:
    """`total` and the records of a list answer. Raises SourceFault; only a broken-off body is worth another try.

    One record may come as an object, none as no `data` at all; a total without its data is a swallowed error.
    """
    answer = parsed(source, body)
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


def parsed(source: str, body: bytes) -> object:
    """JSON with every number as its text: long digit strings stay exact."""
    if body.lstrip()[:1] == b"<":
        raise SourceFault("html_answer", {"source": source})
    try:
        return json.loads(body, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise SourceFault("not_json", {"source": source}, transient=True) from None


def _page(landed: LandedBody, total: int, records: list[Wire], *, detail: bool = False) -> Page:
    ids = tuple(map(record_id_of, records))
    return Page(
        body=landed,
        total=total,
        ids=ids,
        prints=tuple(map(print_of, records)),
        places=range(len(ids)),
        foreign=frozenset(one for one, record in zip(ids, records, strict=True) if is_foreign(record)),
        detail=detail,
    )
