"""What a database's refusals mean for people: codes of the server become codes of `sentences_sql.py`.

The server's own words are never handed on: they may quote a value of a row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import DBAPIError

from tasks.sources.base import SourceFault

_BY_STATE: Final = {
    "28000": "sql_login_refused",
    "28P01": "sql_login_refused",
    "3D000": "sql_no_database",
    "42P01": "sql_no_view",
    "3F000": "sql_no_view",
    "42703": "sql_no_column",
    "42501": "sql_permission",
    "57014": "sql_timeout",
    "25006": "sql_write_refused",
    "53300": "sql_busy",
    "55P03": "sql_busy",
    "40001": "sql_busy",
    "57P03": "sql_busy",
    "22021": "sql_encoding",
    "22P05": "sql_encoding",
}
_BY_CLASS: Final = {"08": "sql_broke_off", "57": "sql_broke_off", "53": "sql_busy"}
# Where a driver gives no code, its own fixed English words; server messages may come in any language.
_BY_WORDS: Final = (
    ("interrupted", "sql_timeout"),
    ("readonly database", "sql_write_refused"),
    ("database is locked", "sql_busy"),
    ("no such table", "sql_no_view"),
    ("no such column", "sql_no_column"),
    ("file is not a database", "sql_damaged"),
    ("malformed", "sql_damaged"),
    ("does not support ssl", "sql_no_tls"),
    ("too many", "sql_busy"),
    ("starting up", "sql_busy"),
    ("shutting down", "sql_busy"),
    ("authentication", "sql_login_refused"),
    ("password", "sql_login_refused"),
    ("pg_hba.conf", "sql_login_refused"),
    ("role ", "sql_login_refused"),
    ('fatal:  database "', "sql_no_database"),
    ("syntax error", "sql_query_refused"),
)
_LATER: Final = frozenset({"sql_unreachable", "sql_timeout", "sql_busy", "sql_broke_off"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose database it is and what is asked there, in names: what a fault may tell."""

    source: str
    host: str
    what: str
    seconds: float

    def fault(self, code: str, **more: str | int) -> SourceFault:
        """A fault about this source, worth another try later where its kind says so."""
        params: Mapping[str, str | int] = {
            "source": self.source,
            "host": self.host,
            "what": self.what,
            "seconds": f"{self.seconds:g}",
        }
        return SourceFault(code, {**params, **more}, transient=code in _LATER)

    def refusal(self, error: DBAPIError, *, connected: bool) -> SourceFault:
        """What the database said, as a fault. `connected`: the session had been opened by then."""
        state = str(getattr(error.orig, "sqlstate", None) or "")
        if code := _BY_STATE.get(state) or _BY_CLASS.get(state[:2]):
            return self.fault(code, columns="?")
        if state:
            return self.fault("sql_query_refused", status=state)
        words = str(error.orig).casefold()
        if code := next((code for part, code in _BY_WORDS if part in words), ""):
            return self.fault(code, columns="?", status="syntax")
        if not connected:
            return self.fault("sql_unreachable")
        if error.connection_invalidated or type(error.orig).__name__ in ("OperationalError", "InterfaceError"):
            return self.fault("sql_broke_off")
        return self.fault("sql_query_refused", status=type(error.orig).__name__)
