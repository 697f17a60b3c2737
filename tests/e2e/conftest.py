"""The two plays every end-to-end test reads, and a running Prefect server for those that play on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import stagehands
from tests.e2e.killing import Zygote
from tests.e2e.stagehands import Play
from tests.prefect_server import Server, private_prefect, with_database


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stagehands.shared_folder(tmp_path_factory)


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server, one a worker."""
    with private_prefect(tmp_path_factory) as server:
        yield server


@pytest.fixture(scope="session")
def zygote(shared: Path, worker: str, prefect: Server) -> Iterator[Zygote]:
    """Where runs to be killed come from, one a worker."""
    made = Zygote(shared / f"zygote-{worker}", prefect.url)
    yield made
    made.close()


@pytest.fixture(scope="session")
def sqlite_play(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Play:
    """The story on SQLite with the private server `dondoc run` starts."""

    def play(folder: Path) -> None:
        with_database(tmp_path_factory, folder / "prefect-home")
        stagehands.play(folder)

    return stagehands.played_once(shared, "sqlite", play)


@pytest.fixture(scope="session")
def postgresql_play(shared: Path, prefect: Server, postgres: Any) -> Play:
    """The story on PostgreSQL, against a running server, whose folder is called `server` in the play's."""

    def play(folder: Path) -> None:
        folder.mkdir()
        (folder / "server").symlink_to(prefect.folder)
        name = postgres.create()
        stagehands.play(folder, prefect.url, postgres.url(name))
        postgres.drop(name)

    return stagehands.played_once(shared, "postgresql", play)
