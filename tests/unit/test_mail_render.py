"""What every mail keeps, whatever the digest says: subject, cap, escaping, privacy, both languages."""

import re
from dataclasses import replace
from datetime import datetime
from string import Formatter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.mail.guard import PersonalDataError, harmless
from tasks.mail.letter import MailStyle, RenderedMail
from tasks.mail.render import render_bulletin, render_digest
from tasks.mail.wording import LOCALES, wording
from tasks.rules.model import (
    Audience,
    Bulletin,
    Change,
    Cleared,
    ClearedReason,
    Correction,
    CorrectionKind,
    Digest,
    DigestItem,
    DigestKind,
    Flag,
    ItemFacts,
    MailLine,
    Recipient,
    Role,
    SourceLine,
)
from tasks.rules.timezone import HANOI
from tests.unit import story_digests as story

STYLE = MailStyle(contact_address="cchc@sonoivu.example.gov.vn")


def render(digest: Digest, locale: str = "vi") -> RenderedMail:
    return render_digest(digest, STYLE, locale)


def mail_about(*items: DigestItem, **more: object) -> Digest:
    return story.mail(story.on(23), story.H1, (story.THOI_LONG, items), **more)


def late(facts: ItemFacts, days: int = 5) -> DigestItem:
    return story.late(facts, days, Change.NEW, story.FRIDAY)


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


# --- safety ---------------------------------------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=y>',
    "{{ 7*7 }}{% raw %}",
    "/etc/passwd",
    "http://evil.example/a",
    "www.evil.example",
    "javascript:alert(1)",
    "dòng một\r\nBcc: x\n\nHai",
    "\u202eđảo\u202c \u2066x\u2069 \u200b",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_data_stays_text(text):
    facts = replace(story.T1, title=text, field=text, step_name=text, officer_post=text)
    mail = render(mail_about(late(facts)))
    assert "<script" not in mail.html
    assert "<img" not in mail.html
    assert not re.search(r"\w+://|www\.|javascript:", mail.text)
    assert not re.search("[\u200b\u202a-\u202e\u2066-\u2069]", mail.text + mail.html)
    assert "\nBcc" not in mail.text


@pytest.mark.parametrize("where", ["code", "unit_name", "step_name", "succession_basis"])
@pytest.mark.parametrize("text", HOSTILE[:2])
def test_no_part_of_the_page_takes_markup_from_data(where, text):
    facts = replace(story.T6, **{where: text})
    recipient = replace(story.H1, unit_name=text, post=text)
    wrong = Correction(kind=CorrectionKind.ALREADY_RESOLVED, told_on=(story.on(23),), mails=(1,), at=story.at(20))
    items = (DigestItem(facts=facts, role=Role.CORRECTED, correction=wrong), late(replace(facts, item_key="other")))
    html = render(replace(mail_about(*items), recipient=recipient)).html
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("&lt;") >= 2  # shown as text


def test_html_asks_for_nothing_from_outside():
    html = render(story.MAILS["2026-11-23_H1"]).html.replace('xmlns="http://www.w3.org/1999/xhtml"', "")
    assert not re.search(r"https?:|src=|href=|@import|url\(", html)


PERSONAL = ["092203001234", "0 9 2 2 0 3 0 0 1 2 3 4", "0907 123 456", "+84907123456", "02923.820.110", "an@gmail.com"]


@pytest.mark.parametrize("text", PERSONAL)
@pytest.mark.parametrize("where", ["title", "field", "step_name", "officer_post", "document_no"])
def test_personal_data_refuses_the_mail_and_is_not_shown(text, where):
    facts = replace(story.T1, **{where: f"Hồ sơ của {text}"})
    with pytest.raises(PersonalDataError) as refused:
        render(mail_about(late(facts)))
    assert text not in str(refused.value)
    assert refused.value.code == story.T1.code


def test_an_identity_number_used_as_code_is_not_shown_either():
    facts = replace(story.T1, code="092203001234")
    with pytest.raises(PersonalDataError) as refused:
        render(mail_about(late(facts)))
    assert "092203001234" not in str(refused.value)


@pytest.mark.parametrize("code", ["000.00.53.H48-220921-0099", "H13.12-240115-0001", "202611090001", "KN-2026-031"])
def test_codes_are_no_personal_data(code):
    assert code in render(mail_about(late(replace(story.T1, code=code)))).text


TEXT = st.text(max_size=60)


