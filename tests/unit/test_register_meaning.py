"""Which dossier a line of a book means: running numbers and codes that are given once, units that go on in others."""

from datetime import date, timedelta

import pytest

from tasks.rules.difference_model import OPS, DifferenceClass
from tasks.rules.register_meaning import heirs_of, says_its_day
from tests.unit.register_kit import DAY, UNIT, a_dossier, a_line, compared, told

ONCE = "H13.45-261110-0001"  # with its day inside: given once in the country
GONE = "not_in_software"
ABSENT = "missing_in_register"
OTHER = "field_differs"
LATER = DAY + timedelta(days=3)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ({}, []),
        ({"unit_code": "31231"}, [(OTHER, ONCE, "unit_code")]),
        ({"received": date(2025, 11, 10)}, [(OTHER, ONCE, "received_at")]),  # last year's date, in January
        (
            {"received": date(2025, 11, 10), "unit_code": "31231"},
            [(OTHER, ONCE, "received_at"), (OTHER, ONCE, "unit_code")],
        ),
    ],
)
def test_a_code_that_is_given_once_is_known_in_another_unit_or_year(line: dict, found: list) -> None:
    assert told(compared([a_line(1, ONCE, **line)], [a_dossier(ONCE)])) == found


def test_a_running_number_of_another_unit_or_year_is_a_candidate_at_most() -> None:
    lines = [a_line(1, "15"), a_line(2, "16"), a_line(3, "17")]
    elsewhere = a_dossier("15", key="e", unit_code="31150")
    last_year = a_dossier("15", key="y", received_on=date(2025, 11, 10))
    mine = [a_dossier("16"), a_dossier("17")]

    (found,) = compared(lines, [elsewhere, last_year, *mine]).findings

    assert (found.kind, found.owner) == (DifferenceClass.NOT_IN_SOFTWARE, UNIT)
    assert [(c["key"], c["reason"]) for c in found.facts["candidates"]] == [("y", "other_year"), ("e", "other_unit")]


def test_a_line_of_another_unit_does_not_stand_for_a_dossier_that_its_own_book_lacks() -> None:
    other = "31150"
    lines = [a_line(1, "15"), a_line(2, "14", unit_code=other, received=DAY - timedelta(days=1))]
    lines.append(a_line(3, "16", unit_code=other, received=LATER))
    held = [a_dossier("14", unit_code=other, received_on=DAY - timedelta(days=1)), a_dossier("15", unit_code=other)]

    result = compared(lines, [*held, a_dossier("16", unit_code=other, received_on=LATER)])

    assert told(result) == [(ABSENT, "15", ""), (GONE, "15", "")]


@pytest.mark.parametrize(
    "code", ["H13.45-261109-0012", "H13.45-091126-12", "000.00.13.H21-20261109-0012", "H13-09112026-1"]
)
def test_codes_that_are_given_once(code: str) -> None:
    assert says_its_day(code)


@pytest.mark.parametrize(
    "code", ["15", "H-0001", "15/2026", "2026-00015", "261109", "20260015", "000123/TN", "H13-269909-1"]
)
def test_running_numbers(code: str) -> None:
    assert not says_its_day(code)


def test_a_code_of_several_dossiers_is_for_those_who_know_them_all() -> None:
    several = [a_dossier("H-0001", key="a"), a_dossier("H-0001", key="b", source="other")]

    (found,) = compared([a_line(1, "H-0001")], several).findings

    assert (found.kind, found.owner, found.facts["keys"]) == (DifferenceClass.DUPLICATE, OPS, ["a", "b"])


@pytest.mark.parametrize(
    "others",
    [
        [a_dossier("H-0001", key="b", unit_code="31231")],
        [a_dossier("H-0001", key="b", received_on=date(2024, 11, 10))],
    ],
)
def test_unit_and_year_tell_dossiers_of_one_code_apart(others: list) -> None:
    assert told(compared([a_line(1, "H-0001")], [*others, a_dossier("H-0001", key="a")])) == []


@pytest.mark.parametrize(("heir", "found"), [("C", []), ("X", [(OTHER, ONCE, "unit_code")])])
def test_an_heir_goes_on_with_the_dossiers_of_a_unit_that_is_no_more(heir: str, found: list) -> None:
    heirs = heirs_of([("A", "B"), ("B", "C"), ("C", "A"), ("D", "X")])

    assert told(compared([a_line(1, ONCE, unit_code="A")], [a_dossier(ONCE, unit_code=heir)], heirs=heirs)) == found


@pytest.mark.parametrize(("older", "found"), [("A", []), ("B", []), ("D", [(OTHER, ONCE, "unit_code")])])
def test_a_book_goes_on_with_the_dossiers_of_units_that_were_merged_into_its_own(older: str, found: list) -> None:
    heirs = heirs_of([("A", "B"), ("B", "C"), ("D", "E")])

    result = compared([a_line(1, ONCE, unit_code="C")], [a_dossier(ONCE, unit_code=older)], heirs=heirs)

    assert told(result) == found
