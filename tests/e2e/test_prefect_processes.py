"""Runs under a real runner whose processes are killed, and runs by hand whose Prefect is gone or broken.

Prefect's states are for watching. What counts: nobody gets a mail twice, nobody is forgotten, the next slot heals.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.flows.village import ALPHA, BETA, MONDAY, Village, runner, synced_village
from tests.integration.test_up import PATIENCE, children, eventually, is_running
from tests.prefect_server import PROJECT, Server, environment, with_database
from tests.scripted_smtp import ScriptedSmtp

pytestmark = [pytest.mark.trial, pytest.mark.timeout(900)]
NEXT, THEN = MONDAY + timedelta(minutes=15), MONDAY + timedelta(minutes=30)
SERVE = """
import dataclasses, sys
from deployments.schedules import DEPLOYMENTS
from flows.serving import serve_flows
rows = [dataclasses.replace(row, crons=()) for row in DEPLOYMENTS if row.name == "remind"]
serve_flows(rows, sys.argv[1], lambda: print("ready", flush=True), lambda: True)
"""


class Holding(ScriptedSmtp):
    """A server that holds the envelope of each message until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.go = threading.Semaphore(0), threading.Semaphore(0)
        self.patient = True

    def _next(self, verb: str) -> str:
        if verb == "RCPT" and self.patient:
            self.reached.release()
            self.go.acquire(timeout=PATIENCE)
        return super()._next(verb)

    def until_reached(self) -> None:
        assert self.reached.acquire(timeout=PATIENCE), "no run came so far"

    def hold_no_more(self) -> None:
        self.patient = False
        self.go.release()


@pytest.fixture
def smtp() -> Iterator[Holding]:
    with Holding() as server:
        yield server
        server.hold_no_more()


@pytest.fixture
def village(prefect: Server, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, smtp: Holding) -> Village:
    return synced_village(tmp_path_factory, runner()).copied(tmp_path / "village").configure(smtp.port, timeout="300")


class Served:
    """A runner of its own over the village; what it starts outlives it only if it is killed."""

    def __init__(self, village: Village, server: Server) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(village.config)],
            cwd=PROJECT,
            env=environment(village.folder / "home", server.url),
            stdout=subprocess.PIPE,
            stderr=(village.folder / "runner.log").open("ab"),
        )
        assert self.process.stdout
        if self.process.stdout.readline() != b"ready\n":
            pytest.fail((village.folder / "runner.log").read_text(encoding="utf-8")[-3000:])

    def child(self) -> int:
        """The process of the run that is under way."""
        (found,) = [pid for pid, words in children(self.process.pid) if "prefect" in words and "engine" in words]
        return found

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def gone_afterwards(pids: list[int]) -> Iterator[None]:
    """Whatever the test did, none of these is left."""
    try:
        yield
    finally:
        for pid in pids:
            if is_running(pid):
                os.kill(pid, signal.SIGKILL)


def started(server: Server, at: datetime) -> str:
    """Ask for a run as a person does by the form; its id."""
    deployment = httpx.get(f"{server.url}/deployments/name/remind/remind", trust_env=False, timeout=30).json()["id"]
    asked = {"parameters": {"as_of": at.isoformat()}, "state": {"type": "SCHEDULED"}}
    path = f"{server.url}/deployments/{deployment}/create_flow_run"
    return str(httpx.post(path, json=asked, trust_env=False, timeout=30).raise_for_status().json()["id"])


def ended(server: Server, run_id: str) -> tuple[str, str]:
    """(state, message) once it is over."""

    def state() -> dict[str, Any] | None:
        run = httpx.get(f"{server.url}/flow_runs/{run_id}", trust_env=False, timeout=30).json()
        return run["state"] if run["end_time"] else None

    found: dict[str, Any] = eventually(state, "the run is over")
    return found["type"], found["message"]


def reached(smtp: Holding) -> list[str]:
    return [address for address, _ in smtp.accepted]


def test_the_child_is_killed_and_the_next_slot_heals(prefect: Server, village: Village, smtp: Holding) -> None:
    runner = Served(village, prefect)
    with gone_afterwards([runner.process.pid]):
        cut = started(prefect, MONDAY)
        smtp.until_reached()
        os.kill(runner.child(), signal.SIGKILL)
        assert ended(prefect, cut)[0] == "CRASHED"
        assert village.mails() == {ALPHA: ("claimed",), BETA: ("planned",)}
        smtp.hold_no_more()
        assert ended(prefect, started(prefect, NEXT)) == ("COMPLETED", "done (exit status 0)")
        assert reached(smtp) == [ALPHA, BETA]
        assert village.mails() == {ALPHA: ("handed",), BETA: ("handed",)}


