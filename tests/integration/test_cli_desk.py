"""The desks on a real warehouse: disputes, mails and bounced addresses, as typed on the command line."""

import json
from pathlib import Path

import pytest

from deployments.exits import UsageFaultError, refusal_of
from tests.told_desk import KEY, told_copy, typed_in
from tests.unit.story_digests import H1
from tests.warehouse_samples import a_batch, a_mail, merge
from warehouse import desk, ledger
from warehouse.engine import open_engine, transaction


@pytest.fixture
def folder(played, tmp_path: Path) -> Path:
    return told_copy(played, tmp_path)


@pytest.fixture
def dondoc(folder: Path):
    return typed_in(folder)


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


def test_a_planned_mail_is_held_approved_and_cancelled_a_handed_one_is_not(dondoc, folder):
    engine = open_engine(f"sqlite:///{next(folder.glob('*.sqlite3'))}")
    with transaction(engine) as conn:
        mail_id = ledger.plan(conn, a_mail("h9@example.gov.vn"), [])
    engine.dispose()
    states = []
    for act in (("hold", "--reason", "kiểm tra"), ("approve",), ("cancel", "--reason", "nhầm")):
        dondoc("outbox", act[0], str(mail_id), *act[1:], "--as-of", "2026-11-23T08:00")
        states.append(json.loads(dondoc("--json", "outbox", "list"))[-1]["state"])
    assert states == ["held", "planned", "expired"]
    refused = dondoc("outbox", "approve", str(mail_id), "--as-of", "2026-11-24T08:00")
    assert refusal_of(refused)[1][0].startswith(f"Thư {mail_id} thuộc ngày khác")
    refused = dondoc("outbox", "hold", "1", "--reason", "muộn")
    status, (sentence,) = refusal_of(refused)
    assert status == 2
    assert "đã gửi" in sentence
    for act in (("show",), ("approve",), ("resolve", "--handed")):
        refused = dondoc("outbox", act[0], "999", *act[1:])
        assert "Không có thư số 999" in refusal_of(refused)[1][0]


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
