"""A pull from OpenCPS as a whole: which questions, which records, what of those that are missing."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from deployments.demo.one_stop_api import OneStopApi
from deployments.demo.story import MORNINGS
from deployments.demo.wire import CANARY, GROUP_ID
from tasks.intake.landing import Landing
from tasks.intake.normalise import NormaliseContext
from tasks.rules.datasets import DATASETS
from tasks.rules.timezone import HANOI
from tasks.sources.base import PullRequest, SourceFault
from tasks.sources.opencps import OpenCpsSource
from tests.fault_http import Asked, FaultServer, json_reply
from tests.pulls import Read, normalised, read

AS_OF = datetime(2026, 11, 23, 7, 30, tzinfo=HANOI)
REAL = Path(__file__).parents[2].parent / "shared" / "real" / "opencps_dossiers_sample.json"
Row = dict[str, object]


def row(number: int, **changes: object) -> Row:
    return {
        "dossierId": number,
        "dossierNo": f"TL.{number}",
        "govAgencyCode": "UBND-TL",
        "dossierStatus": "processing",
        "originality": 3,
        "receiveDate": "09/11/2026 09:10:00",
        "lastActionDate": "10/11/2026 09:00:00",
        "applicantName": f"{CANARY}",
        **changes,
    }


class OneStop:
    """A list server: rows per question, sliced by start and end. `before` may move things before each answer."""

    def __init__(self, **lists: list[Row]) -> None:
        self.lists = lists
        self.details: dict[str, object] = {}
        self.before: Callable[[Asked], None] = lambda _: None

    def __call__(self, asked: Asked) -> bytes:
        self.before(asked)
        if not asked.path.endswith("/dossiers"):
            found = self.details.get(asked.path.rsplit("/", 1)[1], 404)
            return json_reply({}, status=found) if isinstance(found, int) else json_reply(found)
        rows = self.lists.get(question(asked), [])
        page = rows[int(asked.query["start"]) : int(asked.query["end"])]
        return json_reply({"total": len(rows), "data": page[0] if len(page) == 1 else page} if rows else {"total": 0})


def question(asked: Asked) -> str:
    names = {"fromReceiveNotDoneDate": "open", "fromReleaseDate": "finished", "fromReceiveDate": "received"}
    return next(name for parameter, name in names.items() if parameter in asked.query)


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


def pull(server: FaultServer, landing: Landing, *known_open: str, **changes: object) -> Read:
    source = OpenCpsSource(name="one-stop", base_url=server.url, group_id=1, sleep=lambda _: None, **changes)
    return read(source.pull(PullRequest(as_of=AS_OF, known_open=frozenset(known_open)), landing))


def run(one_stop: OneStop, landing: Landing, *known_open: str, **changes: object) -> Read:
    with FaultServer(one_stop) as server:
        return pull(server, landing, *known_open, **changes)


def ids(pulled: Read) -> list[str | None]:
    return [record.values["source_record_id"] for record in pulled.records]


def codes(pulled: Read) -> set[str]:
    return {note.code for note in pulled.notes}


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


def test_no_answer_at_all_where_dossiers_are_open_is_refused(landing: Landing) -> None:
    with pytest.raises(SourceFault) as fault:
        run(OneStop(), landing, "1", "2")
    assert (fault.value.code, fault.value.params["count"]) == ("sudden_zero", 2)


def test_no_answer_at_all_at_a_first_pull_is_an_answer(landing: Landing) -> None:
    assert run(OneStop(), landing).records == ()


def test_those_who_left_every_list_are_looked_after_one_by_one(landing: Landing) -> None:
    one_stop = OneStop(open=[row(1)])
    one_stop.details = {
        "2": row(2, dossierStatus="done", modifiedDate="22/11/2026 10:00:00"),
        "4": row(4, originality=-1),
        "5": 403,
    }
    pulled = run(one_stop, landing, "1", "2", "3", "4", "5", "A|B|2026")
    assert ids(pulled) == ["1", "2"]
    assert pulled.records[1].values["updated_at"] == "22/11/2026 10:00:00"
    assert pulled.vanished == {"3", "4", "5"}
    assert codes(pulled) == {"detail_refused"}


@pytest.mark.parametrize(("status", "code"), [(203, "login_refused"), (401, "login_refused"), (500, "server_error")])
def test_a_detail_that_fails_is_no_vanished_dossier(status: int, code: str, landing: Landing) -> None:
    one_stop = OneStop(open=[row(1)])
    one_stop.details = {"2": status}
    with pytest.raises(SourceFault) as fault:
        run(one_stop, landing, "2")
    assert fault.value.code == code


def test_another_dossier_for_an_answer_is_refused(landing: Landing) -> None:
    one_stop = OneStop(open=[row(1)])
    one_stop.details = {"2": row(3)}
    with pytest.raises(SourceFault) as fault:
        run(one_stop, landing, "2")
    assert fault.value.code == "bad_shape"


def test_many_missing_at_once_are_a_fault_of_the_source(landing: Landing) -> None:
    with FaultServer(OneStop(open=[row(1)])) as server:
        with pytest.raises(SourceFault) as fault:
            pull(server, landing, *(str(n) for n in range(10, 15)), detail_cap=4)
        assert len(server.asked) == 3  # not one detail was asked for
    assert fault.value.code == "mass_vanish"


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
