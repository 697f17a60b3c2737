"""The wire goes wrong: each fault over a real socket, told by its code, never a partial pull."""

import re
import ssl
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import trustme

from tasks.intake.landing import Landing
from tasks.rules.timezone import HANOI
from tasks.sources.base import PullRequest, SourceFault
from tasks.sources.opencps import OpenCpsSource
from tests.fault_http import Answer, FaultServer, head, in_turn, json_reply, reply
from tests.pulls import Read, read

AS_OF = datetime(2026, 11, 23, 7, 30, tzinfo=HANOI)
NOTHING = json_reply({"total": 0})
ONE = json_reply({"total": 1, "data": {"dossierId": 1, "dossierStatus": "processing", "originality": 3}})
SECRET = "a-word-nobody-may-print"


def source(url: str, **changes: object) -> OpenCpsSource:
    made = OpenCpsSource(name="one-stop", base_url=url, group_id=55853, sleep=lambda _: None)
    return replace(made, username="dondoc", password=SECRET, **changes)


def pull(url: str, tmp_path: Path, known_open: frozenset[str] = frozenset(), **changes: object) -> Read:
    request = PullRequest(as_of=AS_OF, known_open=known_open)
    return read(source(url, **changes).pull(request, Landing(tmp_path / "landing")))


def fault_of(answer: Answer, tmp_path: Path, **changes: object) -> tuple[SourceFault, int]:
    with FaultServer(answer) as server:
        with pytest.raises(SourceFault) as caught:
            pull(server.url, tmp_path, **changes)
        said = f"{caught.value} {caught.value.sentence('vi')} {caught.value!r}"
        assert SECRET not in said
        assert "PERSONAL" not in said
        return caught.value, len(server.asked)


@pytest.mark.parametrize(
    ("answer", "code", "asked"),
    [
        (json_reply({"code": 203, "message": "x"}, status=203), "login_refused", 1),
        (json_reply({"code": 203}, status=401), "login_refused", 1),
        (json_reply({"code": 403}, status=403), "login_refused", 1),
        (reply(b"<html>PERSONAL login", kind="text/html"), "html_answer", 1),
        (reply(b"", status=302), "redirected", 1),
        (reply(b"", status=404), "not_found", 1),
        (reply(b"", status=418), "unexpected_status", 1),
        (reply(b"PERSONAL", status=500), "server_error", 3),
        (reply(b"", status=429), "too_many_requests", 3),
        (reply(b'{"total": 1, "data": [{"PERSONAL', length=-1), "not_json", 3),
        (reply(b'{"total": 0}', length=50), "cut_off", 3),
        (reply(b"\xff\xfe{"), "not_json", 3),
        (reply(b"[" * 100_000), "not_json", 3),
        (b"", "cut_off", 3),
        (b"SMTP ready\r\n\r\n", "cut_off", 3),
        (json_reply({"code": 500, "data": None}), "bad_shape", 1),
        (json_reply([]), "bad_shape", 1),
        (json_reply({"total": None, "data": []}), "bad_shape", 1),
        (json_reply({"total": -1, "data": []}), "bad_shape", 1),
        (json_reply({"total": 1, "data": ["PERSONAL"]}), "bad_shape", 1),
        (json_reply({"total": 5}), "bad_shape", 3),
        (json_reply({"total": 2, "data": [{"dossierId": 1}]}), "page_loop", 4),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_answer_is_a_fault(answer: bytes, code: str, asked: int, tmp_path: Path) -> None:
    fault, times = fault_of(lambda _: answer, tmp_path)
    assert (fault.code, times) == (code, asked)


def test_nobody_listens(tmp_path: Path) -> None:
    with FaultServer(lambda _: NOTHING) as server:
        url = server.url
    with pytest.raises(SourceFault) as fault:
        pull(url, tmp_path)
    assert (fault.value.code, fault.value.transient) == ("unreachable", True)


def test_two_errors_then_an_answer_is_an_answer_and_a_note(tmp_path: Path) -> None:
    slept: list[float] = []
    answers = in_turn(reply(b"", status=500), reply(b"", status=503), ONE)
    with FaultServer(answers) as server:
        pulled = pull(server.url, tmp_path, sleep=slept.append)
    assert [r.values["source_record_id"] for r in pulled.records] == ["1"]
    assert slept == [2.0, 4.0]
    assert [(note.code, note.params["count"]) for note in pulled.notes] == [("retried", 2)]


@pytest.mark.parametrize("broken", [reply(b'{"total": 1, "da', length=200), reply(b'{"total": 1, "da', length=-1)])
def test_a_truncated_body_is_fetched_again_never_taken_in_part(broken: bytes, tmp_path: Path) -> None:
    with FaultServer(in_turn(broken, ONE)) as server:
        pulled = pull(server.url, tmp_path)
        assert len(server.asked) == 4
    assert len(pulled.records) == 1
    assert len(pulled.bodies) == 1


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_dripping_server_is_left_at_the_deadline(part: str, tmp_path: Path) -> None:
    body = b'{"total": 0' + b" " * 100_000
    whole = reply(body) if part == "body" else b"HTTP/1.1 200 X\r\nX-Long: " + body
    with FaultServer(lambda _: whole, drip=200) as server, pytest.raises(SourceFault) as fault:
        pull(server.url, tmp_path, deadline_seconds=0.4)
    assert fault.value.code == "too_slow"


def test_a_request_has_its_own_limit_and_is_tried_again(tmp_path: Path) -> None:
    with FaultServer(lambda _: reply(b" " * 100_000), drip=200) as server:
        with pytest.raises(SourceFault) as fault:
            pull(server.url, tmp_path, timeout_seconds=0.1)
        assert len(server.asked) == 3
    assert (fault.value.code, fault.value.transient) == ("timeout", True)


def test_no_pause_goes_beyond_the_deadline(tmp_path: Path) -> None:
    slept: list[float] = []
    with FaultServer(lambda _: reply(b"", status=503)) as server, pytest.raises(SourceFault) as fault:
        pull(server.url, tmp_path, deadline_seconds=1.5, sleep=slept.append)
    assert (fault.value.code, slept) == ("too_slow", [])


def test_an_endless_body_is_stopped(tmp_path: Path) -> None:
    fault, asked = fault_of(lambda _: reply(b" " * 300_000, length=-1), tmp_path, body_limit=100_000)
    assert (fault.code, asked) == ("answer_too_large", 1)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://motcua.example.gov.vn", "plain_http"),
        ("http://10.0.0.1", "plain_http"),
        ("http://127.0.0.1.example.gov.vn", "plain_http"),
        ("ftp://127.0.0.1", "bad_address"),
        ("https://user:word@motcua.example.gov.vn", "bad_address"),
        ("motcua.example.gov.vn", "bad_address"),
        ("file:///etc/passwd", "bad_address"),
        ("https://169.254.169.254", "forbidden_address"),
        ("https://[fe80::1]", "forbidden_address"),
    ],
)
def test_addresses_that_must_not_be_used(url: str, code: str) -> None:
    with pytest.raises(SourceFault) as fault:
        source(url)
    assert fault.value.code == code


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "[::]", "224.0.0.1", "[ff02::1]", "[::ffff:169.254.169.254]", "2852039166"]
)
def test_what_no_server_has_is_refused_before_anything_is_sent(host: str, tmp_path: Path) -> None:
    """The check a name gets when it has been resolved: whatever it leads to must be an address of a server."""
    with pytest.raises(SourceFault) as fault:
        pull(f"https://{host}:8443", tmp_path)
    assert (fault.value.code, fault.value.transient) == ("forbidden_address", False)


