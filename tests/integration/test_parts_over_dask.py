"""One big load over Dask workers: real processes prepare its parts, and the warehouse is the same to the byte."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks import scaling
from tasks.part_files import PartFiles
from tasks.part_intake import Intake
from tasks.sources.base import Part
from tests.flows.village import DAWN, Village, dossier, runner
from tests.prefect_server import private_prefect
from tests.quarantine_stage import BAD, GOOD, Stage
from warehouse.dump import dump

pytestmark = [pytest.mark.trial, pytest.mark.timeout(600)]
PART = 4
ROWS = (
    *(dossier(number, "AB"[number % 2]) for number in range(11, 27)),
    dossier(11, "B"),  # again, some parts later
    dossier(12, "A", status="9", resolved="20/11/2026 08:00"),  # nothing tells which of the two is newer
    dossier(30, "A", status="1"),  # nobody has received it yet
)
SCALE = '\n[scale]\ndask = true\nworkers = 1\naddress = "{address}"\n'


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., dict[str, Any]]]:
    with private_prefect(tmp_path_factory):
        yield runner()


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a Dask scheduler that has no worker yet."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0") as cluster:
        yield str(cluster.scheduler_address)


@pytest.fixture
def helper(scheduler: str, run: Any) -> Iterator[None]:
    """A worker as on another machine."""
    asked = [sys.executable, "-m", "distributed.cli.dask_worker", scheduler, "--no-nanny", "--no-dashboard"]
    with subprocess.Popen([*asked, "--nthreads", "1"], stderr=subprocess.DEVNULL) as process:
        yield
        process.kill()


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here only, where parts are read: workers take what they are given."""
    monkeypatch.setattr("tasks.sources.file_parts.PART_ROWS", PART)
    monkeypatch.setattr("tasks.scaling.PART_ROWS", PART)


@pytest.fixture
def stage(tmp_path: Path, new_url: Callable[..., str]) -> Iterator[Callable[..., Stage]]:
    """`stage(kind, address)`: a village of several parts; without an address it has no help."""
    made: list[Stage] = []

    def make(kind: str, address: str | None = None) -> Stage:
        new = Stage(tmp_path / f"village-{len(made)}", new_url(kind, migrated=True))
        new.drop(*ROWS, *BAD)
        if address is not None:
            text = new.config.read_text(encoding="utf-8")
            new.config.write_text(text + SCALE.format(address=address), encoding="utf-8")
        made.append(new)
        return new

    yield make
    for one in made:
        one.engine.dispose()


@pytest.fixture
def alone(stage: Callable[..., Stage]) -> str:
    made = stage("sqlite")
    made.sync()
    return dump(made.engine)


def loaded(run: Callable[..., dict[str, Any]], stage: Stage) -> str:
    """The warehouse afterwards; no part is left lying about."""
    report = run(stage.village, "sync", DAWN)
    assert report["exit_status"] == 0
    assert report["quality"]["ho-so"]["rows"] == len(GOOD) + len(ROWS) + len(BAD) - 1
    assert not [path for path in stage.village.folder.glob("var/landing/parts/**/*") if path.is_file()]
    return dump(stage.engine)


def prepared_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process no dossier can be prepared any more."""
    here = Intake.prepared
    monkeypatch.setattr(
        Intake, "prepared", lambda intake, *asked: here(intake, *asked) if intake.dataset.name != "dossiers" else 1 / 0
    )


def test_workers_of_its_own(run, stage, alone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared_elsewhere(monkeypatch)
    assert loaded(run, stage("sqlite", "")) == alone


def test_a_worker_elsewhere(run, stage, alone: str, scheduler: str, helper, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared_elsewhere(monkeypatch)
    assert loaded(run, stage("postgresql", scheduler)) == alone


@pytest.mark.parametrize("there", [True, False], ids=["no worker", "no scheduler"])
def test_without_any_help_the_load_is_as_good(
    run, stage, alone: str, scheduler: str, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    import dask

    monkeypatch.setattr("tasks.scaling.PATIENCE_SECONDS", 0.5)
    with dask.config.set({"distributed.comm.timeouts.connect": "0.5s"}):
        assert loaded(run, stage("sqlite", scheduler if there else "tcp://127.0.0.1:9")) == alone


def test_what_befell_a_worker_is_told_without_the_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefect keeps the text of every exception; and a worker that comes late finds no part of another source."""
    part = Part(columns={"name": ["x"]}, refs=["1"], moment=DAWN, malformed={})
    PartFiles.of_load(tmp_path, "run", "ho-so").write_part(0, part)
    monkeypatch.setattr(Intake, "prepared", lambda *_: int("Nguyễn Văn A"))
    intake = Intake(dataset=None, normalise=None, check=None)  # type: ignore[arg-type] - it is not got to
    monkeypatch.setattr(scaling, "_helper", lambda *_: (tmp_path, "sqlite", intake))
    with pytest.raises(scaling.PartUnpreparedError) as told:
        scaling.prepare_part.fn("", "run", "ho-so", "", "", 0, 0)
    assert told.value.args == ("ho-so", 0, "ValueError")
    assert told.value.__suppress_context__
    with pytest.raises(FileNotFoundError):
        scaling.prepare_part.fn("", "run", "don-vi", "", "", 0, 0)


def test_parts_of_a_dead_run_go(stage) -> None:
    village: Village = (made := stage("sqlite")).village
    left = village.folder / "var" / "landing" / "parts" / "sync-of-yesterday" / "0.read"
    left.parent.mkdir(parents=True)
    left.write_text("{}")
    made.sync()
    assert not left.exists()
