"""Every command of the runbook that can be typed anywhere is typed, from top to bottom, in one sample province."""

import shlex
import subprocess
from pathlib import Path

import pytest

from deployments.init_dates import moved
from tasks.clock import machine_now
from tests.cli.conftest import Dondoc, Forks
from tests.runbook import BOOKS, blocks

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_from_the_first_day_to_the_upgrade(tmp_path: Path, prefect_url: str, forks: Forks) -> None:
    dondoc = Dondoc(tmp_path, {"PREFECT_API_URL": prefect_url}, forks)
    for block in (block for block in blocks(BOOKS["vi"]) if block.runs):
        for line in block.lines:
            status, told = typed(dondoc, moved(line, machine_now().date()))
            assert status == (block.status if line == block.lines[-1] else 0), f"{line}: {told}"


def typed(dondoc: Dondoc, line: str) -> tuple[int, str]:
    """Type one line; `cd` moves on. How it ended, and what it said."""
    if line.startswith("cd "):
        dondoc.folder /= line.removeprefix("cd ")
        return 0, ""
    if line.startswith("dondoc "):
        ended = dondoc(*shlex.split(line)[1:])
        return ended.status, ended.out + ended.err
    ended = subprocess.run(["/bin/sh", "-c", line], cwd=dondoc.folder, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout + ended.stderr
