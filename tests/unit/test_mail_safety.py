"""Text from data stays text: no markup, no address, nothing personal in a mail, whatever the cells hold."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.mail.guard import PersonalDataError, harmless
from tasks.rules.model import (
    Correction,
    CorrectionKind,
    DigestItem,
    Role,
)
from tests.unit import story_digests as story
from tests.unit.mail_kit import late, mail_about, render

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
