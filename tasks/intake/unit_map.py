"""From what a source calls an agency (its code or its words) to our unit code, by date.

The map is a CSV a person reviewed: `source_code, unit_code, valid_from`. Nothing here compares names of units: only
what is written in the map is mapped, anything else stays as it is and is shown to ops as an unknown unit.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tasks.intake.dates import parse_day
from tasks.intake.text import clean_code, fold
from tasks.sources.base import SourceFault
from tasks.sources.csv_table import Heading, read_table

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
    table = read_table(body, source="unit_map", file=name, headings=_HEADINGS)
    lines: dict[str, dict[date, str]] = {}
    for row in table.rows:
        source, unit = fold(row.values.get("source_code") or ""), clean_code(row.values.get("unit_code") or "")
        begins = row.values.get("valid_from") or ""
        day = parse_day(begins) if begins.strip() else _BEGINNING
        if row.malformed or not source or not unit or day is None:
            raise SourceFault("unit_map_row", {"file": name, "line": row.line})
        if lines.setdefault(source, {}).setdefault(day, unit) != unit:
            raise SourceFault("unit_map_twice", {"file": name, "line": row.line})
    return UnitMap({source: tuple(sorted(by_day.items())) for source, by_day in lines.items()})
