"""One run at a time per warehouse, by a lock that dies with its process: no lease, no heartbeat, nothing to clean up.

Beside SQLite a file lock on `<database>.lock`, on PostgreSQL a session advisory lock on a connection of its own (not
through a pooler in transaction mode). Only the desk and readers work without it. A kill releases it at once; a woken
process whose database session was closed, or whose lock file was taken away meanwhile, learns so from
`HeldLock.ensure`.

Who pulls one source before its turn at the run lock holds that source's own lock meanwhile: `source_lock`.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from pathlib import Path
from zlib import crc32

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from warehouse.engine import sqlite_file, where_is, without_writer_lock
from warehouse.errors import LockBusyError, LockLostError

RUN_KEY = crc32(b"dondoc run") & 0x7FFFFFFF
_POLL_SECONDS = 0.2


class HeldLock:
    """What the holder has in hand while the lock is his."""

    def __init__(self, holder: str, alive: Callable[[], bool]) -> None:
        self.holder = holder
        self._alive = alive

    def ensure(self) -> None:
        """Raise LockLostError when the lock is no longer ours. Cheap; call before every irreversible step."""
        if not self._alive():
            raise LockLostError(self.holder)


# Carried by context, not by process: stages and task threads of the same run enter again, a second run beside them
# in the same process does not.
_held: ContextVar[Mapping[str, HeldLock]] = ContextVar("dondoc_run_lock", default={})  # noqa: B039 - never mutated


@contextmanager
def run_lock(engine: Engine, holder: str, wait: float = 0.0) -> Iterator[HeldLock]:
    """Hold the run lock of this warehouse; `holder` is told to whoever finds it taken.

    Waits up to `wait` seconds, then raises LockBusyError. Entered again inside the same run it returns at once and
    releases nothing.
    """
    identity = where_is(engine)
    already = _held.get().get(identity)
    if already is not None:
        already.ensure()
        yield already
        return
    with ExitStack() as stack:
        lock = _acquire(engine, holder, wait, stack, ".lock", RUN_KEY)
        token = _held.set({**_held.get(), identity: lock})
        try:
            yield lock
        finally:
            _held.reset(token)


@contextmanager
def source_lock(engine: Engine, source: str, holder: str) -> Iterator[None]:
    """Be the only one to pull that source ahead. It protects no row of the warehouse: for these hold the run lock.

    Raises LockBusyError at once. Taken before the run lock and never by its holder, so that nobody waits in a ring.
    """
    with ExitStack() as stack:
        _acquire(engine, holder, 0.0, stack, f".{source}.lock", crc32(f"dondoc source {source}".encode()) & 0x7FFFFFFF)
        yield


def _acquire(engine: Engine, holder: str, wait: float, stack: ExitStack, suffix: str, key: int) -> HeldLock:
    path = sqlite_file(engine)
    if path is not None:
        return _file_lock(path.with_name(path.name + suffix), holder, wait, stack)
    if engine.dialect.name == "sqlite":
        return HeldLock(holder, lambda: True)  # in memory: nobody else can reach it
    return _session_lock(engine, holder, wait, stack, {"key": key})


def _until(attempt: Callable[[], bool], wait: float) -> bool:
    deadline = time.monotonic() + wait
    while not attempt():
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(_POLL_SECONDS, left))
    return True


def _file_lock(path: Path, holder: str, wait: float, stack: ExitStack) -> HeldLock:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)  # not inherited by programs we start
    stack.callback(os.close, handle)

    def attempt() -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    if not _until(attempt, wait):
        raise LockBusyError(os.pread(handle, 200, 0).decode("utf-8", "replace").strip())
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{holder} (pid {os.getpid()})\n".encode(), 0)
    return HeldLock(holder, lambda: _is_still_that_file(path, handle))


def _is_still_that_file(path: Path, handle: int) -> bool:
    """Not so when somebody took the lock file away while we slept: then another may hold the one in its place."""
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _session_lock(engine: Engine, holder: str, wait: float, stack: ExitStack, keys: Mapping[str, int]) -> HeldLock:
    conn = stack.enter_context(without_writer_lock(engine.connect()).execution_options(isolation_level="AUTOCOMMIT"))
    name = f"dondoc {holder} (pid {os.getpid()})".encode()[:63].decode("utf-8", "ignore")
    conn.execute(text("SELECT set_config('application_name', :name, false)"), {"name": name})
    attempt = text("SELECT pg_try_advisory_lock(:key, hashtext(current_schema()))")
    if not _until(lambda: bool(conn.execute(attempt, keys).scalar_one()), wait):
        conn.execute(text("SELECT set_config('application_name', 'dondoc', false)"))
        raise LockBusyError(_session_holder(conn, keys))
    backend = conn.execute(text("SELECT pg_backend_pid()")).scalar_one()
    stack.callback(_release, conn, keys)
    return HeldLock(holder, lambda: _session_alive(conn, backend))


def _session_holder(conn: Connection, keys: Mapping[str, int]) -> str:
    found = conn.execute(
        text(
            "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
            " WHERE l.locktype = 'advisory' AND l.granted AND l.classid::bigint = :key"
            " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND l.objid::bigint = hashtext(current_schema())::bigint & 4294967295"
        ),
        keys,
    ).scalar()
    return str(found or "").removeprefix("dondoc ")


def _session_alive(conn: Connection, backend: int) -> bool:
    try:
        return bool(conn.execute(text("SELECT pg_backend_pid()")).scalar_one() == backend)
    except SQLAlchemyError:
        return False


def _release(conn: Connection, keys: Mapping[str, int]) -> None:
    try:
        conn.execute(text("SELECT pg_advisory_unlock(:key, hashtext(current_schema()))"), keys)
        conn.execute(text("SELECT set_config('application_name', 'dondoc', false)"))
    except SQLAlchemyError:
        conn.invalidate()  # the session is gone, and the lock with it
