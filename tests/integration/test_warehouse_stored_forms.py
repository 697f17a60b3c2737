"""What the raw drivers are given is what SQLAlchemy would write, column by column."""

from datetime import UTC, date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.types import Boolean, Date, Integer, Text

from tasks.rules.instants_frame import utc_texts
from tasks.rules.timezone import HANOI
from warehouse.instants import Instant, to_text
from warehouse.stored_forms import stored_form

_FIRST, _LAST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001 -- the strategy adds the zone
MOMENTS = st.datetimes(_FIRST, _LAST, timezones=st.sampled_from([UTC, HANOI]))


@given(st.lists(st.none() | MOMENTS | MOMENTS.map(lambda m: m.replace(microsecond=0)), max_size=8))
def test_typed_and_untyped_instants_are_stored_alike(moments) -> None:
    plain = pd.Series(moments, dtype=object)
    typed = pd.to_datetime(plain, utc=True).astype("datetime64[us, UTC]")
    expected = [None if moment is None else to_text(moment) for moment in moments]
    assert stored_form(plain, Instant(), "sqlite") == expected
    assert stored_form(typed, Instant(), "postgresql") == expected


@given(st.lists(MOMENTS.map(lambda m: m.astimezone(UTC).replace(microsecond=0)), min_size=1, max_size=8))
def test_computed_digits_are_those_of_isoformat(moments) -> None:
    ticks = pd.Series(moments).dt.tz_localize(None).to_numpy().astype("datetime64[us]").view("int64")
    assert utc_texts(ticks, "+00:00") == [moment.isoformat() for moment in moments]


@pytest.mark.parametrize(
    ("kind", "given_", "sqlite", "postgresql"),
    [
        (Text(), ["a", None, "NA"], ["a", None, "NA"], ["a", None, "NA"]),
        (Integer(), pd.array([5, None], dtype="Int64"), [5, None], [5, None]),
        (Boolean(), pd.array([True, None, False], dtype="boolean"), [1, None, 0], [True, None, False]),
        (Date(), [date(2026, 11, 23), None], ["2026-11-23", None], ["2026-11-23", None]),
    ],
)
def test_other_kinds(kind, given_, sqlite, postgresql) -> None:
    column = pd.Series(given_) if not isinstance(given_, list) else pd.Series(given_, dtype=object)
    assert stored_form(column, kind, "sqlite") == sqlite
    assert stored_form(column, kind, "postgresql") == postgresql


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone"):
        stored_form(pd.Series([datetime(2026, 11, 23)], dtype=object), Instant(), "sqlite")  # noqa: DTZ001
