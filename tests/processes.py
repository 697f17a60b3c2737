"""Real processes for tests: a snippet runs in a process of its own, says when it has got somewhere, may be killed.

The snippet has `engine` on the given warehouse, and `say(word)` / `wait()` to talk with the test line by line. One
process, the nursery, imports once and forks for every snippet, which then costs no start-up; `main` is that process.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn

_ROOT = Path(__file__).parents[1]
_PRELUDE = """
import sys
from warehouse.engine import open_engine, reading, transaction
engine = open_engine(sys.argv[1])
def say(word):
    print(word, flush=True)
def wait():
    sys.stdin.readline()
"""
_IMPORTED_ONCE = ("psycopg", "sqlalchemy.dialects.postgresql.psycopg", "tests.warehouse_samples", "warehouse.run_lock")


class _Nursery:
    """The test's end of the process that forks snippets."""

    def __init__(self) -> None:
        self._talk, theirs = socket.socketpair()
        self._one_at_a_time = threading.Lock()
        with theirs:
            number = str(theirs.fileno())
            subprocess.Popen([sys.executable, "-m", "tests.processes", number], cwd=_ROOT, pass_fds=[theirs.fileno()])

    def start(self, code: str, *arguments: str) -> "Running":
        reads, writes = os.pipe(), os.pipe()
        with self._one_at_a_time:
            asked = json.dumps({"code": code, "arguments": arguments}).encode()
            socket.send_fds(self._talk, [len(asked).to_bytes(4, "big")], [reads[0], writes[1]])
            self._talk.sendall(asked)
            pid = self._answer()
        os.close(reads[0])
        os.close(writes[1])
        return Running(self, pid, reads[1], writes[0])

    def wait(self, pid: int) -> int:
        """The exit status of a snippet when it has ended; negative when it was killed."""
        with self._one_at_a_time:
            self._talk.sendall(b"\0\0\0\0" + pid.to_bytes(4, "big"))
            return self._answer()

    def _answer(self) -> int:
        told = self._talk.recv(4, socket.MSG_WAITALL)
        assert len(told) == 4, "the nursery has ended"
        return int.from_bytes(told, "big", signed=True)


class Running:
    """A started snippet."""

    def __init__(self, nursery: _Nursery, pid: int, stdin: int, stdout: int) -> None:
        self._nursery, self._pid = nursery, pid
        self._stdin, self._stdout = os.fdopen(stdin, "w"), os.fdopen(stdout)
        self._status: int | None = None

    def heard(self) -> str:
        """The next word it says; empty when it has ended."""
        return self._stdout.readline().strip()

    def go_on(self) -> None:
        self._stdin.write("\n")
        self._stdin.flush()

    def kill(self) -> None:
        """As a machine would: no handler runs."""
        if self._status is None:  # until it was waited for, its number is nobody else's
            os.kill(self._pid, signal.SIGKILL)
            self.ended()

    def ended(self) -> int:
        if self._status is None:
            self._status = self._nursery.wait(self._pid)
        return self._status

    def close(self) -> None:
        self.kill()
        self._stdout.close()
        with suppress(BrokenPipeError):
            self._stdin.close()


_nurseries: list[_Nursery] = []


@contextmanager
def running(url: str, snippet: str, *arguments: str) -> Iterator[Running]:
    """Start the snippet; whatever happens it is gone afterwards."""
    if not _nurseries:
        _nurseries.append(_Nursery())  # it goes with this process
    started = _nurseries[0].start(_PRELUDE + textwrap.dedent(snippet), url, *arguments)
    try:
        yield started
    finally:
        started.close()


# In the nursery


def main() -> None:
    for module in _IMPORTED_ONCE:
        import_module(module)
    with socket.socket(fileno=int(sys.argv[1])) as talk:
        while True:
            head, ends, _, _ = socket.recv_fds(talk, 4, 2)
            if not head:
                return
            if not ends:
                pid = int.from_bytes(talk.recv(4, socket.MSG_WAITALL), "big")
                status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                talk.sendall(status.to_bytes(4, "big", signed=True))
                continue
            asked = json.loads(talk.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL))
            if not (pid := os.fork()):
                talk.close()
                _become(asked["code"], asked["arguments"], *ends)
            for end in ends:
                os.close(end)
            talk.sendall(pid.to_bytes(4, "big"))


def _become(code: str, arguments: list[str], stdin: int, stdout: int) -> NoReturn:
    """The snippet, to its end as an interpreter ends."""
    for end, number in ((stdin, 0), (stdout, 1)):
        os.dup2(end, number)
        os.close(end)
    sys.argv = ["-c", *arguments]
    sys.stdin, sys.stdout = open(0, encoding="utf-8"), open(1, "w", encoding="utf-8")  # noqa: SIM115
    status: object = 0
    try:
        exec(compile(code, "<snippet>", "exec"), {"__name__": "__main__"})
    except SystemExit as end:
        status = end.code or 0
    except BaseException:  # noqa: BLE001 - as an interpreter ends
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    os._exit(status if isinstance(status, int) else 1)


if __name__ == "__main__":
    main()
