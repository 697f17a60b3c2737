"""What the transport makes of each behaviour of a server: real sockets, one accepted copy at most."""

import ssl
from importlib.metadata import version
from pathlib import Path

import pytest
import trustme
import yagmail

from tasks.mail.transport import Mailer, Outcome, SmtpSettings, open_mailer
from tests.scripted_smtp import DROP, SILENT, ScriptedSmtp

MESSAGE = b"Subject: x\r\n\r\nbody\r\n.dot first\r\n"
TO = "chutich@cantho.example.gov.vn"


def settings(server: ScriptedSmtp, **more: object) -> SmtpSettings:
    values: dict[str, object] = {
        "host": "127.0.0.1",
        "port": server.port,
        "sender": "dondoc@sonoivu.example.gov.vn",
        "security": "none",
        "timeout_seconds": 1.0,
        "ehlo_name": "localhost",
    }
    return SmtpSettings(**{**values, **more})  # type: ignore[arg-type]


def deliver(server: ScriptedSmtp, on_data=lambda: None, **more: object) -> Outcome:
    with open_mailer(settings(server, **more)) as mailer:
        return mailer.deliver(TO, MESSAGE, on_data)


BEHAVIOURS = [
    # what the server does, outcome, code, batch stops, copies that may exist
    ({}, "handed", "250", False, 1),
    ({"BANNER": SILENT}, "retry", "no_connection", True, 0),
    ({"BANNER": DROP}, "retry", "no_connection", True, 0),
    ({"BANNER": "421 busy"}, "retry", "421", True, 0),
    ({"BANNER": "554 no service"}, "retry", "554", True, 0),
    ({"EHLO": DROP}, "retry", "dropped", False, 0),
    ({"EHLO": "554 go away"}, "retry", "502", True, 0),
    ({"MAIL": DROP}, "retry", "dropped", False, 0),
    ({"MAIL": "451 later"}, "retry", "451", False, 0),
    ({"MAIL": "452 full"}, "retry", "452", False, 0),
    ({"MAIL": "552 too big"}, "refused", "552", False, 0),
    ({"MAIL": "553 sender not yours"}, "retry", "553", True, 0),
    ({"MAIL": "530 log in first"}, "retry", "530", True, 0),
    ({"RCPT": "451 greylisted"}, "retry", "451", False, 0),
    ({"RCPT": "550 unknown"}, "refused", "550", False, 0),
    ({"RCPT": "421 enough"}, "retry", "421", True, 0),
    ({"RCPT": "454 relay later"}, "retry", "454", True, 0),
    ({"RCPT": DROP}, "retry", "dropped", False, 0),
    ({"RCPT": SILENT}, "retry", "dropped", False, 0),
    ({"DATA": "451 not now"}, "retry", "451", False, 0),
    ({"DATA": "554 no"}, "refused", "554", False, 0),
    ({"BODY": DROP}, "uncertain", "no_answer", False, 0),
    ({"DOT": "452 full"}, "retry", "452", False, 0),
    ({"DOT": "552 too big"}, "refused", "552", False, 0),
    ({"DOT": "421 closing"}, "retry", "421", True, 0),
    ({"DOT": "251 odd"}, "uncertain", "251", False, 1),
    ({"DOT": "nonsense"}, "uncertain", "-1", False, 1),
    ({"DOT": DROP}, "uncertain", "no_answer", False, 1),
    ({"DOT": SILENT}, "uncertain", "no_answer", False, 1),
]


@pytest.mark.parametrize(("script", "kind", "code", "stops", "copies"), BEHAVIOURS, ids=lambda v: str(v))
def test_every_behaviour_has_one_outcome_and_one_attempt(script, kind, code, stops, copies):
    with ScriptedSmtp(script) as server:
        outcome = deliver(server)
        assert (outcome.kind, outcome.code, outcome.stop_batch) == (kind, code, stops)
    assert len(server.accepted) == copies
    assert server.verbs.count("DATA") <= 1
    assert server.connections == 1


def test_message_arrives_as_it_was_built():
    with ScriptedSmtp() as server:
        deliver(server)
    assert server.accepted == [(TO, MESSAGE)]


