"""Real processes for tests: a snippet runs in an interpreter of its own, says when it has got somewhere, may be killed.

The snippet has `engine` on the given warehouse, and `say(word)` / `wait()` to talk with the test line by line.
"""

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


class Running:
    """A started snippet."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def heard(self) -> str:
        """The next word it says; empty when it has ended."""
        return self.process.stdout.readline().strip()

    def go_on(self) -> None:
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        """As a machine would: no handler runs."""
        self.process.kill()
        self.process.wait()

    def ended(self) -> int:
        return self.process.wait(timeout=60)


@contextmanager
def running(url: str, snippet: str, *arguments: str) -> Iterator[Running]:
    """Start the snippet; whatever happens it is gone afterwards."""
    code = _PRELUDE + textwrap.dedent(snippet)
    command = [sys.executable, "-c", code, url, *arguments]
    process = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        try:
            yield Running(process)
        finally:
            process.kill()
