"""`explain deadline(s)` and `calendar show`: what machines and people read."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from deployments.cli_calendar_year import calendar_text, calendar_year
from deployments.cli_explain_cases import CasesError, explain_csv
from deployments.cli_explain_deadline import explain_one, explain_text, parse_moment, parse_pause
from tasks.rules.deadlines import RULE_VERSION
from tasks.rules.model import DurationUnit
from tasks.rules.office_hours import SCHEDULES, OfficeHours
from tasks.rules.working_calendar import CalendarUnknownError
from tests.unit.deadline_kit import CALENDAR, at

GOLDEN = Path(__file__).parents[1] / "data" / "deadline_cases.csv"
HEAD = "case_id,received_at,amount,unit,pauses"


def explained(received: str, amount: int, unit: str, pauses: str = "", policy: str = "pause") -> dict:
    found = [parse_pause(pause) for pause in pauses.split(";") if pause]
    return explain_one(parse_moment(received), amount, unit, CALENDAR, pauses=found, policy=policy)


def test_the_value_has_the_promised_shape_and_is_json():
    value = json.loads(json.dumps(explained("2024-04-26T10:00:00+07:00", 3, "working_day")))
    assert value["due_at"] == "2024-05-04T17:00:00+07:00"
    assert value["received_on"] == "2024-04-26"
    assert value["calendar_version"] == CALENDAR.version
    assert value["rule_version"] == RULE_VERSION
    assert [(s["date"], s["counted"], s["why"]) for s in value["steps"]] == [
        ("2024-04-26", False, "receipt_day"),
        ("2024-04-27", False, "weekend"),
        ("2024-04-28", False, "weekend"),
        ("2024-04-29", False, "swap_off"),
        ("2024-04-30", False, "holiday"),
        ("2024-05-01", False, "holiday"),
        ("2024-05-02", True, "working"),
        ("2024-05-03", True, "working"),
        ("2024-05-04", True, "makeup"),
    ]
    assert value["steps"][3]["document_no"] == "2450/VPCP-KGVX"


def test_nothing_is_due_while_a_pause_runs():
    value = explained("2025-03-10T09:00", 5, "working_day", "2025-03-12T09:00/")
    assert value["due_at"] is None
    assert value["steps"][-1]["why"] == "pause_running"
    assert "chưa có: hồ sơ đang tạm dừng" in explain_text(value)
    assert "none while a pause runs" in explain_text(value, "en")


def test_people_read_every_day_in_vietnamese():
    text = explain_text(explained("2025-04-24T17:20", 3, "working_day", "2025-04-25T09:00/2025-04-28T10:00"))
    assert text.splitlines() == [
        "Tiếp nhận          17:20 T5 24/04/2025",
        "Coi như nhận ngày  T6 25/04/2025",
        "Thời hạn           3 ngày làm việc",
        "Tạm dừng           09:00 T6 25/04/2025 – 10:00 T2 28/04/2025",
        "Hạn trả            17:00 T3 06/05/2025",
        "",
        "Ngày           Tính  Vì sao",
        "T5 24/04/2025  –     nhận sau giờ làm việc: tính từ ngày làm việc kế tiếp",
        "T6 25/04/2025  –     ngày tiếp nhận (ngày 0)",
        "T7 26/04/2025  –     tạm dừng",
        "CN 27/04/2025  –     ngày nghỉ hằng tuần",
        "T2 28/04/2025  –     tạm dừng",
        "T3 29/04/2025  1     ngày làm việc",
        "T4 30/04/2025  –     nghỉ lễ, tết: Ngày Chiến thắng (45/2019/QH14)",
        "T5 01/05/2025  –     nghỉ lễ, tết: Ngày Quốc tế lao động (45/2019/QH14)",
        "T6 02/05/2025  –     Nghỉ hoán đổi, làm bù ngày 26/04/2025 (6150/TB-BLĐTBXH)",
        "T7 03/05/2025  –     ngày nghỉ hằng tuần",
        "CN 04/05/2025  –     ngày nghỉ hằng tuần",
        "T2 05/05/2025  2     ngày làm việc",
        "T3 06/05/2025  3     ngày làm việc — HẾT HẠN 17:00",
        "",
        f"Lịch {CALENDAR.version}, quy tắc {RULE_VERSION}.",
    ]


def test_people_read_hours_in_english():
    lines = explain_text(explained("2026-01-09T16:00", 3, "working_hour"), "en").splitlines()
    assert "Time allowed           3 working hours" in lines
    assert "Fri 09/01/2026  60 min   day of receipt (day 0)" in lines
    makeup = "make-up working day: Làm bù cho ngày 02/01/2026 (12729/VPCP-KGVX)"
    assert f"Sat 10/01/2026  120 min  {makeup} — DUE 09:30" in lines


@pytest.mark.parametrize("unit", list(DurationUnit))
@pytest.mark.parametrize("policy", ["pause", "restart", "none"])
@pytest.mark.parametrize("locale", ["vi", "en"])
@pytest.mark.parametrize("amount", [0, 1, 30])
def test_every_trail_can_be_told_in_both_languages(unit: DurationUnit, policy: str, locale: str, amount: int):
    for pauses in ("", "2026-01-05T10:00/2026-01-12T09:00", "2026-01-05T10:00/"):
        value = explained("2025-12-31T16:00", amount, unit.value, pauses, policy)
        text = explain_text(value, locale)
        assert all(f"{date.fromisoformat(step['date']):%d/%m/%Y}" in text for step in value["steps"])


def test_a_provisional_year_is_said_to_be_one():
    assert "năm 2027 là dự kiến" in explain_text(explained("2026-12-31T09:00", 3, "working_day"))
    assert "dự kiến" not in explain_text(explained("2026-11-02T09:00", 3, "working_day"))


def test_a_receipt_without_time_means_start_of_office_and_without_offset_hanoi():
    assert parse_moment("2025-03-10") == at("2025-03-10T07:30")
    assert parse_moment("2025-03-10", SCHEDULES["S8"]) == at("2025-03-10T07:00")
    assert parse_moment("2025-03-10T09:00") == parse_moment(" 2025-03-10T02:00:00Z ") == at("2025-03-10T09:00")


@pytest.mark.parametrize("text", ["2025-03-10", "x/2025-03-10", "2025-03-10/y", "2025-03-11/2025-03-10", "/2025-03-10"])
def test_a_pause_that_is_none_is_refused(text: str):
    with pytest.raises(ValueError, match=r".+"):
        parse_pause(text)


def test_the_golden_file_goes_through_by_its_headings():
    cases = list(csv.DictReader(GOLDEN.read_text("utf-8").splitlines()))
    found = list(explain_csv(GOLDEN.read_text("utf-8").splitlines(keepends=True), CALENDAR))
    assert found == ["case_id,due_at", *(f"{case['case_id']},{case['expected_due']}" for case in cases)]


def test_columns_are_found_by_heading_and_the_province_names_its_schedules():
    lines = [
        "\ufeffUnit,note,received_at,case_id,amount,schedule,policy\n",
        'working_hour,"a, b",2025-03-10T09:00,"C,1",2,late,\n',
        "\n",
        "working_day,,2025-03-10,C2,1,,\n",
        "working_day,,2025-03-10\n",
    ]
    late = {"default": SCHEDULES["default"], "late": OfficeHours.parse(["10:00-18:00"])}
    assert list(explain_csv(lines[:-1], CALENDAR, late)) == [
        "case_id,due_at",
        '"C,1",2025-03-10T12:00:00+07:00',
        "C2,2025-03-11T17:00:00+07:00",
    ]
    with pytest.raises(CasesError):
        list(explain_csv(lines, CALENDAR, late))


def test_policy_and_running_pauses_in_a_file():
    lines = [
        f"{HEAD},policy",
        "R,2025-03-10T09:00,5,working_day,2025-03-12T09:00/2025-03-18T10:00,restart",
        "N,2025-03-10T09:00,5,working_day,2025-03-12T09:00/2025-03-18T10:00,none",
        "P,2025-03-10T09:00,5,working_day,2025-03-12T09:00/,",
    ]
    assert list(explain_csv(lines, CALENDAR))[1:] == [
        "R,2025-03-25T17:00:00+07:00",
        "N,2025-03-17T17:00:00+07:00",
        "P,",
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("C,tomorrow,1,working_day,", ["line 3", "column received_at", "'tomorrow'", "2026-11-23T09:00:00+07:00"]),
        ("C,2025-03-10,-1,working_day,", ["line 3", "column amount", "'-1'", "whole number"]),
        ("C,2025-03-10,1.5,working_day,", ["line 3", "column amount", "'1.5'"]),
        ("C,2025-03-10,,working_day,", ["line 3", "column amount"]),
        ("C,2025-03-10,1,days,", ["line 3", "column unit", "'days'", "working_day, calendar_day, working_hour"]),
        ("C,2025-03-10,1,,", ["line 3", "column unit"]),
        ("C,2025-03-10,1,working_day,2025-03-11", ["line 3", "column pauses", "from/to;from/to"]),
        ("C,2025-03-10,1,working_day,2025-03-12/2025-03-11", ["line 3", "column pauses"]),
        (",2025-03-10,1,working_day,", ["line 3", "column case_id", "for example G01"]),
        ("C,2025-03-10,1,working_day,,S9", ["line 3", "column schedule", "'S9'", "default, S8"]),
        ("C,2025-03-10,1,working_day,,,x", ["line 3", "more cells"]),
        ("C,2031-03-10,1,working_day,", ["line 3", "case C", "2031"]),
        ("C,2027-12-31,1,working_day,", ["line 3", "case C", "2028"]),
    ],
)
def test_a_bad_line_is_refused_with_line_column_and_cure(line: str, told: list[str]):
    lines = [f"{HEAD},schedule", "G01,2025-03-10T09:15:00+07:00,5,working_day,,", line]
    with pytest.raises(ValueError, match="line 3") as caught:
        next(explain_csv(lines, CALENDAR, locale="en"))
    for part in told:
        assert part in str(caught.value)


def test_all_faults_are_told_at_once_and_no_result_before_them():
    with pytest.raises(CasesError) as caught:
        next(explain_csv([HEAD, "A,x,1,working_day,", "B,2025-03-10,y,z,"], CALENDAR))
    assert len(caught.value.faults) == 3
    assert str(caught.value).startswith("dòng 2, cột received_at: không hiểu 'x'; hãy ghi")
    with pytest.raises(CasesError, match=r"… and 10 more") as caught:
        next(explain_csv([HEAD, *["A,x,1,working_day,"] * 30], CALENDAR, locale="en"))
    assert len(str(caught.value).splitlines()) == 21


@pytest.mark.parametrize("lines", [[], ["case_id,received_at,amount"]])
def test_a_missing_column_is_named(lines: list[str]):
    with pytest.raises(CasesError, match="column unit is missing"):
        list(explain_csv(lines, CALENDAR, locale="en"))


def test_a_year_for_machines_and_for_people():
    value = json.loads(json.dumps(calendar_year(CALENDAR, 2026)))
    assert (value["year"], value["working_days"], value["provisional"]) == (2026, 249, False)
    assert {"date", "kind", "name", "document_no", "document_on"} <= value["days"][0].keys()
    text = calendar_text(CALENDAR, 2026)
    assert "Lịch làm việc năm 2026: 249 ngày làm việc" in text
    assert "T7 10/01/2026  ngày làm việc bù  Làm bù cho ngày 02/01/2026             12729/VPCP-KGVX ngày" in text
    assert "computed from the law" in calendar_text(CALENDAR, 2016, "en")
    assert "not announced yet" in calendar_text(CALENDAR, 2027, "en")
    for year in (2014, 2040):
        with pytest.raises(CalendarUnknownError):
            calendar_text(CALENDAR, year)
