"""The run card as markdown: sources, flags, mails and what needs a person, at most 200 rows. Pure."""

from collections.abc import Mapping, Sequence

from tasks.mail.wording import wording
from tasks.reports.trace_speech import audience_text
from tasks.rules.model import Bulletin, SourceLine
from tasks.rules.timezone import HANOI

MOST_ROWS = 200

Words = Mapping[str, str]

_WORDS: Mapping[str, Words] = {
    "vi": {
        "title": "Phiếu chạy ngày {day}",
        "dry": "**Chạy thử: không ghi, không gửi.**",
        "sources": "Nguồn dữ liệu",
        "source_heads": "Nguồn|Nhận|Mới|Thay đổi|Không đổi|Cách ly (mới)|Số liệu đến|Ghi chú",
        "flags": "Cảnh báo đang mở",
        "flag_heads": "Cảnh báo|Số mục",
        "mails": "Thư trong ngày",
        "mail_heads": "Người nhận|Loại|Trạng thái|Tiêu đề",
        "none": "Không có.",
        "needs": "Cần người xử lý",
        "no_recipient": "{code}: {unit} chưa có người nhận",
        "uncertain": "Thư {id} ({post}): không rõ đã tới hay chưa",
        "dispute": "{code}: đơn vị đang phản ánh",
        "quarantine": "{n} bản ghi cách ly: {text}",
        "stale": "đã cũ, các mục được giữ lại",
    },
    "en": {
        "title": "Run card of {day}",
        "dry": "**Dry run: nothing written, nothing sent.**",
        "sources": "Sources",
        "source_heads": "Source|Pulled|New|Changed|Unchanged|Quarantined (new)|As of|Remark",
        "flags": "Open flags",
        "flag_heads": "Flag|Items",
        "mails": "Mails of the day",
        "mail_heads": "Recipient|Audience|State|Subject",
        "none": "None.",
        "needs": "Needs a person",
        "no_recipient": "{code}: {unit} has no recipient",
        "uncertain": "Mail {id} ({post}): nobody knows whether it arrived",
        "dispute": "{code}: disputed by the unit",
        "quarantine": "{n} quarantined records: {text}",
        "stale": "stale, its items are held back",
    },
}


def card_markdown(day: Bulletin, *, dry_run: bool, locale: str = "vi") -> str:
    """The card of a morning, from the same facts as the bulletin."""
    words = _WORDS["en" if locale == "en" else "vi"]
    parts = [f"# {words['title'].format(day=f'{day.business_date:%d/%m/%Y}')}"]
    if dry_run:
        parts.append(words["dry"])
    parts += [f"## {words['needs']}", _bullets(_needs(day, words), words["none"])]
    parts += [
        f"## {words['sources']}",
        _table(words["source_heads"], [_source(s, words) for s in day.sources], words["none"]),
    ]
    said = wording(locale)
    flags = [(said.say(f"flag.{flag.value}"), str(n)) for flag, n in day.flags]
    parts += [f"## {words['flags']}", _table(words["flag_heads"], flags, words["none"])]
    mails = [
        (m.recipient, audience_text(m.audience.value, locale), said.say(f"mail_state.{m.state}"), m.subject)
        for m in day.mails
    ]
    parts += [f"## {words['mails']}", _table(words["mail_heads"], mails[:MOST_ROWS], words["none"])]
    return "\n\n".join(parts) + "\n"


def _needs(day: Bulletin, words: Words) -> list[str]:
    found = [words["uncertain"].format(id=m.mail_id, post=m.recipient) for m in day.uncertain]
    found += [words["no_recipient"].format(code=i.code, unit=i.unit_name) for i in day.no_recipient]
    found += [words["dispute"].format(code=code) for code in day.disputes]
    found += [words["quarantine"].format(n=n, text=text) for text, n in day.quarantine_reasons]
    return found[:MOST_ROWS]


def _source(line: SourceLine, words: Words) -> tuple[str, ...]:
    moment = f"{line.data_moment.astimezone(HANOI):%H:%M %d/%m/%Y}" if line.data_moment else "–"
    remark = line.error or ("" if line.fresh else words["stale"])
    counts = (line.pulled, line.new, line.changed, line.unchanged)
    return (line.name, *map(str, counts), f"{line.quarantined} ({line.quarantined_new})", moment, remark)


def _table(heads: str, rows: Sequence[tuple[str, ...]], none: str) -> str:
    if not rows:
        return none
    columns = heads.split("|")
    lines = [" | ".join(columns), " | ".join("---" for _ in columns)]
    lines += [" | ".join(cell.replace("|", "/").replace("\n", " ") for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def _bullets(lines: Sequence[str], none: str) -> str:
    return "\n".join(f"- {line}" for line in lines) or none
