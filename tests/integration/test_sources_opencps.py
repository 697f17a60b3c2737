"""A pull from OpenCPS as a whole: which questions, which records, what of their values."""

import json
from pathlib import Path

import pytest

from deployments.demo.one_stop_api import OneStopApi
from deployments.demo.story import MORNINGS
from deployments.demo.wire import GROUP_ID
from expectations.check_context import CheckContext
from tasks.intake.landing import Landing
from tasks.intake.normalise import NormaliseContext
from tasks.rules.datasets import DATASETS
from tasks.sources.base import PullRequest
from tasks.sources.opencps import OpenCpsSource
from tests.fault_http import FaultServer
from tests.opencps_server import AS_OF, CANARY, OneStop, Row, codes, ids, pull, row, run
from tests.pulls import normalised, read
from tests.unit.expectation_cases import check

REAL = Path(__file__).parents[2].parent / "shared" / "real" / "opencps_dossiers_sample.json"


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


def test_three_questions_with_both_ends_of_every_range(landing: Landing) -> None:
    one_stop = OneStop()
    with FaultServer(one_stop) as server:
        pull(server, landing)
        asked = [a.query for a in server.asked]
    common = {"systemId": "0,1,2", "start": "0", "end": "100"}
    assert asked == [
        common | {"fromReceiveNotDoneDate": "01/01/2000", "toReceiveNotDoneDate": "31/12/2031"},
        common | {"fromReleaseDate": "23/10/2026", "toReleaseDate": "24/11/2026"},
        common | {"fromReceiveDate": "23/10/2026", "toReceiveDate": "24/11/2026"},
    ]


def test_pages_are_read_to_the_end_and_told_once(landing: Landing) -> None:
    rows = [row(n) for n in range(25)]
    pulled = run(OneStop(open=rows, received=rows[20:]), landing, page_size=10)
    assert ids(pulled) == [str(n) for n in range(25)]
    assert codes(pulled) == set()
    assert (pulled.complete, pulled.unchanged, pulled.data_moment) == (False, False, AS_OF)


def test_a_record_names_its_body_and_place(landing: Landing) -> None:
    pulled = run(OneStop(open=[row(n) for n in range(12)]), landing, page_size=10)
    sha256, place = pulled.records[11].ref.removeprefix("sha256:").split("#")
    data = json.loads(landing.read(sha256))["data"]
    assert data[int(place)]["dossierId"] == 11
    assert sha256 in {body.sha256 for body in pulled.bodies}


def test_one_record_as_an_object_and_numbers_as_text(landing: Landing) -> None:
    long = "12345678901234567890123"
    one = row(7, dossierId=int(long), serviceCode=40, durationCount=5.0, durationUnit="0", online="true")
    values = run(OneStop(open=[one]), landing).records[0].values
    assert (values["source_record_id"], values["procedure_code"]) == (long, "40")
    assert (values["duration_amount"], values["duration_unit"], values["channel"]) == ("5", "working_day", "online")


def test_nobodys_personal_data_is_carried_on(landing: Landing) -> None:
    pulled = run(OneStop(open=[row(1), row(2, stepName=["list"], applicantName=CANARY)]), landing)
    assert CANARY not in repr(pulled.records)


@pytest.mark.parametrize(
    ("state", "status", "paused"),
    [
        ({"dossierStatus": "processing"}, "4", "false"),
        ({"dossierStatus": "interoperating"}, "4", "false"),
        ({"dossierStatus": "waiting"}, "5", "true"),
        ({"dossierStatus": "paying"}, "6", "false"),
        ({"dossierStatus": "pausing"}, "5", "true"),
        ({"dossierStatus": "releasing"}, "9", "false"),
        ({"dossierStatus": "done", "lockState": "PAUSE"}, "10", "false"),
        ({"dossierStatus": "denied"}, "3", "false"),
        ({"dossierStatus": "unresolved"}, "3", "false"),
        ({"dossierStatus": "cancelled"}, "7", "false"),
        ({"dossierStatus": "processing", "lockState": "PAUSE"}, "4", "true"),
        ({"dossierStatus": "paying", "lockState": "PAUSE_OVERDUE"}, "6", "true"),
        ({"dossierStatus": "abc"}, "abc", None),
        ({"dossierStatus": "processing", "dossierSubStatus": "processing_3"}, "5", None),
        ({"dossierStatus": "odd", "dossierSubStatus": "odd_1"}, "8", None),
    ],
)
def test_status_and_pause(state: Row, status: str, paused: str | None, landing: Landing) -> None:
    overrides = {"processing_3": 5, "odd": "8"}
    values = run(OneStop(open=[row(1, **state)]), landing, status_map=overrides).records[0].values
    assert (values["status"], values["paused"]) == (status, paused)


