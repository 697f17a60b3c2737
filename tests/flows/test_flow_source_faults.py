"""Sources that fail: each is told in a sentence, the others are done, and nothing half-read gets into the warehouse."""

from datetime import timedelta

import pytest

from deployments.demo.one_stop_api import OneStopApi
from tests.fault_http import FaultServer, json_reply, reply
from tests.flows.village import ALPHA, DOSSIERS, MONDAY, WEDNESDAY, Village, dossier
from tests.scripted_smtp import ScriptedSmtp
from warehouse import current, quarantine_desk

pytestmark = pytest.mark.slow
MASTER_DATA = ("don-vi", "danh-ba")


def lines(report: dict) -> dict[str, tuple[int, str | None]]:
    """Source → records pulled and the sentence of its fault."""
    return {line["name"]: (line["pulled"], line["error"]) for line in report["sources"]}


def known(village: Village, dataset: str) -> int:
    return len(village.reading(lambda conn: current.current_rows(conn, dataset)))


def test_a_missing_file_is_named_and_the_others_are_done(run, empty_village: Village) -> None:
    (file,) = empty_village.drops.glob("danh-ba-*")
    away = file.rename(empty_village.folder / "away.csv")
    report = run(empty_village, "sync")
    assert (report["exit_status"], report["state"]) == (3, "incomplete")
    assert "danh-ba-*.csv" in lines(report)["danh-ba"][1]
    assert lines(report)["ho-so"] == (3, None)
    assert known(empty_village, "dossiers") == 3
    away.rename(file)
    assert run(empty_village, "sync", MONDAY + timedelta(minutes=30))["exit_status"] == 0
    assert known(empty_village, "contacts") == 3


def test_a_file_in_an_old_encoding_is_refused_whole(run, empty_village: Village) -> None:
    (file,) = empty_village.drops.glob("don-vi-*")
    file.write_bytes(b"unit_code,name,kind\r\nA," + b"X\xb7 \xae\xd5 mi\xeb,commune\r\n")  # TCVN3
    report = run(empty_village, "sync")
    assert report["exit_status"] == 3
    said = lines(report)["don-vi"][1]
    assert file.name in said
    assert "TCVN3" in said
    assert "UTF-8" in said
    assert (known(empty_village, "units"), known(empty_village, "dossiers")) == (0, 3)


def test_a_file_without_a_required_column_closes_the_gate(run, empty_village: Village) -> None:
    rows = [{k: v for k, v in row.items() if k != "status"} for row in DOSSIERS]
    file = empty_village.drop("ho-so", rows)
    report = run(empty_village, "sync")
    assert (report["exit_status"], report["state"]) == (4, "refused")
    said = lines(report)["ho-so"][1]
    assert file.name in said
    assert "Trạng thái" in said
    assert known(empty_village, "dossiers") == 0
    assert [known(empty_village, d) for d in ("units", "contacts")] == [3, 3]


def test_more_bad_rows_than_good_promote_nothing(run, village: Village) -> None:
    bad = [dossier(n, "B", received_at="31/02/2026") for n in range(5, 9)]
    village.drop("ho-so", [dossier(1, "A", "9", "23/11/2026 08:00"), *bad], WEDNESDAY)
    before = current_dossiers(village)
    with ScriptedSmtp() as server:
        village.configure(server.port)
        report = run(village, "morning", WEDNESDAY)
        assert (report["exit_status"], report["state"]) == (4, "refused")
        assert "4" in lines(report)["ho-so"][1]
        assert current_dossiers(village) == before
        assert village.reading(quarantine_desk.open_count) == 0
        assert village.mails() == {}, "figures of a refused source accuse nobody"
        assert [address for address, _ in server.accepted] == ["ops@tinh.example.gov.vn"]


def current_dossiers(village: Village) -> list:
    return village.reading(lambda conn: current.current_rows(conn, "dossiers"))


def test_a_few_bad_rows_are_set_aside_and_the_rest_counts(run, empty_village: Village) -> None:
    empty_village.drop("ho-so", [*DOSSIERS, dossier(9, "B", received_at="31/02/2026")])
    report = run(empty_village, "sync")
    assert report["exit_status"] == 0
    assert known(empty_village, "dossiers") == 3
    (row,) = empty_village.reading(quarantine_desk.open_rows)
    assert row["reasons"][0]["column"] == "received_at"


ONE_STOP = """
[[sources]]
name = "mot-cua"
kind = "opencps"
dataset = "dossiers"
base_url = "{url}"
group_id = 55853
username = "dondoc"
password_env = "VILLAGE_ONE_STOP_PASSWORD"
timeout_seconds = 5
[[sources]]
name = "danh-ba"
kind = "files"
dataset = "contacts"
path = "drops/danh-ba-*.csv"
"""


def synced_from(run, village: Village, url: str) -> dict:
    return run(village.configure(sources=ONE_STOP.format(url=url)), "sync")


def test_a_refused_login_is_no_empty_list(run, empty_village: Village, monkeypatch) -> None:
    monkeypatch.setenv("VILLAGE_ONE_STOP_PASSWORD", "Secret-Canary-8")
    with OneStopApi(password="another") as api:
        report = synced_from(run, empty_village, api.base_url)
    assert report["exit_status"] == 3
    said = lines(report)["mot-cua"][1]
    assert "203" in said
    assert "Secret-Canary-8" not in str(report)
    assert lines(report)["danh-ba"] == (3, None)


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (reply(b"no", status=401), "401"),
        (json_reply({"code": 500, "data": None}), "mot-cua"),
        (reply(b"<html>login</html>", kind="text/html"), "trang web"),
    ],
    ids=["401", "error in a 200", "login page"],
)
def test_answers_that_are_no_dossiers(run, empty_village: Village, monkeypatch, answer: bytes, word: str) -> None:
    monkeypatch.setenv("VILLAGE_ONE_STOP_PASSWORD", "Secret-Canary-8")
    with FaultServer(lambda _: answer) as server:
        report = synced_from(run, empty_village, server.url)
        assert len(server.asked) == 1, "what the server means is not asked twice"
    assert report["exit_status"] == 3
    assert word in lines(report)["mot-cua"][1]
    assert known(empty_village, "dossiers") == 0


def test_a_dead_one_stop_server_leaves_the_rest_done(run, empty_village: Village, monkeypatch) -> None:
    monkeypatch.setenv("VILLAGE_ONE_STOP_PASSWORD", "Secret-Canary-8")
    report = synced_from(run, empty_village, "http://127.0.0.1:1")
    assert report["exit_status"] == 3
    assert "127.0.0.1" in lines(report)["mot-cua"][1]
    assert lines(report)["danh-ba"] == (3, None)


def test_a_landing_that_cannot_be_written_stops_the_load_before_anything_is_parsed(run, village: Village) -> None:
    import shutil

    shutil.rmtree(village.folder / "var" / "landing")
    (village.folder / "var" / "landing").write_text("a file in the way")
    village.drop("ho-so", [dossier(1, "A", "9", "23/11/2026 08:00")], WEDNESDAY)
    report = run(village, "sync", WEDNESDAY)
    assert report["exit_status"] == 3
    assert "landing" in lines(report)["ho-so"][1]
    assert village.codes() == ["H00.A-0001", "H00.A-0002", "H00.B-0001"]


def test_a_stale_source_accuses_nobody(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        report = run(village.configure(server.port), "morning", "2026-11-30T07:30")
        assert report["mails"]["composed"] == 0
        assert ALPHA not in {address for address, _ in server.accepted}