@settings(max_examples=60, deadline=None)
@given(title=TEXT, field=TEXT, unit=TEXT, post=TEXT, days=st.integers(0, 2000))
def test_any_text_gives_a_whole_mail_or_a_refusal(title, field, unit, post, days):
    facts = replace(story.T1, title=title, field=field, unit_name=unit, officer_post=post)
    try:
        mail = render(mail_about(late(facts, days), story.soon(replace(facts, code="KN-1"), 1)))
    except PersonalDataError:
        return
    assert len(mail.subject) <= 90
    assert mail.text.endswith("Thư điện tử tự động, không thay thế văn bản hành chính.\n")
    assert mail.html.rstrip().endswith("</html>")
    assert mail == render(mail_about(late(facts, days), story.soon(replace(facts, code="KN-1"), 1)))


@given(st.text())
def test_harmless_text_is_one_short_line_and_stays_so(text):
    once = harmless(text)
    assert once == harmless(once)
    assert len(once) <= 240
    assert once.isprintable()


# --- the bulletin ---------------------------------------------------------------------------------------------------

OPS = Recipient(address="ops@sonoivu.example.gov.vn", post="Bộ phận vận hành")
SENT = MailLine(
    mail_id=1, audience=Audience.HEAD, recipient="Chủ tịch UBND phường Thới Long",
    address="chutich.thoilong@cantho.example.gov.vn", state="handed", subject="[Đôn đốc] 01 hồ sơ quá hạn", asked=6,
)  # fmt: skip
LOST = replace(SENT, mail_id=9, recipient="Giám đốc Sở Nông nghiệp và Môi trường", state="uncertain")
CALM = Bulletin(
    business_date=story.on(23), as_of=datetime(2026, 11, 23, 7, 30, tzinfo=HANOI), recipient=OPS, revision=1,
    sources=(SourceLine(name="one-stop", dataset="dossiers", pulled=13, new=13),), quarantine_reasons=(),
    flags=((Flag.OVERDUE, 5),), mails=(SENT,), no_recipient=(), ops_items=(), uncertain=(), disputes=(), mode="live",
)  # fmt: skip
NEEDS = [
    ({"stopped": True}, "Nút dừng đang bật"),
    ({"mode": "shadow"}, "không gửi cho ai"),
    ({"uncertain": (LOST,), "mails": (SENT, LOST)}, "Thư số 9 gửi Giám đốc Sở Nông nghiệp và Môi trường: chưa rõ"),
    ({"mails": (replace(SENT, state="refused"),)}, "Thư số 1 gửi Chủ tịch UBND phường Thới Long: bị từ chối."),
    (
        {"sources": (replace(CALM.sources[0], state="refused", error="thiếu cột mã hồ sơ"),)},
        "Nguồn one-stop: thiếu cột",
    ),
    ({"sources": (replace(CALM.sources[0], quarantined=7, quarantined_new=7),)}, "07 bản ghi mới bị loại"),
    (
        {"no_recipient": (story.Q1,)},
        "UBND xã Thạnh Quới: 01 nội dung chưa có người nhận thư (hồ sơ H13.65-261112-0014).",
    ),
    ({"ops_items": (replace(story.T1, flag=Flag.DUE_MISMATCH),)}, "ngày hẹn lệch với thời hạn theo quy định"),
    ({"disputes": ("H13.45-261113-0041",)}, "Đang được kiểm tra lại: H13.45-261113-0041."),
    ({"over_cap": 2500}, "2.500 thư chờ gửi, vượt mức của một lượt"),
    (
        {"no_superior": (story.Q1,)},
        "UBND xã Thạnh Quới: 01 nội dung đã đến mức báo cáo cấp trên trực tiếp nhưng danh bạ chưa có cấp trên",
    ),
    ({"blanked": ("H13.45-261113-0041",)}, "đề nghị sửa ở nguồn: H13.45-261113-0041."),
]


def test_a_calm_bulletin_is_sent_too_and_says_so():
    mail = render_bulletin(CALM, STYLE)
    assert mail.subject == "[Vận hành] Bản tin ngày 23/11/2026: không có việc cần xử lý"
    assert mail.text.startswith("Kính gửi: Bộ phận vận hành\n")
    assert "Không có việc cần người xử lý.\nThư hôm nay: 01 đã gửi.\n" in mail.text
    assert "CẦN NGƯỜI XỬ LÝ" not in mail.text


@pytest.mark.parametrize(("change", "line"), NEEDS, ids=[n[1] for n in NEEDS])
def test_the_bulletin_names_what_needs_a_person(change, line):
    mail = render_bulletin(replace(CALM, **change), STYLE)
    needs = mail.text.partition("CẦN NGƯỜI XỬ LÝ")[2].partition("\n\nNGUỒN")[0]
    assert line in needs
    assert "01 việc cần xử lý" in mail.subject
    assert "@" not in mail.text
    assert "need" in render_bulletin(replace(CALM, **change), STYLE, "en").subject


def test_every_flag_has_a_name():
    for locale in LOCALES:
        assert [f for f in Flag if not wording(locale).has(f"flag.{f}")] == []