def test_a_redirect_is_never_followed(tmp_path: Path) -> None:
    with FaultServer(lambda _: NOTHING) as other:
        elsewhere = head(302, Location=f"{other.url}/o/rest/v2/dossiers", Content_Length="0")
        fault, asked = fault_of(lambda _: elsewhere, tmp_path)
        assert (fault.code, asked, other.asked) == ("redirected", 1, [])


def test_http_to_this_machine_and_https_may_be_used() -> None:
    for url in ("http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost", "https://motcua.example.gov.vn"):
        assert source(url).base_url == url


def _tls(name: str) -> tuple[trustme.CA, ssl.SSLContext]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return authority, context


@pytest.mark.parametrize(("name", "told"), [("127.0.0.1", False), ("motcua.example.gov.vn", True)])
def test_an_untrusted_certificate_gets_no_request(name: str, told: bool, tmp_path: Path) -> None:
    authority, context = _tls(name)
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    with FaultServer(lambda _: NOTHING, tls=context) as server:
        with pytest.raises(SourceFault) as fault:
            pull(server.url, tmp_path, ca_file=ca_file if told else None)
        assert server.asked == []
    assert (fault.value.code, fault.value.transient) == ("tls_untrusted", False)


def test_a_private_authority_can_be_named(tmp_path: Path) -> None:
    authority, context = _tls("127.0.0.1")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with FaultServer(lambda _: ONE, tls=context) as server:
        assert len(pull(server.url, tmp_path, ca_file=tmp_path / "ca.pem").records) == 1


def test_what_is_sent(tmp_path: Path) -> None:
    with FaultServer(lambda _: NOTHING) as server:
        pull(server.url, tmp_path)
        replace(source(server.url), username="", token="t0k").pull(PullRequest(as_of=AS_OF), Landing(tmp_path))
        first, last = server.asked[0], server.asked[-1]
    assert first.path == "/o/rest/v2/dossiers"
    assert (first.headers["groupid"], first.headers["accept"]) == ("55853", "application/json")
    assert first.headers["authorization"].startswith("Basic ")
    assert last.headers["authorization"] == "Bearer t0k"


def test_bodies_are_landed_as_received_before_they_are_parsed(tmp_path: Path) -> None:
    odd = b'{"total": "0", "odd": "\xc4\x90" '
    with FaultServer(lambda _: reply(odd)) as server, pytest.raises(SourceFault):
        pull(server.url, tmp_path)
    landed = [path.stem for path in (tmp_path / "landing").glob("*/*.gz")]
    assert [Landing(tmp_path / "landing").read(sha256) for sha256 in landed] == [odd]


def test_secrets_do_not_show_in_print() -> None:
    shown = repr(source("http://127.0.0.1", token="t0ken"))
    assert SECRET not in shown
    assert not re.search("t0ken", shown)
