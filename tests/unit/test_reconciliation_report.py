"""What a reconciliation tells on the screen: in words, the answer first, nothing of a user's text taken for markup."""

import ast
import re
from dataclasses import replace
from string import Formatter
from typing import Any

import pytest

from tasks.reports.marks import safe
from tasks.reports.reconciliation import markdown
from tasks.reports.reconciliation_lines import MOST_ROWS, screen_table
from tasks.reports.reconciliation_repair import MOST_LISTED, pulled
from tasks.reports.reconciliation_speech import catalogue, speech
from tasks.rules.column_rules import How, column_rules
from tasks.rules.datasets import DOSSIERS
from tasks.rules.difference_life import News
from tasks.rules.difference_model import Cause, DifferenceClass, DifferenceState, Notice
from tasks.rules.punctuality import Reason, Verdict
from tests.repo.tree import parsed, product
from tests.unit.reconciliation_sample import LINES, RESULT, UNIT, line

LOCALES = ("vi", "en")
CELLS = ("SWR", "SW", "SR", "WR", "S", "W", "R")


def flat(words: dict[str, Any], before: str = "") -> dict[str, str]:
    """Every sentence under its full name."""
    out: dict[str, str] = {}
    for key, value in words.items():
        out |= flat(value, f"{before}{key}.") if isinstance(value, dict) else {f"{before}{key}": str(value)}
    return out


def holes(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_languages_say_the_same_things() -> None:
    vietnamese, english = (flat(catalogue(locale)) for locale in LOCALES)
    assert vietnamese.keys() == english.keys()
    assert {k for k in vietnamese if holes(vietnamese[k]) != holes(english[k])} == set()
    columns = {k for k in vietnamese if k.startswith("heads.")}
    assert not [k for k in columns if vietnamese[k].count("|") != english[k].count("|")]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("section", "vocabulary"),
    [
        ("kind", DifferenceClass),
        ("todo", DifferenceClass),
        ("cause", [one for one in Cause if one]),
        ("state", DifferenceState),
        ("news", News),
        ("how", How),
        ("verdict", Verdict),
        ("gap", Reason),
        ("presence", [*CELLS, "SW_unread", "S_unread", "W_unread", "unseen"]),
    ],
)
def test_every_word_of_a_closed_list_is_told(locale: str, section: str, vocabulary: Any) -> None:
    assert {str(one) for one in vocabulary} == set(catalogue(locale)[section])


def test_every_column_has_a_heading() -> None:
    told = speech("vi", {})
    assert not [rule.column for rule in column_rules(DOSSIERS) if told.column(rule.column) == rule.column]


def notices() -> dict[str, set[str] | None]:
    """Codes of notices in the product with the names of their facts, None where these are not told in the call.

    They are written `Notice(code=…, params={…})`, or `_notice(…, "code", fact=…)` and `_note(…, "code", n)`.
    """
    found: dict[str, set[str] | None] = {}
    for path in product():
        if not re.search(r"difference_model import .*\bNotice\b", path.read_text(encoding="utf-8")):
            continue
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call):
                found |= told_by(node)
    return found


def told_by(call: ast.Call) -> dict[str, set[str] | None]:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    words = {word.arg: word.value for word in call.keywords if word.arg}
    if called == "Notice":
        facts = words.get("params", ast.Dict(keys=[], values=[]))
        given = {k.value for k in facts.keys if isinstance(k, ast.Constant)} if isinstance(facts, ast.Dict) else None
        return dict.fromkeys(texts_of(words["code"]), given)
    if called in ("_notice", "_note"):
        given = set(words) | ({"n"} if called == "_note" else set())
        return dict.fromkeys([text for arg in call.args for text in texts_of(arg)], given)
    return {}


