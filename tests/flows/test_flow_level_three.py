"""Level 3 through the ledger: the leadership list waits for a person's word that day, lapses, and comes again."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tasks.mail.frozen import thaw_bulletin
from tasks.rules.timezone import HANOI
from tests.flows.village import ALPHA, BETA, CONTACTS, DOSSIERS, OPS, Run, Village, dossier
from tests.scripted_smtp import ScriptedSmtp
from warehouse import desk, ledger_read
from warehouse.errors import DeskError

pytestmark = pytest.mark.slow
ABOVE, TOP = "pct.tinh@tinh.example.gov.vn", "ct.tinh@tinh.example.gov.vn"
LADDER = """
[reminders]
ladder = [
  {level = 1, after_working_days = 0, audience = "head"},
  {level = 2, after_working_days = 1, audience = "superior"},
  {level = 3, after_working_days = 1, audience = "leadership", approval = true},
]
"""
MON, WED, THU, FRI = (datetime(2026, 11, day, 7, 30, tzinfo=HANOI) for day in (23, 25, 26, 27))
LATER = timedelta(minutes=15)
BY = "Chánh Văn phòng"
ASK = [d["dossier_code"] for d in DOSSIERS]


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedSmtp]:
    with ScriptedSmtp() as server:
        yield server


@pytest.fixture(scope="module")
def thursday(run: Run, synced: Village, server: ScriptedSmtp, tmp_path_factory: pytest.TempPathFactory) -> Village:
    """The village on its third working day of reminders: everything in it has come to level 3."""
    village = synced.copied(tmp_path_factory.mktemp("thursday") / "village").configure(server.port, mail=LADDER)
    above = [
        CONTACTS[0] | {"unit_code": "TINH", "role": role, "email": email, "title": title}
        for role, email, title in (("superior", ABOVE, "Phó Chủ tịch tỉnh"), ("leadership", TOP, "Chủ tịch tỉnh"))
    ]
    village.drop("danh-ba", [*CONTACTS, *above], MON - LATER)
    for day in (MON, WED, THU):
        village.drop("ho-so", DOSSIERS, day - LATER)
        assert run(village, "morning", day)["exit_status"] == 0
    return village


@pytest.fixture
def village(thursday: Village, tmp_path: Path) -> Village:
    return thursday.copied(tmp_path / "village")


def top_mails(village: Village) -> list[tuple[int, str, str]]:
    """(day, state, reason) of every mail to the leadership."""
    rows = village.reading(lambda conn: ledger_read.mails_of(conn, audience="leadership"))
    return [(row["business_date"].day, row["state"], row["reason"]) for row in rows]


def approve(village: Village, at: datetime) -> int:
    number = village.mail_id(TOP, day=at)
    village.acting(lambda conn: desk.approve_mail(conn, number, BY, at, today=at.date()))
    return number


def text_of(village: Village, number: int) -> str:
    row = village.reading(lambda conn: ledger_read.mail(conn, number))
    return str(message_from_bytes(bytes(row["body"]), policy=policy.default).get_body(("plain",)).get_content())


def reached(server: ScriptedSmtp) -> list[str]:
    return [address for address, _ in server.accepted]


def test_the_list_is_composed_and_goes_to_nobody(thursday: Village, server: ScriptedSmtp) -> None:
    assert TOP not in reached(server)
    assert top_mails(thursday) == [(26, "held", "approval")]
    assert thursday.codes_of(TOP) == sorted(ASK)
    number = thursday.mail_id(TOP)
    assert "Chủ tịch tỉnh" in text_of(thursday, number)
    for address in (ALPHA, BETA, ABOVE):
        assert "trình duyệt để đưa vào danh sách báo cáo lãnh đạo" in text_of(
            thursday, thursday.mail_id(address, day=THU)
        )
    bulletin = thaw_bulletin(
        thursday.reading(lambda conn: ledger_read.mail(conn, thursday.mail_id(OPS, day=THU)))["digest"]
    )
    assert [(line.mail_id, line.reason) for line in bulletin.mails if line.state == "held"] == [(number, "approval")]
    assert f"dondoc outbox approve {number}" in text_of(thursday, thursday.mail_id(OPS, day=THU))


def test_approved_it_goes_out_once_and_is_not_asked_for_again(run: Run, village: Village, server: ScriptedSmtp) -> None:
    approve(village, THU)
    for later in (1, 2):
        run(village, "remind", THU + later * LATER)
    assert reached(server).count(TOP) == 1
    assert top_mails(village) == [(26, "handed", "")]
    run(village, "remind", FRI)
    assert top_mails(village) == [(26, "handed", "")]
    acts = [row["act"] for row in village.reading(desk.audit_rows)]
    assert acts == ["outbox_approve"]


def test_unapproved_it_lapses_and_is_submitted_again(run: Run, village: Village, server: ScriptedSmtp) -> None:
    before = reached(server).count(TOP)
    run(village, "remind", FRI)
    assert top_mails(village) == [(26, "expired", "approval"), (27, "held", "approval")]
    assert reached(server).count(TOP) == before
    old = village.mail_id(TOP, day=THU)
    with pytest.raises(DeskError, match="lapsed"):
        village.acting(lambda conn: desk.approve_mail(conn, old, BY, FRI, today=FRI.date()))
    approve(village, FRI)
    run(village, "remind", FRI + LATER)
    assert top_mails(village)[1:] == [(27, "handed", "")]


def test_a_list_that_changed_after_its_approval_needs_another(run: Run, village: Village, server: ScriptedSmtp) -> None:
    before = reached(server).count(TOP)
    approve(village, THU)
    village.drop("ho-so", [dossier(1, "A", "9", "26/11/2026 07:35"), *DOSSIERS[1:]], THU + timedelta(minutes=5))
    run(village, "sync", THU + LATER)
    run(village, "remind", THU + LATER)
    assert top_mails(village) == [(26, "superseded", ""), (26, "held", "approval")]
    assert reached(server).count(TOP) == before
    assert village.codes_of(TOP, revision=2) == sorted(ASK[1:])


def test_rejected_it_is_gone_for_the_day(run: Run, village: Village, server: ScriptedSmtp) -> None:
    before = reached(server).count(TOP)
    village.acting(lambda conn: desk.cancel_mail(conn, village.mail_id(TOP), BY, "đang xử lý", THU))
    run(village, "remind", THU + LATER)
    assert top_mails(village) == [(26, "expired", "cancelled")]
    run(village, "remind", FRI)
    assert top_mails(village)[1:] == [(27, "held", "approval")]
    assert reached(server).count(TOP) == before
