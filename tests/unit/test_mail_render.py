"""What every mail keeps, whatever the digest says: subject, cap, rows, both languages."""

import re
from dataclasses import replace
from string import Formatter

import pytest

from tasks.mail.wording import LOCALES, wording
from tasks.rules.model import (
    Audience,
    Change,
    Cleared,
    ClearedReason,
    Correction,
    CorrectionKind,
    DigestItem,
    DigestKind,
    Flag,
    Role,
)
from tests.unit import story_digests as story
from tests.unit.mail_kit import late, mail_about, render

# --- both languages -------------------------------------------------------------------------------------------------


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_the_languages_know_the_same_sentences():
    vi, en = (wording(locale).phrases for locale in LOCALES)
    assert vi.keys() == en.keys()
    assert [k for k in vi if not placeholders(en[k]) <= placeholders(vi[k])] == []


@pytest.mark.parametrize("name", story.MAILS)
def test_the_english_twin_says_the_same_of_the_same_items(name):
    digest = story.MAILS[name]
    vi, en = render(digest), render(digest, "en")
    codes = [i.facts.code for i in digest.items()]
    assert [c for c in codes if c not in vi.text or c not in en.text] == []
    assert vi.text.count("\n- ") == en.text.count("\n- ")
    assert not re.search(r"[{}]", en.text + en.subject)


def test_an_unknown_language_is_refused():
    with pytest.raises(KeyError):
        render(story.MAILS["2026-11-23_H1"], "fr")


# --- subject and lead -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", story.MAILS)
def test_subjects_fit_and_say_what_they_are(name, locale):
    digest = story.MAILS[name]
    subject = render(digest, locale).subject
    upward = digest.audience is Audience.SUPERIOR
    marks = {"vi": ("[Đôn đốc] ", "[Báo cáo] "), "en": ("[Reminder] ", "[Report] ")}[locale]
    assert len(subject) <= 90
    assert subject.startswith(marks[upward])


def test_a_unit_with_an_endless_name_keeps_the_limit():
    long = replace(story.H1, unit_name="Ban Quản lý " + "rất dài " * 20)
    digest = replace(mail_about(late(story.T1), late(story.R2)), recipient=long)
    assert len(render(digest).subject) <= 90


@pytest.mark.parametrize(("days", "pressing"), [(0, False), (2, False), (3, True), (30, True)], ids=lambda v: str(v))
def test_the_first_days_are_free_of_blame(days, pressing):
    text = render(mail_about(late(story.T1, days))).text
    assert ("dứt điểm" in text) is pressing
    assert ("mới quá hạn" in text) is not pressing


def test_the_preheader_is_the_lead():
    mail = render(story.MAILS["2026-11-23_H1"])
    hidden = re.search(r'<div style="display:none[^>]*>([^<]*)</div>', mail.html)
    assert hidden is not None
    assert hidden[1].startswith("Đề nghị đồng chí chỉ đạo giải quyết dứt điểm 01 hồ sơ quá hạn (05 ngày làm việc)")


def test_another_salutation_is_used_throughout():
    digest = story.MAILS["2026-11-23_H1"]
    mail = render(replace(digest, recipient=replace(digest.recipient, salutation="Ông/Bà")))
    assert "Kính gửi: Ông/Bà Chủ tịch" in mail.text
    assert "đồng chí" not in mail.text.lower()


# --- rows -----------------------------------------------------------------------------------------------------------


def test_twenty_rows_then_and_n_more():
    items = [late(replace(story.T1, code=f"H13.45-261109-{n:04}", item_key=f"d/{n}"), 40 - n) for n in range(27)]
    mail = render(mail_about(*items))
    assert len(re.findall(r"^\d+\. Hồ sơ", mail.text, re.M)) == 20
    assert "và 07 nội dung khác" in mail.text
    assert mail.html.count('<tr>\n<td class="cell"') == 20
    assert "27 hồ sơ quá hạn, lâu nhất 40 ngày làm việc" in mail.subject
    assert "hồ sơ H13.45-261109-0004; và 22 nội dung khác" in mail.text


