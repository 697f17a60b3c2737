"""A workbook for people to print, mark and send on: several sheets of text, numbers and days, never a formula.

What begins with = + - @ or a tab stays what it is when opened, and is marked as text so that a later edit or an export
does not wake it; numbers and days can be added up and sorted. The same sheets make the same bytes. Which sheets there
are is the caller's.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any, Final, TypeAlias

import xlsxwriter

MOST_ROWS: Final = 100_000  # of a sheet: more is nothing a person reads
_LONGEST: Final = 32_000  # characters of a cell; a spreadsheet takes 32767
_CUT: Final = "…"
_NOT_TEXT: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ufffe\uffff]")  # a tab wakes formulas, the rest is not XML
_AWAKE: Final = tuple("=+-@\t\r＝＋－＠")
_SHEET_NAME: Final = re.compile(r"[\[\]:*?/\\']")
_A4: Final = 9

Cell: TypeAlias = str | int | float | date | datetime  # a moment without a zone: as the clock on the wall shows it


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: lines of text above, then headings (repeated on every printed page) and rows. Widths in characters."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[float] = ()
    above: Sequence[str] = ()


def write_workbook(out: IO[bytes], sheets: Sequence[Sheet], *, footer: str, created: datetime, folder: str) -> None:
    """Write the sheets. `footer` is printed under every page; `created` stands in the properties, not the clock's time.

    Rows beyond `MOST_ROWS` are the caller's to leave out and to say so. Rows wait in `folder`, not in memory.
    """
    with xlsxwriter.Workbook(out, {"constant_memory": True, "tmpdir": folder}) as book:
        book.set_properties({"created": created.replace(tzinfo=None)})
        formats = _formats(book)
        for sheet in sheets:
            _write(book, formats, sheet, footer)


def plain(text: str) -> str:
    """The text as a cell takes it: no control characters, not longer than a cell."""
    kept = _NOT_TEXT.sub(" ", text.encode("utf-8", "replace").decode("utf-8"))
    return kept if len(kept) <= _LONGEST else kept[: _LONGEST - 1] + _CUT


def is_awake(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula once somebody edits or exports it."""
    return text.lstrip(" \u00a0").startswith(_AWAKE)


def _write(book: Any, formats: Mapping[str, Any], sheet: Sheet, footer: str) -> None:
    page = book.add_worksheet(_SHEET_NAME.sub(" ", sheet.name)[:31])
    for column, width in enumerate(sheet.widths):
        page.set_column(column, column, width)
    row = 0
    for line in sheet.above:
        page.write_string(row, 0, plain(line), formats["title" if row == 0 else "note"])
        row += 1
    top = row
    for column, heading in enumerate(sheet.headings):
        page.write_string(top, column, plain(heading), formats["head"])
    for row, cells in enumerate(sheet.rows, top + 1):
        for column, cell in enumerate(cells):
            _put(page, formats, row, column, cell)
    _for_print(page, sheet, top, row, footer)


def _put(page: Any, formats: Mapping[str, Any], row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, str):
        page.write_string(row, column, plain(cell), formats["awake" if is_awake(cell) else "cell"])
    elif isinstance(cell, date):  # a moment is one too
        page.write_datetime(row, column, cell, formats["moment" if isinstance(cell, datetime) else "day"])
    else:
        page.write_number(row, column, cell, formats["number" if isinstance(cell, int) else "rate"])


def _for_print(page: Any, sheet: Sheet, top: int, last: int, footer: str) -> None:
    page.freeze_panes(top + 1, 0)
    if sheet.headings and last > top:
        page.autofilter(top, 0, last, len(sheet.headings) - 1)
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)  # as many pages long as needed, one wide
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    if sheet.headings:
        page.repeat_rows(top)
    page.set_footer(f"&L{footer}")


def _formats(book: Any) -> dict[str, Any]:
    text = {"num_format": "@", "text_wrap": True, "valign": "top", "font_name": "Times New Roman", "font_size": 11}
    framed = text | {"border": 1, "border_color": "#999999"}
    return {
        "cell": book.add_format(framed),
        "awake": book.add_format(framed | {"quote_prefix": True}),
        "number": book.add_format(framed | {"num_format": "#,##0"}),
        "rate": book.add_format(framed | {"num_format": "0%"}),
        "day": book.add_format(framed | {"num_format": "dd/mm/yyyy", "align": "left"}),
        "moment": book.add_format(framed | {"num_format": "hh:mm dd/mm/yyyy", "align": "left"}),
        "head": book.add_format(framed | {"bold": True, "bg_color": "#E8EDF3"}),
        "title": book.add_format({**text, "text_wrap": False, "bold": True, "font_size": 14}),
        "note": book.add_format({**text, "text_wrap": False}),
    }
