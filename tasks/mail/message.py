"""A rendered mail becomes the bytes that travel: standard headers, text and HTML, nothing random.

Equal input gives equal bytes on every supported Python, so a resend is the same message with the same Message-ID and
a store that folds duplicates can do so. Addresses are checked here: one that SMTP cannot carry refuses its mail only.
"""

import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import date, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from tasks.mail.letter import RenderedMail
from tasks.rules.model import Audience
from tasks.rules.timezone import HANOI

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_LOCAL}@(?:{_LABEL}\.)*{_LABEL}")
_LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3 less the angle brackets

_WORD_BYTES = 36  # of text in one encoded word: with "Subject: " before it a line stays below 76 characters


class AddressRefusedError(Exception):
    """SMTP cannot carry this address (letters beyond ASCII, line breaks, no domain). Never shows it."""

    def __init__(self, header: str) -> None:
        super().__init__(header)
        self.header = header


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHeaders:
    """Everything beside the words. (business_date, audience, to, revision) is the ledger's key."""

    sender: str
    to: str
    business_date: date
    audience: Audience
    revision: int
    as_of: datetime
    sender_name: str = ""
    reply_to: str | None = None

    @property
    def message_id(self) -> str:
        """With angle brackets; follows from key, revision and as_of."""
        moment = self.as_of.astimezone(HANOI).isoformat()
        key = (self.business_date.isoformat(), self.audience.value, self.to, str(self.revision), moment)
        return f"<{_digest(*key)}@{_domain(self.sender)}>"

    @property
    def thread_id(self) -> str:
        """The same for all mails of one audience to one address; no mail bears it, all refer to it."""
        return f"<{_digest('thread', self.audience.value, self.to)}@{_domain(self.sender)}>"


def build_message(rendered: RenderedMail, headers: MessageHeaders) -> bytes:
    """The message with CRLF line ends. Raises `AddressRefusedError`, ValueError for a line break in a header."""
    for header, address in (("From", headers.sender), ("To", headers.to), ("Reply-To", headers.reply_to)):
        if address is not None:
            check_address(address, header)
    body = EmailMessage(policy=policy.SMTP)
    body.set_content(rendered.text, cte="base64")
    body.add_alternative(rendered.html, subtype="html", cte="base64")
    body.set_boundary(f"=_dondoc_{_digest('boundary', headers.message_id)}")
    return header_block(_headers(rendered, headers)) + body.as_bytes()


def header_block(headers: list[tuple[str, str]]) -> bytes:
    """Header lines as RFC 5322 and 2047 want them. Raises ValueError for control characters in a value.

    Written here because the standard library folds encoded words differently from one Python to the next.
    """
    lines = []
    for name, value in headers:
        if any(ord(c) < 32 or ord(c) == 127 for c in value):
            raise ValueError(name)
        lines.append(f"{name}: {_encoded(value, mailbox=name == 'From')}\r\n")
    return "".join(lines).encode("ascii")


def _headers(rendered: RenderedMail, headers: MessageHeaders) -> list[tuple[str, str]]:
    named = [
        ("From", _mailbox(headers.sender_name, headers.sender)),
        ("To", headers.to),
        ("Reply-To", headers.reply_to or ""),
        ("Subject", rendered.subject),
        ("Date", format_datetime(headers.as_of.astimezone(HANOI))),
        ("Message-ID", headers.message_id),
        ("In-Reply-To", headers.thread_id),
        ("References", headers.thread_id),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("Content-Language", rendered.locale),
    ]
    return [(name, value) for name, value in named if value]


def _mailbox(name: str, address: str) -> str:
    if not name:
        return address
    if name.isascii():
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{address}>'
    return f"{name} <{address}>"


def _encoded(value: str, *, mailbox: bool) -> str:
    """ASCII as it is; otherwise encoded words, a trailing <address> left readable on a line of its own."""
    if value.isascii():
        return value
    text, bracket, address = value.rpartition(" <") if mailbox else (value, "", "")
    words, chunk = [], ""
    for character in text:
        if len((chunk + character).encode()) > _WORD_BYTES:
            words.append(chunk)
            chunk = ""
        chunk += character
    encoded = [f"=?utf-8?b?{b64encode(w.encode()).decode()}?=" for w in (*words, chunk)]
    return "\r\n ".join([*encoded, f"<{address}"] if bracket else encoded)


def check_address(address: str, header: str) -> None:
    """Raises `AddressRefusedError` with the name of the header."""
    if len(address) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
        raise AddressRefusedError(header) from None


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _digest(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]
