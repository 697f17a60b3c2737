"""Page, workbook and mail of a report, and the sheet of a unit: the same figures, nothing from outside, no ranking."""

import io
import re
import shutil
import subprocess
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

import tasks.reports
from tasks.mail.guard import PersonalDataError
from tasks.mail.letter import MailStyle
from tasks.reports.period import report_page, write_report_book
from tasks.reports.period_mail import freeze_report, render_report, report_fingerprint, thaw_report
from tasks.reports.period_plots import plots_of
from tasks.reports.period_speech import speech
from tasks.reports.period_tables import Table, tables_of
from tasks.reports.unit_sheet import OpenRemedy, UnitSheet, sheet_page
from tasks.rules.dossier_flags import dossier_flags
from tasks.rules.model import Recipient
from tasks.rules.report_model import Line, PeriodKind, Report, ReportMail, SourceQuality, last_complete
from tests.browser import find_chromium
from tests.unit import story_world as story
from tests.unit.story_world import at

DAY = date(2026, 11, 30)
WORDS = Path(tasks.reports.__file__).parent / "period_words"
OUTSIDE = re.compile(r"""<script|<link|<img|<iframe|@import|url\((?!#)|\b(?:src|href)=|https?://""")


def line(key: str, name: str = "", **counts: int) -> Line:
    return Line(key=key, name=name or key, counts=counts)


UNITS = (
    line("31157", "UBND phường Thới Long", received=3, early=1, on_time=2, late=2, paused=1),
    line("31231", "UBND xã Thạnh An", on_time=1, late=1, due_soon=1, tier_3=1200),
    line("SNNMT", "Sở Nông nghiệp và Môi trường", late=1, undated=1, tier_1=2),
)
TOTAL = line("", received=3, early=1, on_time=3, late=4, undated=1, paused=1, due_soon=1, tier_3=1200, tier_1=2)
FIELDS = (
    line("Đất đai", early=1, on_time=1, late=1, tier_3=1200),
    line("", on_time=2, late=3, undated=1, received=3, paused=1, due_soon=1, tier_1=2),
)
REPORT = Report(
    period=last_complete(PeriodKind.WEEK, DAY),
    as_of=at(30, 11, 10, 40),
    known_at=None,
    due_soon_days=2,
    total=TOTAL,
    units=UNITS,
    fields=FIELDS,
    remedy_total=line("", done=1, in_time=2, past_original=1),
    remedies=(line("31246", "UBND xã Thạnh Quới", done=1, in_time=2, past_original=1),),
    sources=(
        SourceQuality(
            name="one-stop",
            dataset="dossiers",
            data_moment=None,
            fresh=False,
            refused=2,
            quarantined=7,
            quarantined_new=7,
        ),
    ),
    reasons=(("=Thiếu mã đơn vị <b>", 7),),
    finished_without_date=3,
    mails=(line("head", handed=11, uncertain=1),),
    disputes={"opened": 1, "upheld": 1, "rejected": 0, "open": 0},
    rule_version="2026.1",
    calendar_version="2026.1-c4ef2b99",
)
LEADER = Recipient(address="chutich@tinh.example.gov.vn", post="Chủ tịch UBND tỉnh")
MAIL = ReportMail(business_date=DAY, as_of=REPORT.as_of, recipient=LEADER, revision=1, report=REPORT)
STYLE = MailStyle(contact_address="dondoc@tinh.example.gov.vn")


def table(name: str, locale: str = "vi") -> Table:
    return next(one for one in tables_of(REPORT, speech(locale)) if one.name == name)


def keys(text: str) -> dict[str, set[str]]:
    """Key → placeholders."""
    sections = tomllib.loads(text)
    return {
        f"{section}.{key}": set(re.findall(r"{(\w+)}", words))
        for section, entries in sections.items()
        for key, words in entries.items()
    }


def test_both_languages_say_the_same() -> None:
    vi, en = (keys((WORDS / f"{locale}.toml").read_text(encoding="utf-8")) for locale in ("vi", "en"))
    assert vi == en


# --- shares --------------------------------------------------------------------------------------------------------


SHARES = [
    (3, 4, "", ""),
    (4, 5, "80,0%", "80.0%"),
    (1053, 1152, "91,4%", "91.4%"),
    (9999, 10_000, "99,9%", "99.9%"),  # not all
    (1, 10_000, "0,1%", "0.1%"),  # not none
    (0, 5, "0,0%", "0.0%"),
    (5, 5, "100,0%", "100.0%"),
]


