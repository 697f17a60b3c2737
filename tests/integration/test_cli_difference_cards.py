"""Cards of what stands on paper: a missing number is not shown as there, a borrowed day not as the day of receipt."""

from datetime import date

import pytest

from deployments.difference_words import say
from tasks.rules.difference_model import OPS, DifferenceClass, Finding
from tests.difference_stage import RECEIVED, UNIT, reconcile
from tests.told_desk import told_copy, typed_in

FILE = "so-theo-doi-20261123.csv"
REFS = {"register": f"{FILE}#12"}


@pytest.fixture
def dondoc(played, tmp_path):
    folder = told_copy(played, tmp_path)

    def card(finding: Finding) -> str:
        reconcile(folder, [finding])
        return typed_in(folder)("differences", "explain", finding.id)

    return card


def of_book(kind: DifferenceClass, **more) -> Finding:
    told = {"unit_code": UNIT, "sides": "register", "book": "01/2026", "page": "3", "source": FILE, "day": RECEIVED}
    return Finding(kind=kind, **(told | more))


def gap(**facts) -> Finding:
    beside = {"after_line": {"page": "3", "line": "215"}, "before_line": {"page": "4", "line": "217"}}
    told = {"kind": "gap", "from": 216, "to": 216, "count": 1, "refs": REFS} | beside | facts
    return of_book(DifferenceClass.NUMBERING_GAP, line="216", owner=UNIT, facts=told)


def test_a_missing_number_stands_between_the_lines_beside_it(dondoc) -> None:
    printed = dondoc(gap())

    for told in ("thiếu số 216", "sau trang 3, số 215", "trước trang 4, số 217", "quyển 01/2026"):
        assert told in printed
    assert "trang 3, số 216" not in printed
    assert say("received", "vi") not in printed


def test_missing_pages_and_the_first_number(dondoc) -> None:
    printed = dondoc(gap(what="page", to=218, after_line=None))

    assert "thiếu trang 216-218" in printed
    assert "sau trang" not in printed


@pytest.mark.parametrize(("column", "facts"), [("received_at", {}), ("due_at", {"day_by": "neighbour"})])
def test_an_illegible_cell_is_for_who_typed_it_and_has_no_day_of_its_own(dondoc, column: str, facts: dict) -> None:
    told = {"cell": "illegible", "typed": "1?/11/2026", "refs": REFS} | facts
    finding = of_book(DifferenceClass.INCOMPLETE_IN_REGISTER, column=column, line="7", owner=OPS, facts=told)

    printed = dondoc(finding)

    assert "đọc được: 1?/11/2026" in printed
    assert say("illegible_cell", "vi") in printed
    assert f"{say('received', 'vi')}:" not in printed


def test_a_day_of_its_own_is_shown(dondoc) -> None:
    told = {"cell": "empty", "refs": REFS}
    finding = of_book(DifferenceClass.INCOMPLETE_IN_REGISTER, column="due_at", line="7", owner=UNIT, facts=told)

    assert f"{say('received', 'vi')}: {date(2026, 10, 5):%d/%m/%Y}" in dondoc(finding)