@pytest.mark.parametrize(
    ("wire", "amount", "unit"),
    [
        ({"durationCount": 0, "durationUnit": 0}, None, None),
        ({"durationCount": "0.0"}, None, None),
        ({"durationCount": 8, "durationUnit": 1}, "8", "working_hour"),
        ({"durationCount": 5, "durationUnit": 7}, "5", "7"),
        ({"durationCount": 0.5, "durationUnit": 0}, None, None),
        ({"durationCount": "năm"}, "năm", None),
        ({}, None, None),
    ],
)
def test_durations(wire: Row, amount: str | None, unit: str | None, landing: Landing) -> None:
    pulled = run(OneStop(open=[row(1, **wire)]), landing)
    values = pulled.records[0].values
    assert (values["duration_amount"], values["duration_unit"]) == (amount, unit)
    assert codes(pulled) == ({"fractional_duration"} if wire.get("durationCount") == 0.5 else set())


def test_what_is_left_out_is_counted(landing: Landing) -> None:
    rows = [
        row(1, originality=1),
        row(2, originality="9"),
        row(3, dossierStatus="receiving", receiveDate=""),
        row(4, dossierStatus="denied", receiveDate=""),
        row(5, originality="2"),
    ]
    pulled = run(OneStop(open=rows, received=rows), landing)
    assert ids(pulled) == ["5"]
    assert pulled.ignored == {"other_originality": 2, "not_received": 2}
    assert pulled.pulled == 5


def test_an_open_dossier_that_went_back_to_receiving_still_comes_in(landing: Landing) -> None:
    assert ids(run(OneStop(open=[row(3, dossierStatus="receiving")]), landing, "3")) == ["3"]


def test_same_id_with_two_contents_stays_two_records(landing: Landing) -> None:
    rows = [row(1, dueDate="16/11/2026 17:00:00"), row(1, dueDate="17/11/2026 17:00:00"), row(2), row(2)]
    pulled = run(OneStop(open=rows, received=rows[:1]), landing)
    assert ids(pulled) == ["1", "1", "2"]


def test_a_dossier_finished_between_two_questions_comes_in_both_states(landing: Landing) -> None:
    done = row(1, dossierStatus="done", releaseDate="23/11/2026 07:30:00", lastActionDate="23/11/2026 07:30:00")
    pulled = run(OneStop(open=[row(1)], finished=[done]), landing)
    assert [record.values["status"] for record in pulled.records] == ["4", "10"]


def test_a_dry_landing_writes_nothing(tmp_path: Path) -> None:
    pulled = run(OneStop(open=[row(1)]), Landing(tmp_path / "landing", dry=True))
    assert len(pulled.records) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_story_of_the_demo_comes_in_whole(tmp_path: Path) -> None:
    known: frozenset[str] = frozenset()
    with OneStopApi(password="word") as api:
        source = OpenCpsSource(
            name="one-stop", base_url=api.base_url, group_id=GROUP_ID, username="dondoc", password="word"
        )
        for morning in MORNINGS:
            api.set_moment(morning)
            pulled = read(source.pull(PullRequest(as_of=morning, known_open=known), Landing(tmp_path)))
            frame = normalised(DATASETS["dossiers"], pulled.records, NormaliseContext(as_of=morning))
            assert pulled.vanished == frozenset()
            bad = frame[frame["record_key"].str.startswith("4991")]
            assert len(bad) == 7
            assert frame["received_at__bad"].sum() == 1
            known = frozenset(frame["record_key"][frame["status"] == "4"])
    assert len(frame) == 20


@pytest.mark.skipif(not REAL.exists(), reason="the sample of a real installation is not at hand")
def test_records_of_a_real_installation_are_understood(landing: Landing) -> None:
    rows = json.loads(REAL.read_text(encoding="utf-8"))["data"]
    pulled = run(OneStop(open=rows), landing)
    frame = normalised(DATASETS["dossiers"], pulled.records, NormaliseContext(as_of=AS_OF))
    assert len(frame) == len(rows)
    assert not frame["key__bad"].any()
    assert not frame[[c for c in frame.columns if c.endswith("__bad")]].any().any()
    assert set(frame["status"]) <= {str(code) for code in range(1, 11)}
    assert frame["due_at"].notna().all()
    assert set(frame["duration_unit"]) <= {"working_day", "working_hour"}
    report = check(DATASETS["dossiers"], frame, CheckContext(now=AS_OF))
    assert not report.source.refused
    assert dict(report.row_faults) == {}
    assert not report.keys.folded
