"""What became of one attempt, judged by the server's code or, without one, by how far the conversation had come.

The single place that decides between "again later", "never" and "nobody knows". Nothing here talks to a server.
"""

import re
import ssl
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

Kind = Literal["handed", "retry", "refused", "uncertain"]
_STOP = frozenset({421, 454})  # the server wants no more of us now
_LOGIN = frozenset({530, 534, 535, 538})  # it wants a login, or another one
_TOO_BIG = 552  # at MAIL: this message only
_TEXT = 160
_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")


class Phase(IntEnum):
    """How far an attempt came. From DATA on, bytes of the message may have arrived."""

    CONNECT = 1
    LOGIN = 2
    ENVELOPE = 3
    DATA = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The end of one attempt. `code` is the SMTP code or a word; `text` is short and without addresses.

    `stop_batch`: further mails would meet the same; `configuration_fault`: a person must change something first.
    """

    kind: Kind
    code: str = ""
    text: str = ""
    stop_batch: bool = False
    configuration_fault: bool = False


def judge(error: OSError, phase: Phase) -> Outcome:
    """The outcome of a failed attempt; every error of the SMTP library is an OSError."""
    code, reply = _reply_of(error)
    if code is not None and 400 <= code <= 599:
        return _by_code(code, reply, phase, ours=_about_us(error, code))
    if phase >= Phase.DATA:
        return Outcome(kind="uncertain", code=str(code or "no_answer"), text=_short(reply or _name(error)))
    word = _configuration_word(error, phase)
    if word:
        return Outcome(kind="retry", code=word, text=_name(error), stop_batch=True, configuration_fault=True)
    unreached = phase < Phase.ENVELOPE
    return Outcome(
        kind="retry", code="no_connection" if unreached else "dropped", text=_name(error), stop_batch=unreached
    )


def _by_code(code: int, reply: str, phase: Phase, *, ours: bool) -> Outcome:
    """A definite no, also after the final dot: the message was not taken."""
    permanent = code >= 500
    everybody = phase < Phase.ENVELOPE or code in _STOP | _LOGIN or (ours and permanent)
    return Outcome(
        kind="refused" if permanent and not everybody else "retry",
        code=str(code),
        text=_short(reply),
        stop_batch=everybody,
        configuration_fault=everybody and permanent and phase > Phase.CONNECT,
    )


def _about_us(error: OSError, code: int) -> bool:
    """The server speaks of our greeting or our sender, which all mails share, not of this mail."""
    return _name(error) == "SMTPHeloError" or (hasattr(error, "sender") and code != _TOO_BIG)


def _reply_of(error: OSError) -> tuple[int | None, str]:
    recipients = getattr(error, "recipients", None)
    if isinstance(recipients, dict) and recipients:
        code, reply = next(iter(recipients.values()))
    else:
        code, reply = getattr(error, "smtp_code", None), getattr(error, "smtp_error", b"")
    return (code if isinstance(code, int) else None), reply.decode("utf-8", "replace") if isinstance(
        reply, bytes
    ) else str(reply)


def _configuration_word(error: OSError, phase: Phase) -> str:
    """Faults before the envelope that repeating will not heal; "" for the others."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate"
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return "tls"
    if _name(error) == "SMTPNotSupportedError":
        return "starttls_missing" if phase is Phase.CONNECT else "auth_missing"
    if _name(error) == "SMTPException":
        return "auth_missing"
    return ""


def _name(error: OSError) -> str:
    return type(error).__name__


def _short(reply: str) -> str:
    text = _ADDRESS.sub("…", " ".join(c if c.isprintable() else " " for c in reply.split("\n")))
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_TEXT]
