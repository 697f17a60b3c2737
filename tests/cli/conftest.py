"""`dondoc` as a process: what it prints, how it ends; and one played morning of the story to ask about."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.flows.village import Village, runner, synced_village
from tests.once import made_once
from tests.prefect_server import private_prefect, with_database

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed: one JSON document and nothing else."""
        return json.loads(self.out)


class Forks:
    """The process that forks commands, see `forks.py`."""

    def __init__(self, folder: Path) -> None:
        self._out, self._err = folder / "out.txt", folder / "err.txt"
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.cli.forks"],
            cwd=ROOT,
            env=os.environ | {"PREFECT_HOME": str(folder / "prefect")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, words: Sequence[str], folder: Path, env: Mapping[str, str]) -> Ended:
        asked = {"words": words, "folder": str(folder), "env": env, "out": str(self._out), "err": str(self._err)}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        status = int(self._process.stdout.readline())
        return Ended(status, self._out.read_text(encoding="utf-8"), self._err.read_text(encoding="utf-8"))

    def close(self) -> None:
        self._process.communicate()


class Dondoc:
    """Runs commands; `folder` is where they are typed. Without `forks` they start as from a shell."""

    def __init__(self, folder: Path, extra: Mapping[str, str] | None = None, forks: Forks | None = None) -> None:
        self.folder, self._forks = folder, forks
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("DONDOC_", "PREFECT_"))}
        self.env = {**inherited, "PYTHONPATH": str(ROOT), **(extra or {})}

    def __call__(self, *words: object, **env: str) -> Ended:
        if self._forks:
            return self._forks([*map(str, words)], self.folder, self.env | env)
        process = self.start(*words, **env)
        out, err = process.communicate(timeout=120)
        return Ended(process.returncode, out, err)

    def start(self, *words: object, **env: str) -> "subprocess.Popen[str]":
        """The command as a process of its own, in a group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "deployments", *map(str, words)],
            cwd=self.folder,
            env=self.env | env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def running(self, *words: object, **env: str) -> Iterator["subprocess.Popen[str]"]:
        """The command while it runs; whatever happens it is gone afterwards."""
        process = self.start(*words, **env)
        with process:
            try:
                yield process
            finally:
                process.kill()


@pytest.fixture(scope="session")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    made = Forks(tmp_path_factory.mktemp("forks"))
    yield made
    made.close()


@pytest.fixture
def dondoc(tmp_path: Path, forks: Forks) -> Dondoc:
    """Commands typed in an empty folder."""
    return Dondoc(tmp_path, forks=forks)


@pytest.fixture(scope="session")
def prefect_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running server, so that a flow in a process need not start its own."""
    with private_prefect(tmp_path_factory) as server:
        yield server.url


@pytest.fixture
def village(prefect_url: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Village:
    """A village of the test's own, synced and flagged at dawn."""
    return synced_village(tmp_path_factory, runner()).copied(tmp_path / "village")


@pytest.fixture
def at_home(village: Village, prefect_url: str, forks: Forks) -> Dondoc:
    """Commands typed in the village's folder, flows on the running server."""
    return Dondoc(village.folder, {"PREFECT_API_URL": prefect_url}, forks)


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory, forks: Forks) -> Dondoc:
    """Where the first morning of the demo was run by the command line, on a private server: its stdout is report.json.

    Only to be read.
    """

    def play(folder: Path) -> None:
        with_database(tmp_path_factory, folder / "var" / "prefect")
        _played(folder)

    return Dondoc(made_once(tmp_path_factory, "story", play), {"DONDOC_ONE_STOP_PASSWORD": "demo"}, forks)


def _played(folder: Path) -> None:
    from deployments.demo.stage import set_the_scene, theatre
    from deployments.demo.story import MORNINGS

    with theatre(folder) as (settings, api, _):
        set_the_scene(folder, settings, api, MORNINGS[0])
        dondoc = Dondoc(folder, {"DONDOC_ONE_STOP_PASSWORD": "demo"})
        ended = dondoc("--json", "run", "morning", "--as-of", MORNINGS[0].isoformat())
    assert ended.status == 0, ended.err
    (folder / "report.json").write_text(ended.out, encoding="utf-8")
    (folder / "stderr.txt").write_text(ended.err, encoding="utf-8")
