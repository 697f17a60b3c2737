"""Each fault of the wire on the first, a middle and the last page of a list: healed by another try, or told whole.

The rows are S1-S8 of faults.md; faults that concern time and size are in test_sources_pace.py.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.intake.landing import Landing
from tasks.sources.base import SourceFault
from tests.fault_http import Asked, FaultServer, json_reply, reply
from tests.opencps_server import OneStop, codes, ids, pull, question, row

ROWS = [row(n) for n in range(40)]  # six pages of ten with three rows shared: from 0, 7, 14, 21, 28, 35
PLACES = {"first": "0", "middle": "14", "last": "35"}
PAGE = reply(b'{"total": 40, "data": [{"dossierId": 1')
CHUNKED = b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n" + b'{"total": 40, "d'

HEALED = {  # S2, S8 and the other ways to break off: once or twice, then well again
    "500": reply(b"", status=500),
    "502": reply(b"bad gateway", status=502),
    "503": reply(b"", status=503),
    "429": reply(b"", status=429),
    "nothing": b"",
    "short body": reply(b'{"total": 40, "data": [', length=5000),
    "closed body": reply(b'{"total": 40, "data": [{"dossierId": 1}', length=-1),
    "cut chunk": CHUNKED,
    "half a page": PAGE,
    "total without data": json_reply({"total": 40}),
}
REFUSED = {  # S3 for ever; S5, S6, S7: asking again is no use
    "500 for ever": (reply(b"", status=500), "server_error", 3),
    "429 for ever": (reply(b"", status=429), "too_many_requests", 3),
    "cut for ever": (reply(b'{"total": 40', length=99), "cut_off", 3),
    "203": (json_reply({"code": 203}, status=203), "login_refused", 1),
    "401": (json_reply({"code": 203}, status=401), "login_refused", 1),
    "403": (json_reply({"code": 403}, status=403), "login_refused", 1),
    "an error told as 200": (json_reply({"code": 500, "data": None}), "bad_shape", 1),
    "a login page": (reply(b"<html>PERSONAL", kind="text/html"), "html_answer", 1),
    "to a login page": (reply(b"", status=302), "redirected", 1),
}


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


def spoilt(broken: bytes, start: str, times: float = float("inf")) -> tuple[Callable[[Asked], bytes], list[str]]:
    """A list server that answers so for the page of the open sweep from `start`, so many times; and when it did."""
    one_stop, hit = OneStop(open=ROWS), []

    def answer(asked: Asked) -> bytes:
        if question(asked) == "open" and asked.query["start"] == start and len(hit) < times:
            hit.append(start)
            return broken
        return one_stop(asked)

    return answer, hit


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("fault", HEALED)
def test_what_passes_is_tried_again_and_the_list_is_whole(fault: str, place: str, landing: Landing) -> None:
    answer, _ = spoilt(HEALED[fault], PLACES[place], times=2)
    with FaultServer(answer) as server:
        pulled = pull(server, landing, page_size=10)
    assert sorted(map(int, filter(None, ids(pulled)))) == list(range(40))
    assert {note.code: note.params.get("count") for note in pulled.notes} == {"retried": 2}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("fault", REFUSED)
def test_what_stays_is_told_and_nothing_comes_in_part(fault: str, place: str, landing: Landing) -> None:
    broken, code, tries = REFUSED[fault]
    answer, hit = spoilt(broken, PLACES[place])
    with FaultServer(answer) as server, pytest.raises(SourceFault) as caught:
        pull(server, landing, page_size=10, username="dondoc", password="Secret-Canary")
    assert (caught.value.code, len(hit)) == (code, tries)
    assert "PERSONAL" not in str(caught.value)
    assert "Secret-Canary" not in f"{caught.value!r} {caught.value.sentence()}"


@pytest.mark.parametrize("place", PLACES)
def test_records_of_a_broken_page_are_never_taken_from_it(place: str, landing: Landing) -> None:
    changed = row(int(PLACES[place]) + 1, dossierNo="never whole")
    body = json_reply({"total": 40, "data": [changed] * 10})
    answer, _ = spoilt(body[:-40], PLACES[place], times=1)
    with FaultServer(answer) as server:
        pulled = pull(server, landing, page_size=10)
    assert "never whole" not in {record.values["dossier_code"] for record in pulled.records}
    assert codes(pulled) == {"retried"}
