"""The card of a run: the verdict and its grounds, what changed since the run before, at most 200 rows, no addresses."""

from dataclasses import replace
from datetime import date, timedelta
from string import Formatter
from typing import Any

import pytest

from tasks.reports import card_words, desk_words, quality_words
from tasks.reports.card import card_markdown, short_markdown
from tasks.reports.card_model import CardMail, RunCard
from tasks.reports.card_page import card_page
from tasks.reports.card_verdict import Level, verdict
from tasks.rules.desk_model import Desk
from tasks.rules.item_moves import FlagSpan, Moves, moves_between
from tasks.rules.model import (
    Audience,
    Bulletin,
    Flag,
    MailLine,
    Recipient,
    SourceLine,
)
from tests.unit.trace_sample import FACTS, MORNING, SCRIPT, text_of

DAY = timedelta(days=1)
LINE = MailLine(
    mail_id=1,
    audience=Audience.HEAD,
    recipient="Chủ tịch <UBND>",
    address="h1@example.gov.vn",
    state="uncertain",
    subject=SCRIPT,
    asked=1,
)
CALM = Bulletin(
    business_date=date(2026, 11, 26),
    as_of=MORNING,
    recipient=Recipient(address="ops@example.gov.vn", post="Bộ phận vận hành"),
    revision=1,
    sources=(SourceLine(name="one-stop", dataset="dossiers", pulled=20, data_moment=MORNING),),
    quarantine_reasons=(),
    flags=((Flag.OVERDUE, 8),),
    mails=(),
    no_recipient=(),
    ops_items=(),
    uncertain=(),
    disputes=(),
    mode="live",
)
NO_MAILS = {"composed": 0, "handed": 0, "held": 0, "refused": 0, "uncertain": 0, "retry": 0}


def a_report(**changes: Any) -> dict[str, Any]:
    line = {"name": "one-stop", "pulled": 20, "new": 2, "changed": 1, "quarantined": 0, "error": None}
    told = {"run_id": "morning-1", "flow": "morning", "state": "done", "exit_status": 0, "dry_run": False}
    told |= {"sources": [line], "flags": {"opened": 2, "closed": 1, "open": 8}, "mails": NO_MAILS | {"handed": 1}}
    return told | {"mail_fault": None, "mail_waits": None, "why_idle": None} | changes


def a_mail(state: str = "handed", reason: str = "", **changes: str) -> CardMail:
    told = {"post": "Chủ tịch <UBND>", "audience": "head", "subject": SCRIPT}
    return CardMail(**(told | changes), state=state, reason=reason)


def a_card(*mails: CardMail, day: Bulletin = CALM, **report: Any) -> RunCard:
    return RunCard(report=a_report(**report), day=day, mails=mails or (a_mail(),), desks={})


STALE = replace(CALM.sources[0], fresh=False)
CASES = {
    "all mails out": (a_card(), Level.GOOD, "Thư trong ngày đã gửi đủ: 1 thư"),
    "a day without mails": (replace(a_card(), mails=()), Level.GOOD, "không có thư nào phải gửi"),
    "refused by the server": (a_card(a_mail("refused", "550")), Level.BAD, "1 thư bị máy chủ từ chối"),
    "nobody knows": (a_card(a_mail(), a_mail("uncertain", "no_answer")), Level.BAD, "không rõ đã tới"),
    "cannot be built": (a_card(a_mail("held", "PersonalDataError")), Level.BAD, "không lập được"),
    "still waiting": (a_card(a_mail("planned")), Level.WATCH, "1 thư còn chờ gửi"),
    "missed their window": (
        a_card(a_mail("planned"), day=replace(CALM, too_late=1, catch_up="15:00")),
        Level.WATCH,
        "Gửi bù đến 15:00",
    ),
    "to be tried again": (a_card(a_mail("retry", "451")), Level.WATCH, "1 thư còn chờ gửi"),
    "shadow mode is never green": (a_card(a_mail("held", "shadow")), Level.WATCH, "không gửi cho ai"),
    "waits for an approval": (a_card(a_mail(), a_mail("held", "approval")), Level.WATCH, "chờ người quyết định"),
    "lapsed": (a_card(a_mail("expired")), Level.WATCH, "không gửi kịp"),
    "cancelled by a person": (a_card(a_mail(), a_mail("expired", "cancelled")), Level.GOOD, ""),
    "an old doubt": (a_card(day=replace(CALM, uncertain=(LINE,))), Level.WATCH, "những ngày trước"),
    "stopped": (a_card(day=replace(CALM, stopped=True)), Level.WATCH, "dondoc mail start"),
    "stale source": (a_card(day=replace(CALM, sources=(STALE,))), Level.WATCH, "one-stop"),
    "a gate refused": (a_card(exit_status=4, state="refused"), Level.BAD, "bị chặn"),
    "a bug": (a_card(exit_status=1, state="failed"), Level.BAD, "lỗi của phần mềm"),
    "no login": (a_card(mail_fault="Máy chủ thư từ chối đăng nhập.", exit_status=5), Level.BAD, "từ chối đăng nhập"),
    "dry run": (a_card(dry_run=True), Level.DRY, "Không ghi vào kho"),
}


