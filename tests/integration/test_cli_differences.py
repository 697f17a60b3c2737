"""The desk of differences as typed: the list with ages, one difference with all that helps, explaining, resolving."""

import json
from datetime import timedelta

import pytest

from deployments.difference_words import WORDS
from deployments.exits import UsageFaultError, refusal_of
from deployments.typed_texts import WORDS as PERSONAL
from tasks.rules.difference_model import Cause
from tests.difference_stage import OTHER_UNIT, UNIT, differing, lacking, on_paper, reconcile
from tests.told_desk import told_copy, typed_in
from tests.warehouse_samples import DAY, MORNING, a_bad_row, a_batch, merge
from warehouse.engine import open_engine, transaction

WHO = ("--by", "Chánh Văn phòng", "--reason", "có văn bản gia hạn số 12")
THURSDAY = ("--as-of", "2026-11-26T08:00")  # Tuesday 24/11 is a holiday
OF_H1 = {"key": "1", "code": "H1"}  # the dossier that the warehouse holds


@pytest.fixture
def folder(played, tmp_path):
    return told_copy(played, tmp_path)


@pytest.fixture
def dondoc(folder):
    return typed_in(folder)


@pytest.fixture
def found(folder):
    """Four differences of Monday: two of one unit, one of another, one on paper only."""
    ours = differing(**OF_H1)
    reconcile(folder, [ours, lacking(2, cause=Cause.QUARANTINED), lacking(3, OTHER_UNIT), on_paper()])
    return ours.id


def listed(dondoc, *words):
    return json.loads(dondoc("--json", "differences", "list", *words))


def explained(dondoc, name, *words):
    return json.loads(dondoc("--json", "differences", "explain", name, *words))


def test_an_empty_book_says_whether_anybody_has_looked(dondoc, folder):
    assert WORDS["never_run"][0] in dondoc("differences", "list")
    reconcile(folder, [])
    assert WORDS["empty"][0] in dondoc("differences", "list")
    assert listed(dondoc) == []


def test_the_list_keeps_its_shape_and_tells_ages_in_working_days(dondoc, found):
    rows = listed(dondoc, *THURSDAY)
    assert [row["age_working_days"] for row in rows] == [2, 2, 2, 2]
    names = {"id", "kind", "state", "owner", "unit_code", "system", "key", "code", "column", "sides", "book", "page"}
    names |= {
        "line",
        "source",
        "day",
        "cause",
        "facts",
        "first_seen_at",
        "last_seen_at",
        "age_working_days",
        "returned",
    }
    assert all(names <= set(row) for row in rows)
    (ours,) = [row for row in rows if row["id"] == found]
    assert (ours["facts"]["source"], ours["day"], ours["column"]) == ("2026-10-20", "2026-10-05", "due_at")
    assert "Ngày hẹn trả" in dondoc("differences", "list")


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (("--unit", OTHER_UNIT), ["H3"]),
        (("--kind", "not_in_software"), ["H7"]),
        (("--owner", "ops"), ["H1", "H2", "H3"]),
        (("--owner", UNIT), ["H7"]),
        (("--state", "explained"), ["H1"]),
        (("--state", "fixed"), ["H3"]),
        (("--state", "open"), ["H2", "H7"]),
        (("--state", "all"), ["H1", "H2", "H3", "H7"]),
        ((), ["H1", "H2", "H7"]),
    ],
)
def test_the_list_is_narrowed(dondoc, found, words, codes):
    if not words or "--state" in words:
        dondoc("differences", "explain", found, *WHO, *THURSDAY)
        dondoc("differences", "resolve", lacking(3, OTHER_UNIT).id, *WHO, *THURSDAY)
    assert sorted(row["code"] for row in listed(dondoc, *words)) == codes


