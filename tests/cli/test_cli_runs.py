"""Runs as processes: two at once, stop button from another process, a signal in the middle, the starter's first run."""

import os
import signal
import threading
from collections import Counter
from datetime import timedelta

import pytest

from deployments.cli_report import told_report
from tests.cli.conftest import Dondoc
from tests.flows.village import ALPHA, ALPHA_DEPUTY, BETA, DAWN, MONDAY, WEDNESDAY, Village, runner
from tests.scripted_smtp import DROP, ScriptedSmtp

pytestmark = pytest.mark.slow
NOW = ("--as-of", MONDAY.isoformat())
LATER = MONDAY + timedelta(minutes=15)
SOON = ("--as-of", LATER.isoformat())
PATIENCE = 60


class Gate(ScriptedSmtp):
    """A server that waits at one verb of the first mail until it is told to go on."""

    def __init__(self, verb: str) -> None:
        super().__init__()
        self.verb = verb
        self.reached, self.opened = threading.Event(), threading.Event()

    def _next(self, verb: str) -> str:
        if verb == self.verb:
            self.reached.set()
            assert self.opened.wait(PATIENCE)
        return super()._next(verb)

    def __exit__(self, *exc: object) -> None:
        self.opened.set()
        super().__exit__(*exc)


def took(server: ScriptedSmtp) -> Counter[str]:
    return Counter(address for address, _ in server.accepted)


def test_while_a_run_sends_another_is_told_to_wait_and_the_stop_button_is_heard(
    at_home: Dondoc, village: Village
) -> None:
    with Gate("DOT") as server:
        village.configure(server.port, timeout="300")
        with at_home.running("--json", "run", "remind", *NOW) as first:
            assert server.reached.wait(PATIENCE)
            second = at_home("--json", "run", "morning", *NOW)
            assert (second.status, second.json["state"], second.json["exit_status"]) == (75, "busy", 75)
            assert f"pid {first.pid}" in second.out
            assert second.err == ""
            assert at_home("mail", "stop", "--reason", "kiểm tra số liệu").status == 0
            server.opened.set()
            assert first.wait(PATIENCE) == 0
        assert village.mails() == {ALPHA: ("handed",), BETA: ("planned",)}
        (matter,) = [m for m in at_home("--json", "status").json["needs_attention"] if m["kind"] == "mail_stopped"]
        assert "kiểm tra số liệu" in matter["text"]
        assert at_home("mail", "start").status == 0
        assert runner()(village, "remind", LATER)["exit_status"] == 0
        assert took(server) == {ALPHA: 1, BETA: 1}


def test_a_terminated_run_ends_143_and_the_next_one_heals(at_home: Dondoc, village: Village) -> None:
    with Gate("RCPT") as server:
        village.configure(server.port, timeout="300")
        with at_home.running("run", "remind", *NOW) as run:
            assert server.reached.wait(PATIENCE)
            os.kill(run.pid, signal.SIGTERM)
            assert run.wait(PATIENCE) == 143
            assert "Traceback" not in run.stderr.read()
        assert village.mails()[BETA] == ("planned",)
        server.opened.set()
        assert runner()(village, "remind", LATER)["mails"]["handed"] == 2
        assert village.mails() == {ALPHA: ("handed",), BETA: ("handed",)}
        assert took(server) == {ALPHA: 1, BETA: 1}


def test_the_starter_runs_dry_right_away_on_any_day(dondoc: Dondoc, prefect_url: str) -> None:
    assert dondoc("init").status == 0
    assert dondoc("init").status == 2, "nothing is overwritten"
    told = dondoc("--json", "run", "morning", "--dry-run", "--as-of", MONDAY.isoformat(), PREFECT_API_URL=prefect_url)
    assert (told.status, told.json["state"], told.json["dry_run"]) == (0, "done", True)
    day_off = runner()(Village(dondoc.folder), "morning", "2026-11-22T07:30", dry_run=True)
    assert (day_off["exit_status"], day_off["state"], day_off["why_idle"]) == (0, "nothing_to_do", "day_off")
    assert not (dondoc.folder / "var" / "dondoc.sqlite3").exists()


def test_people_read_what_failed_where_and_what_to_do(at_home: Dondoc, village: Village) -> None:
    village.configure(1)
    ended = at_home("run", "remind", *NOW)
    assert ended.status == 5
    assert "Không kết nối được máy chủ thư 127.0.0.1:1" in ended.out
    assert "host, port" in ended.out
    assert ended.err == ""
    report = runner()(village.configure(locale="en"), "remind", LATER)
    assert "cannot be reached" in told_report(report, "en")


