"""What the end-to-end tests share: servers, environments, the plays and what is kept of them.

A play costs a minute, so each variant is played once for all tests and all xdist workers: it leaves files, tests read
them. Killing is in `killing.py`, what is played in `driver.py`.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest

from deployments.demo import config
from deployments.demo.drops import drops_of
from deployments.demo.posts import UNNAMED
from deployments.demo.story import DAYS

PROJECT = Path(__file__).parents[2]
PERSON = "Chim Hoàng Yến"  # the contacts' name in these plays: no mail may know it
WAREHOUSE = "var/dondoc.sqlite3"
PATIENCE = 180.0


@dataclass(frozen=True)
class Play:
    """A finished play: its findings, mails, dumps and kept states."""

    folder: Path

    @cached_property
    def findings(self) -> dict[str, Any]:
        return json.loads((self.folder / "findings.json").read_text())

    def morning(self, day: Any) -> dict[str, Any]:
        return self.findings["mornings"][f"{day:%Y-%m-%d}"]

    def dump(self, day: Any) -> str:
        return (self.folder / "dumps" / f"{day:%Y-%m-%d}.txt").read_text(encoding="utf-8")

    def body(self, mail: dict[str, Any]) -> bytes:
        return (self.folder / "var" / "caught" / mail["file"]).read_bytes()

    def message(self, mail: dict[str, Any]) -> Any:
        return message_from_bytes(self.body(mail), policy=policy.default)

    def mails(self, day: Any) -> dict[str, bytes]:
        """Message-ID → bytes, ops bulletins among them."""
        return {mail["message_id"]: self.body(mail) for mail in self.morning(day)["mails"]}

    @property
    def output(self) -> str:
        return (self.folder / "output.log").read_text(encoding="utf-8", errors="replace")


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """One folder for all xdist workers of the session."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "e2e"
    folder.mkdir(exist_ok=True)
    return folder


def played_once(shared: Path, name: str, play: Callable[[Path], None]) -> Play:
    """The play of that name, played by whoever comes first; the others wait for it."""
    folder = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "findings.json").exists():
            shutil.rmtree(folder, ignore_errors=True)
            play(folder)
    return Play(folder)


def environment(home: Path, api_url: str = "") -> dict[str, str]:
    """This process's environment with nothing of Prefect in it but a home of its own and the server, if any."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "DONDOC_"))}
    env |= {"PREFECT_HOME": str(home), "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    return env | ({"PREFECT_API_URL": api_url} if api_url else {})


def play(folder: Path, api_url: str = "", database_url: str = "") -> None:
    """Play the story in a process of its own; its whole output lies in `output.log`."""
    folder.mkdir(parents=True)
    asked = [sys.executable, "-m", "tests.e2e.driver", str(folder)]
    asked += ["--database-url", database_url, "--briefly"] if database_url else []
    with (folder / "output.log").open("wb") as log:
        env = environment(folder / "prefect-home", api_url)
        ended = subprocess.run(asked, cwd=PROJECT, env=env, stdout=log, stderr=log, check=False)
    assert ended.returncode == 0, Play(folder).output[-5000:]


@contextmanager
def running_prefect(folder: Path) -> Iterator[str]:
    """A Prefect server as `dondoc up` starts it, gone with this process; yields the URL of its API."""
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    asked = [sys.executable, "-m", "deployments.server_child", "127.0.0.1", str(port)]
    with (folder / "server.log").open("wb") as log:
        env = environment(folder / "home")
        server = subprocess.Popen(
            asked, cwd=PROJECT, env=env, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
        )
    try:
        url = f"http://127.0.0.1:{port}/api"
        _wait_until_healthy(url, server)
        yield url
    finally:
        end_group(server)


def end_group(process: subprocess.Popen[Any]) -> None:
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
        return probe.getsockname()[1]


def name_the_contacts(folder: Path) -> None:
    """Lay out the list of contacts beforehand, with a name in it."""
    drops = folder / config.DROPS
    drops.mkdir(exist_ok=True)
    for name, text in drops_of(DAYS[0]).items():
        if UNNAMED in text:
            (drops / name).write_text(text.replace(UNNAMED, PERSON), encoding="utf-8", newline="")


def keep(folder: Path, kept: Path) -> None:
    """Copy warehouse and landing of a stage that is at rest."""
    kept.mkdir(parents=True)
    if (folder / WAREHOUSE).exists():
        opened = closing(sqlite3.connect(folder / WAREHOUSE))
        with opened as source, closing(sqlite3.connect(kept / "warehouse")) as target:
            source.backup(target)
    if (folder / "var/landing").exists():
        shutil.copytree(folder / "var/landing", kept / "landing")


def put_back(kept: Path, folder: Path) -> None:
    """Bring a stage to a kept state; nothing may be running on it."""
    for old in (folder / "var").glob("dondoc.sqlite3*"):
        old.unlink()
    shutil.rmtree(folder / "var/landing", ignore_errors=True)
    (folder / "var").mkdir(exist_ok=True)
    if (kept / "warehouse").exists():
        shutil.copyfile(kept / "warehouse", folder / WAREHOUSE)
    if (kept / "landing").exists():
        shutil.copytree(kept / "landing", folder / "var/landing")
