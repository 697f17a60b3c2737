"""A web server on loopback made of bare sockets: it answers whatever bytes a test wants, also broken ones."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


Answer = Callable[[Asked], bytes | Iterator[bytes]]


class FaultServer:
    """Context manager. `answer` gives the whole reply, status line and all; then the connection is closed.

    Connections are served side by side, but `answer` is called for one request at a time, in the order of `asked`.
    A reply that is an iterator is sent piece by piece until the other side hangs up.
    `drip`: one byte at a time, so often a second as `drip` says.
    """

    def __init__(self, answer: Answer, *, tls: ssl.SSLContext | None = None, drip: float = 0.0) -> None:
        self.asked: list[Asked] = []
        self._answer = answer
        self._tls = tls
        self._drip = drip
        self._over = threading.Event()
        self._turn = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        served: list[threading.Thread] = []
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                break
            served.append(threading.Thread(target=self._connected, args=(connection,), daemon=True))
            served[-1].start()
        for thread in served:
            thread.join(timeout=10)

    def _connected(self, connection: socket.socket) -> None:
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                self._one(connection)
        except OSError:
            connection.close()

    def _one(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            more = connection.recv(65536)
            if not more:
                return
            head += more
        request, *lines = head.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
        address = urlsplit(request.split(" ")[1])
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        asked = Asked(address.path, dict(parse_qsl(address.query)), headers)
        self._reply(connection, asked)

    def _reply(self, connection: socket.socket, asked: Asked) -> None:
        with self._turn:
            self.asked.append(asked)
            reply = self._answer(asked)
        if isinstance(reply, bytes) and not self._drip:
            connection.sendall(reply)
            return
        pieces = (reply[n : n + 1] for n in range(len(reply))) if isinstance(reply, bytes) else reply
        for piece in pieces:
            if self._over.wait(1 / self._drip if self._drip else 0):
                return
            connection.sendall(piece)


def reply(body: bytes, *, status: int = 200, kind: str = "application/json", length: int | None = None) -> bytes:
    """A reply; `length` is what Content-Length claims, negative: no such header."""
    size = len(body) if length is None else length
    claim = f"Content-Length: {size}\r\n" if size >= 0 else ""
    return f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{claim}Connection: close\r\n\r\n".encode() + body


def head(status: int = 200, **more: str) -> bytes:
    """The head of a reply that goes on until the connection ends; `more` headers with _ for -."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in more.items())
    return f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{lines}Connection: close\r\n\r\n".encode()


def json_reply(answer: object, *, status: int = 200) -> bytes:
    """A JSON reply."""
    return reply(json.dumps(answer, ensure_ascii=False).encode(), status=status)


def in_turn(*replies: bytes) -> Answer:
    """Those replies one after the other, the last one for ever."""
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]
