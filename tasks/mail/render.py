"""Digest in, finished mail out: the same value always renders to the same characters.

The one door to templates. What is said comes from `subject`, `lead` and `blocks`; here it is laid out twice and
looked over by the guard; what a bulletin says comes from `bulletin`.
"""

import re
from dataclasses import replace
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from tasks.mail import bulletin as bulletins
from tasks.mail.blocks import blocks_of, foot_of
from tasks.mail.bulletin import codes_of, needs_of
from tasks.mail.guard import made_harmless, refuse_personal_data, scan
from tasks.mail.lead import lead_of
from tasks.mail.letter import Headings, Letter
from tasks.mail.letter import MailStyle as MailStyle
from tasks.mail.letter import RenderedMail as RenderedMail
from tasks.mail.parts import parts_of
from tasks.mail.phrases import Voice
from tasks.mail.subject import subject_of
from tasks.mail.wording import wording
from tasks.rules.model import Bulletin, Digest, Recipient

_UNBROKEN = re.compile(r"(?<!\S)([A-Z0-9][A-Z0-9./]{0,11}-(?=[^\s]*\d)[A-Z0-9./-]{1,18}\d)")


def render_digest(digest: Digest, style: MailStyle, locale: str = "vi") -> RenderedMail:
    """The mail of a digest in one language. Raises `PersonalDataError`, KeyError for an unknown language."""
    letter = letter_of(made_harmless(digest), style, locale)
    mail = lay_out(letter)
    refuse_personal_data(digest, (mail.subject, mail.text), (style.contact_address,))
    return mail


def render_bulletin(bulletin: Bulletin, style: MailStyle, locale: str = "vi") -> RenderedMail:
    """The mail of a bulletin in one language. Raises `PersonalDataError`."""
    harmless = made_harmless(bulletin)
    mail = lay_out(bulletin_letter(harmless, style, locale))
    scan(f"{mail.subject}\n{mail.text}", {style.contact_address, *codes_of(harmless)})
    return mail


def bulletin_letter(bulletin: Bulletin, style: MailStyle, locale: str) -> Letter:
    """The letter of a bulletin before layout."""
    voice = Voice(wording(locale), you_of(bulletin.recipient), bulletin.business_date)
    needs = sum(1 for _ in needs_of(voice, bulletin))
    return Letter(
        locale=locale,
        subject=bulletins.subject_of(voice, bulletin, needs),
        greeting=greeting(voice, replace(bulletin.recipient, salutation="")),  # a desk, not a person
        lead=bulletins.lead_of(voice, bulletin, needs),
        blocks=bulletins.blocks_of(voice, bulletin, style),
        foot=(voice.say("foot.data", moment=voice.words.moment(bulletin.as_of)),),
        regards=voice.say("foot.regards"),
        signature=style.sender_name,
        automatic=voice.say("foot.automatic"),
        headings=headings(voice),
    )


def letter_of(digest: Digest, style: MailStyle, locale: str) -> Letter:
    """The letter before layout."""
    voice = Voice(wording(locale), you_of(digest.recipient), digest.business_date)
    parts = parts_of(digest)
    return Letter(
        locale=locale,
        subject=subject_of(voice, digest, parts),
        greeting=greeting(voice, digest.recipient),
        lead=lead_of(voice, digest, parts),
        blocks=blocks_of(voice, digest, parts, style),
        foot=foot_of(voice, digest, parts, style),
        regards=voice.say("foot.regards"),
        signature=style.sender_name,
        automatic=voice.say("foot.automatic"),
        headings=headings(voice),
    )


def headings(voice: Voice) -> Headings:
    """Column headings in the language of the letter."""
    return Headings(content=voice.say("row.content"), due=voice.say("row.due"))


def you_of(recipient: Recipient) -> str:
    """The salutation inside a sentence: "đồng chí", "ông/bà"."""
    return recipient.salutation.lower()


def greeting(voice: Voice, recipient: Recipient) -> tuple[str, ...]:
    """To whom, by post; a delegate is told for whom he acts."""
    lines = [" ".join(voice.say("greeting.to", salutation=recipient.salutation, post=recipient.post).split())]
    if recipient.acting_for:
        post = recipient.acting_for.removesuffix(recipient.unit_name).rstrip()
        lines.append(voice.say("greeting.acting", post=post or recipient.acting_for))
    return tuple(lines)


def lay_out(letter: Letter) -> RenderedMail:
    """Both parts of a letter."""
    text = _environment(html=False).get_template("letter.txt.j2").render(letter=letter)
    html = _environment(html=True).get_template("letter.html.j2").render(letter=letter)
    return RenderedMail(subject=letter.subject, text=text, html=html, locale=letter.locale)


@cache
def _environment(*, html: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("tasks.mail"),
        undefined=StrictUndefined,
        autoescape=html,  # noqa: S701 - the text part has no markup to escape
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["keep_codes"] = keep_codes
    return environment


def keep_codes(text: str) -> Markup:
    """Escaped text whose codes and dates do not break at the end of a line."""
    pieces = _UNBROKEN.split(text)
    return Markup("").join(
        Markup('<span style="white-space:nowrap">{}</span>').format(p) if i % 2 else escape(p)
        for i, p in enumerate(pieces)
    )
