"""A way to a server on which answers get lost: the request arrives, the connection is cut before the reply."""

import contextlib
import re
import socket
import threading
from collections.abc import Callable
from typing import Self

_REQUEST = re.compile(rb"^(?:GET|POST|PATCH|PUT|DELETE) (\S+) HTTP/1\.1\r\n")

Choice = Callable[[str, bytes], bool]  # path and a part of the request: lose the answer?


class LossyWay:
    """Context manager: listens on `port`, relays to the server, loses the answers to requests that `lose` picks."""

    def __init__(self, server_port: int, lose: Choice) -> None:
        self.lost: list[str] = []
        self._server_port, self._lose = server_port, lose
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._server_port))
                doomed = threading.Event()
                for way in (self._there, self._back):
                    threading.Thread(target=way, args=(near, far, doomed), daemon=True).start()

    def _there(self, near: socket.socket, far: socket.socket, doomed: threading.Event) -> None:
        path = ""
        with contextlib.suppress(OSError):
            while part := near.recv(65536):
                if found := _REQUEST.match(part):
                    path = found[1].decode()
                if self._lose(path, part):
                    self.lost.append(path)
                    doomed.set()
                far.sendall(part)
        _close(near, far)

    def _back(self, near: socket.socket, far: socket.socket, doomed: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while part := far.recv(65536):
                if doomed.is_set():
                    break
                near.sendall(part)
        _close(near, far)


def _close(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
