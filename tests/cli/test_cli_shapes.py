"""The JSON shapes others build on (design §3), and the short tables people read, after one morning of the story."""

import json
import re
from datetime import datetime

import pytest

from tests.cli.conftest import Dondoc

pytestmark = pytest.mark.slow

MAIL_COUNTS = {"composed": 5, "handed": 5, "held": 0, "refused": 0, "uncertain": 0, "retry": 0}
COUNTS = ("pulled", "new", "changed", "unchanged", "quarantined", "duplicate", "ignored")


def moment(text: str) -> datetime:
    """An instant with its zone."""
    found = datetime.fromisoformat(text)
    assert found.tzinfo is not None
    return found


def test_a_run_reports_itself_and_nothing_else_on_stdout(story: Dondoc) -> None:
    report = json.loads((story.folder / "report.json").read_text(encoding="utf-8"))
    assert (report["flow"], report["state"], report["exit_status"]) == ("morning", "done", 0)
    assert moment(report["as_of"]).isoformat() == "2026-11-23T07:30:00+07:00"
    assert report["flags"] == {"opened": 16, "closed": 0, "open": 16}
    assert report["mails"] == MAIL_COUNTS
    one_stop = next(line for line in report["sources"] if line["name"] == "one-stop")
    assert {"name", "dataset", "error", *COUNTS} <= set(one_stop)
    for line in report["sources"]:
        assert line["pulled"] == sum(line[name] for name in COUNTS[1:]), line["name"]
    assert one_stop["quarantined"] == 7
    assert (story.folder / "stderr.txt").read_text(encoding="utf-8") == ""


def test_flags(story: Dondoc) -> None:
    flags = story("--json", "flags").json
    names = {"subject", "system", "code", "unit_code", "recorded_unit_code", "flag", "tier", "due_at", "days_late"}
    assert all(names | {"since", "disputed"} <= set(flag) for flag in flags)
    assert len(flags) == 16
    by_flag = {(f["flag"], f["unit_code"], f["recorded_unit_code"]): f for f in flags}
    held_elsewhere = by_flag["overdue", "SNNMT", "31157"]
    assert (held_elsewhere["tier"], held_elsewhere["days_late"], held_elsewhere["disputed"]) == (1, 5, False)
    assert moment(held_elsewhere["due_at"]).isoformat() == "2026-11-16T17:00:00+07:00"
    (paused,) = [f for f in flags if f["flag"] == "paused_past_due"]
    assert (paused["due_at"], paused["days_late"]) == (None, None)
    inherited = by_flag["overdue", "31231", "31243"]
    assert (inherited["subject"], inherited["days_late"]) == ("recommendation", 16)
    assert {f["days_late"] is None for f in flags if f["flag"] != "overdue"} == {True}
    assert [f["code"] for f in story("--json", "flags", "--unit", "SNNMT").json] != []


def test_outbox(story: Dondoc) -> None:
    mails = story("--json", "outbox", "list").json
    names = {"id", "message_id", "recipient", "audience", "business_date", "state", "subject", "items"}
    assert all(names <= set(mail) for mail in mails)
    assert {mail["business_date"] for mail in mails} == {"2026-11-23"}
    assert {mail["state"] for mail in mails} == {"handed"}
    assert sorted(mail["audience"] for mail in mails) == ["head"] * 4 + ["inspecting", "ops"]
    (h1,) = [mail for mail in mails if mail["recipient"].startswith("chutich.thoilong@")]
    assert h1["message_id"].startswith("<")
    assert {item["role"] for item in h1["items"]} == {"asked", "informed"}
    assert all({"subject", "code", "flag", "level", "role"} == set(item) for item in h1["items"])


def test_quarantine(story: Dondoc) -> None:
    rows = story("--json", "quarantine", "list").json
    assert len(rows) == 7
    for row in rows:
        assert {"id", "source", "dataset", "key", "reasons"} <= set(row)
        assert row["dataset"] == "dossiers"
        assert all({"code", "column", "text"} <= set(reason) and reason["text"] for reason in row["reasons"])


def test_status(story: Dondoc) -> None:
    status = story("--json", "status").json
    assert {"sources", "quarantine", "ledger", "runs", "needs_attention"} <= set(status)
    one_stop = next(source for source in status["sources"] if source["name"] == "one-stop")
    assert {"name", "dataset", "last_success_at", "data_moment", "fresh"} <= set(one_stop)
    assert one_stop["fresh"] is True
    assert moment(one_stop["data_moment"])
    assert status["quarantine"] == {"open": 7}
    assert (status["ledger"]["handed"], status["ledger"]["uncertain"]) == (6, 0)
    assert [(run["flow"], run["exit_status"]) for run in status["runs"]] == [("morning", 0)]
    kinds = {matter["kind"] for matter in status["needs_attention"]}
    assert {"no_recipient", "quarantine"} <= kinds


@pytest.mark.parametrize(
    ("locale", "words"),
    [("vi", ("Mã", "Cần người xử lý", "quá hạn")), ("en", ("Code", "Needs", "overdue"))],
)
def test_people_read_short_tables_in_their_language(story: Dondoc, locale: str, words: tuple[str, ...]) -> None:
    told = [story(*command, DONDOC_LOCALE=locale) for command in (["flags"], ["status"], ["outbox", "list"])]
    assert [one.status for one in told] == [0, 0, 0]
    assert [one.err for one in told] == ["", "", ""]
    together = "".join(one.out for one in told)
    assert words[0].lower() in together.lower()
    assert not re.search(r"[{}]|None|datetime", together)
    assert max(len(line) for line in together.splitlines()) < 250


def test_a_mail_is_shown_as_its_reader_sees_it(story: Dondoc) -> None:
    number = story("--json", "outbox", "list").json[0]["id"]
    shown = story("--json", "outbox", "show", number).json
    assert shown["text"].startswith("Kính gửi") or "Kính gửi" in shown["text"]


def test_asking_never_waits_for_a_writer(story: Dondoc) -> None:
    import sqlite3

    writer = sqlite3.connect(story.folder / "var" / "dondoc.sqlite3", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        assert len(story("--json", "flags").json) == 16
    finally:
        writer.execute("ROLLBACK")
        writer.close()