def texts_of(node: ast.AST) -> list[str]:
    """A text, or both of `one if so else other`."""
    if isinstance(node, ast.IfExp):
        return [*texts_of(node.body), *texts_of(node.orelse)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def test_every_notice_has_a_sentence_that_its_facts_fill() -> None:
    told, found = catalogue("vi")["notice"], notices()
    assert len(found) > 10
    assert found.keys() - told.keys() == set()
    assert {code for code, given in found.items() if given is not None and not holes(told[code]) <= given} == set()


def test_a_notice_nobody_has_words_for_is_told_with_its_facts() -> None:
    assert speech("vi", {}).notice(Notice(code="brand_new", params={"n": 1200, "unit": "x"})) == (
        "brand_new: n 1.200, unit x"
    )


def test_the_answer_stands_first_and_what_to_do_second() -> None:
    blocks = markdown(RESULT).split("\n\n")
    assert blocks[0] == "# Đối soát ngày 23/11/2026"
    assert blocks[1].startswith("**Đang mở 7 sai lệch**: 1 mới, 1 quay lại")
    assert blocks[2] == "## Việc cần làm"
    assert "D-000000000003" in blocks[3].splitlines()[0]  # what came back is an alarm


AGREED = replace(RESULT, differences=(), counts={"open": 0})
BLIND = replace(RESULT.sides[0], judged=False, segments=0)


def test_agreement_is_said_only_as_far_as_was_looked() -> None:
    unseen = replace(AGREED, sides=(BLIND, *RESULT.sides[1:]))
    assert "không có sai lệch nào đang mở" in markdown(AGREED)
    assert "khớp nhau" not in markdown(unseen).split("##")[0].replace("các bên có khớp nhau hay không", "")
    assert markdown(unseen).split("\n\n")[1].startswith("**Không xem được nguồn nào (one-stop)")
    assert "| chưa xem | có | – | 1 | chưa rõ: có nguồn một cửa chưa xem được |" in markdown(unseen)
    assert "| chưa xem | có | có | chưa xem |" in markdown(unseen), "nobody looked: no number, not 0"
    partly = replace(unseen, sides=(BLIND, replace(RESULT.sides[0], name="other")))
    assert "nguồn one-stop chưa xem được nên chưa thể nói là khớp" in markdown(partly)
    differs = replace(RESULT, sides=(BLIND, replace(RESULT.sides[0], name="other")))
    assert "Nguồn one-stop chưa xem được hoặc chưa xem hết" in markdown(differs)


def test_where_nothing_lies_nothing_agrees() -> None:
    text = markdown(replace(AGREED, presence={}))
    assert text.split("\n\n")[1].startswith("**Không có gì để so trong phạm vi đã hỏi**")
    assert "khớp nhau" not in text


def test_a_quick_look_says_what_was_really_done() -> None:
    counted = replace(AGREED, depth="counts")
    assert "chưa chắc nội dung bằng nhau" in markdown(counted)
    whole = replace(counted, sides=(replace(RESULT.sides[0], segments=0, segments_read=0),))
    assert "chưa chắc nội dung bằng nhau" not in markdown(whole)
    assert "nguồn one-stop không tự đếm được nên đã đọc toàn bộ" in markdown(whole)
    assert "| 1.200 bản ghi; đọc toàn bộ; 14 lượt hỏi; " in markdown(whole)


def test_a_dry_run_says_why_it_is_one() -> None:
    assert "không phải hôm nay" not in markdown(replace(RESULT, dry_run=True))
    assert "(07:30 23/11/2026) không phải hôm nay" in markdown(replace(RESULT, dry_run=True, other_day=True))


def test_who_asks_why_and_what() -> None:
    text = markdown(RESULT)
    for said in ("Thanh tra Sở", "từ 01/10/2026", "UBND phường Thới Long (31157)", "từng hồ sơ, từng cột"):
        assert said in text
    assert "| Lý do | không nêu |" in markdown(replace(RESULT, reason=" "))


def test_the_matrix_has_seven_cells_and_three_where_no_book_was_read() -> None:
    def rows(text: str) -> list[str]:
        return section(text, "Hồ sơ có mặt ở đâu").splitlines()[2:]

    assert len(rows(markdown(RESULT))) == 7
    assert "| có | có | có | 1.180 |" in markdown(RESULT)
    unasked = rows(markdown(replace(RESULT, sides=RESULT.sides[:2])))
    assert [row.split(" | ")[2] for row in unasked] == ["không hỏi"] * 3


def section(text: str, title: str) -> str:
    """The body below a heading."""
    return text.split(f"## {title}\n\n")[1].split("\n\n## ")[0]


@pytest.mark.parametrize("locale", LOCALES)
def test_what_people_typed_is_never_markup(locale: str) -> None:
    typed = "a|b\n# c <script>x</script> [d](javascript:e) `f` **g**"
    text = markdown(replace(RESULT, asked_by=typed, reason=typed, notices=(Notice(code="n", params={"x": typed}),)))
    assert "\n# c" not in text
    assert re.search(r"(?<!\\)<script", text) is None
    assert re.search(r"(?<!\\)\[d", text) is None
    assert text.count(safe(typed)) == 3


def test_the_card_names_codes_and_counts_but_no_traces_of_files() -> None:
    rows, _ = screen_table(RESULT, "vi")
    assert "sha256" not in markdown(RESULT) + str(rows)
    assert "refs" not in str(rows)


def test_the_table_holds_the_urgent_first_and_never_too_much() -> None:
    rows, about = screen_table(RESULT, "vi")
    assert [row["Mã"] for row in rows[:2]] == ["D-000000000003", "D-000000000002"]  # back, then new
    assert len(rows) == sum(one.is_open for one in LINES)
    many = replace(RESULT, differences=[line(n) for n in range(1000)])
    rows, about = screen_table(many, "vi")
    assert (len(rows), about[:12]) == (MOST_ROWS, "200 trên 1.0")


def test_an_empty_result_is_told_in_both_languages() -> None:
    empty = replace(RESULT, differences=(), counts={}, sides=(), rates=(), parity=(), notices=(), rules=(), files={})
    for locale in LOCALES:
        assert "{" not in markdown(empty, locale)
        assert screen_table(empty, locale)[0] == []


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ({"limit": 9, "dossiers": 0, "sources": {}, "left": {"altered": 2}}, "Không có gì kéo lại"),
        ({"limit": 9, "dossiers": 3, "sources": {"s": {"new": 1, "changed": 2}}, "left": {}}, "--confirm reconcile-"),
        ({"limit": 9, "dossiers": 10, "sources": {}, "left": {}}, "nhiều hơn giới hạn"),
    ],
)
def test_the_preview_of_a_repair_says_how_to_do_it(plan: dict[str, Any], said: str) -> None:
    text = markdown(replace(RESULT, preview=plan))
    assert said in section(text, "Xem trước việc kéo lại")
    assert ("2 chỗ kho bị sửa" in text) == bool(plan["left"])