@pytest.mark.parametrize("words", [("--kind", "lost"), ("--state", "closed")])
def test_a_word_that_no_difference_bears_is_refused(dondoc, words):
    assert words[1] in str(dondoc("differences", "list", *words))


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_one_difference_is_told_with_everything_that_helps(dondoc, folder, found, locale):
    path = folder / "dondoc.toml"
    path.write_text(f'locale = "{locale}"\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    printed = dondoc("differences", "explain", found)
    for told in (
        "20/10/2026",
        "22/10/2026",
        "page-1.json",
        "UBND phường Thới Long",
        "dondoc trace H1",
        "sync --source",
    ):
        assert told in printed
    for heading in ("sides", "todo", "history"):
        assert WORDS[heading][locale == "en"] in printed
    assert "{" not in printed
    paper = dondoc("differences", "explain", on_paper().id)
    place = {"book": "01/2026", "page": "3", "line": "7", "file": on_paper().source, "row": "12"}
    assert WORDS["on_paper"][locale == "en"].format(**place) in paper


def test_where_each_side_stands_is_told_as_values_too(dondoc, found):
    told = explained(dondoc, found)
    source, ours = told["stands"]
    assert (source["side"], source["there"], source["says"]) == ("source", True, "2026-10-20")
    assert (ours["says"], ours["now"]["value"], ours["now"]["body"]["name"]) == ("2026-10-22", None, "page-1.json")
    assert [act["act"] for act in told["history"]] == ["first_seen"]
    lost = explained(dondoc, lacking(2).id)
    assert [(side["side"], side["there"]) for side in lost["stands"]] == [("source", True), ("warehouse", False)]


def test_what_lies_in_quarantine_is_named(dondoc, folder, found):
    engine = open_engine(f"sqlite:///{next(folder.glob('*.sqlite3'))}")
    with transaction(engine) as conn:
        merge(conn, a_batch([], as_of=MORNING + DAY, run_id="run-2", quarantined=[a_bad_row(lacking(2).key)]))
    engine.dispose()
    assert explained(dondoc, lacking(2).id)["quarantine"] == [1]
    assert "dondoc quarantine show 1" in dondoc("differences", "explain", lacking(2).id)


def test_an_explanation_is_recorded_audited_and_kept_when_the_facts_change(dondoc, folder, found):
    assert explained(dondoc, found, *WHO, *THURSDAY) == {"id": found, "state": "explained"}
    told = explained(dondoc, found)
    assert (told["state"], told["explained_by"], told["explanation"]) == ("explained", WHO[1], WHO[3])
    assert told["history"][-1]["act"] == "difference_explain"
    reconcile(folder, [differing(source="2026-11-30", **OF_H1)], MORNING + 4 * DAY)
    printed = dondoc("differences", "explain", found)
    assert WORDS["changed_since"][0].format(by=WHO[1], reason=WHO[3]) in printed


def test_what_a_person_says_is_mended_comes_back_as_an_alarm(dondoc, folder, found):
    assert WORDS["resolved"][0].format(id=found) in dondoc("differences", "resolve", found, *WHO, *THURSDAY)
    assert WORDS["nothing_to_do"][0] in dondoc("differences", "explain", found)
    assert explained(dondoc, found)["age_working_days"] is None
    reconcile(folder, [differing(**OF_H1)], MORNING + 4 * DAY)
    told = explained(dondoc, found)
    assert (told["state"], told["returned"]) == ("open", 1)
    assert [act["act"] for act in told["history"]] == ["first_seen", "difference_resolve", "returned"]


@pytest.mark.parametrize("act", ["explain", "resolve"])
@pytest.mark.parametrize("words", [("--by", "Lan"), ("--reason", "x"), ("--by", " ", "--reason", "x")])
def test_nobody_acts_without_a_name_and_a_reason(dondoc, found, act, words):
    refused = dondoc("differences", act, found, *words)
    assert isinstance(refused, UsageFaultError)
    assert explained(dondoc, found)["state"] == "open"


@pytest.mark.parametrize("act", ["explain", "resolve"])
@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--by", "Lan", "--reason", "bà Lan, CCCD 079301012345"), "number"),
        (("--by", "Lan", "--reason", "CCCD 079 301 012 345"), "number"),
        (("--by", "Lan", "--reason", "CMND 271234567 nộp lại"), "number"),
        (("--by", "Lan", "--reason", "CMND ２７１２３４５６７"), "number"),
        (("--by", "Lan", "--reason", "mã 2712345678901, đã gọi 0912 345 678"), "telephone"),
        (("--by", "Lan", "--reason", "đã gọi +84 912.345.678"), "telephone"),
        (("--by", "lan@tinh.example.gov.vn", "--reason", "x"), "address"),
        (("--by", "Lan 0912345678", "--reason", "x"), "telephone"),
    ],
)
def test_a_text_that_many_will_read_holds_nothing_personal(dondoc, found, act, words, why):
    refused = dondoc("differences", act, found, *words)
    option = "--by" if words[1] != "Lan" else "--reason"
    assert (refusal_of(refused)[0], str(refused)) == (2, PERSONAL[why][0].format(option=option))
    told = explained(dondoc, found)
    assert (told["state"], told["explanation"], len(told["history"])) == ("open", "", 1)


@pytest.mark.parametrize(
    "reason",
    [
        "theo văn bản 1234/UBND-HCC ngày 16/11/2026",
        "đúng mã H90-20261116-0912345678",
        "nay là 1.004194.000.00.00.H13",
    ],
)
def test_documents_days_and_the_code_of_the_dossier_are_no_persons(dondoc, folder, reason):
    finding = differing(4, code="H90-20261116-0912345678", facts={"replaced_by": "1.004194.000.00.00.H13"})
    reconcile(folder, [finding])
    assert dondoc("differences", "explain", finding.id, "--by", "Phòng 2", "--reason", reason, *THURSDAY)
    assert explained(dondoc, finding.id)["explanation"] == reason


