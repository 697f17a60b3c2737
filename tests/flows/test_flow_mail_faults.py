"""Mail servers that fail in every way: what is told, which exit status, and that each mail is accepted once at most."""

import ssl
from collections import Counter
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import trustme

from tests.flows.village import ALPHA, ALPHA_DEPUTY, BETA, CONTACTS, MONDAY, OPS, WEDNESDAY, Village
from tests.scripted_smtp import DROP, ScriptedSmtp
from warehouse import desk

pytestmark = pytest.mark.slow
SOON = MONDAY + timedelta(minutes=15)  # the next slot of `remind`
LOGIN = 'username = "dondoc"\npassword_env = "VILLAGE_MAIL_PASSWORD"'


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VILLAGE_MAIL_PASSWORD", "Secret-Canary-9")


def took(server: ScriptedSmtp) -> Counter[str]:
    """How often each address had a message accepted."""
    return Counter(address for address, _ in server.accepted)


def test_a_dead_server_costs_nothing_but_time(run, village: Village) -> None:
    report = run(village, "remind")
    assert (report["exit_status"], report["state"]) == (5, "incomplete")
    assert "127.0.0.1:1" in report["mail_fault"]
    assert "host, port" in report["mail_fault"]
    assert village.mails() == {ALPHA: ("retry",), BETA: ("planned",)}
    with ScriptedSmtp() as server:
        village.configure(server.port)
        report = run(village, "remind", SOON)
        assert (report["exit_status"], report["mails"]["handed"], report["mail_fault"]) == (0, 2, None)
        assert run(village, "remind", SOON)["mails"]["handed"] == 0
        assert took(server) == {ALPHA: 1, BETA: 1}


def test_a_refused_login_is_tried_once_and_not_again_for_the_next_mail(run, village: Village) -> None:
    script = {"AUTH": "535 no", "EHLO": "250-scripted\r\n250 AUTH PLAIN"}
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(village.folder / "ca.pem"))
    with ScriptedSmtp(script, context=certified(authority), implicit_tls=True) as server:
        village.configure(server.port, security="tls", mail=f'{LOGIN}\nca_file = "ca.pem"')
        report = run(village, "remind")
        assert report["exit_status"] == 5
        assert "535" in report["mail_fault"]
        assert "username" in report["mail_fault"]
        assert server.verbs.count("AUTH") == 1
        assert "MAIL" not in server.verbs
    assert village.mails() == {ALPHA: ("retry",), BETA: ("planned",)}


@pytest.mark.parametrize("wrong", ["another name", "unknown authority"])
def test_a_wrong_certificate_never_sees_the_password(run, village: Village, wrong: str) -> None:
    ours, theirs = trustme.CA(), trustme.CA()
    ours.cert_pem.write_to_path(str(village.folder / "ca.pem"))
    name, authority = ("localhost.example", ours) if wrong == "another name" else ("127.0.0.1", theirs)
    with ScriptedSmtp(context=certified(authority, name), implicit_tls=True) as server:
        village.configure(server.port, security="tls", mail=f'{LOGIN}\nca_file = "ca.pem"')
        report = run(village, "remind")
        assert report["exit_status"] == 5
        assert "ca_file" in report["mail_fault"]
        assert server.verbs == []
    assert village.mails() == {ALPHA: ("retry",), BETA: ("planned",)}


