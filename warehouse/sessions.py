"""One connection for one load: its temporary tables outlive the transactions, and the writer's lock is held briefly.

`step` reads and fills temporary tables in a transaction of its own, without keeping other writers away; `write` is the
one transaction in which the warehouse changes. Which steps a load takes is its caller's business.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from warehouse.engine import reading, unavailable, with_writer_lock, without_writer_lock

T = TypeVar("T")

_TRIES = 3
_RIVALRY = frozenset({"40001", "40P01"})  # serialization failure, deadlock: the database undid it, do it again


class LoadSession:
    """A connection; within a dry run on PostgreSQL the one outer transaction, of which every step is a part."""

    def __init__(self, engine: Engine, conn: Connection, *, nested: bool) -> None:
        self._engine = engine
        self._conn = conn
        self._nested = nested

    def step(self, act: Callable[[Connection], T]) -> T:
        """`act` in a short transaction that queues with no writer; an exception undoes it, and it may be done again."""
        if self._nested:
            with self._conn.begin_nested():
                return act(self._conn)
        conn = without_writer_lock(self._conn)
        with self._as_ours(), conn.begin():
            return act(conn)

    def write(self, act: Callable[[Connection], T], done: Callable[[Connection], T | None]) -> T:
        """`act` in the writing transaction; where rivals made the database undo it, it is done again.

        When the connection breaks while the commit is on its way, `done` asks on a new one whether it had happened.

        Raises WarehouseBusyError or WarehouseUnavailableError when it has not.
        """
        if self._nested:
            with self._conn.begin_nested():
                return act(self._conn)
        for attempt in range(1, _TRIES + 1):
            conn = with_writer_lock(self._conn)
            try:
                with conn.begin():
                    return act(conn)
            except DBAPIError as fault:
                if getattr(fault.orig, "sqlstate", None) in _RIVALRY and attempt < _TRIES:
                    continue
                if fault.connection_invalidated:
                    return self._after_loss(fault, done)
                raise unavailable(self._engine, fault) from None
        raise AssertionError

    def _after_loss(self, fault: DBAPIError, done: Callable[[Connection], T | None]) -> T:
        with reading(self._engine) as other:
            told = done(other)
        if told is None:
            raise unavailable(self._engine, fault) from None
        return told

    @contextmanager
    def _as_ours(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as fault:
            raise unavailable(self._engine, fault) from None


@contextmanager
def load_session(engine: Engine, outer: Connection | None = None) -> Iterator[LoadSession]:
    """A session of its own connection, or inside `outer`."""
    if outer is not None:
        yield LoadSession(engine, outer, nested=True)
        return
    with engine.connect() as conn:
        yield LoadSession(engine, conn, nested=False)
