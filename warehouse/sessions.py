"""One connection for one load: its temporary tables outlive the transactions, and the writer's lock is held briefly.

`step` reads and fills temporary tables in a transaction of its own, without keeping other writers away; `write` is the
one transaction in which the warehouse changes. Which steps a load takes is its caller's business.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from warehouse.driver_faults import RIVALRY, fault_of
from warehouse.engine import as_ours, connected, transaction, where_is, with_writer_lock, without_writer_lock
from warehouse.errors import WarehouseLostError

T = TypeVar("T")

_TRIES = 3


class LoadSession:
    """A connection; within a dry run on PostgreSQL the one outer transaction, of which every step is a part."""

    def __init__(self, engine: Engine, conn: Connection, *, nested: bool) -> None:
        self._engine = engine
        self._conn = conn
        self._nested = nested
        self._lost = False

    def step(self, act: Callable[[Connection], T]) -> T:
        """`act` in a short transaction that queues with no writer; an exception undoes it, and it may be done again.

        Raises the errors of the surroundings (`warehouse.errors`); after a lost connection always WarehouseLostError,
        because the temporary tables went with it.
        """
        if self._nested:
            with self._conn.begin_nested():
                return act(self._conn)
        self._ensure_there()
        conn = without_writer_lock(self._conn)
        with self._watched(), as_ours(self._engine), conn.begin():
            return act(conn)

    def write(self, act: Callable[[Connection], T], done: Callable[[Connection], T | None]) -> T:
        """`act` in the writing transaction; where rivals made the database undo it, it is done again.

        When the connection breaks while the commit is on its way, `done` asks on a new one whether it had happened.

        Raises WarehouseBusyError when rivals or another writer stay, the other errors of the surroundings when it has
        not happened and cannot.
        """
        if self._nested:
            with self._conn.begin_nested():
                return act(self._conn)
        self._ensure_there()
        for attempt in range(1, _TRIES + 1):
            conn = with_writer_lock(self._conn)
            try:
                with self._watched(), conn.begin():
                    return act(conn)
            except DBAPIError as fault:
                if getattr(fault.orig, "sqlstate", None) in RIVALRY and attempt < _TRIES:
                    continue
                ours = fault_of(where_is(self._engine), fault)
                if ours is None:
                    raise
                if self._lost and (told := self._asked(done)) is not None:
                    return told
                raise ours from None
        raise AssertionError

    def _asked(self, done: Callable[[Connection], T | None]) -> T | None:
        """In the queue of the writers: our transaction may still be on its way to its end, and keeps its lock so long.

        A server that is coming up again is waited for.
        """
        with transaction(self._engine) as other:
            return done(other)

    def _ensure_there(self) -> None:
        if self._lost:
            raise WarehouseLostError(where_is(self._engine), "connection lost")

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Remember that the connection, and our temporary tables with it, is gone."""
        try:
            yield
        except BaseException:
            self._lost = self._conn.invalidated
            raise


@contextmanager
def load_session(engine: Engine, outer: Connection | None = None) -> Iterator[LoadSession]:
    """A session of its own connection, or inside `outer`. A connection of a load that failed is not used again."""
    if outer is not None:
        yield LoadSession(engine, outer, nested=True)
        return
    with connected(engine) as conn:
        try:
            yield LoadSession(engine, conn, nested=False)
        except BaseException:
            conn.invalidate()
            raise
