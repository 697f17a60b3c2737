"""Text, dates and words of status: one case a line, in the forms that sources really send."""

import unicodedata
from datetime import UTC, date, datetime, time

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.intake import cells
from tasks.intake.dates import check_formats, parse_day, parse_moment
from tasks.intake.status_words import status_map
from tasks.intake.text import clean, clean_code, clean_word, fold
from tasks.rules.timezone import HANOI

CLOSING = time(17, 0)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("  UBND   phường\tThới Long ", "UBND phường Thới Long"),
        (unicodedata.normalize("NFD", "Đơn vị xử lý"), "Đơn vị xử lý"),
        ("Hồ\u200b sơ\ufeff", "Hồ sơ"),
        ("Thới\u00a0Long", "Thới Long"),
        ("Hô\u200b\u0300 sơ", "Hồ sơ"),
        ("\u00d0oàn kiểm tra", "Đoàn kiểm tra"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("dòng một\nhai\x00ba", "dòng một hai ba"),
        ("lone \ud800surrogate", "lone surrogate"),
        ("NA", "NA"),
        ("😀", "😀"),
    ],
)
def test_text_is_stored_clean(written: str, stored: str) -> None:
    assert clean(written) == stored


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("001099012345", "001099012345"),
        ("CNTBD. 181121 .00334", "CNTBD.181121.00334"),
        ("\uff10\uff11\uff12\uff0dＨ", "012-H"),
        ("G09.20\u20132026", "G09.20-2026"),
        ("1.09E+11", "1.09E+11"),
        ("QĐ e \u0301", "QĐé"),
    ],
)
def test_codes_keep_zeros_and_case_and_lose_spaces(written: str, stored: str) -> None:
    assert clean_code(written) == stored


@given(st.text(st.sampled_from("aêĐ 1") | st.characters(categories=["Mn", "Cf", "Zs", "Nd"]) | st.characters()))
@example("\u0339 \u0334")
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_code(clean_code(text)) == clean_code(text)
    clean(text).encode()  # always storable


@pytest.mark.parametrize(
    ("written", "local", "precision"),
    [
        ("03/04/2025", "2025-04-03T17:00", "day"),  # the third of April, never the fourth of March
        ("8/2/2017", "2017-02-08T17:00", "day"),
        ("21-12-2016", "2016-12-21T17:00", "day"),
        ("21/11/2018 09:24:43", "2018-11-21T09:24:43", "minute"),
        ("21/11/2018 09:24", "2018-11-21T09:24", "minute"),
        ("2026-11-23", "2026-11-23T17:00", "day"),
        ("2026-06-08 14:07:53", "2026-06-08T14:07:53", "minute"),
        ("2026-06-08T07:47:28.329", "2026-06-08T07:47:28.329", "minute"),
        ("2026-06-08T00:30:00Z", "2026-06-08T07:30", "minute"),
        ("2026-06-08T09:30:00+09:00", "2026-06-08T07:30", "minute"),
        ("20260608140753", "2026-06-08T14:07:53", "minute"),
        ("\uff10\uff13/04/2025 ", "2025-04-03T17:00", "day"),
    ],
)
def test_dates_in_known_forms(written: str, local: str, precision: str) -> None:
    moment = parse_moment(written, CLOSING)
    assert moment is not None
    assert moment.at == datetime.fromisoformat(local).replace(tzinfo=HANOI)
    assert moment.precision == precision


@pytest.mark.parametrize(
    "written",
    [
        *("31/02/2026", "00/00/2026", "04/13/2025", "29/02/2025", "03/04/25", "chưa có", "45000", "24:00"),
        *("23/11/2026 24:00", "23/11/2026 12:60", "23/11-2026", "2026-11-23T10:00+99:00", "20261123", "01/01/0000"),
        *("0001-01-01", "2026-11-23x", "23/11/2026 10", "9999-12-31T23:00-14:00"),
    ],
)
def test_everything_else_is_not_understood(written: str) -> None:
    assert parse_moment(written, time(0)) is None


def test_a_declared_format_is_the_only_one() -> None:
    declared = ("%m/%d/%Y %H:%M", "%m/%d/%Y")
    assert parse_day("03/04/2025", declared) == date(2025, 3, 4)
    assert parse_day("2025-03-04", declared) is None
    with pytest.raises(ValueError, match="four-digit year"):
        check_formats(("%d/%m/%y",))


@given(st.integers(946_684_800, 4_102_444_800))
def test_every_form_of_an_instant_means_the_same(seconds: int) -> None:
    aware = datetime.fromtimestamp(seconds, HANOI)
    local = aware.replace(tzinfo=None)
    forms = [
        local.strftime("%d/%m/%Y %H:%M:%S"),
        local.isoformat(),
        aware.isoformat(),
        aware.astimezone(UTC).isoformat(),
        local.strftime("%Y%m%d%H%M%S"),
    ]
    assert {m.at for form in forms if (m := parse_moment(form, CLOSING))} == {aware}


def test_words_of_status_fold_case_and_space_and_can_be_overridden() -> None:
    words = status_map({"Đang họp xét": 4, "Đang xử lý": "2"})
    assert words[fold(unicodedata.normalize("NFD", "  đang  HỌP xét"))] == "4"
    assert words[fold("Đang xử lý")] == "2"
    assert words[fold("Đã trả kết quả")] == "10"
    assert fold("abc") not in words


_CLOCKS = st.sampled_from(["", " 07:30", "T07:30", " 23:59:59", "T00:00:00", " 24:00", " 7:5", "T10:00:60"])
_DAYS = st.tuples(
    st.integers(0, 33), st.integers(0, 14), st.sampled_from([1, 1900, 1975, 1976, 2024, 2026, 9998, 9999])
)
_WRITTEN = st.one_of(
    st.builds(lambda d, c: f"{d[0]:02d}/{d[1]:02d}/{d[2]:04d}{c}", _DAYS, _CLOCKS),
    st.builds(
        lambda d, c, z: f"{d[2]:04d}-{d[1]:02d}-{d[0]:02d}{c}{z}",
        _DAYS,
        _CLOCKS,
        st.sampled_from(["", "Z", "+07:00", "+00:00", "-03:30", " +07:00", ".250"]),
    ),
    st.builds(lambda d: f"{d[2]:04d}{d[1]:02d}{d[0]:02d}235960"[:14], _DAYS),
    st.text(st.sampled_from("0123456789/-: T٣\u200b\x00"), max_size=20),
)


@given(st.lists(st.none() | _WRITTEN, max_size=12), st.sampled_from([CLOSING, time(7, 30)]))
@example(["29/02/2023", "29/02/2024", "31/04/2026 10:00:00", "2026-11-09T09:10:00+07:00", "20261109091000"], CLOSING)
def test_columns_of_dates_are_read_as_single_dates_are(written: list[str | None], fill: time) -> None:
    """The fast reader of whole columns against the one that reads like the rule."""
    column, day_column = cells.instants(written, fill, ()), cells.days(written, ())
    for row, text in enumerate(written):
        one = parse_moment(text or "", fill)
        word = clean_word(text or "") or None
        assert column.bad[row] == (word is not None and one is None)
        assert column.precision[row] == (one.precision if one else None)
        assert column.canonical[row] == (one.at.astimezone(UTC).isoformat() if one else word)
        assert (column.values[row] == one.at) if one else pd.isna(column.values[row])
        assert column.days.tolist()[row] == (one.day if one else None)
        assert day_column.values[row] == parse_day(text or "")
