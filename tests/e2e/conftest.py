"""The two plays every end-to-end test reads, and a running Prefect server for those that play on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import stagehands
from tests.e2e.killing import Zygote
from tests.e2e.stagehands import Play


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stagehands.shared_folder(tmp_path_factory)


@pytest.fixture(scope="session")
def prefect_url(shared: Path, worker: str) -> Iterator[str]:
    """A running server, one a worker."""
    with stagehands.running_prefect(shared / f"prefect-{worker}") as url:
        yield url


@pytest.fixture(scope="session")
def zygote(shared: Path, worker: str, prefect_url: str) -> Iterator[Zygote]:
    """Where runs to be killed come from, one a worker."""
    made = Zygote(shared / f"zygote-{worker}", prefect_url)
    yield made
    made.close()


@pytest.fixture(scope="session")
def sqlite_play(shared: Path) -> Play:
    """The story on SQLite with the private server `dondoc run` starts."""
    return stagehands.played_once(shared, "sqlite", stagehands.play)


@pytest.fixture(scope="session")
def postgresql_play(shared: Path, request: pytest.FixtureRequest) -> Play:
    """The story on PostgreSQL, against a running server whose home lies in the play's folder."""

    def play(folder: Path) -> None:
        postgres = request.getfixturevalue("postgres")
        name = postgres.create()
        with stagehands.running_prefect(shared / "postgresql-server") as url:
            stagehands.play(folder, url, postgres.url(name))
        postgres.drop(name)

    return stagehands.played_once(shared, "postgresql", play)
