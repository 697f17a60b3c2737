"""One private Prefect server for all flow tests of a worker, and villages to run flows in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.village import Run, Village, runner, synced_village
from tests.prefect_server import private_prefect


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """`run(village, "remind", at, dry_run=True …)`: that flow in this process; its report."""
    with private_prefect(tmp_path_factory):
        yield runner()


@pytest.fixture(scope="session")
def synced(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Village:
    """The village after a sync and a flag run at dawn, nothing composed yet. Copy it, never use it."""
    return synced_village(tmp_path_factory, run)


@pytest.fixture
def village(synced: Village, tmp_path: Path) -> Village:
    """A village of the test's own, synced and flagged."""
    return synced.copied(tmp_path / "village")


@pytest.fixture
def empty_village(tmp_path: Path) -> Village:
    """Drops and configuration, no warehouse yet."""
    return Village(tmp_path / "village").settle()
