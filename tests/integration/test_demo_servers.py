"""The embedded servers over real sockets: the one-stop API with its quirks, the catcher and its hang-up."""

import smtplib
from datetime import datetime, time

import httpx
import pytest

from deployments.demo.bad_rows import BAD_ROWS
from deployments.demo.dossiers import DOSSIERS, T2, T5, T7
from deployments.demo.mail_catcher import MailCatcher
from deployments.demo.one_stop_api import BASE_PATH, STATISTICS_PATH, OneStopApi
from deployments.demo.story import MORNINGS, at
from deployments.demo.wire import CANARY
from tasks.intake.dates import parse_moment
from tasks.intake.landing import Landing
from tasks.rules.punctuality import Definition, Verdict, by_source
from tasks.sources.base import PullRequest
from tasks.sources.opencps import OpenCpsSource
from tests.pulls import read

LOGIN = ("dondoc", "a-word-for-this-test")
SWEEP = {
    "fromReceiveNotDoneDate": "01/01/2000",
    "toReceiveNotDoneDate": "24/11/2026",
    "systemId": "0,1,2",
    "start": "0",
    "end": "100",
}


@pytest.fixture
def api():
    with OneStopApi(password=LOGIN[1]) as server:
        yield server


@pytest.fixture
def client(api):
    with httpx.Client(base_url=api.base_url + BASE_PATH, auth=LOGIN, headers={"groupId": "55853"}) as client:
        yield client


def _rows(client, **params):
    body = client.get("/dossiers", params=params).json()
    data = body.get("data", [])
    return data if isinstance(data, list) else [data]


def _codes(rows):
    return [row["dossierNo"] for row in rows]


def test_ping_needs_no_login(api):
    answer = httpx.get(f"{api.base_url}{BASE_PATH}/ping")
    assert (answer.status_code, answer.text) == (200, "ok")


@pytest.mark.parametrize(
    ("auth", "headers"),
    [
        (None, {"groupId": "55853"}),
        (("dondoc", "wrong"), {"groupId": "55853"}),
        (("somebody", LOGIN[1]), {"groupId": "55853"}),
        (LOGIN, {}),
        (LOGIN, {"groupId": "1"}),
    ],
    ids=["nobody", "wrong-password", "wrong-user", "no-group", "other-group"],
)
def test_not_logged_in_is_203_and_tells_nothing(api, auth, headers):
    answer = httpx.get(f"{api.base_url}{BASE_PATH}/dossiers", auth=auth, headers=headers)
    assert answer.status_code == 203
    assert set(answer.json()) == {"code", "message", "description"}


def test_the_open_sweep_brings_twelve_dossiers_and_seven_bad_rows(client):
    body = client.get("/dossiers", params=SWEEP).json()
    assert type(body["total"]) is int
    assert body["total"] == len(body["data"]) == 19
    assert T7.code not in _codes(body["data"])
    assert {"31/02/2026 08:30:00", "01/03/2027 09:00:00"} <= {row["receiveDate"] for row in body["data"]}


@pytest.mark.parametrize("morning", MORNINGS, ids=str)
def test_the_seven_come_with_every_sweep_and_never_change(api, client, morning):
    first = [row for row in _rows(client, **SWEEP) if row["dossierId"] > 499000]
    api.set_moment(morning)
    assert [row for row in _rows(client, **SWEEP) if row["dossierId"] > 499000] == first
    assert len(first) == 7


def test_ten_rows_without_an_end_and_pages_with_one(client):
    everything = _rows(client, start="-1", end="-1")
    assert len(everything) == 20
    assert _rows(client) == _rows(client, start="5", end="0") == everything[:10]
    pages = [_rows(client, start=str(n), end=str(n + 6)) for n in range(0, 24, 6)]
    assert [row for page in pages for row in page] == everything


@pytest.mark.parametrize(
    ("params", "items"),
    [
        ({"fromReceiveDate": "26/10/2026", "toReceiveDate": "26/10/2026"}, ["H13.62-261026-0005"]),
        ({"fromReleaseDate": "9/11/2026", "toReleaseDate": "09/11/2026"}, [T7.code]),
        ({"fromReleaseDate": "10/11/2026", "toReleaseDate": "23/11/2026"}, []),
        ({"status": "waiting"}, [T5.code]),
        ({"status": "waiting,interoperating"}, [T5.code, "H13.45-261105-0023"]),
        ({"agency": "UBND-TRL", "status": "processing", "fromReceiveDate": "01/11/2026"}, ["H13.71-261111-0006"]),
        ({"agency": "SNNMT", "toReceiveDate": "31/12/2026"}, ["H13.08-261116-0031", "H13.08-261120-0017"]),
        ({"systemId": "1,2"}, []),
        ({"dossierNo": "H13.65-261112"}, ["H13.65-261112-0014"]),
        ({"year": "2026", "month": "10"}, ["H13.62-261026-0005"]),
    ],
)
def test_filters(client, params, items):
    assert _codes(_rows(client, **params)) == items


def test_an_unreadable_date_filters_nothing(client):
    params = {"fromReceiveDate": "2026-11-01", "toReceiveDate": "soon"}
    assert client.get("/dossiers", params=params).json()["total"] == 20


def test_one_row_is_an_object_and_none_has_no_data(client):
    assert isinstance(client.get("/dossiers", params={"status": "waiting"}).json()["data"], dict)
    assert client.get("/dossiers", params={"status": "cancelled"}).json() == {"total": 0}