@pytest.mark.parametrize(("part", "whole", "vi", "en"), SHARES)
def test_a_share_of_few_is_not_given_and_none_is_rounded_to_all(part: int, whole: int, vi: str, en: str) -> None:
    assert (speech("vi").share(part, whole), speech("en").share(part, whole)) == (vi, en)


def test_few_dossiers_are_told_as_numbers_in_every_form() -> None:
    shares = [row[-1] for row in table("finished_units").rows]
    assert shares == ["60,0%", "–", "–", "50,0%"]  # 3 of 5 · 1 of 2 · 0 of 1 · all


# --- tables --------------------------------------------------------------------------------------------------------


def test_units_stand_in_the_order_of_their_codes_however_late_they_are() -> None:
    for name in ("finished_units", "open_units"):
        firsts = [str(row[0]) for row in table(name).rows]
        assert firsts[:-1] == sorted(firsts[:-1], key=lambda text: re.findall(r"\((\w+)\)", text))
        assert firsts[-1] == "Tổng cộng"


@pytest.mark.parametrize("name", ["finished_units", "finished_fields", "open_units", "open_fields", "remedies"])
def test_the_last_row_is_the_sum_of_the_others(name: str) -> None:
    *rows, total = table(name).rows
    for place, number in enumerate(total):
        if isinstance(number, int):
            assert number == sum(row[place] for row in rows)


def test_what_has_no_field_is_named_so() -> None:
    assert [row[0] for row in table("finished_fields").rows] == ["Đất đai", "Chưa rõ lĩnh vực", "Tổng cộng"]


# --- page, workbook, mail ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_the_page_stands_alone_and_escapes_what_it_was_told(locale: str) -> None:
    page = report_page(REPORT, locale)
    assert OUTSIDE.findall(page) == []
    assert "<b>" not in page
    assert report_page(REPORT, locale) == page


def test_both_plots_say_in_words_what_they_show() -> None:
    finished, opened = plots_of(REPORT, speech("vi"))
    page = report_page(REPORT, "vi")
    assert "Đất đai: trước hạn 1, đúng hạn 1, quá hạn 1." in finished.text
    assert "Quá hạn trên 20 ngày: 1.200." in opened.text
    for plot in (finished, opened):
        assert f'aria-labelledby="{plot.name}-title {plot.name}-text"' in page
        assert f">{plot.text}</desc>" in page


def test_a_bar_is_as_long_as_its_number_and_segments_join() -> None:
    finished, opened = plots_of(REPORT, speech("vi"))
    widths = [wide for _, wide, _ in finished.bars[1].segments]  # on time 2, late 3
    assert widths[1] / widths[0] == pytest.approx(1.5, abs=0.01)
    (x, wide, _), (following, *_) = finished.bars[1].segments
    assert x + wide == pytest.approx(following, abs=0.11)
    assert max(bar.end for bar in (*finished.bars, *opened.bars)) <= 630


def test_segments_differ_without_colour() -> None:
    fills = {fill for _, _, fill in plots_of(REPORT, speech("vi"))[0].bars[0].segments}
    assert fills == {"light", "hatched", "solid"}


def test_the_workbook_says_what_the_page_says_and_wakes_no_formula(tmp_path: Path) -> None:
    out = io.BytesIO()
    write_report_book(out, REPORT, "vi", str(tmp_path))
    book = openpyxl.load_workbook(out)
    sheets = {sheet.title: [[c for c in row if c is not None] for row in sheet.values] for sheet in book}
    for one in tables_of(REPORT, speech("vi")):
        assert [list(row) for row in one.rows] == sheets[speech("vi").say(f"sheet.{one.name}")][2:]
    assert {cell.data_type for row in book["Cách ly"] for cell in row} <= {"s", "n"}
    again = io.BytesIO()
    write_report_book(again, REPORT, "vi", str(tmp_path))
    assert again.getvalue() == out.getvalue()


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_the_mail_shows_every_unit_in_both_parts_and_names_nobody(locale: str) -> None:
    mail = render_report(MAIL, STYLE, locale)
    assert len(mail.subject) <= 90
    for part in (mail.text, mail.html):
        for unit in UNITS:
            assert unit.name in part
        assert "1.200" in part or "1,200" in part
        assert LEADER.post in part
        assert LEADER.address not in part
    assert OUTSIDE.findall(mail.html.partition("<body")[2]) == []


