"""GET over HTTP for sources: verified, bounded in time and size, retried only where that can help.

Errors of the wire become `SourceFault` here and nowhere else. What an answer means is its product's module's part; it
hands in a function that accepts or refuses each body, so that a broken body is fetched again like a broken connection.
"""

import ipaddress
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import httpx

from tasks.rules.loopback import is_loopback
from tasks.sources.base import SourceFault
from tasks.sources.http_deadline import Deadline, ForbiddenAddress, transport
from tasks.sources.http_pace import Pace, Politeness, retry_after

T = TypeVar("T")

_LOGIN = frozenset({203, 401, 403})  # OpenCPS says 203 for "not logged in"
_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_REFUSED = {429: "too_many_requests"}
_MAY_SAY_WHEN = frozenset({429, 503})


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """How to reach a server. `deadline_seconds` bounds a whole pull, `timeout_seconds` one request with its body.

    Either `username` and `password` (Basic) or `token` (Bearer). `body_limit` counts decoded bytes of one answer.
    """

    source: str
    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    username: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    ca_file: Path | None = None
    deadline_seconds: float = 1800.0
    timeout_seconds: float = 60.0
    body_limit: int = 64 * 1024 * 1024
    tries: int = 3
    backoff_seconds: float = 2.0
    politeness: Politeness = field(default_factory=Politeness)
    sleep: Callable[[float], None] = time.sleep


class _Busy(SourceFault):
    """The server says in how many seconds to come again."""

    def __init__(self, code: str, source: str, status: int, wait: float) -> None:
        super().__init__(code, {"source": source, "status": status}, transient=True)
        self.wait = wait


class HttpClient:
    """Context manager for one pull; safe with threads. `sent` counts requests, `retried` those sent once more."""

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        self._host = check_address(settings.source, settings.base_url)
        self._deadline = Deadline(settings.deadline_seconds)
        self._pace = Pace(settings.politeness, settings.sleep)
        bearer = {"Authorization": f"Bearer {settings.token}"} if settings.token else {}
        self._client = httpx.Client(
            base_url=settings.base_url,
            auth=httpx.BasicAuth(settings.username, settings.password) if settings.username else None,
            headers={"Accept": "application/json", "Accept-Encoding": "identity", **settings.headers, **bearer},
            transport=transport(self._deadline, settings.ca_file),
            follow_redirects=False,
            trust_env=False,
            timeout=None,  # noqa: S113 -- the deadline's network layer decides
        )
        self._guard = threading.Lock()
        self.retried = 0
        self.sent = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def stop(self) -> None:
        """The pull has failed: requests under way in other threads get no more time, and none is begun."""
        self._deadline.stop()

    def get(self, path: str, params: Mapping[str, str], accept: Callable[[bytes], T]) -> T:
        """What `accept` makes of the whole body. Transient faults, `accept`'s too, are tried again; then raised.

        `path` below the base URL, or from the root of the server when it begins with a slash. A server that asks to be
        left alone is left alone by every thread; for too long: `rate_limited`.
        """
        for attempt in range(1, self._settings.tries + 1):
            try:
                return accept(self._body(path, params))
            except SourceFault as fault:
                if not fault.transient or attempt == self._settings.tries or fault.code == "too_slow":
                    raise
                self._wait_after(fault, attempt)
                with self._guard:
                    self.retried += 1
        raise AssertionError

    def _wait_after(self, fault: SourceFault, attempt: int) -> None:
        if isinstance(fault, _Busy):
            limit = self._settings.politeness.longest_wait
            if fault.wait > limit:
                told = {"status": fault.params["status"], "seconds": round(fault.wait), "limit": round(limit)}
                raise self._fault("rate_limited", transient=True, **told) from None
            self._pace.hold(fault.wait)  # the next turn, whoever's it is, comes after that
            return
        pause = self._settings.backoff_seconds * 2 ** (attempt - 1)
        if pause >= self._deadline.pull_left():
            raise self._too_slow() from None
        self._settings.sleep(pause)

    def _body(self, path: str, params: Mapping[str, str]) -> bytes:
        with self._pace.turn(self._deadline.pull_left) as in_time:
            if not in_time:
                raise self._too_slow()
            return self._on_the_wire(path, params)

    def _on_the_wire(self, path: str, params: Mapping[str, str]) -> bytes:
        self._deadline.begin_request(self._settings.timeout_seconds)
        with self._guard:
            self.sent += 1
        url = self._client.base_url.copy_with(raw_path=path.encode()) if path.startswith("/") else path
        try:
            with self._client.stream("GET", url, params=dict(params)) as response:
                self._check_status(response)
                return self._bounded(response)
        except httpx.TimeoutException:
            if self._deadline.pull_left() <= 0:
                raise self._too_slow() from None
            raise self._fault("timeout", transient=True, host=self._host) from None
        except httpx.ConnectError as error:
            if _caused_by(error, ForbiddenAddress):
                raise self._fault("forbidden_address", host=self._host) from None
            code = "tls_untrusted" if _caused_by(error, ssl.SSLError) else "unreachable"
            raise self._fault(code, transient=code == "unreachable", host=self._host) from None
        except (httpx.HTTPError, httpx.StreamError):
            raise self._fault("cut_off", transient=True, host=self._host) from None
        except httpx.InvalidURL:
            raise self._fault("bad_address") from None

    def _check_status(self, response: httpx.Response) -> None:
        status = response.status_code
        if status == httpx.codes.OK:
            return
        if status in _LOGIN:
            raise self._fault("login_refused", status=status)
        if status == httpx.codes.NOT_FOUND:
            raise self._fault("not_found", status=status)
        if httpx.codes.is_redirect(status):
            raise self._fault("redirected", status=status)
        wait = retry_after(response.headers) if status in _MAY_SAY_WHEN else None
        if wait is not None:
            raise _Busy(_REFUSED.get(status, "server_error"), self._settings.source, status, wait)
        if status in _TRY_AGAIN:
            raise self._fault(_REFUSED.get(status, "server_error"), transient=True, status=status)
        raise self._fault("unexpected_status", status=status)

    def _bounded(self, response: httpx.Response) -> bytes:
        limit = self._settings.body_limit
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > limit:
                raise self._fault("answer_too_large", limit=limit)
        return bytes(body)

    def _too_slow(self) -> SourceFault:
        return self._fault("too_slow", seconds=round(self._settings.deadline_seconds))

    def _fault(self, code: str, *, transient: bool = False, **params: str | int) -> SourceFault:
        return SourceFault(code, {"source": self._settings.source, **params}, transient=transient)


def check_address(source: str, base_url: str) -> str:
    """The host of a base URL that may be used: https, or http to this machine itself; no login or query in it."""
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        raise SourceFault("bad_address", {"source": source}) from None
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo or url.query or url.fragment:
        raise SourceFault("bad_address", {"source": source})
    if url.scheme == "http" and not is_loopback(url.host):
        raise SourceFault("plain_http", {"source": source, "host": url.host})
    if _is_link_local(url.host):
        raise SourceFault("forbidden_address", {"source": source, "host": url.host})
    return url.host


def _is_link_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_link_local
    except ValueError:
        return False


def _caused_by(error: BaseException, kind: type[BaseException]) -> bool:
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, kind):
            return True
        chain = chain.__cause__ or chain.__context__
    return False
