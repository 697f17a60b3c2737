"""The story from end to end through the real flows.

On SQLite with a private Prefect server, and on PostgreSQL against a running one. What each morning must bring is
written by hand from the story, not computed.
"""

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from deployments.demo.bad_rows import BAD_ROWS
from deployments.demo.story import DAYS, HOLIDAY
from tests.e2e import records
from tests.e2e.stagehands import PERSON, PROJECT, Play, environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

GOLDEN = Path(__file__).parent.parent / "golden" / "mails"
WORKING = [day for day in DAYS if day != HOLIDAY]

# item flag days tier unit, days late or left ("-": none); those of every day first
EVERY_DAY = "T5 paused_past_due - - 31157 | R3 due_date_missing - - SNV | "
FLAGS = {
    date(2026, 11, 23): EVERY_DAY
    + "T1 overdue 5 1 31157 | T2 past_appointment 0 - 31157 | T3 due_soon 1 - 31157 | T4 due_soon 0 - 31157 | "
    "T6 overdue 5 1 SNNMT | A1 overdue 17 2 31231 | Q1 overdue 2 1 31246 | L1 overdue 3 1 31309 | "
    "S1 due_soon 0 - SNNMT | S2 due_soon 1 - SNNMT | R1 overdue 16 2 31231 | R2 due_soon 4 - 31157 | "
    "R4 overdue 1 1 31246 | Trường Long no_recipient - - 31309",
    date(2026, 11, 25): EVERY_DAY
    + "T1 overdue 6 2 31157 | T2 overdue 1 1 31157 | T3 due_soon 0 - 31157 | T6 overdue 6 2 SNNMT | "
    "A1 overdue 18 2 31231 | R1 overdue 17 2 31231 | R4 overdue 2 1 31246 | L1 overdue 4 1 31309 | "
    "S2 due_soon 0 - SNNMT | R2 due_soon 3 - 31157 | Trường Long no_recipient - - 31309",
    date(2026, 11, 26): EVERY_DAY
    + "T1 overdue 7 2 31157 | T2 overdue 2 1 31157 disputed | T6 overdue 7 2 SNNMT | A1 overdue 19 2 31231 | "
    "R1 overdue 18 2 31231 | R4 overdue 3 1 31246 | L1 overdue 5 1 31309 | S2 overdue 1 1 SNNMT | "
    "A2 due_soon 2 - 31231 | R2 due_soon 2 - 31157 | Trường Long no_recipient - - 31309",
    date(2026, 11, 27): EVERY_DAY
    + "A1 overdue 20 2 31231 | R1 overdue 19 2 31231 | R4 overdue 4 1 31246 | T6 overdue 8 2 SNNMT | "
    "A2 due_soon 1 - 31231 | L1 overdue 6 2 31309 | R2 awaiting_verification - - SNV | "
    "Trường Long no_recipient - - 31309",
    date(2026, 11, 30): EVERY_DAY
    + "A2 due_soon 0 - 31231 | R5 due_soon 5 - 31246 | R1 awaiting_verification - - SNV | "
    "R2 awaiting_verification - - SNV | L1 overdue 7 2 31309 | Trường Long no_recipient - - 31309",
    date(2026, 12, 1): "L1 overdue 8 2 31309 | R5 due_soon 4 - 31246 | Trường Long no_recipient - - 31309",
}
FLAGS[HOLIDAY] = FLAGS[DAYS[0]]  # nobody looked
MAILS = {
    date(2026, 11, 23): "H1 H2 H3 H4 I",
    HOLIDAY: "",
    date(2026, 11, 25): "H1 H4",
    date(2026, 11, 26): "H2 H4",
    date(2026, 11, 27): "H1 H2 H3 H4 I P",
    date(2026, 11, 30): "H3 H4 I",
    date(2026, 12, 1): "H1 H2 I",
}
BAD = [
    ("499101", "due_before_received"),
    ("499102", "status_unknown"),
    ("499103", "received_at_invalid"),
    ("499104", "conflicting_duplicates"),
    ("499104", "conflicting_duplicates"),
    ("499105", "unit_missing"),
    ("499106", "received_in_future"),
]


