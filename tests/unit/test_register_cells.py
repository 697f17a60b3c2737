"""Cells of a book: who answers for empty and for illegible ones, what is repeated, what a cancelled line owes."""

from datetime import date

import pytest

from tasks.rules.difference_life import REFS
from tasks.rules.difference_model import OPS, DifferenceClass, received_on
from tests.unit.register_kit import UNIT, a_dossier, a_line, compared, told


def cell_of(line) -> tuple[str, dict]:
    (finding,) = [f for f in compared([line], [a_dossier("H1")]).findings if f.column]
    return finding.owner, {name: value for name, value in finding.facts.items() if name != REFS}


@pytest.mark.parametrize(
    ("line", "owner", "facts"),
    [
        (a_line(1, "H1", without={"due_at"}), UNIT, {"cell": "empty"}),
        (
            a_line(1, "H1", illegible={"due_at"}, typed={"due_at": "1?/11/2026"}),
            OPS,
            {"cell": "illegible", "typed": "1?/11/2026"},
        ),
        (a_line(1, "H1", illegible={"due_at"}), OPS, {"cell": "illegible"}),
        (
            a_line(1, "H1", illegible={"received_at"}, typed={"received_at": "(mờ)"}),
            OPS,
            {"cell": "illegible", "typed": "(mờ)", "day_by": "neighbour"},
        ),
    ],
)
def test_who_answers_for_a_cell_and_what_is_repeated(line, owner: str, facts: dict) -> None:
    assert cell_of(line) == (owner, facts)


def test_a_cancelled_line_lacks_nothing() -> None:
    lines = [a_line(1, "H1"), a_line(2, without={"dossier_code", "received_at", "due_at"}, cancelled=True)]

    result = compared(lines, [a_dossier("H1")])

    assert told(result) == []
    assert [(rate["lines"], rate["incomplete"]) for rate in result.rates] == [(2, 0)]


def test_a_cancelled_line_is_written_anew_on_the_next_or_was_never_in_the_software() -> None:
    lines = [
        a_line(1, "H1", received=date(2026, 11, 9), cancelled=True),
        a_line(2, "H1"),
        a_line(3, "H9", cancelled=True),
        a_line(4, "H2", received=None, cancelled=True),
    ]

    assert told(compared(lines, [a_dossier("H1"), a_dossier("H2")])) == []


def test_a_gap_tells_the_lines_beside_it() -> None:
    (gap,) = compared([a_line(1, "H1"), a_line(4, "H2")], [a_dossier("H1"), a_dossier("H2")]).findings

    assert (gap.facts["after_line"], gap.facts["before_line"]) == (
        {"page": "1", "line": "1"},
        {"page": "1", "line": "4"},
    )


@pytest.mark.parametrize(
    ("kind", "column", "facts", "shown"),
    [
        (DifferenceClass.FIELD_DIFFERS, "due_at", {}, True),
        (DifferenceClass.FIELD_DIFFERS, "due_at", {"day_by": "neighbour"}, False),
        (DifferenceClass.INCOMPLETE_IN_REGISTER, "due_at", {}, True),
        (DifferenceClass.INCOMPLETE_IN_REGISTER, "received_at", {}, False),
        (DifferenceClass.NUMBERING_GAP, "", {}, False),
        (DifferenceClass.POSTED_REPEALED, "", {}, False),
        (DifferenceClass.UNKNOWN_PROCEDURE, "", {"where": "posted"}, False),
        (DifferenceClass.UNKNOWN_PROCEDURE, "", {"where": "received"}, True),
    ],
)
def test_a_borrowed_day_is_no_day_of_receipt(kind: DifferenceClass, column: str, facts: dict, shown: bool) -> None:
    day = date(2026, 11, 10)

    assert received_on(kind, column, facts, day) == (day if shown else None)