def test_an_earlier_moment_than_the_last_flags_is_refused_at_once(at_home: Dondoc) -> None:
    ended = at_home("run", "flag", "--as-of", DAWN.replace(minute=29).isoformat())
    assert (ended.status, ended.out) == (2, "")
    assert "06:30" in ended.err


def test_going_live_names_whom_it_reaches_and_waits_for_a_yes(at_home: Dondoc, village: Village) -> None:
    village.configure(mode="shadow")
    asked = at_home("mail", "mode", "live")
    assert asked.status == 2
    assert ALPHA in asked.out
    assert BETA in asked.out
    assert at_home("--json", "doctor").json
    assert at_home("mail", "mode", "live", "--yes", "--reason", "đã duyệt").status == 0
    from warehouse import desk

    assert village.reading(desk.mail_switch).mode == "live"


@pytest.mark.parametrize(
    ("word", "state"), [("--handed", "handed"), ("--not-handed", "refused"), ("--resend", "planned")]
)
def test_an_uncertain_mail_needs_a_person_who_says_what_became_of_it(
    at_home: Dondoc, village: Village, word: str, state: str
) -> None:
    with ScriptedSmtp({"DOT": [DROP, "250 taken"]}) as server:
        runner()(village.configure(server.port), "remind")
    number = village.mail_id(ALPHA)
    assert at_home("outbox", "resolve", number, word, *SOON).status == 0
    assert village.mails()[ALPHA] == (state,)
    again = at_home("outbox", "resolve", number, word, *SOON)
    assert again.status == 2
    assert "Traceback" not in again.err


def test_an_uncertain_mail_is_shown_until_somebody_has_spoken(at_home: Dondoc, village: Village) -> None:
    with ScriptedSmtp({"DOT": [DROP, "250 taken"]}) as server:
        runner()(village.configure(server.port), "remind")
    number = village.mail_id(ALPHA)
    assert at_home("outbox", "resolve", number, "--handed", "--not-handed").status == 2
    assert ("uncertain", number) in [
        (m["kind"], m["about"]) for m in at_home("--json", "status").json["needs_attention"]
    ]
    assert at_home("outbox", "resolve", number, "--not-handed", *SOON).status == 0
    assert at_home("--json", "status").json["needs_attention"] == []


def test_a_mail_of_yesterday_is_not_sent_again(at_home: Dondoc, village: Village) -> None:
    with ScriptedSmtp({"DOT": [DROP, "250 taken"]}) as server:
        runner()(village.configure(server.port), "remind")
    late = at_home("outbox", "resolve", village.mail_id(ALPHA), "--resend", "--as-of", WEDNESDAY.isoformat())
    assert late.status == 2
    assert "--not-handed" in late.err
    assert village.mails()[ALPHA] == ("uncertain",)


def test_a_dispute_goes_through_the_desk(at_home: Dondoc, village: Village) -> None:
    code = "H00.A-0001"
    opened = at_home("--json", "dispute", "open", code, "--reason", "đã trả", "--by", "UBND xã Alpha", *NOW)
    assert (opened.status, opened.json["item_key"]) == (0, "dossier/ho-so/A1")
    assert at_home("dispute", "open", code, "--reason", "đã trả", *NOW).status == 2, "one at a time"
    assert [d["code"] for d in at_home("--json", "dispute", "list").json] == [code]
    with ScriptedSmtp() as server:
        runner()(village.configure(server.port), "remind")
    assert village.codes_of(ALPHA) == ["H00.A-0002"]
    flags = {flag["code"]: flag["disputed"] for flag in at_home("--json", "flags").json}
    assert flags == {code: True, "H00.A-0002": False, "H00.B-0001": False}
    assert at_home("dispute", "answer", code, "--answer", "x", *SOON).status == 2, "upheld or rejected?"
    assert at_home("dispute", "answer", code, "--rejected", "--answer", "chưa có kết quả", *SOON).status == 0
    assert at_home("--json", "dispute", "list").json == []


def test_a_bounced_address_is_passed_over(at_home: Dondoc, village: Village) -> None:
    assert at_home("contacts", "bounced", "nobody@tinh.example.gov.vn").status == 2
    assert at_home("contacts", "bounced", ALPHA, "--reason", "550").status == 0
    with ScriptedSmtp() as server:
        runner()(village.configure(server.port), "remind")
        assert took(server) == {ALPHA_DEPUTY: 1, BETA: 1}
