"""The bytes of a message: standard headers, nothing random, addresses that SMTP can carry."""

import email
import hashlib
from dataclasses import replace
from datetime import date, datetime
from email import policy
from email.message import EmailMessage

import pytest

from tasks.mail.letter import MailStyle, RenderedMail
from tasks.mail.message import AddressRefusedError, MessageHeaders, build_message
from tasks.mail.render import render_digest
from tasks.rules.model import Audience
from tasks.rules.timezone import HANOI
from tests.unit.story_digests import MAILS

HEADERS = MessageHeaders(
    sender="dondoc@sonoivu.example.gov.vn",
    sender_name="Hệ thống đôn đốc",
    reply_to="cchc@sonoivu.example.gov.vn",
    to="chutich.thoilong@cantho.example.gov.vn",
    business_date=date(2026, 11, 23),
    audience=Audience.HEAD,
    revision=1,
    as_of=datetime(2026, 11, 23, 7, 30, tzinfo=HANOI),
)
PLAIN = RenderedMail(subject="[Đôn đốc] 01 hồ sơ", text="Kính gửi: …\n", html="<p>Kính gửi</p>", locale="vi")


def parsed(mail: RenderedMail, headers: MessageHeaders = HEADERS) -> EmailMessage:
    message = email.message_from_bytes(build_message(mail, headers), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_receiver_reads_what_was_written():
    mail = render_digest(MAILS["2026-11-23_H1"], MailStyle(contact_address="cchc@sonoivu.example.gov.vn"))
    message = parsed(mail)
    assert message["Subject"] == mail.subject
    assert message["From"].addresses[0].display_name == "Hệ thống đôn đốc"
    assert message["From"].addresses[0].addr_spec == HEADERS.sender
    assert [p.get_content_type() for p in message.iter_parts()] == ["text/plain", "text/html"]
    text, html = (p.get_content().replace("\r\n", "\n") for p in message.iter_parts())
    assert (text, html) == (mail.text, mail.html)


def test_it_says_that_a_machine_wrote_it_and_where_to_answer():
    message = parsed(PLAIN)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Reply-To"] == HEADERS.reply_to
    assert message["Date"] == "Mon, 23 Nov 2026 07:30:00 +0700"
    assert message["Content-Language"] == "vi"
    assert message["In-Reply-To"] == message["References"]


def test_one_thread_for_all_mails_of_one_audience_to_one_address():
    tomorrow = replace(HEADERS, business_date=date(2026, 11, 25), as_of=datetime(2026, 11, 25, 7, 30, tzinfo=HANOI))
    assert tomorrow.thread_id == HEADERS.thread_id
    assert replace(HEADERS, audience=Audience.INSPECTING).thread_id != HEADERS.thread_id
    assert replace(HEADERS, to="x@cantho.example.gov.vn").thread_id != HEADERS.thread_id


@pytest.mark.parametrize(
    "change",
    [
        {"business_date": date(2026, 11, 25)},
        {"audience": Audience.OPS},
        {"to": "x@cantho.example.gov.vn"},
        {"revision": 2},
        {"as_of": datetime(2026, 11, 23, 7, 45, tzinfo=HANOI)},
    ],
    ids=str,
)
def test_the_message_id_tells_apart_what_the_ledger_tells_apart(change):
    assert replace(HEADERS, **change).message_id != HEADERS.message_id


def test_the_same_bytes_on_every_python():
    """Pinned: a resend must be the message that the first attempt was, after an upgrade of Python too."""
    long = replace(
        PLAIN, subject="[Đôn đốc] 01 hồ sơ và 01 kiến nghị quá hạn, lâu nhất 17 ngày làm việc – UBND xã Thạnh An"
    )
    bodies = [build_message(mail, HEADERS) for mail in (PLAIN, long)]
    assert hashlib.sha256(b"".join(bodies)).hexdigest() == (
        "94ff205faee3cbb09e206e46009c2616470ea5bdcbbb0514bfcc96ed69821438"
    )


def test_lines_are_short_ascii_and_end_with_crlf():
    raw = build_message(replace(PLAIN, subject="ỗ" * 90), HEADERS)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78


@pytest.mark.parametrize(
    ("field", "header"), [("to", "To"), ("sender", "From"), ("reply_to", "Reply-To")], ids=lambda v: str(v)
)
@pytest.mark.parametrize(
    "address",
    [
        "chủtịch@x.gov.vn",
        "a@x.vn\r\nBcc: b@x.vn",
        "a@x.vn\n",
        "a b@x.vn",
        "Tên <a@x.vn>",
        "a@",
        "",
        "a" * 300 + "@x.vn",
    ],
)
def test_an_address_that_smtp_cannot_carry_is_refused_without_showing_it(field, header, address):
    with pytest.raises(AddressRefusedError) as refused:
        build_message(PLAIN, replace(HEADERS, **{field: address}))
    assert str(refused.value) == header


@pytest.mark.parametrize("line_break", ["\r\nBcc: b@x.vn", "\n\n<b>body", "\r", "\x00"])
def test_no_header_can_be_slipped_in(line_break):
    with pytest.raises(ValueError, match="Subject"):
        build_message(replace(PLAIN, subject=f"Đôn{line_break}"), HEADERS)
    with pytest.raises(ValueError, match="From"):
        build_message(PLAIN, replace(HEADERS, sender_name=f"Sở{line_break}"))
