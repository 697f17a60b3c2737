"""What ops are told: items nobody above hears of, texts left out, mails held, and the bulletin that did not arrive."""

from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest

from deployments.attention import needs_attention
from tasks.mail.frozen import thaw_bulletin
from tasks.rules.timezone import HANOI
from tests.flows.village import ALPHA, BETA, CONTACTS, DAWN, DOSSIERS, MONDAY, OPS, WEDNESDAY, Village, dossier
from tests.scripted_smtp import ScriptedSmtp
from warehouse import desk, ledger_read

pytestmark = pytest.mark.slow
SOON = MONDAY + timedelta(minutes=15)
FRIDAY = datetime(2026, 11, 27, 7, 30, tzinfo=HANOI)
PHONE = "0912 345 678"


def text_of(village: Village, mail_id: int) -> str:
    row = village.reading(lambda conn: ledger_read.mail(conn, mail_id))
    body = message_from_bytes(bytes(row["body"]), policy=policy.default).get_body(("plain",))
    return body.get_content()


def bulletin(village: Village, revision: int = 0, day: datetime | None = None):
    """The bulletin as frozen in the ledger."""
    number = village.mail_id(OPS, revision, day)
    return thaw_bulletin(village.reading(lambda conn: ledger_read.mail(conn, number))["digest"])


def matters(village: Village, cap: int = 2000) -> dict[str, str]:
    found = village.reading(lambda conn: needs_attention(conn, [], "en", cap))
    return {one["kind"]: one["text"] for one in found}


def test_an_item_due_for_a_superior_nobody_knows_is_told_to_ops(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port)
        for day in (MONDAY, WEDNESDAY):
            run(village, "remind", day)
            run(village, "bulletin", day)
            assert bulletin(village, day=day).no_superior == ()
        run(village, "flag", FRIDAY)
        run(village, "remind", FRIDAY)
        run(village, "bulletin", FRIDAY)
        told = bulletin(village, day=FRIDAY)
        assert {i.code for i in told.no_superior} == {d["dossier_code"] for d in DOSSIERS}
        assert "H00.A-0001" in text_of(village, village.mail_id(OPS, day=FRIDAY))
        superior = {"unit_code": "TINH", "role": "superior", "email": "pct@tinh.example.gov.vn", "title": "PCT tỉnh"}
        village.drop("danh-ba", [*CONTACTS, CONTACTS[0] | superior], FRIDAY)
        run(village, "sync", FRIDAY + timedelta(minutes=5))
        assert bulletin_now(village, FRIDAY + timedelta(minutes=10)).no_superior == ()


def bulletin_now(village: Village, at: datetime):
    from tasks.bulletins import bulletin_of
    from tasks.run_context import RunRequest, enter_run

    request = RunRequest(flow="bulletin", config=str(village.config), as_of=at.isoformat())
    with enter_run(request) as (run, _), run.store.reading() as conn:
        return bulletin_of(run, conn, OPS)


def test_one_suspicious_text_does_not_silence_the_mail(run, empty_village: Village) -> None:
    suspicious = dossier(1, "A", procedure_name=f"Đăng ký khai sinh, liên hệ {PHONE}", field="Hộ tịch")
    rows = [row | {"procedure_name": "", "field": ""} for row in DOSSIERS if row["source_record_id"] != "A1"]
    empty_village.drop("ho-so", [suspicious, *rows])
    with ScriptedSmtp() as server:
        report = run(empty_village.configure(server.port), "morning")
        assert (report["exit_status"], report["mails"]["handed"]) == (0, 2)
        assert empty_village.codes_of(ALPHA) == ["H00.A-0001", "H00.A-0002"]
        text = text_of(empty_village, empty_village.mail_id(ALPHA))
        assert "(nội dung không nêu trong thư)" in text
        assert "H00.A-0001" in text
        assert "Hộ tịch" in text
        stored = empty_village.reading(lambda conn: ledger_read.mail(conn, empty_village.mail_id(ALPHA)))
        for told in (text, str(stored["digest"]), text_of(empty_village, empty_village.mail_id(OPS))):
            assert PHONE not in told
        assert bulletin(empty_village).blanked == ("H00.A-0001",)
        assert "H00.A-0001" in text_of(empty_village, empty_village.mail_id(OPS))
        run(empty_village, "remind", SOON)
        assert empty_village.mails() == {ALPHA: ("handed",), BETA: ("handed",)}


def test_a_blanked_mail_that_waits_is_composed_once(run, village: Village) -> None:
    village.drop("ho-so", [dossier(1, "A", procedure_name=f"gọi {PHONE}")], DAWN + timedelta(minutes=5))
    run(village, "sync", DAWN + timedelta(minutes=10))
    for minutes in (15, 20):
        run(village, "remind", DAWN + timedelta(minutes=minutes))
        assert village.mails() == {ALPHA: ("planned",), BETA: ("planned",)}
    assert PHONE not in text_of(village, village.mail_id(ALPHA))


def test_a_refused_bulletin_is_repeated_a_handed_one_is_not(run, village: Village) -> None:
    with ScriptedSmtp({"RCPT": ["550 5.7.1 not today", "250 fine"]}) as server:
        village.configure(server.port)
        assert run(village, "bulletin")["exit_status"] == 5
        assert village.mails("ops") == {OPS: ("refused",)}
        run(village, "bulletin", SOON)
        run(village, "bulletin", SOON + timedelta(minutes=15))
        assert village.mails("ops") == {OPS: ("refused", "handed")}


def test_a_cancelled_bulletin_stays_cancelled(run, village: Village) -> None:
    village.configure(mode="shadow")
    run(village, "bulletin")
    village.acting(lambda conn: desk.cancel_mail(conn, village.mail_id(OPS), "lan", "trùng", MONDAY))
    run(village, "bulletin", SOON)
    assert village.mails("ops") == {OPS: ("expired",)}


def test_the_desk_sees_what_it_holds_and_what_waits_above_the_cap(run, village: Village) -> None:
    village.configure(mode="shadow")
    run(village, "remind")
    assert matters(village) == {}, "mails held by a mode need nobody"
    village.acting(lambda conn: desk.set_mode(conn, "live", "lan", "", MONDAY))
    village.acting(lambda conn: desk.approve_mail(conn, village.mail_id(ALPHA), "lan", MONDAY))
    village.acting(lambda conn: desk.approve_mail(conn, village.mail_id(BETA), "lan", MONDAY))
    assert list(matters(village, cap=1)) == ["cap"]
    village.acting(lambda conn: desk.hold_mail(conn, village.mail_id(ALPHA), "lan", "chờ xác minh", MONDAY))
    held = matters(village)["held"]
    assert "(held by a person)" in held
    assert "chờ xác minh" not in held, "a person's own words stay at the desk"
    assert bulletin_over_cap(run, village) == 0


def bulletin_over_cap(run, village: Village) -> int:
    return bulletin_now(village.configure(mail="max_per_run = 1"), MONDAY).over_cap


def test_the_bulletin_tells_of_too_many_mails(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port, mail="max_per_run = 1")
        assert run(village, "morning")["exit_status"] == 5
        assert [address for address, _ in server.accepted] == [OPS]
    assert bulletin(village).over_cap == 2
    assert "max_per_run" in text_of(village, village.mail_id(OPS))
