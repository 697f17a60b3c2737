"""Running numbers of a book: missing, standing twice, running on or beginning anew on every page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.register_numbers import GAP, REPEAT, begins_anew, number_of, numbering
from tests.unit.register_kit import a_line


def found(pages: dict[str, list]) -> list[tuple]:
    lines = [a_line(number, page=page, row=row) for page in pages for row, number in enumerate(pages[page])]
    return [(f.kind, f.first, f.last, f.line.page) + (("page",) if f.pages else ()) for f in numbering(lines)]


@pytest.mark.parametrize(
    ("pages", "faults"),
    [
        ({"1": [1, 2, 3], "2": [4, 5, 6]}, []),
        ({"1": [1, 2, 3], "2": [1, 2, 3], "3": [1, 2]}, []),  # anew on every page
        ({"1": [1, 2, 4]}, [(GAP, 3, 3, "1")]),
        ({"1": [1, 2, 3], "2": [7, 8]}, [(GAP, 4, 6, "1")]),
        ({"1": [1, 2, 3], "2": [1, 3], "3": [1, 2]}, [(GAP, 2, 2, "2")]),
        ({"1": [1, 2, 3], "2": [2, 3], "3": [1, 2]}, [(GAP, 1, 1, "2")]),  # the first one of a page
        ({"1": [1, 2, 2, 3]}, [(REPEAT, 2, 2, "1")]),
        ({"1": [1, 2, 3], "2": [3, 4]}, [(REPEAT, 3, 3, "2")]),
        ({"1": list(range(1, 11)), "2": [8, 9, 10, 11]}, [(REPEAT, n, n, "2") for n in (8, 9, 10)]),  # runs on
        ({"1": [1], "2": [2], "3": [3]}, []),
        ({"1": [1], "2": [1], "3": [1]}, []),
        ({"1": [1, 2], "2": [1, 2], "4": [1, 2]}, [(GAP, 3, 3, "2", "page")]),  # a page is lost
        ({"1": [1, 2], "2": [3, 4], "4": [5, 6]}, []),  # numbers run on: nothing is lost
        ({"7": [301, 302, 303]}, []),  # a copy that begins in the middle
        ({"1": [301, 302]}, []),  # a second volume goes on with the numbers of the first
        ({"1": [2, 3, 4]}, [(GAP, 1, 1, "1")]),
        ({"1": [1, 2, "2a", "2bis", 3]}, []),  # insertions
        ({"1": [1, "2a", "2a", 3]}, [(REPEAT, 2, 2, "1")]),
        ({"1": ["01", "02", "004"]}, [(GAP, 3, 3, "1")]),
        ({"1": [3, 1, 2]}, []),  # whatever order they were typed in
        ({"10": [21, 22], "9": [19, 20], "2": [17, 18]}, []),  # pages in order of their numbers, not of their text
        ({"1": ["", "?", "trống"]}, []),
        ({}, []),
    ],
)
def test_what_is_wrong_with_the_numbers(pages: dict, faults: list) -> None:
    assert found(pages) == faults


def test_a_jump_is_one_gap() -> None:
    assert found({"1": [1, 2, 120000, 3]}) == [(GAP, 4, 119999, "1")]


@pytest.mark.parametrize(
    ("text", "number"), [("12", (12, "")), ("012.", (12, "")), ("12A", (12, "a")), ("1/2", None), ("", None)]
)
def test_a_number_as_written(text: str, number: tuple | None) -> None:
    assert number_of(text) == number


@pytest.mark.parametrize(
    ("rows", "faults"),
    [((), [(3, 4)]), ((12,), [(3, 4)]), ((12, 13), []), ((1, 2), [(3, 4)]), ((12, 20), [(3, 4)])],
)
def test_numbers_that_may_stand_on_unreadable_rows_are_not_missed(rows: tuple, faults: list) -> None:
    lines = [a_line(number, row=row) for number, row in ((1, 10), (2, 11), (5, 14))]

    assert [(f.first, f.last) for f in numbering(lines, [(lines[0].file, row) for row in rows])] == faults


def test_the_lines_beside_a_gap_are_told() -> None:
    (fault,) = numbering([a_line(number) for number in (1, 2, 5)])

    assert fault.before is not None
    assert fault.after is not None
    assert (fault.before.line, fault.after.line) == ("2", "5")


@pytest.mark.parametrize("numbers", [("1", "2", "", "4"), ("1", "2", "3", "4")])
def test_a_cancelled_number_is_not_missed(numbers: tuple[str, ...]) -> None:
    lines = [a_line(number, row=row, cancelled=row == 12) for row, number in enumerate(numbers, 10)]

    assert numbering(lines) == []


def test_one_odd_page_does_not_change_how_a_book_is_numbered() -> None:
    assert not begins_anew([[1, 2, 3], [4, 5, 6], [1, 2, 3], [7, 8, 9], [10, 11]])


@given(st.lists(st.integers(1, 30), min_size=2, max_size=8), st.data())
def test_every_number_taken_out_of_a_book_is_missed(sizes: list[int], data: st.DataObject) -> None:
    ends = [sum(sizes[: n + 1]) for n in range(len(sizes))]
    pages = {
        str(n + 1): list(range(end - size + 1, end + 1)) for n, (size, end) in enumerate(zip(sizes, ends, strict=True))
    }
    lost = data.draw(st.integers(2, max(2, ends[-1] - 1)))
    gone = {page: [number for number in numbers if number != lost] for page, numbers in pages.items()}
    left = sum(len(numbers) for numbers in gone.values())

    assert found(pages) == []
    assert [(kind, first, last) for kind, first, last, _ in found(gone)] == (
        [(GAP, lost, lost)] if left > 1 and lost < ends[-1] else []
    )
