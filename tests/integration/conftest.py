"""What several failure tests share and is dear to start."""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fault_runs import FaultRuns, fault_runs
from tests.fault_stage import NEXT, FaultStage


@pytest.fixture(scope="session")
def spill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where SQLite has its temporary tables in those runs."""
    return tmp_path_factory.mktemp("spill")


@pytest.fixture(scope="session")
def runs(spill: Path) -> Iterator[FaultRuns]:
    """The process that forks runs to be killed; it keeps nothing from one run to the next."""
    with fault_runs(SQLITE_TMPDIR=str(spill)) as started:
        yield started


@pytest.fixture
def fault_stage(played: Callable[..., str], tmp_path: Path, runs: FaultRuns) -> Callable[..., FaultStage]:
    """`fault_stage(kind)`: one that was synced at dawn, copied."""

    def made(kind: str, following: Collection[dict[str, Any]] = NEXT, folder: str = "village") -> FaultStage:
        into = tmp_path / folder
        url = played("faults", kind, lambda there, its_url: FaultStage(there, its_url, runs, ()), into)
        return FaultStage(into, url, runs, following)

    return made
