"""A province whose source and warehouse disagree on purpose: what differs, and what only looks as if it did.

Every `stride`-th row is seeded with a difference, of every class in turn; every seventh of the others is noise: the
same thing written otherwise. What a comparison must say is known row by row. Tests use a small one, the benchmark a
large one. No person stands behind any record.
"""

import csv
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from deployments.demo.province import Province
from deployments.demo.province_dossiers import (
    AMOUNT,
    AMOUNT_UNIT,
    CHANNEL,
    CODE,
    COLUMNS,
    DUE,
    FIELD,
    HELD_SINCE,
    HOLDER,
    NAME,
    POST,
    PROCEDURE,
    RECEIVED,
    RECORD,
    RESOLVED,
    RETURNED,
    STATUS,
    STEP,
    UNIT,
    UPDATED,
    Dossiers,
)
from deployments.demo.province_units import unit_code

FORM = "%d/%m/%Y %H:%M"
Row = list[str]
Told = tuple[str, str, str, str]  # class, record key, column, cause
BEHIND, QUARANTINED, ALTERED = "behind", "quarantined", "altered"


def _later(text: str, **by: int) -> str:
    return (datetime.strptime(text, FORM) + timedelta(**by)).strftime(FORM)  # noqa: DTZ007


CHANGES: dict[int, Callable[[Row], str]] = {
    CODE: lambda row: row[CODE] + "B",
    STATUS: lambda row: {"9": "10", "10": "9", "4": "2", "2": "4", "5": "4", "6": "4"}[row[STATUS]],
    RECEIVED: lambda row: _later(row[RECEIVED], minutes=-1),
    PROCEDURE: lambda row: row[PROCEDURE] + "9",
    NAME: lambda row: row[NAME] + " (sửa)",
    FIELD: lambda row: row[FIELD] + " khác",
    CHANNEL: lambda row: "direct" if row[CHANNEL] == "online" else "online",
    DUE: lambda row: _later(row[DUE], days=1),
    AMOUNT: lambda row: str(int(row[AMOUNT]) + 1),
    AMOUNT_UNIT: lambda row: "calendar_day" if row[AMOUNT_UNIT] != "calendar_day" else "working_day",
    RESOLVED: lambda row: _later(row[RESOLVED], minutes=-1),
    RETURNED: lambda row: _later(row[RETURNED], minutes=1),
    HOLDER: lambda row: "",
    HELD_SINCE: lambda row: _later(row[HELD_SINCE], minutes=1),
    STEP: lambda row: row[STEP] + " lại",
    POST: lambda row: row[POST] + " khác",
}


@dataclass
class Seeds:
    """What was seeded, and what must be done to the warehouse by hand besides."""

    expected: set[Told] = field(default_factory=set)
    altered: list[str] = field(default_factory=list)  # keys whose step_name is changed in the warehouse
    kinds: dict[str, int] = field(default_factory=dict)

    def tell(self, name: str, *told: Told) -> None:
        self.expected.update(told)
        self.kinds[name] = self.kinds.get(name, 0) + 1