@pytest.mark.parametrize(("card", "level", "ground"), CASES.values(), ids=CASES)
def test_green_only_when_the_mails_of_the_day_came_out_right(card: RunCard, level: Level, ground: str) -> None:
    found = verdict(card, "vi")
    assert found.level is level
    assert ground in " ".join(found.grounds)
    assert verdict(card, "en").level is level


def test_the_page_speaks_in_words_without_markup_or_addresses() -> None:
    day = replace(CALM, uncertain=(LINE,), no_recipient=(FACTS,), disputes=("H1",))
    card = replace(a_card(a_mail("uncertain", "no_answer"), day=day), quality="../quality/morning-1.html")
    page = card_page(card_markdown(card, "vi", link=True), "vi")
    text = text_of(page)
    assert "<script" not in page
    assert "@example" not in page
    assert '<p class="verdict bad">' in page
    assert '<a href="../quality/morning-1.html">morning-1.html</a>' in page
    assert "máy chủ thư không trả lời" in text
    assert "quá hạn 8" in text
    assert "overdue" not in page
    assert "Chủ tịch &lt;UBND&gt;" in page
    assert "`quality/morning-1.html`" in card_markdown(card, "vi")


def test_the_run_before_stands_beside_this_one() -> None:
    before = (MORNING - DAY, a_report(flags={"opened": 0, "closed": 0, "open": 7}))
    text = text_of(card_page(card_markdown(replace(a_card(), before=before), "vi"), "vi"))
    assert "Cảnh báo đang mở 8 7 +1" in text
    assert "Bản ghi nhận được 20 20 0" in text
    assert "Chưa có lượt trước" in text_of(card_page(card_markdown(a_card(), "vi"), "vi"))


def test_a_run_that_found_nothing_to_do_says_so_and_no_more() -> None:
    text = short_markdown(a_report(state="nothing_to_do", why_idle="day_off"), MORNING, "en")
    assert text == (
        "# Run card: morning, 07:30 on 23 Nov 2026\n\nThis run had nothing to do. It is a day off.\n\n"
        "Run: `morning-1`, exit status 0.\n"
    )
    report = a_report(flow="report", files=["var/reports/2026-W47.html"])
    assert "- `var/reports/2026-W47.html`" in short_markdown(report, MORNING, "vi")
    broken = a_report(state="busy", exit_status=75, warehouse_fault="Kho dữ liệu đang bận.")
    assert "🔴 **Cần xử lý.** Kho dữ liệu đang bận.\n" in short_markdown(broken, MORNING, "vi")


