"""What the end-to-end tests share: the plays and what is kept of them.

A play costs a minute, so each variant is played once for all tests and all xdist workers: it leaves files, tests read
them. Killing is in `killing.py`, what is played in `driver.py`.
"""

import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from email import message_from_bytes, policy
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from deployments.demo import config
from deployments.demo.drops import drops_of
from deployments.demo.posts import UNNAMED
from deployments.demo.story import DAYS
from tests.prefect_server import PROJECT, environment

PERSON = "Chim Hoàng Yến"  # the contacts' name in these plays: no mail may know it
WAREHOUSE = "var/dondoc.sqlite3"


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


def play(folder: Path, api_url: str = "", database_url: str = "") -> None:
    """Play the story in a process of its own; its whole output lies in `output.log`."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = [sys.executable, "-m", "tests.e2e.driver", str(folder)]
    asked += ["--database-url", database_url, "--briefly"] if database_url else []
    with (folder / "output.log").open("wb") as log:
        env = environment(folder / "prefect-home", api_url)
        ended = subprocess.run(asked, cwd=PROJECT, env=env, stdout=log, stderr=log, check=False)
    assert ended.returncode == 0, Play(folder).output[-5000:]


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
