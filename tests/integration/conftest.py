"""What several failure tests share and is dear to start."""

from collections.abc import Iterator

import pytest

from tests.fault_runs import FaultRuns, fault_runs


@pytest.fixture(scope="session")
def runs() -> Iterator[FaultRuns]:
    """The process that forks runs to be killed; it keeps nothing from one run to the next."""
    with fault_runs() as started:
        yield started
