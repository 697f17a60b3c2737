"""When a code on paper may be called unknown to the software: every source heard, and none told it."""

from datetime import date

import pytest

from tasks.rules.difference_model import Scope, ToldCode
from tasks.rules.register_heard import Heard
from tasks.rules.register_meaning import heirs_of
from tasks.rules.register_model import books_of
from tasks.rules.register_rules import Compared, compare_books
from tests.unit.register_kit import ALL, FILE, UNIT, a_line, told

ONCE = "H13.45-261110-0001"


def compared(line, heard: Heard) -> Compared:
    return compare_books(books_of([line], {FILE: ALL}), [], Scope(), heirs_of([("31150", UNIT)]), heard)


def a_telling(code: str, unit: str = "", month: str = "") -> Heard:
    return Heard(told={code.casefold(): (ToldCode(code.casefold(), "one-stop", unit, month),)})


@pytest.mark.parametrize(
    ("code", "heard", "is_found"),
    [
        (ONCE, Heard(), True),
        (ONCE, Heard(unheard=frozenset({"other"})), False),
        (ONCE, a_telling(ONCE), False),
        (ONCE, a_telling(ONCE, "31999", "2019-03"), False),  # given once: it is the same one
        (ONCE, a_telling("H13.45-261110-0002"), True),
        ("15", a_telling("15"), False),
        ("15", a_telling("15", UNIT, "2026-03"), False),
        ("15", a_telling("15", "31150", "2026-03"), False),  # by the unit before it
        ("15", a_telling("15", "31999", "2026-03"), True),
        ("15", a_telling("15", UNIT, "2025-11"), True),
    ],
)
def test_not_in_the_software(code: str, heard: Heard, is_found: bool) -> None:
    result = compared(a_line(1, code), heard)

    finding = compared(a_line(1, code), Heard()).findings[0].id
    assert told(result) == ([("not_in_software", code, "")] if is_found else [])
    assert result.undecided == (set() if is_found else {finding})
    assert (len(result.paper_only), len(result.doubtful)) == ((1, 0) if is_found else (0, 1))
    assert result.told_apart == (set() if is_found else {one for some in heard.told.values() for one in some})


def test_a_line_without_a_day_may_be_of_any_year() -> None:
    line = a_line(1, "15", without=["received_at"])

    assert not compared(line, a_telling("15", UNIT, "2019-01")).paper_only


def test_a_code_that_stands_twice_is_doubted_once() -> None:
    lines = [a_line(1, "15"), a_line(2, "15", received=date(2026, 11, 12))]

    result = compare_books(books_of(lines, {FILE: ALL}), [], Scope(), heard=a_telling("15"))

    assert (len(result.doubtful), len(result.undecided)) == (1, 2)