def test_nobody_listens():
    with ScriptedSmtp() as server:
        pass
    outcome = deliver(server)
    assert (outcome.kind, outcome.code, outcome.stop_batch) == ("retry", "no_connection", True)


@pytest.mark.parametrize("script", [{}, {"DOT": DROP}, {"BODY": DROP}, {"DOT": "452 full"}], ids=str)
def test_the_ledger_is_told_before_any_byte_of_the_message(script):
    told = []
    with ScriptedSmtp(script) as server:
        deliver(server, on_data=lambda: told.append((list(server.verbs), server.body_bytes)))
    assert told == [(["EHLO", "MAIL", "RCPT"], 0)]


@pytest.mark.parametrize("script", [{"RCPT": "550 no"}, {"MAIL": DROP}, {"BANNER": DROP}], ids=str)
def test_the_ledger_is_not_told_of_data_that_never_began(script):
    told = []
    with ScriptedSmtp(script) as server:
        deliver(server, on_data=lambda: told.append(1))
    assert told == []


@pytest.mark.parametrize("fault", [RuntimeError("ledger"), OSError("disk full")], ids=repr)
def test_a_ledger_that_fails_keeps_the_message_here(fault):
    def on_data() -> None:
        raise fault

    with ScriptedSmtp() as server, open_mailer(settings(server)) as mailer:
        with pytest.raises(type(fault), match=str(fault)):
            mailer.deliver(TO, MESSAGE, on_data)
        assert mailer.deliver(TO, MESSAGE, lambda: None).kind == "handed"
    assert len(server.accepted) == 1


def test_a_batch_uses_one_connection_and_says_goodbye():
    with ScriptedSmtp() as server:
        with open_mailer(settings(server)) as mailer:
            assert [mailer.deliver(TO, MESSAGE, lambda: None).kind for _ in range(3)] == ["handed"] * 3
        assert server.connections == 1
    assert server.verbs[-1] == "QUIT"
    assert len(server.accepted) == 3


def test_a_refused_mail_does_not_hold_up_the_next():
    with ScriptedSmtp({"RCPT": ["550 unknown", "250 ok"]}) as server, open_mailer(settings(server)) as mailer:
        kinds = [mailer.deliver(TO, MESSAGE, lambda: None).kind for _ in range(2)]
    assert kinds == ["refused", "handed"]


@pytest.mark.parametrize("script", [{"DOT": [DROP, "250 ok"]}, {"NOOP": DROP}, {"NOOP": "421 idle too long"}], ids=str)
def test_a_lost_connection_is_replaced(script):
    with ScriptedSmtp(script) as server, open_mailer(settings(server)) as mailer:
        kinds = [mailer.deliver(TO, MESSAGE, lambda: None).kind for _ in range(2)]
        assert server.connections == 2
    assert kinds == ["uncertain" if "DOT" in script else "handed", "handed"]
    assert len(server.accepted) == 2


@pytest.mark.parametrize(
    "address", ["chủtịch@x.gov.vn", "a@x.gov.vn\r\nRCPT TO:<b@x.vn>", "a b@x.vn", "", "a@", "@x.vn"]
)
def test_an_address_that_smtp_cannot_carry_is_refused_alone(address):
    with ScriptedSmtp() as server, open_mailer(settings(server)) as mailer:
        assert mailer.deliver(address, MESSAGE, lambda: None) == Outcome(kind="refused", code="address")
        assert mailer.deliver(TO, MESSAGE, lambda: None).kind == "handed"
    assert [to for to, _ in server.accepted] == [TO]


class Authority:
    """A private certificate authority and a server context."""

    def __init__(self, folder: Path, name: str = "127.0.0.1") -> None:
        self.authority = trustme.CA()
        self.file = folder / "ca.pem"
        self.authority.cert_pem.write_to_path(str(self.file))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(name).configure_cert(self.context)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


LOGIN = {"username": "may-chu-thu", "password": "bi-mat-1"}
SECRETS = {"AUTH", "MAIL", "RCPT", "DATA"}