def test_an_orphan_keeps_the_lock_and_when_both_are_killed_the_next_slot_heals(
    prefect: Server, village: Village, smtp: Holding
) -> None:
    first = Served(village, prefect)
    pids = [first.process.pid]
    with gone_afterwards(pids):
        cut = started(prefect, MONDAY)
        smtp.until_reached()
        orphan = first.child()
        pids.append(orphan)
        first.kill()
        second = Served(village, prefect)
        pids.append(second.process.pid)
        assert ended(prefect, cut)[0] == "CRASHED"  # as far as anybody can see
        assert is_running(orphan)
        assert ended(prefect, started(prefect, NEXT)) == ("COMPLETED", "busy (exit status 75)")
        smtp.go.release()  # it works on, unseen
        eventually(lambda: village.mails()[ALPHA] == ("handed",), "the orphan hands its first mail over")
        if is_running(orphan):
            os.kill(orphan, signal.SIGKILL)
        second.kill()
        smtp.hold_no_more()
        third = Served(village, prefect)
        pids.append(third.process.pid)
        assert ended(prefect, started(prefect, THEN)) == ("COMPLETED", "done (exit status 0)")
        assert reached(smtp) == [ALPHA, BETA]
        assert village.mails() == {ALPHA: ("handed",), BETA: ("handed",)}


# --- by hand, with Prefect in trouble


class OwnServer:
    """A server that can be taken away and brought back on the same port."""

    def __init__(self, folder: Path, factory: pytest.TempPathFactory) -> None:
        from deployments.server import free_port

        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}/api"
        with_database(factory, folder)
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "deployments.server_child", "127.0.0.1", str(self.port)],
            cwd=PROJECT,
            env=environment(self.folder),
            stdin=subprocess.PIPE,
            stdout=(self.folder / "server.log").open("ab"),
            stderr=subprocess.STDOUT,
        )
        eventually(self.answers, "the server answers")

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", timeout=5, trust_env=False).is_success
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def by_hand(village: Village, *words: str, home: Path, api_url: str = "") -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "deployments", "--config", str(village.config), *words]
    return subprocess.Popen(
        command, cwd=PROJECT, env=environment(home, api_url), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("comes_back", [True, False], ids=["and comes back", "for good"])
def test_the_server_goes_in_the_middle_of_a_run(
    village: Village, smtp: Holding, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, comes_back: bool
) -> None:
    server = OwnServer(tmp_path / "server", tmp_path_factory)
    with gone_afterwards([server.process.pid]):
        run = by_hand(village, "run", "remind", "--as-of", MONDAY.isoformat(), home=tmp_path / "h", api_url=server.url)
        with gone_afterwards([run.pid]):
            smtp.until_reached()
            server.kill()
            if comes_back:
                server.start()
            smtp.hold_no_more()
            said, complained = run.communicate(timeout=3 * PATIENCE)
            assert (run.returncode, "done" in said) == (0, True), complained[-3000:]
    if comes_back:
        server.kill()
    assert reached(smtp) == [ALPHA, BETA]
    assert village.mails() == {ALPHA: ("handed",), BETA: ("handed",)}
    assert [row["state"] for row in village.reading(_runs) if row["flow"] == "remind"] == ["done"]


def _runs(conn: Any) -> list[dict[str, Any]]:
    from sqlalchemy import select

    from warehouse.tables import runs

    return [dict(row) for row in conn.execute(select(runs)).mappings()]


def _locked(home: Path) -> "closing[sqlite3.Connection]":
    book = sqlite3.connect(home / "prefect.db")
    book.execute("BEGIN EXCLUSIVE")
    return closing(book)


@contextmanager
def _not_a_database(home: Path) -> Iterator[None]:
    (home / "prefect.db").unlink()
    (home / "prefect.db").mkdir()
    yield
    shutil.rmtree(home)


@pytest.mark.parametrize(
    ("trouble", "api_url", "said"),
    [
        (None, "http://127.0.0.1:9/api", "http://127.0.0.1:9/api không trả lời"),
        (_locked, "", "database is locked"),
        (_not_a_database, "", "unable to open database file"),
    ],
    ids=["server down", "database locked", "database cannot be opened"],
)
def test_by_hand_it_works_without_prefect(
    village: Village,
    smtp: Holding,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    trouble: Callable[[Path], Any] | None,
    api_url: str,
    said: str,
) -> None:
    home = tmp_path / "home"
    with_database(tmp_path_factory, home)
    smtp.hold_no_more()
    with trouble(home) if trouble else closing(sqlite3.connect(":memory:")):
        run = by_hand(village, "run", "remind", "--as-of", MONDAY.isoformat(), home=home, api_url=api_url)
        with gone_afterwards([run.pid]):
            _, complained = run.communicate(timeout=PATIENCE)
    assert (run.returncode, said in complained, "Traceback" in complained) == (0, True, False), complained
    assert reached(smtp) == [ALPHA, BETA]
