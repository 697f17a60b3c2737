"""One named source is pulled beside another run and loaded after it; wherever it is killed, the next run heals it."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.killing import Zygote
from tests.flows.village import DAWN
from tests.quarantine_stage import Stage
from warehouse import runs
from warehouse.dump import dump
from warehouse.run_lock import run_lock

pytestmark = [pytest.mark.trial, pytest.mark.timeout(600)]
SOURCE = "ho-so"
PATIENCE = 120.0


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path: Path, new_url: Callable[..., str]) -> Iterator[Stage]:
    made = Stage(tmp_path / "village", new_url(request.param, migrated=True))
    yield made
    made.engine.dispose()


@pytest.fixture
def undisturbed(stage: Stage, tmp_path: Path, new_url: Callable[..., str]) -> str:
    """What the warehouse holds when one process does it alone."""
    alone = Stage(tmp_path / "alone", new_url("sqlite", migrated=True))
    alone.sync()
    alone.engine.dispose()
    return dump(alone.engine)


@contextmanager
def waiting(stage: Stage, zygote: Zygote, seconds: float = PATIENCE) -> Iterator[int]:
    """Its process: another run holds the lock inside the block, and the source is in the landing already."""
    with run_lock(stage.engine, "morning-of-another"):
        asked = {"as_of": DAWN.isoformat(), "source": SOURCE, "wait_seconds": seconds}
        process = zygote.start("sync", config=str(stage.config), **asked)
        until(lambda: any(stage.village.folder.glob("var/landing/*/*.gz")))
        yield process


def until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.002)


def source_of(report: dict[str, Any] | None) -> dict[str, Any]:
    assert report is not None
    (told,) = report["sources"]
    return dict(told)


def test_it_pulls_while_another_run_works_and_loads_when_that_is_done(
    stage: Stage, zygote: Zygote, undisturbed: str
) -> None:
    with waiting(stage, zygote):
        pass
    report = zygote.result()
    assert report is not None
    assert (report["state"], report["exit_status"], source_of(report)["new"]) == ("done", 0, 3)
    stage.sync()  # the other sources
    assert dump(stage.engine) == undisturbed


def test_it_waits_no_longer_than_it_was_told_and_the_next_run_loads_what_it_left(
    stage: Stage, zygote: Zygote, undisturbed: str
) -> None:
    before = dump(stage.engine)
    with waiting(stage, zygote, 0.5):
        report = zygote.result()
        assert report is not None
        assert dump(stage.engine) == before  # nothing is written before its turn
        assert stage.reading(runs.recent_runs) == []
        assert (report["state"], report["exit_status"]) == ("busy", 75)
        assert "morning-of-another" in report["why_idle"]
    stage.sync()
    assert dump(stage.engine) == undisturbed


def test_what_another_run_loaded_meanwhile_is_not_loaded_again(stage: Stage, zygote: Zygote, undisturbed: str) -> None:
    with waiting(stage, zygote):
        stage.sync()  # the same file, by the run that holds the lock
    told = source_of(zygote.result())
    assert (told["pulled"], told["unchanged"]) == (0, 0)  # it asked again, and heard of nothing new
    assert dump(stage.engine) == undisturbed


def test_nobody_pulls_a_source_twice_at_a_time(stage: Stage, zygote: Zygote) -> None:
    from tasks.run_context import LockBusyError, RunRequest, enter_run

    request = RunRequest(flow="sync", config=str(stage.config), source=SOURCE, wait_seconds=PATIENCE)
    with waiting(stage, zygote), pytest.raises(LockBusyError, match="sync-"), enter_run(request, ahead=lambda _: None):
        pass
    zygote.result()


@pytest.mark.parametrize("where", ["pull", "load"])
def test_killed_anywhere_the_next_run_heals_it(stage: Stage, zygote: Zygote, undisturbed: str, where: str) -> None:
    with waiting(stage, zygote) as process:
        if where == "pull":
            os.killpg(process, signal.SIGKILL)
    if where == "load":
        until(lambda: any(run["state"] == runs.RUNNING for run in stage.reading(runs.recent_runs)))
        os.killpg(process, signal.SIGKILL)
    assert zygote.result() is None
    stage.sync()
    assert dump(stage.engine) == undisturbed
    states = [run["state"] for run in stage.reading(runs.recent_runs)]
    assert states.count(runs.KILLED) == (where == "load")
