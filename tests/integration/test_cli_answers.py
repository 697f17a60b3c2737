"""Answers of the desks: trace and explain, as typed on the command line."""

import json
from pathlib import Path

import pytest

from deployments.exits import UsageFaultError
from tests.told_desk import KEY, told_copy, typed_in
from tests.unit.story_digests import H1


@pytest.fixture
def folder(played, tmp_path: Path) -> Path:
    return told_copy(played, tmp_path)


@pytest.fixture
def dondoc(folder: Path):
    return typed_in(folder)


def test_a_trace_tells_the_mail_its_facts_the_row_and_what_changed(dondoc, folder):
    dondoc("dispute", "open", "H1", "--reason", "đã trả", "--by", "Văn phòng")
    told = json.loads(dondoc("--json", "trace", "H1", "--out", str(folder / "t")))
    (item,) = told["items"]
    (telling,) = item["tellings"]
    assert telling["mail"]["state"] == "handed"
    assert telling["facts"]["item_key"] == KEY
    assert telling["version"]["number"] == 1
    assert any("H1" in line for quote in telling["said"] for line in quote["lines"])
    changed = {change["column"]: (change["before"], change["after"]) for change in item["versions"][1]["changes"]}
    assert changed["status"] == ("4", "9")
    assert set(changed) == {"status", "resolved_at"}
    assert [body["name"] for body in item["bodies"]] == ["page-1.json"]
    assert [dispute["by"] for dispute in item["disputes"]] == ["Văn phòng"]
    assert H1.address not in json.dumps(told)


def test_the_pages_are_written_in_both_languages_and_bear_no_address(dondoc, folder):
    printed = dondoc("trace", "H1", "--out", str(folder / "t"))
    assert "H1.html" in printed
    for name in ("H1.html", "H1.en.html"):
        page = (folder / "t" / name).read_text(encoding="utf-8")
        assert H1.post in page
        assert H1.address not in page


@pytest.mark.parametrize("with_brackets", [True, False])
def test_a_mail_is_found_by_number_and_by_message_id(dondoc, folder, with_brackets):
    by_number = json.loads(dondoc("--json", "trace", "1", "--out", str(folder / "t")))
    message_id = by_number["mail"]["message_id"]
    wanted = message_id if with_brackets else message_id.strip("<>")
    by_message = json.loads(dondoc("--json", "trace", wanted, "--out", str(folder / "t")))
    assert by_message == by_number
    assert [item["code"] for item in by_number["items"]] == ["H1"]
    assert (folder / "t" / "mail-1.html").exists()


def test_explain_tells_the_item_now_and_as_it_was_known(dondoc):
    now = json.loads(dondoc("--json", "explain", "dossier", "H1"))
    then = json.loads(dondoc("--json", "explain", "dossier", KEY, "--known-at", "2026-11-23T08:00"))
    assert (now["status"], then["status"]) == ("9", "4")
    assert (now["finished_at"], then["finished_at"]) == ("2026-11-23T09:00:00+07:00", None)
    assert then["deadline"]["due_at"] == then["due_at"] == "2026-11-16T17:00:00+07:00"
    assert then["binding"] == "own"
    assert [flag["flag"] for flag in then["flags"]] == ["overdue"]
    assert "HẾT HẠN 17:00" in dondoc("explain", "dossier", "H1")


def test_explain_deadline_counts_with_the_schedule_named(dondoc):
    told = json.loads(
        dondoc(
            *("--json", "explain", "deadline", "--received", "2026-11-13T17:20", "--amount", "5"),
            *("--unit", "working_day", "--pause", "2026-11-16T10:00/2026-11-18T09:00"),
        )
    )
    assert told["due_at"] == "2026-11-26T17:00:00+07:00"
    assert {"received_on", "steps", "calendar_version", "rule_version"} <= set(told)


@pytest.mark.parametrize(
    ("option", "value"), [("--unit", "fortnight"), ("--schedule", "S9"), ("--received", "soon"), ("--pause", "now")]
)
def test_explain_deadline_refuses_what_it_does_not_understand(dondoc, option, value):
    words = {"--received": "2026-11-13T17:20", "--amount": "5", "--unit": "working_day"} | {option: value}
    refused = dondoc("explain", "deadline", *(part for pair in words.items() for part in pair))
    assert isinstance(refused, UsageFaultError)
    assert value in str(refused)


def test_the_file_of_cases_answers_in_the_order_of_the_cases(dondoc, tmp_path):
    cases = tmp_path / "cases.csv"
    cases.write_text(
        "case_id,received_at,amount,unit,pauses\nB,2026-11-13T17:20,5,working_day,\nA,2026-11-09T09:10,5,working_day,\n"
    )
    assert dondoc("explain", "deadlines", "--csv", str(cases)).splitlines() == [
        "case_id,due_at",
        "B,2026-11-23T17:00:00+07:00",
        "A,2026-11-16T17:00:00+07:00",
    ]


def test_who_asks_for_the_trace_of_a_difference_is_shown_the_way(dondoc, folder):
    refused = dondoc("trace", "D-1234567890ab", "--out", str(folder / "t"))
    assert isinstance(refused, UsageFaultError)
    assert "dondoc differences explain D-1234567890ab" in str(refused)
