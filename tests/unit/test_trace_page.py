"""The page that answers a complaint: what it says in each case, that data is never markup, that nobody is named."""

import re
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from deployments.trace_rows import quotes, versions_of
from tasks.reports.trace import render_trace, trace_text
from tasks.reports.trace_model import (
    DisputeLine,
    Quote,
    ValueChange,
)
from tasks.rules.datasets import DATASETS
from tasks.rules.model import (
    Correction,
    CorrectionKind,
    DigestItem,
    Role,
)
from tests.unit.trace_sample import FACTS, ITEM, MAIL, MORNING, SCRIPT, TELLING, VERSION, a_page, text_of, with_telling

WORDS = Path(__file__).resolve().parents[2] / "tasks" / "reports" / "trace_words"


def test_the_page_says_what_was_sent_what_stood_then_and_on_what_grounds():
    text = text_of(render_trace(a_page(), "vi"))
    for told in (
        "Ngày 23/11/2026, hệ thống đã gửi tới Giám đốc Sở Nông nghiệp và Môi trường thư",
        "Máy chủ thư đã nhận thư lúc 07 giờ 31 phút ngày 23/11/2026.",
        "1. Hồ sơ H13.45-261105-0023: quá hạn 05 ngày làm việc",
        "Hạn làm căn cứ 16/11/2026",
        "Đơn vị được đôn đốc Sở Nông nghiệp và Môi trường (SNNMT)",
        "Đơn vị trên bản ghi UBND phường Thới Long (31157)",
        "Quy tắc tính hạn 2026.1, lịch làm việc 2026.1-ab12cd34",
        "Lần chạy morning-20261123-0730-aaaaaa",
        "Bản ghi thứ 7 trong dữ liệu gốc abababababab của nguồn one-stop",
        "cấp 2, ngày 27/11/2026",
        "Hiện hệ thống đang theo dõi: quá hạn.",
        "đang xử lý (4)",
    ):
        assert told in text


def test_the_twin_says_it_in_english():
    text = text_of(render_trace(a_page(), "en", twin="x.html"))
    assert "On 23 Nov 2026 the system sent Giám đốc Sở Nông nghiệp và Môi trường the mail" in text
    assert "Under watch now: overdue" in text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("uncertain", "không rõ thư đã tới hay chưa"),
        ("refused", "không tới nơi vì bị từ chối"),
        ("superseded", "được thay bằng bản khác"),
        ("held", "đang được giữ lại, chưa gửi"),
        ("expired", "đã hết hiệu lực"),
    ],
)
def test_a_mail_that_did_not_surely_arrive_is_never_called_sent(state, words):
    text = text_of(render_trace(with_telling(mail=replace(MAIL, state=state)), "vi"))
    assert words in text
    assert "hệ thống đã gửi tới" not in text
    assert "Máy chủ thư đã nhận thư lúc" not in text


def test_only_mails_that_may_have_arrived_are_counted():
    tellings = tuple(replace(TELLING, mail=replace(MAIL, mail_id=n, state=s)) for n, s in enumerate(("handed", "held")))
    assert "nêu trong 01 thư" in trace_text(a_page(replace(ITEM, tellings=tellings)), "vi")


def test_figures_of_a_correction_are_called_those_told_before():
    correction = Correction(kind=CorrectionKind.ALREADY_RESOLVED, told_on=(MAIL.business_date,), mails=(3,), at=MORNING)
    line = DigestItem(facts=FACTS, role=Role.CORRECTED, correction=correction)
    text = text_of(render_trace(with_telling(role="corrected", line=line), "vi"))
    assert "Số liệu như thư trước đã nêu" in text
    assert "Tại thời điểm đó, số liệu là" not in text
    assert "Hệ thống đã gửi đính chính ngày 23/11/2026." in text


