"""What a pull keeps in memory, and how its parts are read again from the landing."""

import tracemalloc
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.intake.landing import LandedBody, Landing
from tasks.sources.base import PART_ROWS, Pulled, PullRequest, SourceFault
from tasks.sources.opencps_pages import Page
from tasks.sources.opencps_records import Places, Telling
from tests.fault_http import FaultServer, json_reply
from tests.opencps_server import AS_OF, OneStop, ids, pull, row, source
from tests.pulls import read

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "landing")


def body(number: int) -> LandedBody:
    return LandedBody(sha256=f"{number:064}", source="one-stop", path="", name="", bytes=0, data_moment=NOON)


def page(number: int, ids: list[str], prints: list[int]) -> Page:
    return Page(body(number), 0, tuple(ids), tuple(prints), range(len(ids)), frozenset())


def places_of(*pages: Page) -> Places:
    places = Places()
    for one in pages:
        places.add(one)
    return places


def test_equal_tellings_are_one_and_different_ones_all_stay_in_the_order_of_the_pull() -> None:
    places = places_of(page(0, ["b", "a", "", ""], [1, 2, 3, 4]), page(1, ["a", "b", "a", ""], [2, 5, 2, 3]))
    assert [(sha[-1], at) for sha, _, at in places.bodies_of(places.distinct())] == [("0", [0, 1, 2, 3]), ("1", [1])]


def test_a_record_costs_a_few_dozen_bytes_while_a_pull_runs() -> None:
    tracemalloc.start()
    try:
        places = Places()
        for n in range(40):
            places.add(page(n, [str(n * 500 + k) for k in range(500)], list(range(n, n + 500))))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(places.distinct()) == 20_000
    assert held < 60 * 20_000


def test_parts_are_no_larger_than_asked_for_and_know_their_places(landing: Landing) -> None:
    with FaultServer(OneStop(open=[row(n) for n in range(25)])) as server:
        pulled = pull(server, landing, page_size=10)
    places = Places()
    for n, kept in enumerate(pulled.bodies):
        told = [r for r in pulled.records if kept.sha256 in r.ref]
        at = [int(r.ref.split("#")[1]) for r in told]
        places.add(Page(kept, 0, tuple(r.ref for r in told), tuple(range(n, n + len(told))), at, frozenset()))
    telling = Telling(
        source="one-stop",
        landing=landing,
        places=places,
        status_map={},
        known_open=frozenset(),
        moment=AS_OF,
        ignored=Counter(),
        notes=[],
        part_rows=8,
    )
    parts = list(telling.parts(places.distinct()))
    assert [len(part) for part in parts] == [8, 8, 8, 1]
    assert [one for part in parts for one in part.columns["source_record_id"]] == ids(pulled)
    assert PART_ROWS == 50_000


def unread(landing: Landing) -> Pulled:
    with FaultServer(OneStop(open=[row(n) for n in range(25)])) as server:
        return source(server.url, page_size=10).pull(PullRequest(as_of=AS_OF), landing)


@pytest.mark.parametrize("dry", [False, True])
def test_values_come_from_the_landing_after_the_server_has_gone(dry: bool, tmp_path: Path) -> None:
    pulled = unread(Landing(tmp_path / "landing", dry=dry))
    assert pulled.expected == 25
    assert ids(read(pulled)) == [str(n) for n in range(25)]
    assert (tmp_path / "landing").exists() is not dry


@pytest.mark.parametrize("how", ["gone", "cut"])
def test_a_landed_body_that_cannot_be_read_again_stops_the_load(how: str, landing: Landing) -> None:
    pulled = unread(landing)
    file = landing.root / pulled.bodies[1].path
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(SourceFault) as fault:
        read(pulled)
    assert fault.value.code == "landing_failed"


def test_the_softwares_own_figures_are_asked_for_from_the_root_of_the_server(landing: Landing) -> None:
    with FaultServer(lambda _: json_reply({"data": {"totalCount": 5, "userName": "PERSONAL"}})) as server:
        reader = source(server.url, statistics_path="/o/rest/statistics")
        bodies, told = reader.figures(PullRequest(as_of=AS_OF), landing)
        asked = [(a.path, a.query["month"], a.query["year"]) for a in server.asked]
    assert asked == [("/o/rest/statistics", "10", "2026"), ("/o/rest/statistics", "11", "2026")]
    assert [dict(one.counts) for one in told] == [{"totalCount": 5}] * 2
    assert len(bodies) == 2
