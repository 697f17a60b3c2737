"""Lists that move while they are read, and lists that lie: whole or refused, never in part (faults.md S12, S13)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.intake.landing import Landing
from tasks.sources.base import SourceFault
from tests.fault_http import Asked, FaultServer, json_reply
from tests.opencps_server import OneStop, Row, codes, ids, pull, row, run


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