def test_the_preview_of_a_repair_names_what_it_would_pull() -> None:
    plan = {"limit": 9, "dossiers": 2, "sources": {"one-stop": {"new": 1, "changed": 1}}, "left": {}}
    held = (*LINES, line(10, cause="altered"), line(11, cause="quarantined"), line(1, column="status", id="D-x"))
    result = replace(RESULT, preview=plan, differences=held)
    text = section(markdown(result), "Xem trước việc kéo lại")
    assert (
        "| H13.45-261105-0001 | UBND phường Thới Long (31157) | one-stop | Ngày hẹn trả: 20/11/2026 → 17:00 18" in text
    )
    assert "| H13.45-261105-0002 | UBND phường Thới Long (31157) | one-stop | thêm hồ sơ |" in text
    assert [one["code"][-4:] for one in pulled(result)] == ["0001", "0002"]
    assert [change["column"] for change in pulled(result)[0]["changes"]] == ["due_at", "status"]
    many = replace(result, differences=[line(n) for n in range(500)], preview={**plan, "dossiers": 500})
    assert (len(pulled(many)), "và 300 hồ sơ khác" in markdown(many)) == (MOST_LISTED, True)


def test_a_preview_of_a_source_nobody_saw_says_that() -> None:
    plan: dict[str, Any] = {"limit": 9, "dossiers": 0, "sources": {}, "left": {}}
    text = section(markdown(replace(AGREED, preview=plan, sides=(BLIND,))), "Xem trước việc kéo lại")
    assert "Nguồn one-stop chưa xem được" in text
    assert "Không có gì kéo lại" not in text


def test_units_of_a_result() -> None:
    assert RESULT.units == ("31150", UNIT)
    assert replace(RESULT, differences=[line()], rates=(), parity=()).units == (), "only operators have to act"
    assert {one.id for one in RESULT.of_unit("31150")} == {LINES[7].id}