ROWS = [
    ("hour procedures show the time", {"due_by_minute": True}, "Hạn trả kết quả: 17 giờ 00 phút, 16/11/2026"),
    (
        "the internal date first",
        {"internal_due_on": story.on(12)},
        "Hạn nội bộ: 12/11/2026\n   Hạn trả kết quả: 16/11/2026",
    ),
    (
        "the original date stays visible",
        {"original_due_on": story.on(10), "extension_document": "12/UBND"},
        "hạn ban đầu 10/11/2026, gia hạn theo văn bản số 12/UBND",
    ),
    ("unknown duration is said", {"duration_known": False}, "tính theo ngày hẹn trả do dữ liệu chưa có thời gian"),
    ("an earlier appointment stands beside", {"appointment_on": story.on(13)}, "ngày hẹn trả 13/11/2026"),
    (
        "the officer's post where a source knows it",
        {"officer_post": "Chuyên viên Phòng Kinh tế"},
        "Nơi xử lý: bước Thẩm định hồ sơ; Chuyên viên Phòng Kinh tế\n",
    ),
    (
        "moved by a document, the old unit still exists",
        {"recorded_unit_code": "31231", "recorded_unit_name": "UBND xã Thạnh An"},
        "Chuyển giao từ UBND xã Thạnh An\n",
    ),
]


@pytest.mark.parametrize(("facts", "line"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS])
def test_what_a_row_says(facts, line):
    assert line in render(mail_about(late(replace(story.T1, **facts)))).text


@pytest.mark.parametrize("flag", [f for f in Flag if wording("vi").has(f"question.{f}")])
def test_questions_are_worded_as_questions(flag):
    item = DigestItem(facts=replace(story.T5, flag=flag), role=Role.ASKED, change=Change.NEW)
    text = render(mail_about(item)).text
    assert "?" in text
    assert "quá hạn" not in text.replace("dự kiến không kịp hạn", "")


@pytest.mark.parametrize("reason", ClearedReason)
@pytest.mark.parametrize("at", [None, story.at(26)], ids=["undated", "dated"])
@pytest.mark.parametrize("kind", [DigestKind.REMINDER, DigestKind.ALL_CLEAR])
def test_every_reason_to_leave_has_words(reason, at, kind):
    cleared = DigestItem(facts=story.T1, role=Role.CLEARED, cleared=Cleared(reason=reason, at=at, until=story.on(30)))
    items = (cleared,) if kind is DigestKind.ALL_CLEAR else (story.asked(story.T5), cleared)
    for locale in LOCALES:
        assert story.T1.code in render(mail_about(*items, kind=kind), locale).text


@pytest.mark.parametrize(
    "reason", [ClearedReason.PAUSED, ClearedReason.MOVED, ClearedReason.EXTENDED, ClearedReason.DISPUTED]
)
def test_an_all_clear_does_not_call_done_what_is_not(reason):
    cleared = story.cleared(story.T1, reason, story.at(26), until=story.on(30))
    mail = render(mail_about(cleared, kind=DigestKind.ALL_CLEAR))
    assert "hoàn thành" not in mail.subject
    assert "hoàn thành" not in mail.text


@pytest.mark.parametrize("kind", CorrectionKind)
@pytest.mark.parametrize("facts", [story.T2, story.R2], ids=["dossier", "recommendation"])
@pytest.mark.parametrize("known", [True, False])
def test_every_correction_has_words_and_stands_in_the_subject(kind, facts, known):
    detail = {"at": story.at(20), "due_on": story.on(26), "unit_name": "Sở Nội vụ"} if known else {}
    correction = Correction(kind=kind, told_on=(story.on(23),), mails=(1,), **detail)
    mail = render(mail_about(DigestItem(facts=facts, role=Role.CORRECTED, correction=correction)))
    assert "Đính chính" in mail.subject
    assert "nội dung nêu tại thư ngày 23/11/2026 là chưa đúng" in mail.text


def test_sources_whose_figures_are_missing_are_named():
    digest = replace(mail_about(late(story.T1)), missing_sources=("recommendations",))
    assert "Chưa có số liệu mới từ nguồn: recommendations" in render(digest).text


def test_every_flag_has_a_name():
    for locale in LOCALES:
        assert [f for f in Flag if not wording(locale).has(f"flag.{f}")] == []
