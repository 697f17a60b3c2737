"""How a server is treated: so many at once, so many a second, left alone when it says so; and what it may cost us."""

import gzip
import threading
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.intake.landing import Landing
from tasks.sources.base import SourceFault
from tasks.sources.http_pace import Pace, Politeness, retry_after
from tests.fault_http import Asked, FaultServer, head, in_turn, json_reply
from tests.opencps_server import OneStop, ids, pull, row

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)
MB = 1024 * 1024


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


class Watch:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def paced(watch: Watch, **politeness: float) -> Pace:
    return Pace(Politeness(**politeness), watch.sleep, watch)


@given(rate=st.floats(0.1, 100), requests=st.integers(1, 200))
def test_never_more_requests_than_a_second_of_burst_and_the_rate_allow(rate: float, requests: int) -> None:
    watch = Watch()
    pace = paced(watch, per_second=rate)
    for number in range(1, requests + 1):
        with pace.turn(lambda: 1e9) as in_time:
            assert in_time
        assert number <= max(rate, 1) + rate * watch.now + 1e-6


def test_no_limit_waits_for_nothing() -> None:
    watch = Watch()
    pace = paced(watch, per_second=0)
    for _ in range(100):
        with pace.turn(lambda: 1e9):
            pass
    assert watch.slept == []


def test_a_turn_beyond_the_deadline_is_refused_not_slept_for() -> None:
    watch = Watch()
    pace = paced(watch, per_second=1)
    pace.hold(30)
    with pace.turn(lambda: 20.0) as in_time:
        assert not in_time
    assert watch.slept == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": " 86400 "}, 86400.0),
        ({"retry-after": "Mon, 23 Nov 2026 05:00:07 GMT", "date": "Mon, 23 Nov 2026 05:00:00 GMT"}, 7.0),
        ({"retry-after": "Mon, 23 Nov 2026 04:00:00 GMT", "date": "Mon, 23 Nov 2026 05:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "³"}, None),
        ({}, None),
    ],
)
def test_what_retry_after_says(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def told_to_wait(seconds: str, status: int = 429, **more: str) -> bytes:
    return head(status, Retry_After=seconds, Content_Length="0", **more)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("as_date", [False, True])
def test_told_to_wait_it_waits_so_long_and_goes_on(status: int, as_date: bool, landing: Landing) -> None:
    slept: list[float] = []
    wait = format_datetime(NOON + timedelta(seconds=2), usegmt=True) if as_date else "2"
    busy = told_to_wait(wait, status, Date=format_datetime(NOON, usegmt=True))
    with FaultServer(in_turn(busy, json_reply({"total": 0}))) as server:
        pulled = pull(server, landing, sleep=slept.append)
        assert len(server.asked) == 4
    assert {round(seconds) for seconds in slept} == {2}
    assert [(note.code, note.params["count"]) for note in pulled.notes] == [("retried", 1)]


@pytest.mark.parametrize("place", ["0", "14", "35"])
def test_told_to_wait_for_a_day_it_gives_up_without_hammering(place: str, landing: Landing) -> None:
    one_stop, refused = OneStop(open=[row(n) for n in range(40)]), []

    def answer(asked: Asked) -> bytes:
        if refused or asked.query["start"] == place:
            refused.append(asked)
            return told_to_wait("86400")
        return one_stop(asked)

    with FaultServer(answer) as server, pytest.raises(SourceFault) as fault:
        pull(server, landing, page_size=10)
    assert (fault.value.code, fault.value.transient) == ("rate_limited", True)
    assert fault.value.params["seconds"] == 86400
    assert len(refused) <= 4  # those under way, none again


def test_while_one_page_is_told_to_wait_no_other_is_asked_for(landing: Landing) -> None:
    """With four requests at once: after the answer 429 nothing comes until the pull's clock has slept."""
    one_stop, log, told = OneStop(open=[row(n) for n in range(400)]), [], []

    def answer(asked: Asked) -> bytes:
        log.append("asked")
        if asked.query["start"] == "70" and not told:
            told.append(1)
            log.append("wait")
            return told_to_wait("3")
        return one_stop(asked)

    with FaultServer(answer) as server:
        pulled = pull(server, landing, page_size=10, politeness=polite(4), sleep=lambda _: log.append("slept"))
    assert len(ids(pulled)) == 400
    after = log[log.index("wait") + 1 :]
    assert after[: after.index("slept")].count("asked") <= 4  # those that were on their way already


def polite(concurrency: int) -> Politeness:
    return Politeness(concurrency=concurrency, per_second=0)


@pytest.mark.parametrize("concurrency", [1, 2, 4])
def test_never_more_requests_at_once_than_agreed(concurrency: int, landing: Landing) -> None:
    one_stop, together = OneStop(open=[row(n) for n in range(300)]), threading.Barrier(concurrency)
    under_way, most = threading.Semaphore(10), []

    def slowly(asked: Asked) -> Iterator[bytes]:
        body = one_stop(asked)
        if asked.query["start"] not in ("0", "294"):
            under_way.acquire()
            most.append(10 - under_way._value)
            wait_for_others(together)
            under_way.release()  # before the other side has its answer, and may ask again
        yield body

    with FaultServer(slowly) as server:
        pulled = pull(server, landing, page_size=10, politeness=polite(concurrency))
    assert max(most) == concurrency
    assert len(ids(pulled)) == 300


def wait_for_others(together: threading.Barrier) -> None:
    """Until so many requests as agreed are under way; a lonely last one waits a short while."""
    try:
        together.wait(timeout=0.1)
    except threading.BrokenBarrierError:
        together.reset()


def endless(block: bytes) -> Iterator[bytes]:
    yield head()
    while True:
        yield block


def bomb(megabytes: int) -> Iterator[bytes]:
    yield head(Content_Encoding="gzip")
    yield gzip.compress(bytes(megabytes * MB), 9)


@pytest.mark.parametrize("place", ["0", "14"])
@pytest.mark.parametrize("kind", ["endless", "bomb"])
def test_a_body_without_end_is_stopped_at_the_limit_in_little_memory(kind: str, place: str, landing: Landing) -> None:
    one_stop = OneStop(open=[row(n) for n in range(40)])

    def answer(asked: Asked) -> bytes | Iterator[bytes]:
        if asked.query["start"] != place:
            return one_stop(asked)
        return endless(b" " * MB) if kind == "endless" else bomb(100)

    tracemalloc.start()
    try:
        with FaultServer(answer) as server, pytest.raises(SourceFault) as fault:
            pull(server, landing, page_size=10, body_limit=16 * MB)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert fault.value.code == "answer_too_large"
    assert peak < 300 * MB