@pytest.fixture(params=["sqlite_play", "postgresql_play"])
def play(request: pytest.FixtureRequest) -> Play:
    return request.getfixturevalue(request.param)


def _flag_line(row: dict) -> str:
    cells = [row["item"], row["flag"], row["days"], row["tier"], row["unit"]]
    words = ["-" if cell is None else str(cell) for cell in cells] + ["disputed"] * row["disputed"]
    return " ".join(words)


def _to_people(play: Play, day: date) -> list[dict]:
    return [mail for mail in play.morning(day)["mails"] if mail["to"] != "ops"]


def test_flags_of_every_morning(play: Play) -> None:
    found = {day: sorted(map(_flag_line, play.morning(day)["flags"])) for day in DAYS}
    assert found == {day: sorted(FLAGS[day].split(" | ")) for day in DAYS}


def test_who_gets_a_mail_and_who_does_not(play: Play) -> None:
    assert {day: sorted(m["to"] for m in _to_people(play, day)) for day in DAYS} == {
        day: MAILS[day].split() for day in DAYS
    }
    assert [len(MAILS[day].split()) for day in DAYS] == [5, 0, 2, 2, 6, 3, 3]


def test_ops_get_one_bulletin_on_working_days_only(play: Play) -> None:
    found = {day: [m["to"] for m in play.morning(day)["mails"]].count("ops") for day in DAYS}
    assert found == {day: int(day != HOLIDAY) for day in DAYS}


def test_every_mail_says_what_was_written_by_hand(play: Play) -> None:
    for day in DAYS:
        said = {m["to"]: records.text_of(play.message(m)) for m in _to_people(play, day)}
        for to, text in said.items():
            assert text == (GOLDEN / f"{day}_{to}.txt").read_text(encoding="utf-8"), f"{day} {to}"


def test_one_envelope_recipient_who_is_the_one_in_the_header(play: Play) -> None:
    for day in DAYS:
        for mail in play.morning(day)["mails"]:
            message = play.message(mail)
            assert records.RECIPIENTS[message["To"]] == mail["to"]
            assert not message["Cc"]
            assert not message["Bcc"]


def test_no_message_id_is_accepted_twice(play: Play) -> None:
    accepted = [m["message_id"] for day in DAYS for m in play.morning(day)["mails"]]
    assert len(accepted) == len(set(accepted)) == 21 + len(WORKING)


def test_exit_status_five_on_the_morning_with_the_lost_answer_only(play: Play) -> None:
    ended = {day: play.morning(day)["report"] for day in DAYS}
    assert {day: r["exit_status"] for day, r in ended.items()} == {d: 5 * (d == date(2026, 11, 26)) for d in DAYS}
    assert ended[HOLIDAY]["state"] == "nothing_to_do"
    lost = [m["to"] for day in DAYS for m in play.morning(day)["mails"] if not m["answered"]]
    assert lost == ["H4"]
    assert ended[date(2026, 11, 26)]["mails"] == {
        "composed": 2,
        "handed": 1,
        "held": 0,
        "refused": 0,
        "uncertain": 1,
        "retry": 0,
    }


def test_seven_bad_rows_each_with_its_own_reason_and_new_only_once(play: Play) -> None:
    assert len(BAD) == len(BAD_ROWS) == 7
    for day in DAYS:
        rows = play.morning(day)["quarantine"]
        assert sorted((row["key"], *row["reasons"]) for row in rows) == BAD
        assert {row["first_seen_at"] for row in rows} == {rows[0]["first_seen_at"]}
        assert rows[0]["first_seen_at"].startswith("2026-11-23 ")
    pulled = {
        day: next(line for line in play.morning(day)["report"]["sources"] if line["name"] == "one-stop")
        for day in WORKING
    }
    assert {line["quarantined"] for line in pulled.values()} == {7}
    assert [line["new"] for line in pulled.values()] == [13, 0, 0, 0, 0, 0]
    assert not [line["error"] for line in pulled.values() if line["error"]]


