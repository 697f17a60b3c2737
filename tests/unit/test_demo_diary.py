"""The diary page: both languages whole, self-contained, nothing unescaped; ten lines for the console."""

import re
import tomllib
from datetime import date
from html.parser import HTMLParser
from importlib import resources

import pytest

from deployments.demo.diary import (
    EVERYBODY,
    DiaryMail,
    Link,
    MorningReport,
    Silence,
    Words,
    nothing_to_do_lines,
    render_diary,
    render_pages,
    summary_lines,
)
from deployments.demo.people import RECIPIENTS, silences_of
from deployments.demo.story import DAYS, HOLIDAY


def _mail(**more):
    facts = {
        "recipient": "Chủ tịch UBND phường Thới Long",
        "audience": "head",
        "state": "handed",
        "subject": "[Đôn đốc] 01 hồ sơ",
    }
    return DiaryMail(**facts | more)


def _week(*on_thursday):
    counts = dict(zip(DAYS, (5, 0, 2, 1, 6, 3, 3), strict=True))
    return [
        MorningReport(
            day=day,
            exit_status=5 if on_thursday and day == date(2026, 11, 26) else 0,
            mails=(_mail(),) * counts[day] + (on_thursday if day == date(2026, 11, 26) else ()),
            silences=silences_of(day, RECIPIENTS[: counts[day]]),
        )
        for day in DAYS
    ]


class _Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.addresses, self.text = [], [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.addresses += [attributes[name] for name in ("href", "src") if name in attributes]
        if tag not in {"meta", "link", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def _keys(table, prefix=""):
    for key, value in table.items():
        yield from _keys(value, f"{prefix}{key}.") if isinstance(value, dict) else [f"{prefix}{key}"]


def _catalogue(locale):
    return tomllib.loads(
        resources.files("deployments.demo").joinpath(f"diary_words/{locale}.toml").read_text(encoding="utf-8")
    )


def test_both_catalogues_say_the_same_things_with_the_same_blanks():
    vi, en = _catalogue("vi"), _catalogue("en")
    assert list(_keys(vi)) == list(_keys(en))
    for section in ("page", "console"):
        for key, text in vi[section].items():
            assert set(re.findall(r"{(\w+)", text)) == set(re.findall(r"{(\w+)", en[section][key])), key
    assert set(vi["days"]) == {day.isoformat() for day in DAYS}


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_the_page_is_well_formed_self_contained_and_has_every_morning(locale):
    text = render_diary(_week(), locale=locale)
    page = _Page(text)
    assert page.open == []
    assert [i for i in page.ids if not i.endswith("-title")] == [
        "d1123",
        "d1124",
        "d1125",
        "d1126",
        "d1127",
        "d1130",
        "d1201",
    ]
    assert not [a for a in page.addresses if ":" in a or a.startswith("/")]
    assert "@import" not in text
    assert "<script" not in text
    assert f'<html lang="{locale}">' in text


def test_each_page_links_its_twin():
    pages = render_pages(_week())
    assert set(pages) == {"index.html", "index.en.html"}
    assert "index.en.html" in _Page(pages["index.html"]).addresses
    assert "index.html" in _Page(pages["index.en.html"]).addresses


def test_what_a_mail_brings_is_shown_and_escaped():
    mail = _mail(
        subject="<b>1 & 2</b>",
        subject_en="In English <i>",
        html="mails/1.html",
        html_en="mails/1.en.html",
        eml="mails/1.eml",
    )
    report = MorningReport(
        day=DAYS[0], exit_status=0, mails=(mail,), links=(Link(label=Words(vi="Thẻ", en="Card"), href="card.html"),)
    )
    vi, en = (render_diary([report], locale=locale) for locale in ("vi", "en"))
    assert "&lt;b&gt;1 &amp; 2&lt;/b&gt;" in vi
    assert "In English &lt;i&gt;" in en
    for text in (vi, en):
        assert {"mails/1.html", "mails/1.en.html", "mails/1.eml", "card.html"} <= set(_Page(text).addresses)


def test_an_unknown_outcome_is_said_in_words_not_by_colour_alone():
    week = _week(_mail(state="uncertain"))
    page = _Page(render_diary(week))
    assert "Chưa rõ kết quả" in page.text
    assert "Mã kết thúc 5" in page.text


def test_a_remark_keeps_its_codes_whole_and_its_brackets_harmless():
    remark = Words(vi="<H13.45-261113-0041>", en="-")
    text = render_diary([MorningReport(day=DAYS[0], exit_status=0, remarks=(remark,))])
    assert '&lt;<span class="code">H13.45-261113-0041</span>&gt;' in text


def test_a_day_outside_the_story_still_has_a_leaf():
    page = _Page(render_diary([MorningReport(day=date(2026, 12, 2), exit_status=1)]))
    assert "02/12/2026" in page.text
    assert "Chạy không thành công." in page.text


@pytest.mark.parametrize(("locale", "total"), [("vi", "Tổng cộng 21 thư"), ("en", "21 mails in all")])
def test_ten_lines(locale, total):
    lines = summary_lines(_week(_mail(state="uncertain")), "out/index.html", 3, locale)
    assert len(lines) == 10
    assert lines[8].startswith(total)
    assert "out/index.html" in lines[9]
    assert "5" in lines[4]
    assert all(len(line) <= 110 for line in lines)


def test_a_second_call_says_so():
    assert nothing_to_do_lines("out/index.html")[0].startswith("Không có việc phải làm")
    assert nothing_to_do_lines("out/index.html", locale="en")[0].startswith("Nothing to do")


def test_silences_are_those_who_got_nothing():
    assert silences_of(HOLIDAY, ()) == (Silence(recipient=EVERYBODY, reason="holiday"),)
    wednesday = silences_of(date(2026, 11, 25), (RECIPIENTS[0], RECIPIENTS[3]))
    assert [(s.recipient, s.reason) for s in wednesday] == [
        ("Phó Chủ tịch UBND xã Thạnh An", "nothing_new"),
        ("Chủ tịch UBND xã Thạnh Quới", "cleared_only"),
        ("Giám đốc Sở Nội vụ", "nothing_new"),
        ("Phó Chủ tịch UBND thành phố Cần Thơ", "not_yet"),
        ("UBND xã Trường Long", "no_recipient"),
    ]
    reasons = {s.reason for day in DAYS for s in silences_of(day, ())}
    assert reasons <= set(_catalogue("vi")["reason"])
