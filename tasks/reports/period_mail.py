"""A report as the mail to its readers: three sentences, one table of units, data quality, how it was counted.

The layout is that of every other mail (`tasks/mail`), the figures are those of the page. Posts stand in it, no names.
What the ledger keeps beside the bytes is the frozen value, from which another language can be rendered.
"""

import hashlib
import json
from typing import Any

from pydantic import TypeAdapter

from tasks.mail.guard import made_harmless, scan
from tasks.mail.letter import Block, Grid, Letter, MailStyle, RenderedMail
from tasks.mail.phrases import Voice
from tasks.mail.render import greeting, headings, lay_out, you_of
from tasks.mail.subject import cut
from tasks.mail.wording import wording
from tasks.reports.period_speech import Speech, speech
from tasks.reports.period_tables import definitions_of, disputes_of, lead_of, quality_of, unit_table
from tasks.rules.report_model import FINISHED, OVERDUE, Figure, Report, ReportMail

_FROZEN = TypeAdapter(ReportMail)
_MOST_UNITS = 150  # rows of the table: a province has some 120 units


def render_report(told: ReportMail, style: MailStyle, locale: str = "vi") -> RenderedMail:
    """The mail in one language. Raises `PersonalDataError`."""
    mail = lay_out(report_letter(made_harmless(told), style, locale))
    known = {line.key for line in told.report.units}
    scan(f"{mail.subject}\n{mail.text}", {style.contact_address, *known})
    return mail


def report_letter(told: ReportMail, style: MailStyle, locale: str) -> Letter:
    """The letter before layout."""
    words, report = speech(locale), told.report
    voice = Voice(wording(locale), you_of(told.recipient), told.business_date)
    title = words.title(report.period)
    return Letter(
        locale=locale,
        subject=cut(_subject(report, title, words)),
        greeting=greeting(voice, told.recipient),
        lead=tuple(lead_of(report, words)),
        blocks=tuple(_blocks(report, title, words)),
        foot=(*words.moments(report), words.say("mail.files", name=f"bao-cao-{report.period.key}")),
        regards=voice.say("foot.regards"),
        signature=style.sender_name,
        automatic=voice.say("foot.automatic"),
        headings=headings(voice),
    )


def freeze_report(told: ReportMail) -> dict[str, Any]:
    """JSON-able form."""
    frozen: dict[str, Any] = _FROZEN.dump_python(told, mode="json")
    return frozen


def thaw_report(frozen: dict[str, Any]) -> ReportMail:
    """Inverse of `freeze_report`."""
    return _FROZEN.validate_python(frozen)


def report_fingerprint(told: ReportMail) -> str:
    """Digest of the figures and the reader, without clock and revision: equal means "the mail would say the same"."""
    frozen = freeze_report(told)
    figures = {key: value for key, value in frozen["report"].items() if key not in ("as_of", "known_at")}
    return hashlib.sha256(json.dumps([frozen["recipient"], figures], sort_keys=True).encode()).hexdigest()


def _subject(report: Report, title: str, words: Speech) -> str:
    total, number = report.total, words.number
    late, finished, overdue = total.sum(Figure.LATE), total.sum(*FINISHED), total.sum(*OVERDUE)
    text = words.say("mail.text", late=number(late), finished=number(finished), overdue=number(overdue))
    return words.say("mail.subject", title=title, text=text)


def _blocks(report: Report, title: str, words: Speech) -> list[Block]:
    table = unit_table(report, words)
    rows = tuple(tuple(words.number(c) if isinstance(c, int) else str(c) for c in row) for row in table.rows)
    cut_off = len(rows) - _MOST_UNITS
    shown = rows if cut_off <= 0 else (*rows[: _MOST_UNITS - 1], rows[-1])
    more = words.say("table.more", n=words.number(cut_off)) if cut_off > 0 else ""
    mails = [_mail_line(line.key, line.counts, words) for line in report.mails]
    return [
        Block(
            title=f"{words.say('table.mail_units')} – {title}",
            note=words.span(report.period),
            grid=Grid(heads=table.heads, rows=shown),
            more=more,
        ),
        Block(title=words.say("mail.quality"), bullets=tuple(quality_of(report, words))),
        Block(title=words.say("mail.mails"), bullets=(*mails, disputes_of(report, words))),
        Block(title=words.say("mail.definitions"), bullets=tuple(definitions_of(report, words))),
    ]


def _mail_line(audience: str, counts: dict[str, int], words: Speech) -> str:
    told = {state: words.number(counts.get(state, 0)) for state in ("handed", "uncertain", "not_sent")}
    return words.say("mail.mail_line", audience=words.say(f"mails.{audience}"), **told)