def certified(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    """A server's context with a certificate for that name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_starttls_taken_away_sends_nothing(run, village: Village) -> None:
    with ScriptedSmtp() as server:
        village.configure(server.port, security="starttls", mail=LOGIN)
        report = run(village, "remind")
        assert report["exit_status"] == 5
        assert "security" in report["mail_fault"]
        assert not {"AUTH", "MAIL"} & set(server.verbs)


def test_a_password_that_is_gone_is_said_before_any_connection(run, village: Village, monkeypatch) -> None:
    from tasks.settings import ConfigError

    village.configure(security="tls", mail=LOGIN)
    monkeypatch.delenv("VILLAGE_MAIL_PASSWORD")
    with pytest.raises(ConfigError, match="password_env"):
        run(village, "remind")
    assert village.mails() == {}


def test_one_unknown_address_does_not_hold_up_the_others(run, village: Village) -> None:
    with ScriptedSmtp({"RCPT": ["550 5.1.1 nobody here", "250 ok"]}) as server:
        village.configure(server.port)
        report = run(village, "remind")
        assert (report["exit_status"], report["mails"]["refused"], report["mails"]["handed"]) == (5, 1, 1)
        assert village.mails() == {ALPHA: ("refused",), BETA: ("handed",)}
        again = run(village, "remind", SOON)
        assert (again["exit_status"], again["mails"]["handed"]) == (0, 0), "refused is refused for the day"
        assert took(server) == {BETA: 1}


def test_an_address_known_to_bounce_leaves_the_mail_to_the_deputy_from_the_next_day_on(run, village: Village) -> None:
    with ScriptedSmtp({"RCPT": ["550 5.1.1 nobody here", "250 ok"]}) as server:
        village.configure(server.port)
        run(village, "remind")
        village.acting(lambda conn: desk.mark_bounced(conn, ALPHA, "Bộ phận vận hành", "550", MONDAY))
        report = run(village, "remind", SOON)
        assert (report["exit_status"], report["mails"]["composed"]) == (0, 0), "an item is asked once a day"
        run(village, "remind", WEDNESDAY)
        assert took(server) == {BETA: 2, ALPHA_DEPUTY: 1}
        assert village.codes_of(ALPHA_DEPUTY) == ["H00.A-0001", "H00.A-0002"]


def test_an_address_that_bounces_before_its_mail_has_left_hands_it_to_the_deputy_at_once(run, village: Village) -> None:
    run(village, "remind", MONDAY.replace(hour=6, minute=45))
    village.acting(lambda conn: desk.mark_bounced(conn, ALPHA, "Bộ phận vận hành", "550", MONDAY))
    with ScriptedSmtp() as server:
        run(village.configure(server.port), "remind")
        assert took(server) == {BETA: 1, ALPHA_DEPUTY: 1}
    assert village.mails() == {ALPHA: ("superseded",), ALPHA_DEPUTY: ("handed",), BETA: ("handed",)}


def test_greylisting_is_asked_again_when_its_time_has_come(run, village: Village) -> None:
    with ScriptedSmtp({"RCPT": ["451 come later", "451 come later", "250 ok"]}) as server:
        village.configure(server.port)
        report = run(village, "remind")
        assert (report["exit_status"], report["mails"]["retry"]) == (5, 2)
        early = run(village, "remind", MONDAY + timedelta(minutes=2))
        assert (early["exit_status"], early["mails"]["handed"], server.verbs.count("RCPT")) == (0, 0, 2)
        assert run(village, "remind", SOON)["mails"]["handed"] == 2
        assert took(server) == {ALPHA: 1, BETA: 1}


def test_a_server_that_wants_a_pause_gets_one(run, village: Village) -> None:
    with ScriptedSmtp({"MAIL": ["421 too many", "250 ok"]}) as server:
        village.configure(server.port)
        report = run(village, "remind")
        assert report["exit_status"] == 5
        assert "421" in report["mail_fault"]
        assert server.connections == 1
        assert village.mails() == {ALPHA: ("retry",), BETA: ("planned",)}
        assert run(village, "remind", SOON)["mails"]["handed"] == 2
        assert took(server) == {ALPHA: 1, BETA: 1}


def lost_answer(run, village: Village, server: ScriptedSmtp) -> int:
    """Monday's reminders, the answer to the first lost; its ledger id."""
    village.configure(server.port)
    report = run(village, "remind")
    assert (report["exit_status"], report["mails"]["uncertain"], report["mails"]["handed"]) == (5, 1, 1)
    return village.mail_id(ALPHA)


def resolved(village: Village, mail_id: int, outcome: str) -> None:
    village.acting(
        lambda conn: desk.resolve_uncertain(conn, mail_id, outcome, "Bộ phận vận hành", SOON, today=SOON.date())
    )


def test_a_lost_answer_is_never_sent_again_by_itself_and_its_items_come_the_next_day(run, village: Village) -> None:
    with ScriptedSmtp({"DOT": [DROP, "250 taken"]}) as server:
        lost_answer(run, village, server)
        for minutes in (15, 30, 45):
            assert run(village, "remind", MONDAY + timedelta(minutes=minutes))["exit_status"] == 0
        assert took(server) == {ALPHA: 1, BETA: 1}
        run(village, "remind", WEDNESDAY)
        assert village.mails() == {ALPHA: ("uncertain", "handed"), BETA: ("handed", "handed")}


def test_a_lost_answer_found_to_have_arrived_counts_on_its_own_day(run, village: Village) -> None:
    from warehouse import ledger_read

    with ScriptedSmtp({"DOT": [DROP, "250 taken"]}) as server:
        resolved(village, lost_answer(run, village, server), "handed")
        asked = village.reading(lambda conn: ledger_read.asked_history(conn, ["dossier/ho-so/A1"]))
        assert [row["business_date"] for row in asked] == [MONDAY.date()]
        assert run(village, "remind", SOON)["mails"]["handed"] == 0


def test_a_lost_answer_that_did_not_arrive_waits_for_the_next_day(run, village: Village) -> None:
    with ScriptedSmtp({"DOT": [DROP, "250 taken"]}) as server:
        resolved(village, lost_answer(run, village, server), "not_handed")
        assert run(village, "remind", SOON)["mails"]["handed"] == 0
        assert village.mails()[ALPHA] == ("refused",)
        run(village, "remind", WEDNESDAY)
        assert village.mails()[ALPHA] == ("refused", "handed")


def test_resending_sends_the_very_same_bytes(run, village: Village) -> None:
    with ScriptedSmtp({"DOT": [DROP, "250 taken"]}) as server:
        resolved(village, lost_answer(run, village, server), "resend")
        assert run(village, "remind", SOON)["mails"]["handed"] == 1
        first, second = (body for address, body in server.accepted if address == ALPHA)
        assert first == second
        assert village.mails()[ALPHA] == ("handed",)


def test_the_bulletin_tells_of_a_lost_answer_the_same_morning(run, village: Village) -> None:
    with ScriptedSmtp({"DOT": [DROP, "250 taken"]}) as server:
        lost_answer(run, village, server)
        run(village, "bulletin", SOON)
        assert took(server) == {ALPHA: 1, BETA: 1, OPS: 1}
        (body,) = (body for address, body in server.accepted if address == OPS)
    text = message_from_bytes(body, policy=policy.default).get_body(("plain",)).get_content()
    assert "Chủ tịch UBND xã Alpha" in text
    assert "dondoc outbox resolve" in text or "chưa rõ" in text.lower()


def test_an_address_no_server_can_take_holds_up_nobody(run, empty_village: Village) -> None:
    odd = [row | {"email": "chủ.tịch@tinh.example.gov.vn"} if row["unit_code"] == "B" else row for row in CONTACTS]
    empty_village.drop("danh-ba", odd)
    with ScriptedSmtp() as server:
        report = run(empty_village.configure(server.port), "morning")
        assert report["exit_status"] == 0
        assert took(server) == {ALPHA: 1, OPS: 1}
    assert "B no_recipient" in empty_village.open_flags()