@pytest.mark.parametrize(("locale", "told"), [("vi", "Ngày hẹn trả trước ngày tiếp nhận"), ("en", "appointment")])
def test_why_a_record_is_refused_is_told_in_words(dondoc, folder, locale, told):
    path = folder / "dondoc.toml"
    path.write_text(f'locale = "{locale}"\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    finding = lacking(2, cause=Cause.QUARANTINED, facts={"reasons": ["due_before_received"]})
    reconcile(folder, [finding])
    printed = dondoc("differences", "explain", finding.id)
    assert told in printed
    assert "due_before_received" not in printed
    assert explained(dondoc, finding.id)["facts"]["reasons"] == ["due_before_received"]


@pytest.mark.parametrize("act", ["explain", "resolve"])
def test_what_is_fixed_is_not_fixed_again(dondoc, found, act):
    dondoc("differences", "resolve", found, *WHO, *THURSDAY)
    refused = dondoc("differences", act, found, *WHO, *THURSDAY)
    assert refusal_of(refused)[0] == 2
    assert found in refusal_of(refused)[1][0]


def test_an_id_that_is_not_there_is_answered_with_those_it_may_mean(dondoc, found):
    refused = dondoc("differences", "explain", found[:6] + "00000000")
    assert refusal_of(refused)[0] == 2
    assert found in str(refused)
    assert found in str(dondoc("differences", "explain", "H1"))
    assert "D-" not in str(dondoc("differences", "resolve", "KHONG-CO", *WHO)).replace("KHONG-CO", "")
    assert explained(dondoc, found.upper().removeprefix("D-"))["id"] == found


def test_status_tells_what_is_open_and_what_came_back(dondoc, folder, found):
    def matters():
        return {m["kind"]: m for m in json.loads(dondoc("--json", "status"))["needs_attention"]}

    assert (matters()["differences"]["about"], "differences_returned" in matters()) == (4, False)
    assert "23/11/2026" in matters()["differences"]["text"]
    reconcile(folder, [lacking(2), lacking(3, OTHER_UNIT), on_paper()], MORNING + timedelta(hours=1))
    reconcile(folder, [differing(**OF_H1)], MORNING + timedelta(hours=2))
    assert (matters()["differences"]["about"], matters()["differences_returned"]["about"]) == (1, 1)
    assert found in matters()["differences_returned"]["text"]


@pytest.mark.parametrize(("page", "open_state"), [("H1.html", "đang mở"), ("H1.en.html", "open")])
def test_a_trace_tells_what_stands_about_the_dossier(dondoc, folder, found, page, open_state):
    other = differing(column="received_at", **OF_H1)
    reconcile(folder, [differing(**OF_H1), other, lacking(2)], MORNING + DAY)
    dondoc("differences", "explain", other.id, *WHO, *THURSDAY)
    printed = dondoc("trace", "H1", "--out", folder)
    assert found in printed
    assert other.id not in printed  # explained: on the page, with its reason
    told = (folder / page).read_text(encoding="utf-8")
    for said in (found, other.id, "22/10/2026", WHO[1], WHO[3], open_state):
        assert said in told
    (item,) = json.loads(dondoc("--json", "trace", "H1", "--out", folder))["items"]
    assert {one["id"]: one["state"] for one in item["differences"]} == {found: "open", other.id: "explained"}


@pytest.mark.parametrize("code", ["H2", "H7"])
def test_a_dossier_that_the_warehouse_lacks_is_traced_by_what_is_known_of_it(dondoc, folder, found, code):
    printed = dondoc("trace", code, "--out", folder)
    assert code in printed
    assert "D-" in printed
    reconcile(folder, [], MORNING + DAY)
    assert isinstance(dondoc("trace", code, "--out", folder), UsageFaultError)


def test_the_words_are_there_in_both_languages():
    for vietnamese, english in (*WORDS.values(), *PERSONAL.values()):
        assert vietnamese != english


def test_what_a_person_mends_at_an_odd_hour_is_not_told_as_the_work_of_a_run(dondoc, found):
    """A sandbox, or a clock that lags: the act stands where it can stand at the earliest, and as a person's."""
    dondoc("differences", "resolve", found, *WHO, "--as-of", "2026-11-23T06:00")
    told = dondoc("differences", "explain", found)
    assert "Chánh Văn phòng" in told
    assert WORDS["act_fixed"][0].split("{at}: ")[1] not in told
