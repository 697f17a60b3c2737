"""The desks on a real warehouse: disputes, bounced addresses, trace and explain, as typed on the command line."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deployments.cli import app
from deployments.demo.mail_catcher import MailCatcher
from deployments.exits import UsageFaultError, refusal_of
from tasks.mail.frozen import freeze
from tasks.mail.letter import MailStyle
from tasks.mail.message import MessageHeaders, build_message
from tasks.mail.render import render_digest
from tasks.rules.model import Audience, Digest, DigestItem, DigestKind, Role, Section
from tasks.rules.timezone import HANOI
from tests.unit.story_digests import H1, THOI_LONG, dossier
from tests.warehouse_samples import (
    DAY,
    MONDAY,
    MORNING,
    a_batch,
    a_dossier,
    a_flag,
    a_mail,
    a_unit,
    an_item,
    units_batch,
)
from warehouse import desk, flag_store, ledger
from warehouse.engine import open_engine, transaction
from warehouse.landed import register_landed
from warehouse.loads import merge
from warehouse.runs import start_run

KEY = "dossier/one-stop/1"
CONFIG = """
[warehouse]
url = "{url}"
sandbox = true

[mail]
sender = "dondoc@example.gov.vn"
ops = ["ops@example.gov.vn"]
"""


@pytest.fixture
def folder(new_url, tmp_path: Path) -> Path:
    """A configured warehouse in which H1 was told overdue on Monday and resolved on Tuesday."""
    url = new_url("sqlite", migrated=True)
    (tmp_path / "dondoc.toml").write_text(CONFIG.format(url=url), encoding="utf-8")
    engine = open_engine(url)
    with transaction(engine) as conn:
        start_run(conn, "run-1", "morning", MONDAY, MORNING, MORNING)
        start_run(conn, "run-2", "morning", MONDAY + DAY, MORNING + DAY, MORNING + DAY)
        register_landed(
            conn,
            sha256="ab" * 32,
            source="one-stop",
            path="one-stop/x.gz",
            name="page-1.json",
            size=100,
            data_moment=MORNING,
            landed_at=MORNING,
        )
        merge(conn, units_batch([a_unit("31157", name="UBND phường Thới Long")]))
        merge(conn, a_batch([a_dossier("1"), a_dossier("2", dossier_code="TWIN"), a_dossier("3", dossier_code="TWIN")]))
        flag_store.bring_into_line(
            conn,
            [a_flag("1", code="H1")],
            as_of=MORNING,
            business_date=MONDAY,
            run_id="run-1",
            rule_version="2026.1",
            calendar_version="2026.1-x",
        )
        _told(conn)
        changed = a_dossier("1", content="two", status="9", resolved_at=datetime(2026, 11, 23, 9, tzinfo=HANOI))
        merge(conn, a_batch([changed], as_of=MORNING + DAY, run_id="run-2"))
    engine.dispose()
    return tmp_path


def _told(conn) -> None:
    """The mail of Monday, as the pipeline renders and stores it."""
    facts = dossier("H1", THOI_LONG, datetime(2026, 11, 9, 9, 10, tzinfo=HANOI), MONDAY - timedelta(days=7))
    line = DigestItem(facts=facts, role=Role.ASKED, level=1)
    digest = Digest(
        business_date=MONDAY,
        audience=Audience.HEAD,
        recipient=H1,
        revision=1,
        kind=DigestKind.REMINDER,
        sections=(Section(unit_code=THOI_LONG[0], unit_name=THOI_LONG[1], items=(line,)),),
        as_of=MORNING,
        data_moment=MORNING,
    )
    told = freeze(digest)
    told["sections"][0]["items"][0]["facts"]["item_key"] = KEY
    headers = MessageHeaders(
        sender="dondoc@example.gov.vn",
        to=H1.address,
        business_date=MONDAY,
        audience=Audience.HEAD,
        revision=1,
        as_of=MORNING,
    )
    rendered = render_digest(digest, MailStyle())
    mail = a_mail(
        H1.address,
        digest=told,
        subject=rendered.subject,
        body=build_message(rendered, headers),
        message_id=headers.message_id,
        post=H1.post,
    )
    mail_id = ledger.plan(conn, mail, [an_item("1", code="H1")])
    ledger.claim(conn, mail_id, "run-1", MORNING)
    ledger.mark_in_data(conn, mail_id, MORNING)
    ledger.mark_handed(conn, mail_id, MORNING)


@pytest.fixture
def dondoc(folder: Path):
    """Type a command; returns what it printed, or the refusal it ended with."""

    def call(*words: str):
        result = CliRunner().invoke(app, ["--config", str(folder / "dondoc.toml"), *words])
        if isinstance(result.exception, SystemExit) or result.exception is None:
            return result.stdout
        return result.exception

    return call


def test_a_dispute_is_opened_on_the_business_date_in_hanoi_and_answered(dondoc):
    dondoc("dispute", "open", "H1", "--reason", "đã trả", "--by", "Văn phòng", "--as-of", "2026-11-23T18:30+00:00")
    (told,) = json.loads(dondoc("--json", "dispute", "list"))
    assert (told["item_key"], told["code"], told["opened_on"], told["by"]) == (KEY, "H1", "2026-11-24", "Văn phòng")
    assert "đã trả" in dondoc("dispute", "list")
    dondoc("dispute", "answer", KEY, "--upheld", "--answer", "đúng", "--by", "Vận hành", "--as-of", "2026-11-25T10:00")
    assert json.loads(dondoc("--json", "dispute", "list")) == []
    (told,) = json.loads(dondoc("--json", "dispute", "list", "--all"))
    assert (told["outcome"], told["answer"]) == ("upheld", "đúng")


def test_a_dispute_keeps_the_content_of_the_row_it_was_opened_against(dondoc, folder):
    dondoc("dispute", "open", "H1", "--reason", "x", "--as-of", "2026-11-25T10:00")
    engine = open_engine(f"sqlite:///{next(folder.glob('*.sqlite3'))}")
    with transaction(engine) as conn:
        assert desk.open_disputes(conn)[0]["content_hash"] == "1-two"
    engine.dispose()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("dispute", "open", "TWIN", "--reason", "x"), "dossier/one-stop/2, dossier/one-stop/3"),
        (("dispute", "open", "NOBODY", "--reason", "x"), "NOBODY"),
        (("dispute", "open", "dossier/one-stop/99", "--reason", "x"), "dossier/one-stop/99"),
        (("dispute", "answer", "H1", "--answer", "x", "--upheld"), "H1"),
        (("dispute", "answer", "H1", "--answer", "x"), "--upheld"),
        (("dispute", "answer", "H1", "--answer", "x", "--upheld", "--rejected"), "--upheld"),
        (("contacts", "bounced", "nobody@example.gov.vn"), "nobody@example.gov.vn"),
        (("trace", "NOBODY"), "NOBODY"),
        (("explain", "dossier", "TWIN"), "dossier/one-stop/2, dossier/one-stop/3"),
        (("explain", "dossier", "H1", "--known-at", "yesterday"), "yesterday"),
        (("explain", "dossier", "H1", "--known-at", "2026-11-22T10:00"), KEY),
    ],
)
def test_what_cannot_be_done_is_a_usage_fault_that_names_it(dondoc, words, said):
    refused = dondoc(*words)
    assert isinstance(refused, UsageFaultError)
    assert refusal_of(refused)[0] == 2
    assert said in str(refused)


def test_a_second_dispute_of_the_same_item_is_refused(dondoc):
    dondoc("dispute", "open", "H1", "--reason", "x")
    assert refusal_of(dondoc("dispute", "open", "H1", "--reason", "x"))[0] == 2


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


def test_a_planned_mail_is_held_approved_and_cancelled_a_handed_one_is_not(dondoc, folder):
    engine = open_engine(f"sqlite:///{next(folder.glob('*.sqlite3'))}")
    with transaction(engine) as conn:
        mail_id = ledger.plan(conn, a_mail("h9@example.gov.vn"), [])
    engine.dispose()
    states = []
    for act in (("hold", "--reason", "kiểm tra"), ("approve",), ("cancel", "--reason", "nhầm")):
        dondoc("outbox", act[0], str(mail_id), *act[1:])
        states.append(json.loads(dondoc("--json", "outbox", "list"))[-1]["state"])
    assert states == ["held", "planned", "expired"]
    refused = dondoc("outbox", "hold", "1", "--reason", "muộn")
    assert isinstance(refused, UsageFaultError)
    assert "đã gửi" in str(refused)


def test_an_address_is_marked_bounced_and_reachable_again(dondoc, folder):
    engine = open_engine(f"sqlite:///{next(folder.glob('*.sqlite3'))}")
    row = {
        "record_key": "31157|head",
        "content_hash": "c",
        "source_ref": f"sha256:{'cd' * 32}#1",
        "unit_code": "31157",
        "role": "head",
        "name": "-",
        "email": H1.address,
    }
    with transaction(engine) as conn:
        merge(conn, a_batch([row], source="contacts", dataset="contacts", run_id="run-3"))
    dondoc("contacts", "bounced", H1.address, "--reason", "hộp thư đầy")
    with transaction(engine) as conn:
        assert desk.bounced_addresses(conn) == {H1.address}
    dondoc("contacts", "reachable", H1.address)
    with transaction(engine) as conn:
        assert desk.bounced_addresses(conn) == frozenset()
    engine.dispose()


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


def test_the_doctor_names_what_is_missing(dondoc):
    told = {finding["about"]: finding["state"] for finding in json.loads(dondoc("--json", "doctor"))}
    assert told["sources"] == "fault"
    assert (told["configuration"], told["warehouse"], told["smtp"]) == ("ok", "ok", "ok")


def test_the_doctor_tries_the_mail_server_when_mail_goes_out(dondoc, folder):
    config = folder / "dondoc.toml"
    with MailCatcher(folder / "caught") as catcher:
        sending = f'mode = "live"\nhost = "127.0.0.1"\nport = {catcher.port}\nsecurity = "none"\n'
        config.write_text(config.read_text(encoding="utf-8") + sending, encoding="utf-8")
        up = {finding["about"]: finding["state"] for finding in json.loads(dondoc("--json", "doctor"))}
    down = {finding["about"]: finding["state"] for finding in json.loads(dondoc("--json", "doctor"))}
    assert (up["smtp"], down["smtp"]) == ("ok", "fault")
