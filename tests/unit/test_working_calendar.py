"""The calendar: which days count, by which document, and what a province may lay over the shipped table."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.calendar_files import CalendarFileError, shipped_calendar
from tasks.rules.freshness import working_age
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import (
    Basis,
    CalendarUnknownError,
    DayKind,
    WorkingCalendar,
    parse_calendar_csv,
)

CALENDAR = shipped_calendar()
DAYS = st.dates(date(2015, 2, 1), date(2027, 6, 30))


@pytest.mark.parametrize(
    ("day", "why", "works"),
    [
        ("2026-11-23", "working", True),
        ("2026-11-24", "holiday", False),  # Culture Day, from 2026
        ("2025-11-24", "working", True),
        ("2026-11-22", "weekend", False),
        ("2026-01-02", "swap_off", False),
        ("2026-01-10", "makeup", True),  # a Saturday
        ("2026-01-17", "weekend", False),
        ("2026-08-22", "makeup", True),
        ("2026-08-31", "swap_off", False),
        ("2024-04-29", "swap_off", False),
        ("2024-05-04", "makeup", True),
        ("2025-04-26", "makeup", True),
        ("2025-05-02", "swap_off", False),
        ("2026-04-26", "holiday", False),  # a Sunday
        ("2026-04-27", "compensatory", False),
        ("2023-05-03", "compensatory", False),
        ("2023-01-26", "compensatory", False),
        ("2026-02-16", "holiday", False),
        ("2026-02-23", "working", True),
        ("2027-02-10", "compensatory", False),
        ("2019-05-04", "makeup", True),
        ("2018-12-31", "swap_off", False),
    ],
)
def test_each_day_is_what_the_notices_say(day: str, why: str, works: bool):
    assert CALENDAR.why(date.fromisoformat(day)) == why
    assert CALENDAR.is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(("year", "days"), [(2023, 249), (2024, 251), (2025, 250), (2026, 249)])
def test_working_days_of_a_year(year: int, days: int):
    assert CALENDAR.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == days


def test_official_years_name_their_documents():
    for entry in CALENDAR.entries:
        if 2023 <= entry.day.year <= 2026:
            assert entry.basis is Basis.OFFICIAL
            assert entry.document_no
            assert entry.document_on is not None
            assert entry.document_on < entry.day
            assert not entry.provisional


def test_a_holiday_on_a_weekend_changes_nothing_and_every_makeup_day_is_one():
    for entry in CALENDAR.entries:
        if entry.kind is DayKind.MAKEUP:
            assert entry.day.weekday() == 5
        if entry.kind in {DayKind.COMPENSATORY, DayKind.SWAP_OFF}:
            assert entry.day.weekday() < 5


def test_swaps_balance():
    off = [e for e in CALENDAR.entries if e.kind is DayKind.SWAP_OFF and e.day.year > 2015]
    worked = [e for e in CALENDAR.entries if e.kind is DayKind.MAKEUP and e.day.year > 2015]
    assert len(off) == len(worked) == 6


def test_the_coming_year_is_provisional():
    assert CALENDAR.is_provisional(2027)
    assert not CALENDAR.is_provisional(2026)
    assert all(e.basis is Basis.COMPUTED for e in CALENDAR.entries if e.day.year == 2027)


@pytest.mark.parametrize("day", [date(2014, 12, 31), date(2028, 1, 3), date(2040, 1, 1)])
def test_an_unknown_year_is_refused(day: date):
    with pytest.raises(CalendarUnknownError) as caught:
        CALENDAR.is_working_day(day)
    assert caught.value.year == day.year


def test_walking_into_an_unknown_year_is_refused():
    with pytest.raises(CalendarUnknownError, match="2028"):
        CALENDAR.next_working_day(date(2027, 12, 31))
    with pytest.raises(CalendarUnknownError, match="2014"):
        CALENDAR.previous_working_day(date(2015, 1, 1))


def test_steps_around_a_long_break():
    assert CALENDAR.next_working_day(date(2026, 2, 13)) == date(2026, 2, 23)
    assert CALENDAR.previous_working_day(date(2026, 2, 23)) == date(2026, 2, 13)
    assert CALENDAR.on_or_after(date(2026, 2, 14)) == date(2026, 2, 23)
    assert CALENDAR.on_or_after(date(2026, 2, 23)) == date(2026, 2, 23)
    assert CALENDAR.add_working_days(date(2026, 2, 13), 0) == date(2026, 2, 13)
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add_working_days(date(2026, 2, 13), -1)


@given(DAYS, st.integers(0, 60))
def test_adding_then_counting_gives_the_number_back(day: date, count: int):
    due = CALENDAR.add_working_days(day, count)
    assert CALENDAR.working_days_between(day, due) == count
    assert count == 0 or CALENDAR.is_working_day(due)


@given(DAYS)
def test_next_and_previous_are_inverse_on_working_days(day: date):
    worked = CALENDAR.on_or_after(day)
    assert CALENDAR.previous_working_day(CALENDAR.next_working_day(worked)) == worked
    assert CALENDAR.working_days_between(worked, day) == 0


def test_saturday_counts_only_where_the_province_says_so():
    saturdays = shipped_calendar(saturday_counts=True)
    assert not CALENDAR.is_working_day(date(2026, 11, 21))
    assert saturdays.is_working_day(date(2026, 11, 21))
    assert not saturdays.is_working_day(date(2026, 11, 22))
    assert not saturdays.is_working_day(date(2025, 4, 26)) or saturdays.why(date(2025, 4, 26)) == "makeup"
    assert saturdays.version != CALENDAR.version


def test_a_province_file_adds_and_overrides(tmp_path: Path):
    extra = tmp_path / "calendar.csv"
    extra.write_text(
        "date,kind,name,document_no,document_on,provisional\n"
        "2026-11-23,swap_off,Nghỉ hoán đổi,1/QĐ-UBND,2026-11-01,\n"
        "2026-11-28,makeup,Làm bù,1/QĐ-UBND,2026-11-01,\n"
        "2026-11-24,makeup,Trực,1/QĐ-UBND,,\n",
        encoding="utf-8-sig",
    )
    calendar = shipped_calendar([extra])
    assert calendar.why(date(2026, 11, 23)) == "swap_off"
    assert calendar.is_working_day(date(2026, 11, 28))
    assert calendar.is_working_day(date(2026, 11, 24))
    entry = calendar.entry(date(2026, 11, 28))
    assert entry is not None
    assert (entry.document_no, entry.document_on) == ("1/QĐ-UBND", date(2026, 11, 1))
    assert calendar.version != CALENDAR.version


def test_a_single_extra_day_makes_no_year_known():
    calendar = CALENDAR.with_entries(parse_calendar_csv("date,kind,name\n2028-01-03,compensatory,Nghỉ bù\n"))
    with pytest.raises(CalendarUnknownError):
        calendar.is_working_day(date(2028, 1, 4))


# With another Tết and another second National Day than computed
ANNOUNCED_2027 = ["01-01", "02-05", "02-08", "02-09", "02-10", "02-11", "04-16", "04-30", "05-03", "09-01", "09-02"]
WEEKDAYS_OFF_2028 = ["01-03", "01-25", "01-26", "01-27", "01-28", "01-31", "04-04", "05-01", "05-02", "09-04"]


def _days_off(year: int, days: list[str]) -> str:
    return "date,kind,name\n" + "".join(f"{year}-{day},holiday,Nghỉ\n" for day in days)


def test_an_announced_year_replaces_the_provisional_one():
    calendar = CALENDAR.with_entries(parse_calendar_csv(_days_off(2027, ANNOUNCED_2027)))
    assert calendar.is_working_day(date(2027, 2, 4))  # was off provisionally
    assert not calendar.is_working_day(date(2027, 2, 11))
    assert not calendar.is_provisional(2027)


def test_a_new_year_is_known_once_it_is_told_whole():
    whole, most = _days_off(2028, WEEKDAYS_OFF_2028), _days_off(2028, WEEKDAYS_OFF_2028[:-1])
    assert 2028 in CALENDAR.with_entries(parse_calendar_csv(whole)).years
    assert 2028 not in CALENDAR.with_entries(parse_calendar_csv(most)).years


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("day,kind,name\n", "column 'date' is missing"),
        ("date,kind,name\n24/11/2026,holiday,x\n", "line 2, column 'date'.*2026-11-24"),
        ("date,kind,name\n2026-11-24,holiday,x\n\n,holiday,y\n", "line 4, column 'date'"),
        ("date,kind,name\n2026-11-24,nghỉ,x\n", "line 2, column 'kind'.*holiday, compensatory, swap_off, makeup"),
        ("date,kind,name,provisional\n2026-11-24,holiday,x,có\n", "line 2, column 'provisional'.*true or false"),
        ("date,kind,name,basis\n2026-11-24,holiday,x,báo\n", "line 2, column 'basis'.*official, computed"),
        ("date,kind,name,document_on\n2026-11-24,holiday,x,1/1/2026\n", "line 2, column 'document_on'"),
        ("date,kind,name\n2026-11-24,holiday,x\n2026-11-24,makeup,y\n", "line 3.*told twice"),
    ],
)
def test_a_faulty_table_is_refused_with_line_column_and_cure(text: str, message: str):
    with pytest.raises(ValueError, match=message):
        parse_calendar_csv(text)


def test_spreadsheet_semicolons_are_understood():
    (entry,) = parse_calendar_csv("\ufeffdate;kind;name\r\n2026-11-23;swap_off;Nghỉ\r\n;;\r\n")
    assert entry.day == date(2026, 11, 23)


def test_unreadable_files_are_named(tmp_path: Path):
    latin = tmp_path / "latin.csv"
    latin.write_bytes("date,kind,name\n2026-11-23,swap_off,Nghỉ".encode("utf-16"))
    broken = tmp_path / "broken.csv"
    broken.write_text("date,kind,name\nx,holiday,y\n", encoding="utf-8")
    for path, part in [(latin, "UTF-8"), (tmp_path / "none.csv", "cannot be opened"), (broken, "line 2")]:
        with pytest.raises(CalendarFileError, match=part) as caught:
            shipped_calendar([path])
        assert str(path) in str(caught.value)


def test_the_version_is_stable_and_independent_of_order():
    assert WorkingCalendar(CALENDAR.entries[::-1]).version == CALENDAR.version == shipped_calendar().version
    assert CALENDAR.version.startswith("2026.1-")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


@pytest.mark.parametrize(
    ("moment", "as_of", "hours"),
    [
        ("2026-11-20T07:30", "2026-11-23T07:30", 24),  # over a weekend
        ("2026-11-23T07:30", "2026-11-25T07:30", 24),  # over Culture Day
        ("2026-11-25T07:30", "2026-11-26T07:30", 24),
        ("2026-11-21T10:00", "2026-11-23T07:30", 7.5),  # taken on a Saturday
        ("2026-11-23T07:30", "2026-11-23T07:30", 0),
        ("2026-11-23T07:30", "2026-11-20T07:30", 0),
        ("2026-02-13T16:00", "2026-02-23T08:00", 16),  # over Tết
    ],
)
def test_days_off_do_not_age_data(moment: str, as_of: str, hours: float):
    assert working_age(_at(moment), _at(as_of), CALENDAR) == timedelta(hours=hours)
