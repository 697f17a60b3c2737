"""The quality report: the checks' own figures, added up over parts, beside those of the check before; one file."""

import re
from collections.abc import Sequence
from datetime import timedelta

from expectations.check_context import CheckContext
from expectations.report import Report
from expectations.run import check_rows
from expectations.suites import SUITES
from expectations.tally import Tally
from tasks.intake.normalise import NormaliseContext
from tasks.reports.quality import CheckedRule, CheckedSource, Quality, quality_page
from tasks.rules.datasets import DATASETS
from tests.pulls import RawRecord, normalised
from tests.unit.expectation_cases import good
from tests.unit.trace_sample import MORNING, text_of

DOSSIERS, CONTEXT = DATASETS["dossiers"], CheckContext(now=MORNING)


def checked(statuses: Sequence[str], first_rid: int) -> Report:
    """The report of a part of dossiers with these statuses."""
    rows = [
        RawRecord(values=good("dossiers", source_record_id=str(n), status=status), ref=f"sha256:00#{n}", moment=MORNING)
        for n, status in enumerate(statuses, start=first_rid)
    ]
    frame = normalised(DOSSIERS, rows, NormaliseContext(as_of=MORNING))
    return check_rows(DOSSIERS, frame.assign(rid=frame["rid"] + first_rid), CONTEXT)


def test_parts_add_up_and_a_part_staged_again_counts_once() -> None:
    tally = Tally()
    tally.note(0, checked(["4", "abc"], 0))
    tally.note(2, checked(["abc", "xyz", "4"], 2), let_in=1)
    tally.note(2, checked(["abc", "xyz", "4"], 2), let_in=1)
    tally.conflicts, tally.only_conflicts = 2, 1
    assert (tally.rows, tally.refused) == (5, 3), "one of the three bad ones was let in, one more contradicts another"
    found = {one.code: one for one in tally.results()}
    assert (found["status_unknown"].checked, found["status_unknown"].unexpected) == (5, 3)
    assert (found["conflicting_duplicates"].checked, found["conflicting_duplicates"].unexpected) == (5, 2)
    rules = [rule for rule in SUITES["dossiers"].rules(CONTEXT) if rule.severity == "row"]
    assert len(tally.results()) == len(rules) + 1, "every rule stands there, also those that no row broke"
    assert all(one.basis for one in tally.results())


def a_rule(code: str, failed: int, before: int | None, **changes: object) -> CheckedRule:
    told = {"column": "status", "text": f"Lỗi {code}.", "basis": "Quy tắc nhà", "whole": False, "checked": 100_000}
    return CheckedRule(**(told | changes), code=code, failed=failed, before=before)  # type: ignore[arg-type]


def a_page(*rules: CheckedRule, locale: str = "vi", **changes: object) -> str:
    told = {"name": "one-stop", "dataset": "dossiers", "state": "promoted", "why": ""}
    told |= {"rows": 100_000, "refused": 3, "before": (MORNING - timedelta(days=1), 90_000, 0)}
    source = CheckedSource(**(told | changes), rules=rules)  # type: ignore[arg-type]
    return quality_page(Quality(run_id="sync-1", as_of=MORNING, sources=[source]), locale)


def test_each_rule_stands_beside_what_it_refused_the_time_before() -> None:
    rules = [a_rule("worse", 70, 2), a_rule("better", 1, 4), a_rule("mended", 0, 3), a_rule("same", 2, 2)]
    text = text_of(a_page(*rules, a_rule("fine", 0, 0), a_rule("new", 3, None)))
    for said in (
        "Lỗi worse. Quy tắc nhà worse 100.000 70 0,07% tăng, lần trước 2",
        "better 100.000 1 &lt; 0,01% giảm, lần trước 4",
        "mended 100.000 0 0,00% giảm, lần trước 3",
        "same 100.000 2 &lt; 0,01% như lần trước (2)",
        "new 100.000 3 &lt; 0,01% chưa có lần trước",
        "Bản ghi bị loại 3 (&lt; 0,01%)",
        "0 trên 90.000 bản ghi (0,00%), lúc 07 giờ 30 phút ngày 22/11/2026",
        "1 quy tắc không có bản ghi nào sai",
    ):
        assert said in text, said
    assert text.index("worse") < text.index("mended") < text.index("fine"), "what is broken first"


def test_a_closed_gate_says_why_and_a_rule_about_the_whole_pull_counts_no_rows() -> None:
    why = "Bản danh sách <đầy đủ> không có dòng nào."
    page = a_page(a_rule("snapshot_empty", 1, 0, whole=True, checked=1), state="refused", why=why, rows=0, refused=0)
    text = text_of(page)
    assert "Không nhận vào kho. Bản danh sách &lt;đầy đủ&gt; không có dòng nào." in text
    assert "snapshot_empty 1 không đạt –" in text
    assert "1 nguồn không được nhận vào kho" in text


def test_the_page_needs_nothing_from_elsewhere_in_either_language() -> None:
    pages = {locale: a_page(a_rule("worse", 70, 2), locale=locale) for locale in ("vi", "en")}
    for page in pages.values():
        assert re.findall(r"https?:|<script|src=|@import|url\(", page) == []
    assert "70 0.07% more, before: 2" in text_of(pages["en"])
    assert 'lang="en"' in pages["en"]
