"""A network layer under httpx that cannot be held up: every read and write ends by one deadline.

HTTP timeouts are per read, so a server that sends a byte now and then holds a client for ever, in the headers as well
as in the body. Here the time left is what each operation gets.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import httpcore
import httpx


class ForbiddenAddress(httpcore.ConnectError):
    """The name leads to an address that no server of records has: a link-local or multicast one, or none at all."""


class Deadline:
    """When to stop, on a monotonic clock: the end of the pull, or of this thread's request if that is sooner."""

    def __init__(self, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._end = monotonic() + seconds
        self._request = threading.local()

    def begin_request(self, seconds: float) -> None:
        """From now on this thread's request runs, which may take so long, and never longer than the pull."""
        self._request.end = min(self._end, self._monotonic() + seconds)

    def left(self) -> float:
        """Seconds until the current request must end; not positive: over."""
        end: float = getattr(self._request, "end", self._end)
        return min(end, self._end) - self._monotonic()

    def pull_left(self) -> float:
        """Seconds until the whole pull must end."""
        return self._end - self._monotonic()

    def stop(self) -> None:
        """The pull is over: whoever still reads gets no more time."""
        self._end = self._monotonic()


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._deadline, timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._deadline, timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline, timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, deadline: Deadline) -> None:
        self._inner = httpcore.SyncBackend()
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        _check_target(host, port)
        left = _left(self._deadline, timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.connect_tcp(host, port, left, local_address, socket_options), self._deadline)


def transport(deadline: Deadline, ca_file: Path | None = None) -> httpx.HTTPTransport:
    """An httpx transport with verified TLS (`ca_file`: a private authority besides the usual ones) and that deadline.

    httpx has no public door for a network backend, so its pool is replaced; `test_sources_http` holds it to that.
    """
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    made = httpx.HTTPTransport(verify=context, trust_env=False)
    made._pool.close()
    made._pool = httpcore.ConnectionPool(ssl_context=context, network_backend=_Backend(deadline))
    return made


def _check_target(host: str, port: int) -> None:
    """Raise ForbiddenAddress before anything is sent where a name leads to what is no server: a cloud's own doors."""
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError:
        raise httpcore.ConnectError from None
    for text in found:
        address = ipaddress.ip_address(text.split("%")[0])
        address = getattr(address, "ipv4_mapped", None) or address
        if address.is_link_local or address.is_multicast or address.is_unspecified:
            raise ForbiddenAddress


def _left(deadline: Deadline, timeout: float | None, late: type[httpcore.TimeoutException]) -> float:
    left = deadline.left() if timeout is None else min(deadline.left(), timeout)
    if left <= 0:
        raise late
    return left
