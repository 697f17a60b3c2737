"""A digest becomes a ledger row: rendered bytes, frozen digest, one item row per line it says.

A mail that cannot be built (an address SMTP cannot carry, personal data in its text) is held with the reason and
without bytes: the others go on, ops are told. One that a person must approve first is held with its bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tasks.mail.blanking import without_personal_texts
from tasks.mail.frozen import fingerprint, freeze
from tasks.mail.guard import PersonalDataError
from tasks.mail.letter import MailStyle
from tasks.mail.message import AddressRefusedError, MessageHeaders, build_message
from tasks.mail.render import render_bulletin, render_digest
from tasks.narration import logger
from tasks.rules.arming import family
from tasks.rules.ladder import needs_approval
from tasks.rules.model import Audience, Bulletin, Digest, DigestItem
from tasks.run_context import Run
from tasks.settings import Settings
from warehouse.desk import APPROVAL
from warehouse.ledger import HELD, PLANNED, ItemRow, MailRow, held_by


def mail_style(settings: Settings) -> MailStyle:
    """Who signs and who answers, as configured."""
    mail = settings.mail
    return MailStyle(
        sender_name=mail.sender_name, contact_address=mail.reply_to or mail.sender, contact_unit=mail.contact
    )


def digest_row(run: Run, digest: Digest) -> tuple[MailRow, list[ItemRow]]:
    """The row and its items, in the order the mail tells them.

    A text that looks personal is left out and the mail goes all the same; the bulletin tells ops whose text it is.
    """
    headers = _headers(run, digest.recipient.address, digest.audience, digest.revision)
    told, built = digest, _built(run, digest, headers)
    if built.fault == PersonalDataError.__name__:
        told = without_personal_texts(digest, run.settings.locale, (mail_style(run.settings).contact_address,))
        built = _built(run, told, headers)
    # the fingerprint is that of what was to be told: equal again at the next look, whatever had to be left out
    row = replace(_row(run, headers, told, built), fingerprint=fingerprint(digest))
    if row.state == PLANNED and needs_approval(digest, run.cadence.ladder):
        row = replace(row, state=HELD, reason=APPROVAL)
    return row, [_item(item) for item in digest.items()]


def bulletin_row(run: Run, bulletin: Bulletin) -> MailRow:
    """The row of a bulletin; it has no items."""
    headers = _headers(run, bulletin.recipient.address, Audience.OPS, bulletin.revision)
    return _row(run, headers, bulletin, _built(run, bulletin, headers))


def still_held(row: MailRow, before: Mapping[str, Any] | None) -> MailRow:
    """The row, held back where a person at the desk holds the revision before it: only approval lets it go."""
    by = held_by(before) if before is not None else ""
    return replace(row, state=HELD, reason=before["reason"], resolved_by=by) if before is not None and by else row


@dataclass(frozen=True, slots=True)
class _Built:
    """A finished message, or why there is none."""

    subject: str = ""
    body: bytes = b""
    fault: str = ""


def _built(run: Run, told: Digest | Bulletin, headers: MessageHeaders) -> _Built:
    style, locale = mail_style(run.settings), run.settings.locale
    try:
        if isinstance(told, Digest):
            rendered = render_digest(told, style, locale)
        else:
            rendered = render_bulletin(told, style, locale)
        return _Built(rendered.subject, build_message(rendered, headers))
    except (AddressRefusedError, PersonalDataError) as fault:
        return _Built(fault=type(fault).__name__)


def _headers(run: Run, address: str, audience: Audience, revision: int) -> MessageHeaders:
    mail = run.settings.mail
    return MessageHeaders(
        sender=mail.sender,
        sender_name=mail.sender_name,
        reply_to=mail.reply_to,
        to=address,
        business_date=run.business_date,
        audience=audience,
        revision=revision,
        as_of=run.clock.as_of,
    )


def _row(run: Run, headers: MessageHeaders, told: Digest | Bulletin, built: _Built) -> MailRow:
    if built.fault:
        run.mail_fault = "mail_cannot_be_built"
        logger().error("a mail to %s cannot be built: %s", headers.audience.value, built.fault)
    return MailRow(
        business_date=run.business_date,
        audience=headers.audience.value,
        address=headers.to,
        revision=headers.revision,
        kind=told.kind.value if isinstance(told, Digest) else "bulletin",
        post=told.recipient.post,
        message_id=headers.message_id,
        subject=built.subject,
        body=built.body,
        digest=freeze(told),
        fingerprint=fingerprint(told),
        as_of=run.clock.as_of,
        data_moment=told.data_moment if isinstance(told, Digest) else None,
        run_id=run.run_id,
        state=HELD if built.fault else PLANNED,
        reason=built.fault,
    )


def _item(item: DigestItem) -> ItemRow:
    facts, step = item.facts, item.next_step
    return ItemRow(
        role=item.role.value,
        item_key=facts.item_key,
        subject=facts.subject.value,
        code=facts.code,
        flag=facts.flag.value,
        family=family(facts.flag),
        arming=facts.arming,
        level=item.level,
        unit_code=facts.unit_code,
        tier=facts.tier,
        announced_level=step.level if step else None,
        announced_on=step.on if step else None,
        corrects=item.correction.mails if item.correction else (),
    )
