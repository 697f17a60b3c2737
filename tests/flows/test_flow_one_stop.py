"""One-stop software over the wire, through a whole sync: what a run's end says, and what stays in the warehouse."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tasks.rules.timezone import HANOI
from tests.fault_http import Answer, Asked, FaultServer, head, json_reply, reply
from tests.flows.village import MONDAY, Village
from tests.opencps_server import CONFIG, OneStop, row
from warehouse import current, missed, source_figures

pytestmark = pytest.mark.slow

SOURCE = (
    CONFIG
    + """history_from = 2026-09-15
statistics = true
"""
)
HALF_HOUR = timedelta(minutes=30)
EVERYBODY = [row(n) for n in range(30)]


class Office:
    """A village whose dossiers come from one server; `answer` is what it says now."""

    def __init__(self, run: Callable[..., dict[str, Any]], village: Village) -> None:
        self.run, self.village = run, village

    def sync(self, answer: Answer, at: datetime = MONDAY, **parameters: Any) -> tuple[int, str, list[Asked]]:
        """Exit status, what was said of the source, and what the server was asked."""
        with FaultServer(answer) as server:
            self.village.configure(sources=SOURCE.format(url=server.url))
            report = self.run(self.village, "sync", at, **parameters)
        (line,) = report["sources"]
        return report["exit_status"], line["error"] or "", server.asked

    def open_keys(self) -> frozenset[str]:
        return self.village.reading(lambda conn: current.open_keys(conn, "mot-cua"))

    def missed(self, sweeps: int) -> dict[str, datetime]:
        told = self.village.reading(lambda conn: missed.keys_missed(conn, sweeps))
        return {key: since for (_, key), since in told.items()}


def without(*numbers: int) -> OneStop:
    return OneStop(open=[r for r in EVERYBODY if r["dossierId"] not in numbers])


def received(asked: list[Asked]) -> list[str]:
    return [a.query["fromReceiveDate"] for a in asked if "fromReceiveDate" in a.query]


def figures(one_stop: OneStop) -> Answer:
    told = json_reply({"data": [{"totalCount": 30}]})
    return lambda asked: told if asked.path == "/o/rest/statistics" else one_stop(asked)


@pytest.fixture(scope="module")
def loaded(run, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office after its first load. Copy it, never use it."""
    village = Village(tmp_path_factory.mktemp("office") / "village")
    office = Office(run, village.settle())
    broken = reply(b"", status=500)
    status, said, asked = office.sync(
        lambda a: broken if a.path == "/o/rest/statistics" else OneStop(open=EVERYBODY)(a), MONDAY - HALF_HOUR
    )
    assert (status, said) == (0, ""), "figures that cannot be had fail nothing"
    assert received(asked) == ["14/09/2026", "30/09/2026", "31/10/2026"], "the first load asks for the history"
    assert len(office.open_keys()) == 30
    return office


@pytest.fixture
def office(loaded: Office, tmp_path: Path) -> Office:
    return Office(loaded.run, loaded.village.copied(tmp_path / "village"))


def test_a_dossier_is_gone_after_two_sweeps_and_back_when_it_is_back(office: Office) -> None:
    """R13, with the sweeps of one morning; and what a run asks on an ordinary day, and on the first of a month."""
    status, _, asked = office.sync(figures(without(7)))
    assert (status, office.missed(1), office.missed(2)) == (0, {"7": MONDAY}, {})
    assert received(asked) == ["23/10/2026"]
    told = office.village.reading(lambda conn: source_figures.latest(conn, "mot-cua"))
    assert [(str(f["period_from"]), f["figures"]) for f in told] == [
        ("2026-10-01", {"totalCount": 30}),
        ("2026-11-01", {"totalCount": 30}),
    ]
    _, _, asked = office.sync(without(7), MONDAY + HALF_HOUR)
    assert office.missed(2) == {"7": MONDAY}
    assert [a.path for a in asked if "statistics" in a.path] == [], "once a day"
    assert "7" in office.open_keys(), "what the source no longer tells is not closed by us"
    first_of_december = datetime(2026, 12, 1, 8, tzinfo=HANOI)
    _, _, asked = office.sync(without(), first_of_december)
    assert len(received(asked)) == 4
    assert office.missed(1) == {}


def _mismatch(asked: Asked) -> bytes:
    rows = EVERYBODY[int(asked.query["start"]) : int(asked.query["end"])]
    return json_reply({"total": 45, "data": rows})


LEFT_OUT = {
    "S4 told to wait for a day": (lambda _: head(429, Retry_After="86400", Content_Length="0"), 3, "86400"),
    "S13 total is not the sum": (_mismatch, 4, "45"),
    "S13 the same page for ever": (lambda _: json_reply({"total": 900, "data": EVERYBODY[:10]}), 4, "lặp lại"),
    "S14 nothing at all": (OneStop(), 4, "30"),
    "R13 a tenth gone": (without(1, 2, 3), 4, "3 trên 30"),
}


@pytest.mark.parametrize("case", LEFT_OUT)
def test_what_may_not_be_taken_changes_nothing(office: Office, case: str) -> None:
    answer, exit_status, word = LEFT_OUT[case]
    before = office.village.reading(lambda conn: current.current_rows(conn, "dossiers"))
    status, said, _ = office.sync(answer)
    assert status == exit_status
    assert word in said
    assert office.village.reading(lambda conn: current.current_rows(conn, "dossiers")) == before
    assert office.missed(1) == {}


def test_a_person_says_that_all_are_gone_and_two_sweeps_later_they_count_as_gone(office: Office) -> None:
    """S14 again, with `accept_drop`: nothing is closed by that; every dossier is asked for and remembered."""
    word = {"source": "mot-cua", "accept_drop": True, "reason": "Đã chuyển sang phần mềm mới"}
    status, said, asked = office.sync(OneStop(), **word)
    assert (status, said) == (0, "")
    assert len([a for a in asked if a.path.count("/dossiers/")]) == 30
    assert len(office.missed(1)) == 30
    assert office.missed(2) == {}
    assert len(office.open_keys()) == 30
    status, said, _ = office.sync(OneStop(), MONDAY + HALF_HOUR)
    assert (status, said) == (0, ""), "the word was given"
    assert set(office.missed(2)) == set(office.open_keys())
