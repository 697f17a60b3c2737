"""Prefect servers for tests, as `dondoc up` starts them, on databases that are copied instead of built.

A worker has one server for all its tests (`private_prefect`). Who tests a server's own first start builds its database.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from tests.once import made_once

PROJECT = Path(__file__).parents[1]
PATIENCE = 180.0
# Nobody is late, scheduled or paused here, and asking all the time costs a fiftieth of a processor.
IDLE = (
    "CANCELLATION_CLEANUP",
    "CLEANUP_RECONCILER",
    "FOREMAN",
    "LATE_RUNS",
    "PAUSE_EXPIRATIONS",
    "REPOSSESSOR",
    "SCHEDULER",
    "TRIGGERS",
)
BUILD = """
import asyncio
from prefect.server.database import provide_database_interface
asyncio.run(provide_database_interface().create_db())
"""


@dataclass(frozen=True)
class Server:
    """A running one: the URL of its API, and the folder with its log and, in `home`, all it keeps."""

    url: str
    folder: Path


_running: list[tuple[Server, ExitStack]] = []
_users = 0


@contextmanager
def private_prefect(factory: pytest.TempPathFactory | None = None) -> Iterator[Server]:
    """Prefect points to a server of this process inside the block. Users share it. Outside pytest it is all new."""
    global _users
    if not _running:
        _running.append(_started(factory))
    _users += 1
    try:
        yield _running[0][0]
    finally:
        _users -= 1
        if not _users:
            _running.pop()[1].close()


def _started(factory: pytest.TempPathFactory | None) -> tuple[Server, ExitStack]:
    from prefect.events.worker import EventsWorker
    from prefect.settings import (
        PREFECT_API_URL,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        PREFECT_LOGGING_TO_API_ENABLED,
        PREFECT_SERVER_ANALYTICS_ENABLED,
        temporary_settings,
    )

    stack = ExitStack()
    if factory:
        folder = factory.mktemp("prefect")
        with_database(factory, folder / "home")
        stack.enter_context(without_events())
    else:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="prefect-")))
    server = Server(stack.enter_context(_serving(folder)), folder)
    quiet = {
        PREFECT_API_URL: server.url,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
        PREFECT_LOGGING_TO_API_ENABLED: False,
        PREFECT_SERVER_ANALYTICS_ENABLED: False,
    }
    stack.enter_context(temporary_settings(quiet))
    stack.callback(EventsWorker.drain_all)
    return server, stack


@contextmanager
def without_events() -> Iterator[None]:
    """Flows of this process tell a server of themselves, but not of each task run: that is half of its work."""
    from prefect.events import utilities

    before = utilities.should_emit_events
    utilities.should_emit_events = lambda: False
    try:
        yield
    finally:
        utilities.should_emit_events = before


def with_database(factory: pytest.TempPathFactory, home: Path) -> None:
    """Put an empty database of Prefect's into a home: building one costs five seconds of work."""

    def make(folder: Path) -> None:
        folder.mkdir()
        subprocess.run([sys.executable, "-c", BUILD], env=environment(folder), check=True)

    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made_once(factory, "prefect-database", make) / "prefect.db", home / "prefect.db")


def environment(home: Path, api_url: str = "") -> dict[str, str]:
    """This process's environment with nothing of Prefect in it but a home of its own and the server, if any."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "DONDOC_"))}
    env |= {"PREFECT_HOME": str(home), "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    return env | ({"PREFECT_API_URL": api_url} if api_url else {})


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    """A server with its home there, gone with this process; yields the URL of its API."""
    port = _free_port()
    asked = [sys.executable, "-m", "deployments.server_child", "127.0.0.1", str(port)]
    env = environment(folder / "home") | {f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in IDLE}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            asked, cwd=PROJECT, env=env, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
        )
    try:
        url = f"http://127.0.0.1:{port}/api"
        _wait_until_healthy(url, server)
        yield url
    finally:
        _end_group(server)


def _end_group(process: subprocess.Popen[Any]) -> None:
    """Ask the process and everything it started to end; after a while, insist."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
            return


def _wait_until_healthy(url: str, server: subprocess.Popen[Any]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/health", timeout=5, trust_env=False).is_success:
                return
        time.sleep(0.1)
    pytest.fail("the Prefect server did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
