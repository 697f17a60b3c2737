"""The one door to the database: engines and transactions, the same promises on SQLite and PostgreSQL.

One writer at a time on both: SQLite by BEGIN IMMEDIATE, PostgreSQL by a transaction-level advisory lock, so a value
read in a `transaction` cannot change before it is written back. `reading` takes neither: it sees one snapshot and
never waits for a running load. Connection options belong here; queries do not.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

from sqlalchemy import Connection, Dialect, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError

from warehouse.driver_faults import fault_of, is_full_house
from warehouse.errors import WarehouseUnavailableError

BUSY_MILLISECONDS = 30_000
BESIDE_MILLISECONDS = 1_000
STATEMENT_MILLISECONDS = 1_800_000  # a full load of a province is minutes; half an hour is an accident
WRITER_KEY = crc32(b"dondoc writer") & 0x7FFFFFFF
VERSION_TABLE = "dondoc_version"  # by which a database is known as ours
_READING = "dondoc_reading"
_POLL_SECONDS = 0.1


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql+psycopg://…`; nothing is opened before the first use.

    Raises WarehouseUnavailableError for a URL that is neither.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise WarehouseUnavailableError("(unreadable URL)", "the URL cannot be parsed") from None
    if parsed.get_backend_name() == "sqlite":
        if "uri" in parsed.query or str(parsed.database).startswith("file:"):
            raise WarehouseUnavailableError(where_is(parsed), "write a plain path: sqlite:///folder/file")
        return _sqlite(parsed)
    if parsed.get_backend_name() == "postgresql":
        return _postgresql(parsed.set(drivername="postgresql+psycopg"))
    raise WarehouseUnavailableError(where_is(parsed), "only sqlite and postgresql+psycopg are supported")


def where_is(target: Engine | URL) -> str:
    """The database for people: its URL without the password."""
    url = target.url if isinstance(target, Engine) else target
    return url.render_as_string(hide_password=True)


def sqlite_file(engine: Engine) -> Path | None:
    """The file of a SQLite warehouse, None for PostgreSQL and for databases in memory."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        return None
    return Path(name)


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """The writing transaction: commits at the end, rolls back on any exception, waits for other writers.

    Raises WarehouseBusyError when another writer stays longer than 30 seconds or the server has no connection free,
    WarehouseUnavailableError when the database cannot be reached; both before anything was done. In the middle it may
    raise WarehouseDiskError, WarehouseLostError or WarehouseDamagedError: then everything was undone, save that a
    connection lost at the very end may have committed.
    """
    with _opened(engine, {}) as conn:
        yield conn


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One unchanging snapshot for queries; writes are refused by the database, running loads are not waited for."""
    options: dict[str, Any] = {_READING: True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with _opened(engine, options) as conn:
        if engine.dialect.name != "sqlite":
            yield conn
            return
        conn.exec_driver_sql("PRAGMA query_only = ON")
        try:
            yield conn
        finally:
            conn.exec_driver_sql("PRAGMA query_only = OFF")


@contextmanager
def beside(engine: Engine) -> Iterator[Connection]:
    """A writing transaction for one small row that no load touches: it waits for no load, and for no one long.

    Raises WarehouseBusyError after a second, and what `transaction` raises.
    """
    with _opened(engine, {_READING: True}) as conn:
        if engine.dialect.name != "sqlite":
            conn.exec_driver_sql(f"SET LOCAL lock_timeout = {BESIDE_MILLISECONDS}")
            yield conn
            return
        conn.exec_driver_sql(f"PRAGMA busy_timeout = {BESIDE_MILLISECONDS}")
        try:
            yield conn
        finally:
            conn.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")


def without_writer_lock(conn: Connection) -> Connection:
    """The same connection, marked so that its transactions do not queue with the writers (lock keeping, probes)."""
    return conn.execution_options(**{_READING: True})


def with_writer_lock(conn: Connection) -> Connection:
    """The same connection, its next transactions in the queue of the writers again."""
    return conn.execution_options(**{_READING: False})


@contextmanager
def _opened(engine: Engine, options: dict[str, Any]) -> Iterator[Connection]:
    with connected(engine) as conn:
        if options:
            conn.execution_options(**options)  # in place
        with as_ours(engine, opening=True):
            begun = conn.begin()
        with as_ours(engine), begun:
            yield conn


@contextmanager
def connected(engine: Engine) -> Iterator[Connection]:
    """A connection without a transaction; that there is none to be had is said in our words."""
    with as_ours(engine, opening=True):
        conn = engine.connect()
    with conn:
        yield conn


@contextmanager
def as_ours(engine: Engine, *, opening: bool = False) -> Iterator[None]:
    """Faults of the surroundings become errors of this room; whatever else happens goes on as it is."""
    try:
        yield
    except (DBAPIError, OSError) as fault:
        ours = fault_of(where_is(engine), fault, opening=opening) if opening or not isinstance(fault, OSError) else None
        if ours is None:
            raise
        raise ours from None


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, hide_parameters=True, json_serializer=_to_json)
    path = sqlite_file(engine)

    @event.listens_for(engine, "do_connect")
    def _make_file(*_: object) -> None:
        if path is not None and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o640))

    @event.listens_for(engine, "connect")
    def _promises(raw: Any, _record: object) -> None:
        raw.isolation_level = None  # the driver must not open transactions of its own
        raw.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        if _is_ours_or_new(raw):
            raw.execute("PRAGMA journal_mode = WAL")  # stays in the file: another application's is left as it is
        raw.execute("PRAGMA synchronous = FULL")
        raw.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        conn.exec_driver_sql("BEGIN" if conn.get_execution_options().get(_READING) else "BEGIN IMMEDIATE")

    return engine


def _is_ours_or_new(raw: Any) -> bool:
    tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return not tables or VERSION_TABLE in tables


def _postgresql(url: URL) -> Engine:
    settings = {
        "timezone": "UTC",
        "lock_timeout": BUSY_MILLISECONDS,
        "statement_timeout": STATEMENT_MILLISECONDS,
        "idle_in_transaction_session_timeout": STATEMENT_MILLISECONDS,
        "tcp_keepalives_idle": 30,  # a session whose client was cut off gives its locks back within a minute
        "tcp_keepalives_interval": 10,
        "tcp_keepalives_count": 3,
    }
    engine = create_engine(
        url,
        hide_parameters=True,
        json_serializer=_to_json,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 10,
            "keepalives_idle": 30,
            "application_name": "dondoc",
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        },
    )

    @event.listens_for(engine, "do_connect")
    def _wait_for_room(dialect: Dialect, _record: object, words: Any, options: Any) -> DBAPIConnection:
        deadline = time.monotonic() + BUSY_MILLISECONDS / 1000
        while True:
            try:
                return dialect.connect(*words, **options)
            except dialect.loaded_dbapi.OperationalError as fault:
                if not is_full_house(fault) or time.monotonic() > deadline:
                    raise
                time.sleep(_POLL_SECONDS)

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        if not conn.get_execution_options().get(_READING):
            conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_KEY}, hashtext(current_schema()))")

    @event.listens_for(engine, "handle_error")
    def _without_row(context: ExceptionContext) -> None:
        # "DETAIL: Failing row contains (…)" would carry a record into logs; hide_parameters does not know of it.
        for fault in (context.original_exception, context.sqlalchemy_exception):
            if fault is not None and fault.args:
                fault.args = (str(fault.args[0]).split("\nDETAIL:")[0], *fault.args[1:])

    return engine
