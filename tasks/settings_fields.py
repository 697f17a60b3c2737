"""Kinds of values that configuration fields share: hours, addresses, safe endpoints, secrets by reference.

Add a kind here when two sections need it. Refusals carry a code of `settings_messages`, never the refused value:
a secret written into the wrong key must not come back on a screen.
"""

import codecs
import ipaddress
import re
from datetime import time
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from tasks.rules.loopback import is_loopback

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}"
)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_ENV_NAME = re.compile(r"[A-Z][A-Z0-9_]*")


class Section(BaseModel):
    """A table of the configuration: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def refuse(code: str) -> PydanticCustomError:
    """The error that a validator raises; `code` names a sentence of `settings_messages`."""
    return PydanticCustomError("dondoc", "{code}", {"code": code})


def parse_clock(text: str) -> time:
    """`15:00` as a time of day."""
    return time.fromisoformat(text)


def parse_span(text: str) -> tuple[time, time]:
    """`07:00-10:00` as opening and closing time; the text has been checked."""
    start, _, end = text.partition("-")
    return parse_clock(start), parse_clock(end)


def _check_clock(text: str) -> str:
    if not _CLOCK.fullmatch(text):
        raise refuse("clock_text")
    return text


def _check_span(text: str) -> str:
    if not _SPAN.fullmatch(text):
        raise refuse("span_text")
    start, end = parse_span(text)
    if start >= end:
        raise refuse("span_backwards")
    return text


def _check_hours(spans: tuple[str, ...]) -> tuple[str, ...]:
    if any(parse_span(before)[1] > parse_span(after)[0] for before, after in pairwise(spans)):
        raise refuse("hours_overlap")
    return spans


def _check_address(text: str) -> str:
    local = text.partition("@")[0]
    if not _ADDRESS.fullmatch(text) or ".." in text or local.startswith(".") or local.endswith("."):
        raise refuse("address")
    return text


def _check_name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise refuse("name")
    return text


def _check_env_name(text: str) -> str:
    if text and not _ENV_NAME.fullmatch(text):
        raise refuse("env_name")
    return text


def _check_header_text(text: str) -> str:
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise refuse("control_character")
    return text


def _check_encoding(text: str) -> str:
    try:
        return codecs.lookup(text).name
    except (LookupError, ValueError):
        raise refuse("encoding") from None


def _check_base_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise refuse("url") from None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise refuse("url")
    if parts.username is not None or parts.password is not None:
        raise refuse("url_secret")
    if parts.scheme == "http" and not is_loopback(host):
        raise refuse("plain_http")
    if _is_link_local(host):
        raise refuse("url_link_local")
    return text.rstrip("/")


def _is_link_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_link_local
    except ValueError:
        return False


def _empty_to_none(value: Any) -> Any:
    return None if value == "" else value


def _number_to_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Clock = Annotated[str, AfterValidator(_check_clock)]
Span = Annotated[str, AfterValidator(_check_span)]
Hours = Annotated[tuple[Span, ...], Field(min_length=1), AfterValidator(_check_hours)]
Address = Annotated[str, AfterValidator(_check_address)]
Name = Annotated[str, AfterValidator(_check_name)]
EnvName = Annotated[str, AfterValidator(_check_env_name)]
HeaderText = Annotated[str, AfterValidator(_check_header_text)]
Encoding = Annotated[str, AfterValidator(_check_encoding)]
BaseUrl = Annotated[str, AfterValidator(_check_base_url)]
OptionalPath = Annotated[Path | None, BeforeValidator(_empty_to_none)]
CodeText = Annotated[str, BeforeValidator(_number_to_text)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
