"""The process that reads a workbook: how it is started, what it may use, and what it says, message by message.

It reads what strangers made, so nothing it says is trusted: messages are JSON of plain values, and whoever takes them
(workbook.py) checks their shape. What it does itself stands in workbook_child.py.
"""

import importlib.util
import json
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from tasks.sources.heading_rows import FIRST_LINES
from tasks.sources.table import Origin
from tasks.sources.workbook_check import WorkbookLimits

_READER: Final = "python_calamine"
_PROGRAM: Final = (
    "import sys; sys.path += sys.argv[1:3]; from tasks.sources.workbook_child import main; main(sys.argv[3:])"
)
_LONGEST_MESSAGE: Final = 256 * 1024 * 1024
_ENVIRONMENT: Final = {"MALLOC_ARENA_MAX": "1"}  # two threads need no more, and memory is limited


def messages(body: bytes, limits: WorkbookLimits, origin: Origin) -> Iterator[Any]:
    """What the process says, while it reads. Raises SourceFault for a process that did not end well.

    Its time counts only while we wait for it. Whoever stops asking ends the process.
    """
    amounts = (limits.memory, limits.cpu_seconds, limits.unpacked, limits.cells, limits.characters, FIRST_LINES)
    command = [sys.executable, "-I", "-c", _PROGRAM, *_folders(), *map(str, amounts)]
    with tempfile.TemporaryFile() as given:
        given.write(body)
        given.seek(0)
        process = subprocess.Popen(  # noqa: S603 -- a fixed program with numbers for arguments
            command, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_ENVIRONMENT, cwd="/"
        )
    assert process.stdout is not None
    try:
        yield from _said(process.stdout, limits, origin)
        code = process.wait(limits.wall_seconds)
    except subprocess.TimeoutExpired:
        raise origin.fault("workbook_too_slow") from None
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        raise origin.fault("workbook_too_slow")
    if code == -signal.SIGABRT:
        raise origin.fault("workbook_too_complex")  # no memory left: the reader gives up
    if code != 0:
        raise origin.fault("workbook_damaged")


def _said(out: IO[bytes], limits: WorkbookLimits, origin: Origin) -> Iterator[Any]:
    begun: list[bytes] = []
    for chunk in _chunks(out, limits.wall_seconds, origin):
        first, *more = chunk.split(b"\n")
        begun.append(first)
        if not more and sum(map(len, begun)) > _LONGEST_MESSAGE:
            raise origin.fault("workbook_too_complex")
        for following in more:
            yield _understood(b"".join(begun), origin)
            begun = [following]


def _understood(message: bytes, origin: Origin) -> Any:
    try:
        return json.loads(message)
    except (ValueError, RecursionError):
        raise origin.fault("workbook_damaged") from None


def _chunks(out: IO[bytes], seconds: float, origin: Origin) -> Iterator[bytes]:
    with selectors.DefaultSelector() as ready:
        ready.register(out, selectors.EVENT_READ)
        while True:
            asked = time.monotonic()
            if seconds <= 0 or not ready.select(seconds):
                raise origin.fault("workbook_too_slow")
            seconds -= time.monotonic() - asked
            chunk = out.read1(1024 * 1024)  # type: ignore[attr-defined]  # of the buffered reader that a pipe has
            if not chunk:
                return
            yield chunk


def _folders() -> tuple[str, str]:
    """Where the process finds us and the reader: it looks nowhere else but in the standard library."""
    found = importlib.util.find_spec(_READER)
    if found is None or found.origin is None:
        msg = f"{_READER} is not installed"
        raise ModuleNotFoundError(msg)
    return str(Path(__file__).parents[2]), str(Path(found.origin).parents[1])
