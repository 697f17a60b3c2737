"""What the paper books show against the software, in cases of one line or two."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.difference_model import Cause, DifferenceClass, Scope
from tasks.rules.register_model import BookKind, books_of
from tasks.rules.register_rules import compare_books
from tests.unit.register_kit import ALL, DAY, DUE, UNIT, a_dossier, a_line, compared, told

ONCE = "H13.45-261110-0001"  # with its day inside: given once in the country
GONE = "not_in_software"
ABSENT = "missing_in_register"
CELL = "incomplete_in_register"
OTHER = "field_differs"
TWICE = "duplicate"
LATER = DAY + timedelta(days=3)
ONE = timedelta(days=1)


@pytest.mark.parametrize(
    ("line", "dossier", "found"),
    [
        ({}, {}, []),
        ({"code": "h-0001 "}, {}, []),  # case and spaces
        ({"received": LATER}, {}, [(OTHER, "H-0001", "received_at")]),
        ({"due": LATER}, {}, [(OTHER, "H-0001", "due_at")]),
        ({}, {"due_on": None}, [(OTHER, "H-0001", "due_at")]),
        ({"returned": DUE}, {"returned_on": DUE}, []),
        ({"returned": DUE}, {"returned_on": LATER}, [(OTHER, "H-0001", "returned_at")]),
        ({"returned": DUE}, {}, [(OTHER, "H-0001", "returned_at")]),  # given, and the software knows nothing of it
        ({"returned": DUE}, {"status": 10}, []),  # given, and the software does not say when
        ({}, {"returned_on": DAY}, [(CELL, "H-0001", "returned_at")]),
        ({}, {"status": 10}, [(CELL, "H-0001", "returned_at")]),
        ({}, {"returned_on": DUE + timedelta(days=9)}, []),  # after the last entry of the book
        ({"unit_code": "31231"}, {}, [(GONE, "H-0001", "")]),  # a running number of another unit
        ({"unit_code": ""}, {}, []),  # the book does not say whose it is
        ({"without": ["due_at"]}, {}, [(CELL, "H-0001", "due_at")]),
        ({"without": ["received_at"]}, {}, [(CELL, "H-0001", "received_at")]),
        ({"without": ["procedure_name"]}, {}, [(CELL, "H-0001", "procedure_name")]),
        ({"illegible": frozenset({"due_at"})}, {}, [(CELL, "H-0001", "due_at")]),
        ({"illegible": frozenset({"returned_at"})}, {}, [(CELL, "H-0001", "returned_at")]),
        ({"code": "H-9999"}, {"in_warehouse": False, "received_on": LATER}, [(GONE, "H-9999", "")]),
        ({"received": LATER}, {"in_warehouse": False}, [(OTHER, "H-0001", "received_at")]),
        ({"received": date(2019, 3, 1), "unit_code": "31231"}, {}, [(GONE, "H-0001", "")]),  # a code used again
        ({"received": date(2025, 11, 10)}, {}, [(GONE, "H-0001", "")]),  # a running number of another year
        ({"received": date(2025, 11, 10), "unit_code": ""}, {}, [(GONE, "H-0001", "")]),
        (
            {"without": ["received_at"], "unit_code": "31231"},
            {},
            [(CELL, "H-0001", "received_at"), (GONE, "H-0001", "")],
        ),
    ],
)
def test_a_line_and_its_dossier(line: dict, dossier: dict, found: list) -> None:
    line = {"code": "H-0001"} | line

    assert told(compared([a_line(1, **line)], [a_dossier("H-0001", **dossier)])) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ({"transferred": DUE, "due": None}, []),
        ({"due": None}, [(CELL, "H-0001", "transferred_on")]),
        ({"transferred": DUE, "without": ["to_unit", "procedure_name"]}, [(CELL, "H-0001", "to_unit")]),
        ({"transferred": DUE, "illegible": frozenset({"to_unit"})}, [(CELL, "H-0001", "to_unit")]),
    ],
)
def test_the_transfer_book(line: dict, found: list) -> None:
    result = compared([a_line(1, "H-0001", kind=BookKind.TRANSFER, **line)], [a_dossier("H-0001", returned_on=DAY)])

    assert told(result) == found


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


def test_one_dossier_on_two_lines() -> None:
    (found,) = compared([a_line(1, "H-0001"), a_line(2, "h-0001")], [a_dossier("H-0001")]).findings

    assert (found.kind.value, found.key, found.line, found.sides) == (TWICE, "h-0001", "2", "register")
    assert found.facts["lines"] == [{"page": "1", "line": "1"}, {"page": "1", "line": "2"}]


def test_who_stands_on_paper_alone_is_told_once() -> None:
    lines = [a_line(1, "X-00001"), a_line(2, "X-00001"), a_line(1, "X-00001", kind=BookKind.TRANSFER, transferred=DAY)]

    assert told(compared(lines)) == [(TWICE, "X-00001", ""), (GONE, "X-00001", "")]


def test_the_same_line_in_two_files_of_a_book_counts_once() -> None:
    lines = [a_line(1, "H-0001"), a_line(1, "H-0001", file="so-theo-doi-2.csv")]

    assert told(compared(lines, [a_dossier("H-0001")])) == []


def test_two_books_of_one_unit_share_its_dossiers() -> None:
    lines = [a_line(1, "H-0001", book="A"), a_line(1, "H-0002", book="B")]

    assert told(compared(lines, [a_dossier("H-0001"), a_dossier("H-0002")])) == []


def test_units_that_share_the_pages_of_a_book_share_its_numbers() -> None:
    units = ("31157", "31231")
    lines = [a_line(n, f"H-{n:04d}", unit_code=units[n % 2]) for n in (1, 2, 3, 4, 6)]
    held = [a_dossier(f"H-{n:04d}", unit_code=units[n % 2]) for n in (1, 2, 3, 4, 6)]

    (gap,) = compared(lines, held).findings

    assert (gap.kind.value, gap.line, gap.facts["to"]) == ("numbering_gap", "5", 5)


def test_a_column_that_the_book_has_not_is_one_finding_and_the_rate_of_every_line() -> None:
    lines = [a_line(n, f"H-000{n}", without=["due_at"]) for n in (1, 2, 3)]
    held = [a_dossier(f"H-000{n}") for n in (1, 2, 3)]

    result = compared(lines, held, columns=ALL - {"due_at"})

    (found,) = result.findings
    assert (found.column, found.line, found.facts["cell"]) == ("due_at", "", "no_column")
    (rate,) = result.rates
    assert (rate["lines"], rate["incomplete"], rate["columns"]) == (3, 3, {"due_at": 3})


def test_rates_by_book_and_unit() -> None:
    lines = [
        a_line(1, "H-0001"),
        a_line(2, "H-0002", without=["due_at", "procedure_name"]),
        a_line(3, without=["due_at"]),
    ]
    lines.append(a_line(1, "H-0001", kind=BookKind.TRANSFER, book="LT", transferred=DAY))

    result = compared(lines, [a_dossier("H-0001"), a_dossier("H-0002")])

    tracking, transfer = result.rates
    assert (tracking["book"], tracking["unit_code"], tracking["lines"], tracking["incomplete"]) == (
        "01/2026",
        UNIT,
        3,
        2,
    )
    assert tracking["columns"] == {"dossier_code": 1, "due_at": 2, "procedure_name": 1}
    assert (tracking["first_day"], tracking["last_day"]) == ("2026-11-10", "2026-11-10")
    assert (transfer["kind"], transfer["incomplete"]) == ("transfer", 0)


def test_what_the_warehouse_cannot_know_yet_is_told_apart() -> None:
    line = a_line(1, "H-0001", returned=DUE)

    def cause(behind: date) -> Cause:
        return next(f.cause for f in compared([line], [a_dossier("H-0001", behind=behind)]).findings)

    assert (cause(DUE), cause(DUE + timedelta(days=1))) == (Cause.BEHIND, Cause.UNKNOWN)


@pytest.mark.parametrize(
    ("says", "found"),
    [
        ({"due_at": DUE.isoformat()}, []),
        ({"due_at": f"{DUE}T17:00+07:00"}, []),
        ({"due_at": LATER.isoformat()}, [(OTHER, "H-0001", "due_at")]),  # three different days
        ({"due_at": ""}, [(OTHER, "H-0001", "due_at")]),
        ({"returned_at": DUE.isoformat()}, [(OTHER, "H-0001", "due_at")]),
    ],
)
def test_a_book_that_says_what_the_source_says_is_not_to_blame(says: dict[str, str], found: list) -> None:
    stale = a_dossier("H-0001", due_on=DAY, at_source=says)

    assert told(compared([a_line(1, "H-0001")], [stale])) == found


def test_units_and_period_asked_for() -> None:
    lines = [a_line(1, "X-00001"), a_line(2, "X-00002", received=LATER), a_line(4, "X-00003", without=["received_at"])]
    lines.append(a_line(1, "X-00004", unit_code="31231"))
    scope = Scope(units=frozenset({UNIT}), period_from=LATER, period_to=LATER)

    found = compared(lines, [], scope).findings

    # the line without a day is held by the day of the one before it, as the gap is
    assert {(f.kind.value, f.code) for f in found} == {
        (GONE, "X-00002"),
        (GONE, "X-00003"),
        (CELL, "X-00003"),
        ("numbering_gap", ""),
    }


def test_every_difference_has_a_name_of_its_own() -> None:
    lines = [a_line(1, "X-00001"), a_line(1, "X-00001"), a_line("", row=7, without=["due_at"]), a_line("", row=8)]
    lines += [a_line(1, "X-00001", kind=BookKind.TRANSFER), a_line(1, kind=BookKind.TRANSFER, row=9)]

    ids = [f.id for f in compared(lines).findings]

    assert len(ids) == len(set(ids)) == 10


def test_nothing_a_clerk_wrote_freely_is_told() -> None:
    line = a_line(1, "X-00001", procedure="Khai sinh cho cháu bé họ Trần", without=["due_at"])

    assert "Trần" not in str(compared([line], [a_dossier("H-0001")]).findings)


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 9)), min_size=1, max_size=30, unique_by=lambda one: one[0])
)
def test_a_faithful_book_shows_nothing(dossiers: list[tuple[int, int]]) -> None:
    held = [a_dossier(f"H-{n:05d}", received_on=DAY + timedelta(days=later)) for n, later in sorted(dossiers)]
    lines = [a_line(n, one.code.swapcase(), received=one.received_on) for n, one in enumerate(held, start=1)]

    assert compared(lines, held).findings == []
