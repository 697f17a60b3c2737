"""Two thousand lines of five units with flaws of every kind sown into them: all are found, and nothing else."""

import random
import unicodedata
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tasks.rules.register_model import BookLine, Held
from tests.unit.register_kit import a_dossier, a_line, compared

FIRST = date(2026, 1, 5)
UNITS = tuple(f"3115{n}" for n in range(5))
Told = tuple[str, str, str]  # class, unit and number of the line (or code), column


def _pair(unit: str, number: int) -> tuple[BookLine, Held]:
    day = FIRST + timedelta(days=number // 4)
    due, code = day + timedelta(days=7), f"H{unit}-{day:%y%m%d}-{number * 37:05d}"
    told = {"unit_code": unit, "received": day, "due": due, "page": f"{number // 20 + 1}"}
    line = a_line(number, code, file=f"so-{unit}.csv", row=number + 1, **told)
    return line, a_dossier(code, unit_code=unit, received_on=day, due_on=due)


def _sown(flaw: str, line: BookLine, one: Held, chance: random.Random) -> tuple[list[BookLine], list[Held], list[Told]]:
    """What becomes of a line and its dossier, and what is to be found of it."""
    at, code = f"{line.unit_code}/{line.line}", one.code
    match flaw:
        case "mistyped":
            wrong = replace(line, code=code.replace("H", "L", 1))
            return [wrong], [one], [("not_in_software", at, ""), ("missing_in_register", code, "")]
        case "paper only":
            return [line], [], [("not_in_software", at, "")]
        case "not on paper":  # its number is gone with it
            return [], [one], [("missing_in_register", code, ""), ("numbering_gap", at, "")]
        case "other day":
            column = chance.choice(["received_at", "due_at"])
            days = {**line.days, column: line.days[column] + timedelta(days=1)}
            return [replace(line, days=days)], [one], [("field_differs", at, column)]
        case "other unit":
            return [line], [replace(one, unit_code="99999")], [("field_differs", at, "unit_code")]
        case "empty" | "illegible":
            column = chance.choice(["procedure_name", "due_at"])
            days = {name: day for name, day in line.days.items() if name != column}
            illegible = frozenset({column}) if flaw == "illegible" else frozenset()
            bare = replace(line, days=days, filled=line.filled - {column}, illegible=illegible)
            return [bare], [one], [("incomplete_in_register", at, column)]
        case "twice":
            again = replace(line, row=line.row + 100_000)
            place = f"{at} (2)"
            return [line, again], [one], [("duplicate", place, ""), ("numbering_gap", place, "")]
        case "noise":
            noisy = unicodedata.normalize("NFD", " " + " ".join(code.swapcase()))
            return [replace(line, code=noisy)], [one], []
    return [line], [one], []


@pytest.mark.parametrize("seed", [1, 2])
def test_every_flaw_is_found_and_no_other(seed: int) -> None:
    chance = random.Random(seed)
    flaws = (
        "mistyped",
        "paper only",
        "not on paper",
        "other day",
        "other unit",
        "empty",
        "illegible",
        "twice",
        "noise",
    )
    lines: list[BookLine] = []
    held: list[Held] = []
    wanted: list[Told] = []
    for unit in UNITS:
        for number in range(1, 401):
            # two numbers gone side by side are one gap: flaws keep apart, and clear of the ends of a book
            sown = chance.choice(flaws) if number % 3 == 0 and 4 < number < 396 else ""
            some, dossiers, told = _sown(sown, *_pair(unit, number), chance)
            lines, held, wanted = [*lines, *some], [*held, *dossiers], [*wanted, *told]

    findings = compared(lines, held).findings

    found = [(f.kind.value, f"{f.unit_code}/{f.line}" if f.line else f.code, f.column) for f in findings]
    assert Counter(found) == Counter(wanted)
    assert len({f.id for f in findings}) == len(findings) > 600
