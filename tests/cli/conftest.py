"""`dondoc` as a process: what it prints, how it ends; and one played morning of the story to ask about."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.flows.village import Village, runner, synced_village
from tests.once import made_once
from tests.prefect_server import private_prefect

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


class Dondoc:
    """Runs commands; `folder` is where they are typed."""

    def __init__(self, folder: Path, extra: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("DONDOC_", "PREFECT_"))}
        self.env = {**inherited, "PYTHONPATH": str(ROOT), **(extra or {})}

    def __call__(self, *words: object, **env: str) -> Ended:
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


@pytest.fixture
def dondoc(tmp_path: Path) -> Dondoc:
    """Commands typed in an empty folder."""
    return Dondoc(tmp_path)


@pytest.fixture(scope="session")
def prefect_url() -> Iterator[str]:
    """A running server, so that a flow in a process need not start its own."""
    with private_prefect() as url:
        yield url


@pytest.fixture
def village(prefect_url: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Village:
    """A village of the test's own, synced and flagged at dawn."""
    return synced_village(tmp_path_factory, runner()).copied(tmp_path / "village")


@pytest.fixture
def at_home(village: Village, prefect_url: str) -> Dondoc:
    """Commands typed in the village's folder, flows on the running server."""
    return Dondoc(village.folder, {"PREFECT_API_URL": prefect_url})


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Dondoc:
    """Where the first morning of the demo was run by the command line, on a private server: its stdout is report.json.

    Only to be read.
    """
    return Dondoc(made_once(tmp_path_factory, "story", _played), {"DONDOC_ONE_STOP_PASSWORD": "demo"})


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
