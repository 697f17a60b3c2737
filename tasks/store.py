"""The warehouse as a run holds it: one engine, short transactions; a dry run works on something that is thrown away.

A dry run sees exactly what a real one would see and leaves nothing: on SQLite it works on a copy, on PostgreSQL
inside one outer transaction that is rolled back.
"""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url

from tasks.clock import machine_now
from warehouse.engine import open_engine, reading, transaction, without_writer_lock
from warehouse.errors import SchemaError
from warehouse.schema import check, upgrade, upgrade_on
from warehouse.sessions import LoadSession, load_session
from warehouse.soundness import ensure_sound


class Store:
    """Transactions of one run. `guard` is asked inside each before it writes, and raises when the lock is lost."""

    def __init__(self, engine: Engine, outer: Connection | None = None) -> None:
        self.engine = engine
        self.guard: Callable[[], None] = lambda: None
        self._outer = outer

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One short transaction; inside a PostgreSQL dry run a savepoint of the outer one."""
        if self._outer is not None:
            with self._outer.begin_nested():
                yield self._outer
        else:
            with transaction(self.engine) as connection:
                self.guard()  # only now: whoever has the lock by then waits behind us, or we learn of him
                yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot for queries that takes no lock; inside a PostgreSQL dry run what it has written so far."""
        if self._outer is not None:
            yield self._outer
        else:
            with reading(self.engine) as connection:
                yield connection

    @contextmanager
    def session(self) -> Iterator[LoadSession]:
        """One connection for a load: see `warehouse.sessions`."""
        with load_session(self.engine, self._outer) as session:
            yield session


@contextmanager
def open_store(url: str, *, dry_run: bool) -> Iterator[Store]:
    """A migrated warehouse. A missing database is created, a foreign or a damaged one refused."""
    with ExitStack() as stack:
        if dry_run and make_url(url).get_backend_name() == "sqlite":
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="dondoc-dry-"))
            url = _copied(url, Path(folder))
        engine = open_engine(url)
        stack.callback(engine.dispose)
        if dry_run and engine.dialect.name != "sqlite":
            outer = without_writer_lock(stack.enter_context(engine.connect()))
            stack.callback(outer.begin().rollback)
            upgrade_on(outer, "dry run")
            yield Store(engine, outer)
        else:
            ensure_sound(engine, machine_now().date())
            upgrade(engine)
            yield Store(engine)


def is_current(url: str) -> bool:
    """Whether a warehouse is there with tables of this version: then reading it leaves it as it is."""
    engine = open_engine(url)
    try:
        check(engine)
    except SchemaError:
        return False
    finally:
        engine.dispose()
    return True


def _copied(url: str, folder: Path) -> str:
    """A consistent copy of an SQLite warehouse, or an empty one where there is none yet."""
    original, copy = Path(make_url(url).database or ""), folder / "warehouse.sqlite3"
    if original.exists():
        opened = closing(sqlite3.connect(f"file:{original}?mode=ro", uri=True))
        with opened as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    return f"sqlite:///{copy}"
