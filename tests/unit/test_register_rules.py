"""What the paper books show against the software, in cases of one line or two."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.difference_model import Cause, Scope
from tasks.rules.register_model import BookKind
from tests.unit.register_kit import ALL, DAY, DUE, UNIT, a_dossier, a_line, compared, told

GONE = "not_in_software"
CELL = "incomplete_in_register"
OTHER = "field_differs"
TWICE = "duplicate"
LATER = DAY + timedelta(days=3)


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
