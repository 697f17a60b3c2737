"""The table behind the calendar: one entry a day that differs from an ordinary week, with its document.

What lives here: the entry and how its CSV text is read. Which days count is `working_calendar`'s business,
opening files `tasks/calendar_files.py`'s.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar


class DayKind(StrEnum):
    """Why a day differs from an ordinary week. Only `MAKEUP` is worked."""

    HOLIDAY = "holiday"  # nghỉ lễ, Tết: Labour Code 2019, Article 112
    COMPENSATORY = "compensatory"  # nghỉ bù for a holiday on a weekly rest day: Article 111.3
    SWAP_OFF = "swap_off"  # nghỉ hoán đổi: a weekday exchanged for a Saturday
    MAKEUP = "makeup"  # làm bù: the Saturday worked instead


class Basis(StrEnum):
    """How an entry is known."""

    OFFICIAL = "official"  # taken from the document it names
    COMPUTED = "computed"  # follows from the law and lists of past holidays, not checked against a notice


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One entry. `provisional`: the government has not yet announced the year."""

    day: date
    kind: DayKind
    name: str
    document_no: str = ""
    document_on: date | None = None
    basis: Basis = Basis.OFFICIAL
    provisional: bool = False


REQUIRED_COLUMNS = ("date", "kind", "name")
_W = TypeVar("_W", bound=StrEnum)
_YES_NO = {"": False, "0": False, "false": False, "no": False, "1": True, "true": True, "yes": True}


def parse_calendar_csv(text: str) -> tuple[CalendarDay, ...]:
    """Entries of a CSV `date,kind,name,document_no,document_on,basis,provisional`, in order of their dates.

    The first three columns are needed, the others may be missing; columns are found by their heading.
    A byte order mark and `;` between the cells, as spreadsheets write them, are understood.
    Raises ValueError naming line and column, and what to write instead; a date told twice is refused.
    """
    text = text.removeprefix("\ufeff")
    heading = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in heading and "," not in heading else ",")
    missing = [name for name in REQUIRED_COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        msg = f"line 1: column {missing[0]!r} is missing: the first line names the columns date,kind,name,..."
        raise ValueError(msg)
    days: dict[date, CalendarDay] = {}
    for row in reader:
        if not any(isinstance(cell, str) and cell.strip() for cell in row.values()):
            continue
        entry = _entry(row, reader.line_num)
        if entry.day in days:
            msg = f"line {reader.line_num}, column 'date': {entry.day} is told twice: keep one line for a date"
            raise ValueError(msg)
        days[entry.day] = entry
    return tuple(days[day] for day in sorted(days))


def _entry(row: Mapping[str, str | None], line: int) -> CalendarDay:
    cells = {name: (row.get(name) or "").strip() for name in CalendarDay.__slots__ if name != "day"}
    cells["date"] = (row.get("date") or "").strip()
    day = _date(cells, "date", line)
    if day is None:
        raise _fault(line, "date", "", "write a date like 2026-11-24")
    return CalendarDay(
        day=day,
        kind=_word(DayKind, cells["kind"], "kind", line),
        name=cells["name"],
        document_no=cells["document_no"],
        document_on=_date(cells, "document_on", line),
        basis=_word(Basis, cells["basis"] or "official", "basis", line),
        provisional=_yes_no(cells["provisional"], line),
    )


def _fault(line: int, column: str, value: str, instead: str) -> ValueError:
    return ValueError(f"line {line}, column {column!r}: {value!r} is not understood: {instead}")


def _date(cells: Mapping[str, str], column: str, line: int) -> date | None:
    if not cells[column]:
        return None
    try:
        return date.fromisoformat(cells[column])
    except ValueError:
        raise _fault(line, column, cells[column], "write a date like 2026-11-24") from None


def _word(words: type[_W], value: str, column: str, line: int) -> _W:
    try:
        return words(value)
    except ValueError:
        raise _fault(line, column, value, "write one of " + ", ".join(words)) from None


def _yes_no(value: str, line: int) -> bool:
    try:
        return _YES_NO[value.lower()]
    except KeyError:
        raise _fault(line, "provisional", value, "write true or false") from None