def test_counts_add_up_for_every_source_of_every_morning(play: Play) -> None:
    parts = ("new", "changed", "unchanged", "quarantined", "duplicate", "ignored")
    for day in WORKING:
        for line in play.morning(day)["report"]["sources"]:
            assert line["pulled"] == sum(line[part] for part in parts), (day, line)


def test_again_means_nothing_sent_and_nothing_changed(play: Play) -> None:
    for day in DAYS:
        again = play.morning(day)["again"]
        assert {(a["flow"], a["report"]["state"], a["report"]["exit_status"]) for a in again} == {
            (a["flow"], "nothing_to_do", 0) for a in again
        }, day
        assert [(a["flow"], a["sent"], a["changes"]) for a in again if a["sent"] or a["changes"]] == [], day


def test_both_databases_hold_the_same_after_every_morning(sqlite_play: Play, postgresql_play: Play) -> None:
    for day in DAYS:
        assert sqlite_play.dump(day) == postgresql_play.dump(day), day


def test_both_send_the_same_bytes(sqlite_play: Play, postgresql_play: Play) -> None:
    for day in DAYS:
        assert sqlite_play.mails(day) == postgresql_play.mails(day), day


def test_both_report_the_same(sqlite_play: Play, postgresql_play: Play) -> None:
    def told(play: Play, day: date) -> dict:
        return {name: value for name, value in play.morning(day)["report"].items() if name != "run_id"}

    for day in DAYS:
        assert told(sqlite_play, day) == told(postgresql_play, day), day


def test_the_server_saw_each_morning_as_it_ended(postgresql_play: Play) -> None:
    first: dict[str, str] = {}
    for run in postgresql_play.findings["flow_runs"]:
        first.setdefault(run["as_of"][:10], run["state"])
    assert first == {f"{day}": "Failed" if day == date(2026, 11, 26) else "Completed" for day in DAYS}


def test_no_mail_knows_a_name_of_a_person(play: Play) -> None:
    assert PERSON in play.dump(DAYS[0])
    for day in DAYS:
        for mail in play.morning(day)["mails"]:
            parts = [part.get_content() for part in play.message(mail).walk() if not part.is_multipart()]
            everything = " ".join([*map(str, play.message(mail).values()), *parts])
            assert PERSON not in re.sub(r"\s+", " ", everything)


def _dondoc(play: Play, *words: str) -> list | dict:
    asked = [sys.executable, "-m", "deployments", "--config", str(play.folder / "dondoc.toml"), "--json", *words]
    env = environment(play.folder / "prefect-home") | {"DONDOC_ONE_STOP_PASSWORD": "demo"}
    ended = subprocess.run(asked, cwd=PROJECT, env=env, capture_output=True, text=True, check=True)
    return json.loads(ended.stdout)


def test_the_command_line_tells_the_end_of_the_story(sqlite_play: Play) -> None:
    flags = _dondoc(sqlite_play, "flags")
    assert sorted((records.ITEMS[f["code"]], f["flag"], f["unit_code"], f["tier"]) for f in flags) == [
        ("L1", "overdue", "31309", 2),
        ("R5", "due_soon", "31246", None),
        ("Trường Long", "no_recipient", "31309", None),
    ]
    outbox = _dondoc(sqlite_play, "outbox", "list")
    mails = [m for m in outbox if m["audience"] != "ops"]
    assert [sum(m["business_date"] == f"{day}" for m in mails) for day in DAYS] == [5, 0, 2, 2, 6, 3, 3]
    assert [(m["business_date"], m["recipient"].split("@")[0]) for m in outbox if m["state"] != "handed"] == [
        ("2026-11-26", "giamdoc.snnmt")
    ]
    status = _dondoc(sqlite_play, "status")
    assert status["quarantine"]["open"] == 7
    assert {state: n for state, n in status["ledger"].items() if n} == {"handed": 26, "uncertain": 1}
    refused = _dondoc(sqlite_play, "quarantine", "list")
    assert sorted((row["key"], row["reasons"][0]["code"]) for row in refused) == BAD
    assert all(row["reasons"][0]["text"] for row in refused)