def test_a_unit_whose_name_holds_a_telephone_number_stops_the_mail() -> None:
    loud = replace(REPORT, units=(line("A", "UBND xã A, 0912 345 678", late=1), *UNITS))
    with pytest.raises(PersonalDataError):
        render_report(replace(MAIL, report=loud), STYLE)


def test_a_frozen_report_is_the_report() -> None:
    assert thaw_report(freeze_report(MAIL)) == MAIL


def test_a_mail_says_the_same_until_a_figure_changes() -> None:
    later = replace(MAIL, revision=2, as_of=at(1, 12, 10, 40), report=replace(REPORT, as_of=at(1, 12, 10, 40)))
    other = replace(MAIL, report=replace(REPORT, finished_without_date=4))
    assert report_fingerprint(later) == report_fingerprint(MAIL) != report_fingerprint(other)


# --- the sheet -----------------------------------------------------------------------------------------------------


def a_sheet(late: int) -> UnitSheet:
    day = date(2026, 11, 27)
    (one,) = dossier_flags(story.dossier("A1", day), story.world(day))
    asked = [replace(one, code=f"H13.62-261026-{n:04d}", days_late=n + 1, field="Bảo trợ xã hội") for n in range(late)]
    remedy = OpenRemedy(
        code="KN-2025-014",
        content="Niêm yết công khai đầy đủ thủ tục hành chính đang có hiệu lực; ghi sổ theo dõi hồ sơ " * 2,
        due_on=date(2026, 12, 31),
        original_due_on=date(2026, 10, 30),
        reported=False,
        days_late=None,
    )
    difference = {"kind": "missing_in_register", "code": "H13.62-261026-0005", "day": day, "book": "B1"}
    mail = {
        "audience": "head",
        "subject": "[Đôn đốc] 12 hồ sơ và 05 kiến nghị quá hạn, lâu nhất 20 ngày làm việc – UBND xã Thạnh An",
    }
    return UnitSheet(
        unit_code="31231",
        unit_name="UBND xã Thạnh An",
        as_of=story.as_of(day),
        known_at=None,
        asked=asked,
        elsewhere=asked,
        remedies=[remedy] * late,
        differences=[difference | {"page": "12", "line": "3"}] * late,
        mails=[mail | {"business_date": day - timedelta(days=n), "state": "handed"} for n in range(late)],
        disputes=[{"code": "H13.62-261026-0005", "opened_on": day, "outcome": None}] * late,
    )


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_the_sheet_shows_the_worst_first_and_how_many_more(locale: str) -> None:
    page = sheet_page(a_sheet(40), locale)
    assert OUTSIDE.findall(page) == []
    shown = re.findall(r"261026-(\d{4})</td>", page)
    assert shown[:12] == [f"{n:04d}" for n in range(39, 27, -1)]
    assert {"vi": "và 28 mục khác", "en": "and 28 more"}[locale] in page


def test_a_recommendation_in_doubt_is_not_called_late() -> None:
    sheet = a_sheet(1)
    page = sheet_page(replace(sheet, remedies=[replace(sheet.remedies[0], in_doubt=True)]), "vi")
    assert "đang kiểm tra dữ liệu" in page


def test_a_content_that_looks_personal_is_not_shown() -> None:
    sheet = a_sheet(1)
    loud = replace(sheet, remedies=[replace(sheet.remedies[0], content="Trả lại cho bà A, 0912 345 678")])
    page = sheet_page(loud, "vi")
    assert "0912" not in page
    assert "(nội dung không hiển thị)" in page


@pytest.mark.slow
@pytest.mark.skipif(not find_chromium(), reason="no Chromium on the PATH")
def test_the_fullest_sheet_is_one_page_of_a4(tmp_path: Path) -> None:
    (tmp_path / "sheet.html").write_text(sheet_page(a_sheet(40), "vi"), encoding="utf-8")
    asked = [find_chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    asked += [f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={tmp_path / 'sheet.pdf'}"]
    subprocess.run([*asked, (tmp_path / "sheet.html").as_uri()], check=True, capture_output=True, timeout=120)
    shutil.rmtree(tmp_path / "profile", ignore_errors=True)
    pdf = (tmp_path / "sheet.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) == 1
