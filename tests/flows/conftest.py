"""One private Prefect server for all flow tests of a worker, and villages to run flows in."""

import logging
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.flows.village import DAWN, MONDAY, Village
from tests.prefect_server import private_prefect

Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def run() -> Iterator[Run]:
    """`run(village, "remind", at, dry_run=True …)`: that flow in this process; its report."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    with private_prefect():
        from deployments.running import call_flow

        def call(village: Village, flow: str, at: datetime | str = MONDAY, **parameters: Any) -> dict[str, Any]:
            logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
            chosen = getattr(import_module(f"flows.{flow}_run"), f"{flow}_run")
            as_of = at if isinstance(at, str) else at.isoformat()
            return call_flow(chosen, config=str(village.config), as_of=as_of, **parameters)

        yield call


@pytest.fixture(scope="session")
def synced(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Village:
    """The village after a sync and a flag run at dawn, nothing composed yet. Copy it, never use it."""
    village = Village(tmp_path_factory.mktemp("synced") / "village").settle()
    assert run(village, "sync", DAWN)["exit_status"] == 0
    assert run(village, "flag", DAWN)["flags"]["open"] == 3
    return village


@pytest.fixture
def village(synced: Village, tmp_path: Path) -> Village:
    """A village of the test's own, synced and flagged."""
    return synced.copied(tmp_path / "village")


@pytest.fixture
def empty_village(tmp_path: Path) -> Village:
    """Drops and configuration, no warehouse yet."""
    return Village(tmp_path / "village").settle()
