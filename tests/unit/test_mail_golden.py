"""The mails of the seven mornings, byte for byte as written by hand in tests/golden/mails."""

from pathlib import Path

import pytest

from tasks.mail.letter import MailStyle
from tasks.mail.render import render_digest
from tests.unit.story_digests import MAILS

GOLDEN = Path(__file__).parent.parent / "golden" / "mails"
STYLE = MailStyle(contact_address="cchc@sonoivu.example.gov.vn")


def test_every_mail_of_the_story_has_its_golden_text():
    assert {p.stem for p in GOLDEN.glob("*_[HIP]*.txt")} == set(MAILS)


@pytest.mark.parametrize("name", MAILS)
def test_text_is_what_was_written_by_hand(name):
    mail = render_digest(MAILS[name], STYLE)
    assert f"Tiêu đề: {mail.subject}\n\n{mail.text}" == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
