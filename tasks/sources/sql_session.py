"""One read-only session at a source's database: how it is opened, kept from writing, and stopped in time.

A product with its own way of promising not to write is added here. What is asked in the session is sql_pages.py.
PostgreSQL: read-only by default and in the one repeatable-read transaction, statement timeout at the server, and the
connection cut at the deadline. SQLite: opened for reading only, interrupted in time. Others: what the account allows.
"""

import os
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from threading import Timer
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from tasks.rules.loopback import is_loopback
from tasks.sources.base import SourceFault
from tasks.sources.sql_faults import Place

_TRIES: Final = 3  # of connecting: nothing has been asked yet
_FIRST_WAIT: Final = 1.0
_STEPS: Final = 10_000  # of SQLite's machine between two looks at the clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where the database is and how long it may take. `url` is SQLAlchemy's, without a password."""

    source: str
    url: str
    password: str = field(default="", repr=False)
    what: str  # the view, or the word for a query
    timeout_seconds: float
    deadline_seconds: float
    sleep: Callable[[float], None] = time.sleep


class Limits:
    """When a statement and when the pull must have ended, by a clock that only goes forward."""

    def __init__(self, access: Access) -> None:
        self._patience = access.timeout_seconds
        self._end = time.monotonic() + access.deadline_seconds
        self._statement_end = self._end
        self._timer: Timer | None = None

    def begin_statement(self) -> None:
        """A statement begins now."""
        self._statement_end = time.monotonic() + self._patience

    @property
    def statement_over(self) -> bool:
        """Whether the running statement must stop."""
        return time.monotonic() >= min(self._statement_end, self._end)

    @property
    def remaining(self) -> float:
        """Seconds until the pull must have ended; 0 or less: it must stop."""
        return self._end - time.monotonic()

    def at_the_end(self, hang_up: Callable[[], None]) -> None:
        """Call that when the pull must have ended, unless it is released before."""
        self._timer = Timer(max(0.0, self.remaining), hang_up)
        self._timer.daemon = True
        self._timer.start()

    def release(self) -> None:
        """The session is over."""
        if self._timer is not None:
            self._timer.cancel()


@dataclass(frozen=True, slots=True)
class Session:
    """An open session in its transaction."""

    conn: Connection
    place: Place
    limits: Limits
    deadline_seconds: float

    def keep_in_time(self) -> None:
        """Raise SourceFault when the pull has taken too long."""
        if self.limits.remaining <= 0:
            raise self.place.fault("too_slow", seconds=f"{self.deadline_seconds:g}")


@contextmanager
def read_only(access: Access) -> Iterator[Session]:
    """The session; whatever the database refuses in it comes out as SourceFault, without the database's own words."""
    url = _address(access)
    place = Place(source=access.source, host=_shown(url), what=access.what, seconds=access.timeout_seconds)
    limits = Limits(access)
    engine = _engine(url, access, place, limits)
    conn = None
    try:
        conn = _connected(engine, access, place, limits)
        with conn.begin():
            yield Session(conn, place, limits, access.deadline_seconds)
    except DBAPIError as error:
        if limits.remaining <= 0:
            raise place.fault("too_slow", seconds=f"{access.deadline_seconds:g}") from None
        raise place.refusal(error, connected=conn is not None) from None
    except UnicodeDecodeError:
        raise place.fault("sql_encoding") from None
    finally:
        limits.release()
        if conn is not None:
            with suppress(DBAPIError):
                conn.close()
        engine.dispose()


def _address(access: Access) -> URL:
    try:
        url = make_url(access.url)
    except ArgumentError:
        raise SourceFault("sql_unreachable", {"source": access.source, "host": "?"}) from None
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    takes_one = access.password and url.get_backend_name() != "sqlite"
    return url.set(password=access.password) if takes_one else url


def _shown(url: URL) -> str:
    """The address for people: no account, no folder."""
    return url.host or Path(url.database or "?").name