def write_sides(path: Path, province: Province, stride: int) -> Seeds:
    """Write over the source file that was loaded: the same dossiers with differences and noise."""
    made, seeds = Dossiers(province), Seeds()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number in range(province.dossiers):
            row = made.cells(number)
            if number % stride == stride - 1:
                writer.writerows(_seeded(made, number, row, number // stride, seeds))
            elif number % 7 == 0:
                writer.writerow(noisy(row, number // 7))
            else:
                writer.writerow(row)
    return seeds


def _seeded(made: Dossiers, number: int, row: Row, turn: int, seeds: Seeds) -> Iterable[Row]:
    kind = KINDS[turn % len(KINDS)]
    return list(kind(made, number, row, turn // len(KINDS), seeds))


def _gone(made: Dossiers, number: int, row: Row, turn: int, seeds: Seeds) -> Iterator[Row]:
    seeds.tell("gone", ("missing_in_source", row[RECORD], "", ""))
    return iter(())


def _new(made: Dossiers, number: int, row: Row, turn: int, seeds: Seeds) -> Iterator[Row]:
    extra = made.cells(made.province.dossiers + number)
    seeds.tell("new", ("missing_in_warehouse", extra[RECORD], "", BEHIND))
    yield row
    yield extra


def _refused(made: Dossiers, number: int, row: Row, turn: int, seeds: Seeds) -> Iterator[Row]:
    extra = made.cells(made.province.dossiers + number)
    extra[RECEIVED] = "31/02/2026"
    seeds.tell("refused", ("missing_in_warehouse", extra[RECORD], "", QUARANTINED))
    yield row
    yield extra


def _refused_change(made: Dossiers, number: int, row: Row, turn: int, seeds: Seeds) -> Iterator[Row]:
    seeds.tell("refused change", ("field_differs", row[RECORD], "status", QUARANTINED))
    row[STATUS] = "xong rồi"
    yield row


def _change(made: Dossiers, number: int, row: Row, turn: int, seeds: Seeds) -> Iterator[Row]:
    places = [place for place in CHANGES if row[place]]
    place = places[turn % len(places)]
    seeds.tell(f"change {COLUMNS[place]}", ("field_differs", row[RECORD], COLUMNS[place], BEHIND))
    row[place] = CHANGES[place](row)
    yield row


def _several(made: Dossiers, number: int, row: Row, turn: int, seeds: Seeds) -> Iterator[Row]:
    for place in (NAME, DUE):
        seeds.tell("several", ("field_differs", row[RECORD], COLUMNS[place], BEHIND))
        row[place] = CHANGES[place](row)
    unit = next(unit for unit in made.units if unit != row[UNIT])
    seeds.tell("several", ("field_differs", row[RECORD], "unit_code", BEHIND))
    row[UNIT] = unit
    yield row


def _twice(made: Dossiers, number: int, row: Row, turn: int, seeds: Seeds) -> Iterator[Row]:
    seeds.tell("twice", ("duplicate", row[RECORD], "", ""))
    yield row
    yield row


def _two_keys(made: Dossiers, number: int, row: Row, turn: int, seeds: Seeds) -> Iterator[Row]:
    other = [*row]
    other[RECORD] = f"9{row[RECORD]}"
    year = datetime.strptime(row[RECEIVED], FORM).year  # noqa: DTZ007
    name = f"{row[CODE]}|{unit_code(made.units.index(row[UNIT]))}|{year}"
    seeds.tell("two keys", ("missing_in_warehouse", other[RECORD], "", BEHIND), ("duplicate", name, "", ""))
    yield row
    yield other


def _altered(made: Dossiers, number: int, row: Row, turn: int, seeds: Seeds) -> Iterator[Row]:
    seeds.tell("altered", ("field_differs", row[RECORD], "step_name", ALTERED))
    seeds.altered.append(row[RECORD])
    yield row


KINDS = (_gone, _new, _change, _refused, _twice, _change, _altered, _refused_change, _two_keys, _change, _several)


def _serial(text: str) -> str:
    """As Excel keeps it: days since the end of 1899."""
    moment = datetime.strptime(text, FORM) - datetime(1899, 12, 30)  # noqa: DTZ001, DTZ007
    return f"{moment.days + moment.seconds / 86_400:.10f}"


NOISE: tuple[Callable[[Row], Row], ...] = (
    lambda row: [*row[:CODE], row[CODE].lower(), *row[CODE + 1 :]],
    lambda row: [f"  {cell} " for cell in row],
    lambda row: [unicodedata.normalize("NFD", cell) for cell in row],
    lambda row: [_serial(c) if p in (RECEIVED, RESOLVED, RETURNED, UPDATED) and c else c for p, c in enumerate(row)],
    lambda row: [f"{c}.0" if p in (AMOUNT, RECORD) and c else c for p, c in enumerate(row)],
    lambda row: [c.upper() if p in (NAME, FIELD, STEP, POST, CHANNEL) else c for p, c in enumerate(row)],
    lambda row: [_later(c, minutes=3) if p == UPDATED else c for p, c in enumerate(row)],
    lambda row: [c.replace(" ", "  \u00a0") if p in (NAME, FIELD, STEP, POST) else c for p, c in enumerate(row)],
    lambda row: [f"{c}:29" if p in (RECEIVED, RESOLVED, RETURNED) and c else c for p, c in enumerate(row)],
    lambda row: [c[:10] if p == DUE else c for p, c in enumerate(row)],
    lambda row: [f"{c}.0" if p in (STATUS,) else c for p, c in enumerate(row)],
)


def noisy(row: Row, turn: int) -> Row:
    """The same dossier written otherwise."""
    return NOISE[turn % len(NOISE)](row)
