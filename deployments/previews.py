"""A mail of the ledger as files to look at: the bytes that went out, their HTML part, and the English twin.

The twin is rendered anew from the frozen digest; what went out is never rendered twice.
"""

from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from tasks.mail.frozen import thaw_bulletin, thaw_digest
from tasks.mail.letter import MailStyle, RenderedMail
from tasks.mail.render import render_bulletin, render_digest
from tasks.reports.period_mail import render_report, thaw_report
from tasks.settings import Settings


def write_preview(row: dict[str, Any], settings: Settings, folder: Path) -> dict[str, Path]:
    """Write `<date>-<audience>-<mailbox>-<revision>.{eml,html,en.html}`; returns kind → path. Bodiless rows: no eml."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = preview_stem(row)
    written = {"en": folder / f"{stem}.en.html"}
    written["en"].write_text(twin(row, settings, "en").html, encoding="utf-8")
    if row["body"]:
        written |= {"eml": folder / f"{stem}.eml", "html": folder / f"{stem}.html"}
        written["eml"].write_bytes(bytes(row["body"]))
        message = message_from_bytes(bytes(row["body"]), policy=policy.default)
        part = message.get_body(("html",))
        written["html"].write_text(part.get_content() if part else "", encoding="utf-8")
    return written


def preview_stem(row: dict[str, Any]) -> str:
    """File name without its ending."""
    return f"{row['business_date']}-{row['audience']}-{row['address'].partition('@')[0]}-{row['revision']}"


def twin(row: dict[str, Any], settings: Settings, locale: str) -> RenderedMail:
    """The same mail in another language, from the frozen digest."""
    mail = settings.mail
    style = MailStyle(
        sender_name=mail.sender_name, contact_address=mail.reply_to or mail.sender, contact_unit=mail.contact
    )
    if row["kind"] == "bulletin":
        return render_bulletin(thaw_bulletin(row["digest"]), style, locale)
    if row["kind"] == "report":
        return render_report(thaw_report(row["digest"]), style, locale)
    return render_digest(thaw_digest(row["digest"]), style, locale)