def _engine(url: URL, access: Access, place: Place, limits: Limits) -> Engine:
    prepare = {"sqlite": _sqlite, "postgresql": _postgresql}.get(url.get_backend_name(), _any)
    try:
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    except (ModuleNotFoundError, NoSuchModuleError) as missing:
        name = getattr(missing, "name", None) or url.drivername
        raise place.fault("sql_no_driver", what=name) from None
    except ArgumentError:
        raise place.fault("sql_unreachable") from None
    prepare(engine, access, limits)
    return engine


def _connected(engine: Engine, access: Access, place: Place, limits: Limits) -> Connection:
    """Three tries where the server cannot be reached, none where it answers and refuses."""
    for wait in (_FIRST_WAIT * 2**n for n in range(_TRIES - 1)):
        try:
            return engine.connect()
        except DBAPIError as error:
            if limits.remaining <= 0 or not place.refusal(error, connected=False).transient:
                raise
        access.sleep(wait)
    return engine.connect()


def _any(_engine: Engine, _access: Access, _limits: Limits) -> None:
    """A product without promises of its own: only what the account may do keeps it from writing."""


def _sqlite(engine: Engine, access: Access, limits: Limits) -> None:
    path = quote(str(Path(engine.url.database or "").absolute()))

    @event.listens_for(engine, "do_connect")
    def _connect(*_: object) -> sqlite3.Connection:
        wait = min(access.timeout_seconds, 30.0)
        raw = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=wait, isolation_level=None)
        raw.execute("PRAGMA query_only = ON")
        raw.text_factory = _text_or_bytes
        raw.set_progress_handler(lambda: limits.statement_over, _STEPS)
        return raw

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        conn.exec_driver_sql("BEGIN")

    @event.listens_for(engine, "before_cursor_execute")
    def _statement(*_: object) -> None:
        limits.begin_statement()


def _text_or_bytes(stored: bytes) -> str | bytes:
    """SQLite keeps any bytes as text; one such cell must not make its whole page unreadable."""
    try:
        return stored.decode()
    except UnicodeDecodeError:
        return stored


def _postgresql(engine: Engine, access: Access, limits: Limits) -> None:
    engine.update_execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    milliseconds = max(1, int(access.timeout_seconds * 1000))
    settings = {
        "default_transaction_read_only": "on",
        "statement_timeout": milliseconds,
        "lock_timeout": milliseconds,
        "idle_in_transaction_session_timeout": max(1, int(access.deadline_seconds * 1000)),
        "timezone": "'Asia/Ho_Chi_Minh'",
        "datestyle": "'ISO, DMY'",
    }

    @event.listens_for(engine, "do_connect")
    def _connect(dialect: Any, _record: object, cargs: list[Any], cparams: dict[str, Any]) -> Any:
        usual = {"connect_timeout": 10, "keepalives_idle": 30, "application_name": "dondoc", "client_encoding": "utf8"}
        host = str(cparams.get("host") or "")
        if host and not host.startswith("/") and not is_loopback(host):
            usual["sslmode"] = "require"
        raw = dialect.connect(*cargs, **(usual | cparams))
        limits.at_the_end(lambda: _cut(raw))
        raw.execute("; ".join(f"SET {name} = {value}" for name, value in settings.items()))
        raw.commit()
        _read_odd_dates(raw)
        return raw


def _cut(raw: Any) -> None:
    """A server that stays silent never answers a request to cancel either: hang up."""
    from psycopg import Error

    with suppress(OSError, Error), socket.socket(fileno=os.dup(raw.pgconn.socket)) as line:
        line.shutdown(socket.SHUT_RDWR)


def _read_odd_dates(raw: Any) -> None:
    """`infinity` and years that Python does not know come as text: their rows are told of, the others load."""
    from psycopg.adapt import Loader

    def loader(understood: Callable[[str], date]) -> type[Loader]:
        class _Lenient(Loader):
            def load(self, data: Any) -> object:
                text = bytes(data).decode()
                try:
                    return understood(text)
                except ValueError:
                    return text

        return _Lenient

    raw.adapters.register_loader("date", loader(date.fromisoformat))
    for name in ("timestamp", "timestamptz"):
        raw.adapters.register_loader(name, loader(datetime.fromisoformat))
