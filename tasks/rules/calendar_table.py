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


class CalendarTableError(ValueError):
    """A table is faulty. The message names line and column and what to write instead; `sentence` in words of people."""

    def __init__(self, code: str, **values: object) -> None:
        self.code, self.values = code, values
        super().__init__(self.sentence("en"))

    def sentence(self, locale: str) -> str:
        """In `vi` or `en`."""
        at = 1 if locale == "en" else 0
        instead = _INSTEAD.get(str(self.values.get("instead")), ("", ""))[at].format(**self.values)
        return _FAULTS[self.code][at].format(**self.values | {"instead": instead})


_FAULTS = {
    "column": (
        "dòng 1: thiếu cột {column!r}; dòng đầu nêu tên các cột date,kind,name,...",
        "line 1: column {column!r} is missing: the first line names the columns date,kind,name,...",
    ),
    "twice": (
        "dòng {line}, cột 'date': {day} có hai lần; mỗi ngày chỉ giữ một dòng",
        "line {line}, column 'date': {day} is told twice: keep one line for a date",
    ),
    "value": (
        "dòng {line}, cột {column!r}: không hiểu {value!r}; hãy ghi {instead}",
        "line {line}, column {column!r}: {value!r} is not understood: write {instead}",
    ),
}
_INSTEAD = {
    "date": ("ngày dạng 2026-11-24", "a date like 2026-11-24"),
    "word": ("một trong: {words}", "one of {words}"),
    "yes_no": ("true hoặc false", "true or false"),
}
REQUIRED_COLUMNS = ("date", "kind", "name")
_W = TypeVar("_W", bound=StrEnum)
_YES_NO = {"": False, "0": False, "false": False, "no": False, "1": True, "true": True, "yes": True}


def parse_calendar_csv(text: str) -> tuple[CalendarDay, ...]:
    """Entries of a CSV `date,kind,name,document_no,document_on,basis,provisional`, in order of their dates.

    The first three columns are needed, the others may be missing; columns are found by their heading.
    A byte order mark and `;` between the cells, as spreadsheets write them, are understood.
    Raises CalendarTableError naming line and column, and what to write instead; a date told twice is refused.
    """
    text = text.removeprefix("\ufeff")
    heading = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in heading and "," not in heading else ",")
    missing = [name for name in REQUIRED_COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise CalendarTableError("column", column=missing[0])
    days: dict[date, CalendarDay] = {}
    for row in reader:
        if not any(isinstance(cell, str) and cell.strip() for cell in row.values()):
            continue
        entry = _entry(row, reader.line_num)
        if entry.day in days:
            raise CalendarTableError("twice", line=reader.line_num, day=entry.day)
        days[entry.day] = entry
    return tuple(days[day] for day in sorted(days))


def _entry(row: Mapping[str, str | None], line: int) -> CalendarDay:
    cells = {name: (row.get(name) or "").strip() for name in CalendarDay.__slots__ if name != "day"}
    cells["date"] = (row.get("date") or "").strip()
    day = _date(cells, "date", line)
    if day is None:
        raise _fault(line, "date", "", "date")
    return CalendarDay(
        day=day,
        kind=_word(DayKind, cells["kind"], "kind", line),
        name=cells["name"],
        document_no=cells["document_no"],
        document_on=_date(cells, "document_on", line),
        basis=_word(Basis, cells["basis"] or "official", "basis", line),
        provisional=_yes_no(cells["provisional"], line),
    )


def _fault(line: int, column: str, value: str, instead: str, **words: str) -> CalendarTableError:
    return CalendarTableError("value", line=line, column=column, value=value, instead=instead, **words)


def _date(cells: Mapping[str, str], column: str, line: int) -> date | None:
    if not cells[column]:
        return None
    try:
        return date.fromisoformat(cells[column])
    except ValueError:
        raise _fault(line, column, cells[column], "date") from None


def _word(words: type[_W], value: str, column: str, line: int) -> _W:
    try:
        return words(value)
    except ValueError:
        raise _fault(line, column, value, "word", words=", ".join(words)) from None


def _yes_no(value: str, line: int) -> bool:
    try:
        return _YES_NO[value.lower()]
    except KeyError:
        raise _fault(line, "provisional", value, "yes_no") from None