def tls_server(security: str, context: ssl.SSLContext, **script: str) -> ScriptedSmtp:
    features = ["AUTH PLAIN", *(["STARTTLS"] if security == "starttls" else [])]
    return ScriptedSmtp(script, features=features, context=context, implicit_tls=security == "tls")


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_private_authority_is_trusted_when_configured(security, authority):
    with tls_server(security, authority.context) as server:
        outcome = deliver(server, security=security, ca_file=authority.file, **LOGIN)
    assert outcome.kind == "handed"
    assert "AUTH" in server.verbs


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("fault", ["unknown authority", "wrong name"])
def test_a_certificate_that_cannot_be_verified_sees_no_secret(security, fault, authority, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    theirs = authority if fault == "unknown authority" else Authority(other, "mail.elsewhere.example")
    ca_file = None if fault == "unknown authority" else theirs.file
    with tls_server(security, theirs.context) as server:
        outcome = deliver(server, security=security, ca_file=ca_file, **LOGIN)
    assert (outcome.kind, outcome.code) == ("retry", "certificate")
    assert outcome.stop_batch
    assert outcome.configuration_fault
    assert not SECRETS & set(server.verbs)
    assert server.accepted == []


def test_a_stripped_starttls_sees_no_secret():
    with ScriptedSmtp(features=["AUTH PLAIN"]) as server:
        outcome = deliver(server, security="starttls", **LOGIN)
    assert (outcome.code, outcome.stop_batch, outcome.configuration_fault) == ("starttls_missing", True, True)
    assert not SECRETS & set(server.verbs)


def test_a_server_without_tls_is_a_configuration_fault():
    with ScriptedSmtp() as server:
        outcome = deliver(server, security="tls")
    assert (outcome.kind, outcome.code, outcome.configuration_fault) == ("retry", "tls", True)


@pytest.mark.parametrize(
    ("answer", "configuration"), [("535 wrong", True), ("534 weak", True), ("454 not now", False)], ids=str
)
def test_a_refused_login_ends_the_batch_after_one_try(answer, configuration):
    with ScriptedSmtp({"AUTH": answer}, features=["AUTH PLAIN"]) as server:
        outcome = deliver(server, **LOGIN)
    assert (outcome.kind, outcome.code, outcome.stop_batch) == ("retry", answer[:3], True)
    assert outcome.configuration_fault is configuration
    assert server.verbs.count("AUTH") == 1
    assert "RCPT" not in server.verbs


def test_login_is_not_offered():
    with ScriptedSmtp() as server:
        outcome = deliver(server, **LOGIN)
    assert (outcome.code, outcome.configuration_fault) == ("auth_missing", True)


def test_the_reply_kept_is_short_and_without_addresses():
    with ScriptedSmtp({"RCPT": f"550 <{TO}> " + "x" * 400}) as server:
        outcome = deliver(server)
    assert "@" not in outcome.text
    assert len(outcome.text) <= 160


@pytest.mark.parametrize(
    "wrong",
    [
        {"security": "none", "host": "mail.example.gov.vn"},
        {"security": "ssl"},
        {"username": "x"},
        {"sender": "khôngdấu@x.vn"},
        {"timeout_seconds": 0.0},
    ],
    ids=str,
)
def test_settings_that_must_not_be(wrong):
    good = {"host": "127.0.0.1", "port": 25, "sender": "a@x.vn", "security": "none"}
    with pytest.raises(ValueError, match=r"."):
        SmtpSettings(**{**good, **wrong})


def test_the_password_never_shows():
    shown = repr(SmtpSettings(host="localhost", port=25, sender="a@x.vn", **LOGIN))
    assert "bi-mat-1" not in shown


def test_the_parts_of_yagmail_that_we_lean_on():
    assert version("yagmail").startswith("0.16.")
    with ScriptedSmtp() as server, open_mailer(settings(server)) as mailer:
        assert isinstance(mailer, yagmail.SMTP)
        assert mailer.user == "dondoc@sonoivu.example.gov.vn"
        assert mailer.smtp is None
        mailer.login()
        assert mailer.is_closed is False
        assert mailer.smtp.timeout == 1.0
        assert callable(mailer.smtp.sendmail)
        assert callable(mailer.smtp.data)
        mailer.close()
        assert mailer.is_closed is True
    assert Mailer.send is yagmail.SMTP.send  # never called by us: it would send again by itself