def test_the_longest_card_has_no_more_than_200_rows() -> None:
    lines = tuple(replace(CALM.sources[0], name=f"s{n}") for n in range(90))
    day = replace(
        CALM,
        sources=lines,
        disputes=tuple(f"H{n}" for n in range(90)),
        flags=tuple((flag, 1) for flag in Flag),
    )
    move = moves_between([span(f"T{n}", MORNING) for n in range(90)], MORNING - DAY, MORNING).new
    report = a_report(
        exit_status=5,
        sources=[a_report()["sources"][0] | {"name": f"s{n}", "error": "không đọc được"} for n in range(90)],
        swept={f"kind {n}": n for n in range(10)},
        files=[f"var/reports/{n}.html" for n in range(20)],
    )
    card = RunCard(
        report=report,
        day=day,
        mails=tuple(a_mail("refused", "550") for _ in range(300)),
        desks=dict.fromkeys(Desk, 5),
        refused=tuple(("one-stop", f"vì {n}", n) for n in range(90)),
        moves=Moves(move, move, move),
    )
    rows = [line for line in card_markdown(card, "vi").splitlines() if line.startswith(("| ", "- "))]
    assert 150 < len([line for line in rows if "---" not in line]) <= 200
    assert "Và 265 dòng khác." in card_markdown(card, "vi")


def span(code: str, since: Any, closed: Any = None, flag: Flag = Flag.OVERDUE, **changes: Any) -> FlagSpan:
    told = {"item_key": f"dossier/one-stop/{code}", "code": code, "unit_code": "A", "tier": 1}
    return FlagSpan(**(told | changes), flag=flag, since=since, closed_at=closed)


LAST_WEEK, SOON = MORNING - 7 * DAY, Flag.DUE_SOON
MOVES = {
    "fell late without a word before": ([span("T", MORNING)], "new"),
    "answered": ([span("T", LAST_WEEK, MORNING)], "cleared"),
    "came and went in between": ([span("T", MORNING - DAY / 2, MORNING)], ""),
    "due soon became late": ([span("T", LAST_WEEK, MORNING, SOON), span("T", MORNING)], "worse"),
    "late became paused": ([span("T", LAST_WEEK, MORNING), span("T", MORNING, None, Flag.PAUSED_PAST_DUE)], ""),
    "one flag of two closed": ([span("T", LAST_WEEK), span("T", LAST_WEEK, MORNING, Flag.STALLED)], ""),
    "a class later": ([span("T", LAST_WEEK, tier=2, tier_rose=True)], "worse"),
    "stands as it stood": ([span("T", LAST_WEEK)], ""),
    "opened at the very moment of the last run": ([span("T", MORNING - DAY)], ""),
    "closed at the very moment of the last run": ([span("T", LAST_WEEK, MORNING - DAY)], ""),
}


@pytest.mark.parametrize(("spans", "kind"), MOVES.values(), ids=MOVES)
def test_what_changed_since_the_run_before(spans: list[FlagSpan], kind: str) -> None:
    found = moves_between(spans, MORNING - DAY, MORNING)
    assert {name: len(getattr(found, name)) for name in ("new", "cleared", "worse")} == {
        name: int(name == kind) for name in ("new", "cleared", "worse")
    }


def test_signs_that_markdown_would_read_are_shown_as_they_are() -> None:
    page = card_page("# Mã \\[D-1\\]\n\n| A\\|B | C |\n| --- | --- |\n| x\\_y\\_z | **đậm** \\*\\* \\<b\\> |\n", "vi")
    assert "<h1>Mã [D-1]</h1>" in page
    assert '<th scope="col">A|B</th>' in page
    assert '<td data-head="A|B">x_y_z</td>' in page
    assert "<b>đậm</b> ** &lt;b&gt;" in page


@pytest.mark.parametrize("address", ["https://x.vn/a", "//x.vn/a", "javascript:alert(1)", "data:text/html,x"])
def test_a_card_links_to_files_beside_it_only(address: str) -> None:
    assert "<a " not in card_page(f"# Mã\n\n[xem]({address})\n", "vi")


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same_things() -> None:
    pairs = [*card_words.WORDS.items(), *desk_words.WORDS.items(), *desk_words.REASONS.items()]
    pairs += [(key, (text, quality_words.WORDS["en"][key])) for key, text in quality_words.WORDS["vi"].items()]
    apart = [key for key, (vi, en) in pairs if holes(vi) != holes(en) or vi.count("|") != en.count("|") or not en]
    assert apart == []
