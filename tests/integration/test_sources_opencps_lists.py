"""Lists that move while they are read, and lists that lie: whole or refused, never in part (faults.md S12, S13)."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.intake.landing import Landing
from tasks.sources.base import SourceFault
from tests.fault_http import Asked, FaultServer, json_reply
from tests.opencps_server import OneStop, Row, codes, ids, pull, question, row, run
from tests.pulls import Read


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


def test_a_list_that_moves_is_read_again_and_nothing_is_lost(landing: Landing) -> None:
    one_stop = OneStop(open=[row(n) for n in range(25)])
    times = [0]

    def move(asked: Asked) -> None:
        times[0] += 1
        if times[0] == 2:
            del one_stop.lists["open"][3]  # all later ones move up: number 10 would be skipped

    one_stop.before = move
    pulled = run(one_stop, landing, page_size=10)
    assert set(ids(pulled)) == {str(n) for n in range(25)}
    assert codes(pulled) == {"read_again"}


def test_a_shift_without_a_change_of_total_is_seen_by_what_comes_twice(landing: Landing) -> None:
    one_stop = OneStop(open=[row(n) for n in range(25)])
    times = [0]

    def move(asked: Asked) -> None:
        times[0] += 1
        if times[0] == 2:
            one_stop.lists["open"] = [row(99), *one_stop.lists["open"][:-1]]

    one_stop.before = move
    pulled = run(one_stop, landing, page_size=10)
    assert {"99", *(str(n) for n in range(24))} <= set(ids(pulled))
    assert codes(pulled) == {"read_again"}


def _with_total(total: int, rows: list[Row]) -> Callable[[Asked], bytes]:
    def answer(asked: Asked) -> bytes:
        page = rows[int(asked.query["start"]) : int(asked.query["end"])]
        return json_reply({"total": total, "data": page})

    return answer


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (_with_total(30, [row(n) for n in range(25)]), "total_mismatch"),
        (_with_total(10_000_000, [row(n) for n in range(25)]), "total_mismatch"),
        (lambda _: json_reply({"total": 1000, "data": [row(n) for n in range(10)]}), "page_loop"),
    ],
)
def test_a_list_that_is_not_whole_is_refused(answer: Callable[[Asked], bytes], code: str, landing: Landing) -> None:
    with FaultServer(answer) as server, pytest.raises(SourceFault) as fault:
        pull(server, landing, page_size=10)
    assert fault.value.code == code


def _unless_it_moves_on(one_stop: OneStop, landing: Landing) -> Read | None:
    try:
        return run(one_stop, landing, page_size=10)
    except SourceFault as fault:
        if fault.code == "list_moving":
            return None
        raise


def _moving(one_stop: OneStop, moves: list[tuple[int, str, float]]) -> Callable[[Asked], None]:
    """Before the n-th answer one row is taken out of the open list, put in, or changed, at that part of its length."""
    answers = [0]
    newcomers = iter(range(1000, 2000))

    def move(asked: Asked) -> None:
        if question(asked) != "open":
            return
        answers[0] += 1
        rows = one_stop.lists["open"]
        for at, what, part in moves:
            if at != answers[0]:
                continue
            place = int(part * len(rows))
            if what == "gone" and len(rows) > 1:
                del rows[min(place, len(rows) - 1)]
            elif what == "come":
                rows.insert(place, row(next(newcomers)))
            elif what == "changed":
                rows[place] = row(int(str(rows[place]["dossierId"])), stepName="Bước khác")

    return move


_MOVES = st.tuples(st.integers(1, 40), st.sampled_from(("gone", "come", "changed")), st.floats(0, 0.999))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(count=st.integers(20, 70), moves=st.lists(_MOVES, max_size=60))
def test_no_record_that_stayed_is_lost_whatever_moves(count: int, moves: list[tuple[int, str, float]]) -> None:
    """S12: rows come, go and change before any answer. What was there all the time is in the pull, and nothing else
    than what once was there; or the list never stood still enough to say so, and nothing is taken."""
    one_stop = OneStop(open=[row(n) for n in range(count)])
    one_stop.before = _moving(one_stop, moves)
    with tempfile.TemporaryDirectory() as folder:
        pulled = _unless_it_moves_on(one_stop, Landing(Path(folder)))
    if pulled is None:
        return
    stayed = {str(r["dossierId"]) for r in one_stop.lists["open"] if int(str(r["dossierId"])) < count}
    told = set(ids(pulled))
    assert stayed <= told
    assert told <= {str(n) for n in [*range(count), *range(1000, 2000)]}
    contents = [(r.values["source_record_id"], r.values["step_name"]) for r in pulled.records]
    assert len(contents) == len(set(contents))
    if moves == []:
        assert codes(pulled) == set()


def test_one_closed_dossier_between_two_pages_needs_no_third_reading(landing: Landing) -> None:
    one_stop = OneStop(open=[row(n) for n in range(100)])
    one_stop.before = _moving(one_stop, [(2, "gone", 0.0)])
    with FaultServer(one_stop) as server:
        pulled = pull(server, landing, page_size=20)
        asked = [a for a in server.asked if question(a) == "open"]
    assert {str(n) for n in range(1, 100)} <= set(ids(pulled))
    assert len(asked) <= 14  # six pages, and about as many again


def test_a_list_that_moves_more_than_pages_share_is_read_slowly_in_the_end(landing: Landing) -> None:
    """Five rows go before every answer of the first two readings: more than three shared rows can bridge."""
    one_stop = OneStop(open=[row(n) for n in range(200)])
    one_stop.before = _moving(one_stop, [(n, "gone", 0.0) for n in range(2, 22) for _ in range(5)])
    pulled = run(one_stop, landing, page_size=20)
    assert {str(n) for n in range(100, 200)} <= set(ids(pulled))
    assert codes(pulled) == {"read_again"}


def test_a_list_that_never_stands_still_is_refused(landing: Landing) -> None:
    one_stop = OneStop(open=[row(n) for n in range(2000)])
    one_stop.before = _moving(one_stop, [(n, "gone", 0.0) for n in range(2, 200) for _ in range(9)])
    with pytest.raises(SourceFault) as fault:
        run(one_stop, landing, page_size=10)
    assert (fault.value.code, fault.value.transient) == ("list_moving", True)


def test_a_server_that_gives_shorter_pages_than_asked_is_read_to_the_end(landing: Landing) -> None:
    rows = [row(n) for n in range(95)]

    def answer(asked: Asked) -> bytes:
        start, end = int(asked.query["start"]), int(asked.query["end"])
        return json_reply({"total": len(rows), "data": rows[start : min(end, start + 25)]})

    with FaultServer(answer) as server:
        pulled = pull(server, landing, page_size=100)
    assert ids(pulled) == [str(n) for n in range(95)]
    assert codes(pulled) == set()
