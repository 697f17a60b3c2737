"""Dossiers without a line in the book of their unit, and the codes a lone line may be a slip of."""

from datetime import date, timedelta

import pytest

from tasks.rules.difference_model import DifferenceClass, Scope
from tasks.rules.register_model import BookKind, books_of
from tasks.rules.register_rules import compare_books
from tests.unit.register_kit import ALL, DAY, UNIT, a_dossier, a_line, compared, told

ONCE = "H13.45-261110-0001"  # with its day inside: given once in the country
ABSENT = "missing_in_register"
OTHER = "field_differs"
LATER = DAY + timedelta(days=3)
ONE = timedelta(days=1)


def test_who_stands_in_no_tracking_book_of_the_days_read() -> None:
    first, last = DAY - timedelta(days=2), DAY + timedelta(days=5)
    lines = [a_line(1, "H-0001", received=first), a_line(2, "H-0002", received=last)]
    lines += [a_line(1, "H-0004", kind=BookKind.TRANSFER, book="LT", transferred=DAY, received=DAY)]
    held = [a_dossier("H-0001", received_on=first), a_dossier("H-0002", received_on=last)]
    held += [
        a_dossier("H-0003"),
        a_dossier("H-0004"),
        a_dossier("H-0005", received_on=first - timedelta(days=1)),
        a_dossier("H-0006", received_on=last + timedelta(days=1)),
        a_dossier("H-0007", unit_code="31231"),
        a_dossier("H-0008", status=3),
        a_dossier("H-0009", in_warehouse=False),
        a_dossier("H-0010", received_on=first),  # typed off before or after it was written?
        a_dossier("H-0011", received_on=last),
    ]

    result = compared(lines, held)

    found = [f for f in result.findings if f.kind is DifferenceClass.MISSING_IN_REGISTER]
    assert [f.code for f in found] == ["H-0003", "H-0004"]
    assert {(f.key, f.owner, f.book, f.day) for f in found} == {(k, UNIT, "01/2026", DAY) for k in ("h-0003", "h-0004")}
    assert (len(result.undecided), result.unjudged) == (2, 0)


def test_a_dossier_without_a_line_is_called_the_same_whichever_book_was_read() -> None:
    days = (DAY - timedelta(days=2), LATER)

    def found(book: str) -> list[str]:
        lines = [a_line(n, f"H-000{n}", book=book, received=day) for n, day in enumerate(days, 1)]
        held = [a_dossier(f"H-000{n}", received_on=day) for n, day in enumerate(days, 1)]
        return [f.id for f in compared(lines, [*held, a_dossier("H-0003")]).findings]

    assert found("01") == found("02") != []


def test_nothing_is_missing_in_a_unit_that_has_other_books() -> None:
    lines = [a_line(1, "H-0001"), a_line(2, "H-0002", received=LATER)]
    held = [a_dossier("H-0001"), a_dossier("H-0002", received_on=LATER), a_dossier("H-0003", received_on=DAY + ONE)]
    books = books_of(lines, {line.file: ALL for line in lines})

    whole, in_part = (compare_books(books, held, Scope(), in_part=units) for units in ((), (UNIT,)))

    assert [f.code for f in whole.findings] == ["H-0003"]
    assert (in_part.findings, in_part.undecided, in_part.unjudged) == ([], {f.id for f in whole.findings}, 1)


def test_one_mistyped_year_does_not_make_the_book_reach_back() -> None:
    lines = [a_line(n, f"H-{n:04d}") for n in range(1, 6)] + [a_line(6, ONCE, received=date(2006, 11, 10))]
    held = [a_dossier(f"H-{n:04d}") for n in range(1, 6)] + [
        a_dossier(ONCE),
        a_dossier("OLD-0001", received_on=date(2020, 1, 7)),
    ]

    assert told(compared(lines, held)) == [(OTHER, ONCE, "received_at")]


@pytest.mark.parametrize(
    ("far", "between"), [(date(2026, 2, 10), date(2026, 3, 9)), (date(2027, 8, 9), date(2027, 2, 1))]
)
def test_a_far_line_that_the_software_confirms_does_reach_there(far: date, between: date) -> None:
    lines = [a_line(n, f"H-{n:04d}") for n in range(1, 6)] + [a_line(6, "H-0006", received=far)]
    held = [a_dossier(f"H-{n:04d}") for n in range(1, 6)] + [a_dossier("H-0006", received_on=far)]
    held.append(a_dossier("H-0077", received_on=between))

    assert told(compared(lines, held)) == [(ABSENT, "H-0077", "")]


def test_a_dossier_with_a_line_of_its_own_is_no_candidate() -> None:
    lines = [a_line(1, "H13-0001"), a_line(2, "H13-0011")]

    (found,) = [f for f in compared(lines, [a_dossier("H13-0001")]).findings if f.code == "H13-0011"]

    assert "candidates" not in found.facts


def test_a_mistyped_code_is_proposed_on_both_sides_and_never_merged() -> None:
    lines = [a_line(1, "H13-0001"), a_line(2, "H13-OO02"), a_line(3, "H13-0003")]
    lines += [a_line(4, "H13-0008", received=DAY - ONE), a_line(5, "H13-0009", received=DAY + ONE)]
    held = [a_dossier(f"H13-000{n}") for n in (1, 2, 3)]
    held += [a_dossier("H13-0008", received_on=DAY - ONE), a_dossier("H13-0009", received_on=DAY + ONE)]
    held += [a_dossier("H13-0022", unit_code="31231"), a_dossier("H13-0O02", received_on=DAY + timedelta(days=11))]

    found = {f.kind: f for f in compared(lines, held).findings}

    assert [c["code"] for c in found[DifferenceClass.NOT_IN_SOFTWARE].facts["candidates"]] == ["H13-0002"]
    missing = found[DifferenceClass.MISSING_IN_REGISTER]
    place = {"book": "01/2026", "page": "1", "line": "2", "code": "H13-OO02", "reason": "letters"}
    assert (missing.code, missing.facts["candidates"]) == ("H13-0002", [place])
    assert len(found) == 2


def test_at_most_three_candidates_the_likeliest_first() -> None:
    near = [a_dossier(code) for code in ("H13-0013", "H13-0014", "H13-0021", "H13-O012", "H13-0015")]
    near.append(a_dossier("H13-0016", received_on=LATER))

    (found,) = [f for f in compared([a_line(1, "H13-0012")], near).findings if f.code == "H13-0012"]

    assert [c["code"] for c in found.facts["candidates"]] == ["H13-O012", "H13-0021", "H13-0013"]
