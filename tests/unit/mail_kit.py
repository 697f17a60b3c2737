"""Mails of the story to look at: rendered in one style, about the items a test names."""

from tasks.mail.letter import MailStyle, RenderedMail
from tasks.mail.render import render_digest
from tasks.rules.model import (
    Change,
    Digest,
    DigestItem,
    ItemFacts,
)
from tests.unit import story_digests as story

STYLE = MailStyle(contact_address="cchc@sonoivu.example.gov.vn")


def render(digest: Digest, locale: str = "vi") -> RenderedMail:
    return render_digest(digest, STYLE, locale)


def mail_about(*items: DigestItem, **more: object) -> Digest:
    return story.mail(story.on(23), story.H1, (story.THOI_LONG, items), **more)


def late(facts: ItemFacts, days: int = 5) -> DigestItem:
    return story.late(facts, days, Change.NEW, story.FRIDAY)
