"""One text form of instants: aware in, aware out, the same bytes from SQLAlchemy and from raw drivers.

PostgreSQL stores timestamptz; SQLite stores UTC text `YYYY-MM-DDTHH:MM:SS.ffffffZ`, which sorts as time does.
Raw bulk writers must go through `to_text`, never through the driver's own adaptation.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

_FORM = "%Y-%m-%dT%H:%M:%S.%fZ"


def to_text(moment: datetime) -> str:
    """The one stored form. Naive instants are refused: nobody knows what they mean."""
    if moment.tzinfo is None:
        msg = "a naive datetime cannot be stored: give it a timezone"
        raise ValueError(msg)
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"  # strftime pads no year


def from_text(text: str) -> datetime:
    """Inverse of `to_text`, in UTC; not `strptime`, which takes ten times as long."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not UTC:
        msg = f"not a stored instant: {text!r}"
        raise ValueError(msg)
    return moment


class Instant(TypeDecorator[datetime]):
    """An aware instant, see the module docstring."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, timestamptz elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        """Aware instant to the stored form."""
        if value is None:
            return None
        text = to_text(value)
        return text if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:
        """Stored form to an aware instant in UTC."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return from_text(str(value))
        assert isinstance(value, datetime)
        return value.astimezone(UTC)
