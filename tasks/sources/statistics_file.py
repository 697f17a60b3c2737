"""A file with a source's own figures: early, on time and late by unit and period, for the comparison of definitions.

It lies in the shared folder of registers, is read where it lies and never landed. What the software tells over its
interface is `opencps_statistics`' part.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath
from typing import Final

from tasks.intake.cells import codes, days, numbers
from tasks.intake.text import clean_code
from tasks.rules.datasets import Kind
from tasks.sources.csv_table import read_csv
from tasks.sources.table import Heading, Origin, Rows, Table, Wanted
from tasks.sources.workbook import read_workbook
from tasks.sources.workbook_check import WorkbookLimits

_WORKBOOK: Final = ".xlsx"
_MOST_BYTES: Final = 20 * 1024 * 1024
_COUNTS: Final = ("early", "on_time", "late")
_HEADINGS: Final = (
    Heading("unit_code", ("Mã đơn vị",), required=True, kind=Kind.CODE),
    Heading("period_from", ("Từ ngày",), required=True, kind=Kind.DAY),
    Heading("period_to", ("Đến ngày",), required=True, kind=Kind.DAY),
    Heading("early", ("Trước hạn", "Sớm hạn"), required=True, kind=Kind.NUMBER),
    Heading("on_time", ("Đúng hạn",), required=True, kind=Kind.NUMBER),
    Heading("late", ("Quá hạn", "Trễ hạn"), required=True, kind=Kind.NUMBER),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFigures:
    """One line: what was counted of a unit in a period, both days included."""

    line: int
    unit_code: str
    period_from: date
    period_to: date
    early: int
    on_time: int
    late: int


def read_statistics(folder: Path, name: str) -> list[UnitFigures]:
    """The lines of a CSV or XLSX file of that folder.

    Raises SourceFault naming the file and the line: a name that leads elsewhere, a file that cannot be read, a missing
    heading, a line without unit, period or counts, or one told twice.
    """
    origin = Origin("statistics", name)
    if name != PurePath(name).name or name in ("", ".", ".."):
        raise origin.fault("statistics_name")
    if (folder / name).is_symlink():
        raise origin.fault("symlink")
    try:
        with (folder / name).open("rb") as file:
            body = file.read(_MOST_BYTES + 1)
    except OSError:
        raise origin.fault("file_unreadable") from None
    if len(body) > _MOST_BYTES:
        raise origin.fault("file_too_large", limit=_MOST_BYTES)
    found: dict[tuple[str, date, date], UnitFigures] = {}
    for one in (line for rows in _table(body, name, origin).rows for line in _lines(rows, origin)):
        if found.setdefault((one.unit_code, one.period_from, one.period_to), one) is not one:
            raise origin.fault("statistics_twice", line=one.line)
    return list(found.values())


def _table(body: bytes, name: str, origin: Origin) -> Table:
    wanted = Wanted(headings=_HEADINGS)
    if PurePath(name).suffix.lower() == _WORKBOOK:
        return read_workbook(body, wanted, origin, WorkbookLimits())
    return read_csv((body,), wanted, origin, typed=True)


def _lines(rows: Rows, origin: Origin) -> Iterator[UnitFigures]:
    units = codes(rows.columns["unit_code"], clean_code).canonical
    begins, ends = (days(rows.columns[name], ()).values.tolist() for name in ("period_from", "period_to"))
    counts = zip(*(numbers(rows.columns[name]).canonical for name in _COUNTS), strict=True)
    bad = [any(column) for column in zip(*(numbers(rows.columns[name]).bad for name in _COUNTS), strict=True)]
    for line, unit, first, last, told, wrong in zip(rows.lines, units, begins, ends, counts, bad, strict=True):
        if not unit or first is None or last is None or first > last or wrong or None in told:
            raise origin.fault("statistics_row", line=line)
        early, on_time, late = (int(text or 0) for text in told)
        if min(early, on_time, late) < 0:
            raise origin.fault("statistics_row", line=line)
        yield UnitFigures(
            line=line, unit_code=unit, period_from=first, period_to=last, early=early, on_time=on_time, late=late
        )
