"""What a driver's complaint amounts to: the database is busy, full, lost, damaged, or shut to us; else it is a bug.

By the codes of SQLite and PostgreSQL, never by guessing from a record's content: our errors carry codes only. The one
exception is connecting, where PostgreSQL's client knows no codes and says what is the matter in words.
"""

from typing import Final

from sqlalchemy.exc import DBAPIError

from warehouse.errors import (
    WarehouseBusyError,
    WarehouseDamagedError,
    WarehouseDiskError,
    WarehouseError,
    WarehouseLostError,
    WarehouseUnavailableError,
)

RIVALRY: Final = frozenset({"40001", "40P01"})  # serialization failure, deadlock: the database undid it, do it again

# Longest beginning first; what is not here is no fault of the surroundings.
_SQLITE: Final = {
    "SQLITE_BUSY": "busy",
    "SQLITE_LOCKED": "busy",
    "SQLITE_FULL": "disk",
    "SQLITE_IOERR_CORRUPTFS": "damaged",
    "SQLITE_IOERR": "disk",
    "SQLITE_CORRUPT": "damaged",
    "SQLITE_NOTADB": "damaged",
    "SQLITE_READONLY": "shut",
    "SQLITE_CANTOPEN": "shut",
    "SQLITE_PERM": "shut",
    "SQLITE_AUTH": "shut",
}
_POSTGRESQL: Final = {
    "40001": "busy",
    "40P01": "busy",
    "55P03": "busy",  # lock timeout
    "53300": "busy",  # too many connections
    "57P03": "busy",  # starting up
    "57014": "busy",  # statement timeout
    "53": "disk",
    "58": "disk",
    "XX001": "damaged",
    "XX002": "damaged",
    "25006": "shut",  # a read-only server
    "42501": "shut",  # no permission
    "28": "shut",
    "57P": "lost",
    "25P03": "lost",
    "25P04": "lost",
    "08": "lost",
}
_FULL_HOUSE: Final = ("too many", "remaining connection slots", "starting up", "shutting down", "recovery mode")


def is_full_house(error: BaseException) -> bool:
    """A server that has no room for one more connection now, or is about to come up: waiting may help."""
    return any(words in str(error) for words in _FULL_HOUSE)


def fault_of(where: str, error: BaseException, *, opening: bool = False) -> WarehouseError | None:
    """Our error for a driver's (wrapped by SQLAlchemy or not), None for one that is a bug of ours.

    `where` names the database for people; `opening`: it happened before anything was done.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    if opening and (isinstance(cause, OSError) or is_full_house(cause or error)):
        return _opening_fault(where, cause or error)
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    kind = _kind(str(code)) if code else _broken_off(error)
    if kind is None:
        return None
    if kind == "busy":
        return WarehouseBusyError(where)
    if kind == "damaged":
        return WarehouseDamagedError(where, _said(cause) if code == "SQLITE_NOTADB" else str(code))
    if kind == "disk":
        return WarehouseDiskError(where, str(code))
    if kind == "shut" or opening:
        return WarehouseUnavailableError(where, _said(cause))
    return WarehouseLostError(where, str(code or "connection lost"))


def _opening_fault(where: str, cause: BaseException) -> WarehouseError:
    return WarehouseBusyError(where) if is_full_house(cause) else WarehouseUnavailableError(where, _said(cause))


def _kind(code: str) -> str | None:
    known = _SQLITE if code.startswith("SQLITE") else _POSTGRESQL
    found = [beginning for beginning in known if code.startswith(beginning)]
    return known[max(found, key=len)] if found else None


def _broken_off(error: BaseException) -> str | None:
    """A driver's error without a code: the connection, or nothing that we know."""
    broken = isinstance(error, DBAPIError) and error.connection_invalidated
    cause = error.orig if isinstance(error, DBAPIError) else error
    return "lost" if broken or type(cause).__name__ == "OperationalError" else None


def _said(cause: BaseException | None) -> str:
    return " ".join(str(cause).split()).rstrip(".")
