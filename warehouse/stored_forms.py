"""Columns in the form the raw drivers store: the same bytes that SQLAlchemy would write.

Whole columns at once where pandas holds them typed, value by value otherwise; anything of a wrong kind fails here, not
later. A new column kind needs its form here and in `instants` or SQLAlchemy alike.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.types import Boolean, Date, Integer, TypeEngine

from tasks.rules.instants_frame import utc_texts, whole_seconds
from warehouse.instants import Instant, to_text

Series = Any  # a pandas Series of any kind
_NAT = np.iinfo(np.int64).min


def stored_form(column: Series, kind: TypeEngine[Any], dialect: str) -> list[Any]:
    """The values of a column for the driver of that dialect, None where empty. Naive instants are refused."""
    if isinstance(kind, Instant) and isinstance(column.dtype, pd.DatetimeTZDtype):
        return _instants(column)
    plain = column.astype(object)
    values: list[Any] = plain.where(plain.notna(), None).tolist()
    adapt = _adapter(kind, dialect)
    if adapt is None:
        return values
    return [None if value is None else adapt(value) for value in values]


def _instants(column: Series) -> list[Any]:
    ticks = column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[us]").view(np.int64)
    there = ticks != _NAT
    if not whole_seconds(ticks[there]).all():
        return [None if pd.isna(value) else to_text(value) for value in column.tolist()]
    values = np.full(len(ticks), None, dtype=object)
    values[there] = utc_texts(ticks[there], ".000000Z")
    stored: list[Any] = values.tolist()
    return stored


def _adapter(kind: TypeEngine[Any], dialect: str) -> Callable[[Any], Any] | None:
    """From a Python value to what the raw driver must be given; None where texts go as they are."""
    if isinstance(kind, Instant):
        return to_text  # both databases read this form
    if isinstance(kind, Date):
        return date.isoformat
    if isinstance(kind, Boolean):
        return int if dialect == "sqlite" else bool
    if isinstance(kind, Integer):
        return int
    return None