def test_data_never_becomes_markup():
    dispute = DisputeLine(
        opened_on=date(2026, 11, 25),
        opened_at=MORNING,
        by=SCRIPT,
        reason=SCRIPT,
        answered_at=MORNING,
        outcome="rejected",
        answer=SCRIPT,
    )
    hostile = replace(
        ITEM,
        code=SCRIPT,
        title=SCRIPT,
        disputes=(dispute,),
        tellings=(
            replace(
                TELLING,
                mail=replace(MAIL, post=SCRIPT, subject=SCRIPT),
                said=(Quote(heading=SCRIPT, lines=(SCRIPT,)),),
                facts=replace(FACTS, unit_name=SCRIPT, step_name=SCRIPT),
            ),
        ),
        versions=(replace(VERSION, changes=(ValueChange(column="procedure_name", before=SCRIPT, after=SCRIPT),)),),
    )
    for locale in ("vi", "en"):
        page = render_trace(a_page(hostile), locale)
        assert "<script" not in page
        assert "&lt;script&gt;" in page


def test_the_page_loads_nothing_from_elsewhere():
    page = render_trace(a_page(), "vi", twin="x.en.html")
    assert re.findall(r'(?:href|src)="([^"]+)"', page) == ["x.en.html"]
    assert "url(" not in page
    assert "@import" not in page


def test_columns_that_nobody_allowed_stay_out():
    secret = ValueChange(column="actor", before=None, after="Một người")
    page = render_trace(a_page(replace(ITEM, versions=(replace(VERSION, changes=(secret,)),))), "vi")
    assert "Một người" not in page
    assert "actor" not in page


def test_every_stored_column_of_an_item_is_shown_or_left_out_on_purpose():
    left_out = {"source_record_id", "received_precision", "due_precision"}
    shown = set(tomllib.loads((WORDS / "vi.toml").read_text(encoding="utf-8"))["column"])
    stored = {c.name for name in ("dossiers", "recommendations") for c in DATASETS[name].stored}
    assert stored - shown == left_out
    assert shown <= stored


def test_both_languages_have_the_same_sentences_with_the_same_gaps():
    def flat(table: dict, before: str = "") -> dict[str, set[str]]:
        out = {}
        for key, value in table.items():
            if isinstance(value, dict):
                out |= flat(value, f"{before}{key}.")
            else:
                out[before + key] = set(re.findall(r"{(\w+)}", value))
        return out

    vi, en = (flat(tomllib.loads((WORDS / f"{name}.toml").read_text(encoding="utf-8"))) for name in ("vi", "en"))
    gaps_may_differ = {"summary.told.one"}
    assert vi.keys() == en.keys()
    assert {k for k in vi if vi[k] != en[k]} <= gaps_may_differ


def test_quotes_take_the_whole_row_and_no_neighbour():
    body = (
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        "Kính gửi\n\nQUÁ HẠN\n\n1. Hồ sơ KN-10: quá hạn\n   Nội dung mười\n\n"
        "2. Hồ sơ KN-1: quá hạn 02 ngày\n   Nội dung một\n   Hạn: 01/01/2026\n\n"
        "3. Hồ sơ KN-2: quá hạn\n   Nội dung hai\n\nBƯỚC TIẾP THEO\n\n- Nội dung: kiến nghị KN-1; kiến nghị KN-2.\n"
    ).encode()
    assert list(quotes(body, "KN-1")) == [
        Quote(heading="QUÁ HẠN", lines=("2. Hồ sơ KN-1: quá hạn 02 ngày", "Nội dung một", "Hạn: 01/01/2026")),
        Quote(heading="BƯỚC TIẾP THEO", lines=("- Nội dung: kiến nghị KN-1; kiến nghị KN-2.",)),
    ]


def test_versions_tell_only_what_changed():
    common = {c.name: None for c in DATASETS["dossiers"].stored}
    rows = [
        common
        | {
            "status": status,
            "source": "one-stop",
            "source_ref": f"sha256:{'ab' * 32}#{n}",
            "known_from": datetime(2026, 11, 20 + n, tzinfo=UTC),
            "known_to": None,
            "data_moment": MORNING,
            "run_id": "r",
        }
        for n, status in enumerate(("4", "4", "9"))
    ]
    changes = [[(c.column, c.before, c.after) for c in v.changes] for v in versions_of("dossier", rows)]
    assert changes == [[("status", None, "4")], [], [("status", "4", "9")]]
