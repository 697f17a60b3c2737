"""Keys of a source that is a database account or a reporting view: where it is, what is asked, how long it may take.

What every source has stands in `settings_sources`. A key of a database product of its own is added here.
"""

import re
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from pydantic import BeforeValidator, Field, field_validator

from tasks.settings_fields import EnvName, OptionalPath, Section, refuse

_PART = r'(?:[^\W\d][\w$]*|"[^"]+")'
_VIEW = re.compile(rf"{_PART}(?:\.{_PART}){{0,2}}")
_SELECT = re.compile(r"\s*(?:select|with)\b", re.IGNORECASE)
_SCHEME = re.compile(r"(sqlite|postgresql(\+psycopg)?|[a-z0-9]+(\+[a-z0-9_]+)?)://")
_SQLITE_FILE = re.compile(r"sqlite:///(?!:memory:).")
_SECRET_KEYS = ("password", "passwd", "pwd")


def _one_is_a_list(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


ColumnName = Annotated[str, Field(min_length=1)]


class SqlAccess(Section):
    """A read-only account at a database."""

    url: str = Field(
        description="SQLAlchemy address without password: postgresql+psycopg://user@host/db or sqlite:///path. "
        "Elsewhere than on this machine PostgreSQL must offer encryption, unless ?sslmode=prefer says otherwise."
    )
    password_env: EnvName = Field(default="", description="NAME of the environment variable with the password.")
    password_file: OptionalPath = Field(default=None, description="File with the password; mode 0600.")
    view: str = Field(default="", description='Table or view, with its schema where needed: bao_cao.v_ho_so or "HoSo".')
    query: str = Field(default="", description="Instead of a view: one SELECT that only reads, without semicolon.")
    columns: dict[str, ColumnName] = Field(
        default_factory=dict, description="Our column to the source's; the others are found by name or heading."
    )
    key: Annotated[tuple[ColumnName, ...], BeforeValidator(_one_is_a_list)] = Field(
        min_length=1, description="The source's column(s) that are unique together, never empty and never change."
    )
    updated_column: str = Field(
        default="", description="The source's column with the time of the last change. Empty: every pull reads all."
    )
    overlap_minutes: float = Field(
        default=15, ge=0, le=10_080, description="Changes of so many minutes before the newest known one come again."
    )
    full_sweep_days: int = Field(
        default=1, ge=1, le=31, description="With updated_column: read all again on the first pull in so many days."
    )
    page_rows: int = Field(default=5000, ge=1, le=50_000, description="Rows asked for at a time.")
    timeout_seconds: float = Field(default=60, gt=0, le=3600, description="Limit for one page.")
    deadline_seconds: float = Field(default=1800, gt=0, le=86_400, description="Limit for a whole pull.")

    @field_validator("url")
    @classmethod
    def _without_secret(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            holds_secret = parts.password is not None or any(
                key.casefold() in _SECRET_KEYS or any(f"{word}=" in told.casefold() for word in _SECRET_KEYS)
                for key, values in parse_qs(parts.query).items()
                for told in values
            )
        except ValueError:
            raise refuse("sql_url") from None
        if holds_secret:
            raise refuse("sql_url_secret")
        no_file = value.startswith("sqlite:") and not _SQLITE_FILE.match(value)
        if not _SCHEME.match(value) or no_file:
            raise refuse("sql_url")
        return value

    @field_validator("view")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if value and not _VIEW.fullmatch(value):
            raise refuse("sql_view")
        return value

    @field_validator("query")
    @classmethod
    def _is_one_select(cls, value: str) -> str:
        if ";" in value:
            raise refuse("sql_query_semicolon")
        if value and not _SELECT.match(value):
            raise refuse("sql_query_select")
        return value
