"""From what a source calls an agency (its code or its words) to our unit code, by date.

The map is a CSV a person reviewed: `source_code, unit_code, valid_from`. Nothing here compares names of units: only
what is written in the map is mapped, anything else is marked with `?` and is shown to ops as an unknown unit.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tasks.intake.dates import parse_day
from tasks.intake.text import clean_code, fold
from tasks.sources.base import SourceFault
from tasks.sources.csv_table import read_csv
from tasks.sources.table import Heading, Origin, Rows, Wanted

_BEGINNING = date.min
_HEADINGS = (
    Heading("source_code", ("agency_code", "agency", "Mã nguồn", "Cơ quan", "Mã cơ quan"), required=True),
    Heading("unit_code", ("Mã đơn vị",), required=True),
    Heading("valid_from", ("Hiệu lực từ",), required=False),
)


@dataclass(frozen=True, slots=True)
class UnitMap:
    """Reviewed lines: folded source text to (valid_from, unit code) in order of date."""

    entries: dict[str, tuple[tuple[date, str], ...]]

    def unit_code(self, text: str, on: date) -> str | None:
        """The unit that text meant on that day; None when the map does not say."""
        lines = self.entries.get(fold(text), ())
        place = bisect_right(lines, on, key=lambda line: line[0])
        return lines[place - 1][1] if place else None


def load_unit_map(path: Path) -> UnitMap:
    """Read the reviewed CSV. Raises SourceFault with the line that is wrong."""
    try:
        body = path.read_bytes()
    except OSError:
        raise SourceFault("file_unreadable", {"source": "unit_map", "file": path.name}) from None
    return parse_unit_map(body, path.name)


def parse_unit_map(body: bytes, name: str) -> UnitMap:
    """See `load_unit_map`; an empty `valid_from` means from the beginning."""
    table = read_csv((body,), Wanted(headings=_HEADINGS), Origin("unit_map", name), typed=True)
    lines: dict[str, dict[date, str]] = {}
    for number, source, unit, day in (line for rows in table.rows for line in _lines(rows)):
        if not source or not unit or day is None:
            raise SourceFault("unit_map_row", {"file": name, "line": number})
        if lines.setdefault(source, {}).setdefault(day, unit) != unit:
            raise SourceFault("unit_map_twice", {"file": name, "line": number})
    return UnitMap({source: tuple(sorted(by_day.items())) for source, by_day in lines.items()})


def _lines(rows: Rows) -> Iterator[tuple[int, str, str, date | None]]:
    """Line, folded source text, unit code and day of each row; empty texts where a row cannot be read."""
    nothing = [None] * len(rows.lines)
    columns = (rows.columns.get(name, nothing) for name in ("source_code", "unit_code", "valid_from"))
    for number, source, unit, begins in zip(rows.lines, *columns, strict=True):
        day = parse_day(begins) if begins and begins.strip() else _BEGINNING
        yield number, fold(source or ""), clean_code(unit or ""), day