def test_types_are_as_mixed_as_on_a_real_server(client):
    rows = _rows(client, **SWEEP)
    assert {type(row["stepCode"]) for row in rows} == {int}
    assert {type(row["online"]) for row in rows} == {bool, str}
    assert {row["modifiedDate"] for row in rows} == {""}
    assert {row["durationUnit"] for row in rows} == {0}
    assert all(row["applicantName"].startswith(CANARY) for row in rows)


def test_detail_has_the_date_and_lacks_the_field(client):
    by_id, by_uid = (
        client.get(f"/dossiers/{key}").json() for key in (T5.record_id, f"00000000-0000-4000-8000-{T5.record_id:012d}")
    )
    assert by_id == by_uid
    assert by_id["modifiedDate"] == "13/11/2026 10:00:00"
    assert by_id["stepOverdue"] == "true"
    assert "domainName" not in by_id
    assert client.get("/dossiers/1").status_code == 403


def test_the_source_changes_its_mind_about_the_disputed_dossier(api, client):
    window = {"fromReleaseDate": "19/11/2026", "toReleaseDate": "21/11/2026"}
    api.set_moment(at(26, 11, 7, 30))
    assert T2.code in _codes(_rows(client, **SWEEP))
    assert _rows(client, **window) == []
    api.set_moment(at(27, 11, 7, 30))
    assert T2.code not in _codes(_rows(client, **SWEEP))
    told = _rows(client, **window)[0]
    assert (told["dossierStatus"], told["releaseDate"]) == ("done", "20/11/2026 16:30:00")


def test_a_moment_needs_a_timezone(api):
    with pytest.raises(ValueError, match="timezone"):
        api.set_moment(datetime(2026, 11, 23))  # noqa: DTZ001 (that is the point)


def _source(api, **options):
    login = {"username": LOGIN[0], "password": LOGIN[1]}
    return OpenCpsSource(
        name="one-stop", base_url=api.base_url, base_path=BASE_PATH, group_id=55853, **login, **options
    )


def test_the_software_counts_punctuality_as_its_definition_recomputed_from_its_records_does(api, tmp_path):
    source, november = _source(api, statistics_path=STATISTICS_PATH), at(1, 11)
    for morning in MORNINGS:
        api.set_moment(morning)
        _, told = source.figures(PullRequest(as_of=morning), Landing(tmp_path))
        mine = {one.agency: one.counts for one in told if (one.period_from.month, one.field) == (11, "")}
        counted = dict.fromkeys(Verdict, 0)
        for record in read(source.pull(PullRequest(as_of=morning), Landing(tmp_path))).records:
            resolved, due = (parse_moment(record.values[name] or "", time(17)) for name in ("resolved_at", "due_at"))
            if resolved and resolved.at >= november:
                counted[by_source(resolved.at, due.at, Definition.MINUTE, due_by_day=False)] += 1
        assert (mine[""]["betimesCount"], mine[""]["ontimeCount"], mine[""]["overtimeCount"]) == (
            counted[Verdict.EARLY],
            counted[Verdict.ON_TIME],
            counted[Verdict.LATE],
        )
    assert counted[Verdict.EARLY]
    assert counted[Verdict.LATE]


def test_the_shipped_source_reads_every_morning_whole(api, tmp_path):
    source = _source(api)
    for morning in MORNINGS:
        api.set_moment(morning)
        pulled = read(source.pull(PullRequest(as_of=morning), Landing(tmp_path)))
        ids = [record.values["source_record_id"] for record in pulled.records]
        assert len(ids) == 20
        assert len([i for i in ids if i > "499000"]) == 7
        still_open = {r.values["dossier_code"] for r in pulled.records if not r.values["resolved_at"]}
        told = {d.code for d in DOSSIERS if d.is_open(morning)}
        assert still_open - {row.code for row in BAD_ROWS} == told
        assert CANARY not in str([record.values for record in pulled.records])


# --- the catcher ---

MAIL = b"Subject: =?utf-8?b?xJDDtG4gxJHhu5Fj?=\r\n\r\n.a line that starts with a dot\r\n"


def _send(catcher, *recipients):
    with smtplib.SMTP(catcher.host, catcher.port, timeout=20) as smtp:
        smtp.sendmail("dondoc@sonoivu.example.gov.vn", list(recipients), MAIL)


def test_the_catcher_keeps_what_it_takes_byte_for_byte(tmp_path):
    with MailCatcher(tmp_path) as catcher:
        _send(catcher, "one@cantho.example.gov.vn")
        _send(catcher, "two@cantho.example.gov.vn")
        first, second = catcher.caught
    assert (first.body, first.subject, first.answered) == (MAIL, "Đôn đốc", True)
    assert (second.order, second.recipients) == (2, ("two@cantho.example.gov.vn",))
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["001-one.eml", "002-two.eml"]
    assert (tmp_path / "001-one.eml").read_bytes() == MAIL


def test_a_second_catcher_numbers_on(tmp_path):
    for _ in range(2):
        with MailCatcher(tmp_path) as catcher:
            _send(catcher, "one@cantho.example.gov.vn")
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["001-one.eml", "002-one.eml"]


def test_the_hang_up_leaves_one_copy_and_a_client_without_an_answer(tmp_path):
    with MailCatcher(tmp_path) as catcher:
        catcher.hang_up_after(lambda mail: "two@cantho.example.gov.vn" in mail.recipients)
        _send(catcher, "one@cantho.example.gov.vn")
        with pytest.raises(smtplib.SMTPServerDisconnected):
            _send(catcher, "two@cantho.example.gov.vn")
        assert [(m.recipients[0][:3], m.answered) for m in catcher.caught] == [("one", True), ("two", False)]
        _send(catcher, "two@cantho.example.gov.vn")  # only once
        assert [m.answered for m in catcher.caught] == [True, False, True]
