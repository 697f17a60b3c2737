"""The sheets of a reconciliation's workbooks: one over all, one a unit to hand to its inspectors.

Pure; how a sheet becomes a file that prints well and wakes no formula is `workbook`'s.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from tasks.reports.reconciliation_lines import COLUMNS, cells
from tasks.reports.reconciliation_model import NUMBERING, PROCEDURES, DifferenceLine, Reconciliation
from tasks.reports.reconciliation_parity import gap_table, parity_table
from tasks.reports.reconciliation_speech import Speech, speech
from tasks.reports.workbook import MOST_ROWS, Sheet, write_workbook

_WIDTHS = {
    "id": 17,
    "kind": 18,
    "unit": 24,
    "code": 22,
    "column": 14,
    "sides": 18,
    "what": 42,
    "cause": 20,
    "place": 20,
    "source": 18,
    "day": 11,
    "news": 12,
    "state": 12,
    "since": 16,
    "age": 8,
    "owner": 18,
    "explanation": 24,
}
_BLANK = 28  # width of the column that the unit fills in by hand
_ON_NUMBERS = ("id", "unit", "place", "what", "source", "news", "state", "since", "age", "explanation")
_ON_PROCEDURES = ("id", "kind", "unit", "code", "what", "news", "state", "since", "age", "owner", "explanation")


def write_result(out: IO[bytes], result: Reconciliation, *, unit_code: str, locale: str, folder: str) -> None:
    """The workbook of that unit, for "" the one over all; `folder` is where rows may wait."""
    told = speech(locale, result.unit_names, result.reasons)
    footer = told.say("sheet.footer", run_id=result.run_id, moment=told.moment(result.as_of))
    write_workbook(out, sheets(result, unit_code, told), footer=footer, created=result.as_of, folder=folder)


def sheets(result: Reconciliation, unit_code: str, told: Speech) -> list[Sheet]:
    """In the order in which they lie in the workbook."""
    lines = result.of_unit(unit_code) if unit_code else tuple(result.differences)
    lines = tuple(sorted(lines, key=_in_order))
    apart = NUMBERING | PROCEDURES
    return [
        _about(result, unit_code, told),
        _lines("differences", [one for one in lines if one.kind not in apart], COLUMNS, told),
        _lines("numbering", [one for one in lines if one.kind in NUMBERING], _ON_NUMBERS, told),
        _lines("procedures", [one for one in lines if one.kind in PROCEDURES], _ON_PROCEDURES, told),
        _rates(result, unit_code, told),
        *_parity(result, unit_code, told),
    ]


def _in_order(one: DifferenceLine) -> tuple[bool, str, str, str, int, str, int, str, str]:
    """As a person with the book in hand goes through it: open first, by unit, book, page and line."""
    page, line = _number(one.page), _number(one.line)
    return not one.is_open, one.unit_code, one.kind, one.book, *page, *line, one.id


def _number(text: str) -> tuple[int, str]:
    return (int(text), "") if text.isascii() and text.isdigit() else (0, text)


def _about(result: Reconciliation, unit_code: str, told: Speech) -> Sheet:
    whose = told.say("sheet.unit", unit=told.unit(unit_code)) if unit_code else told.say("sheet.all_units")
    scope, not_said, everything = result.scope, told.say("card.not_said"), told.say("card.all")
    first = told.say("card.since", day=told.day(scope.period_from)) if scope.period_from else ""
    last = told.say("card.until", day=told.day(scope.period_to)) if scope.period_to else ""
    said = {
        "by": result.asked_by or not_said,
        "why": result.reason or not_said,
        "period": " ".join(filter(None, (first, last))) or everything,
        "units": ", ".join(told.unit(code) for code in sorted(scope.units)) or everything,
        "sources": ", ".join(sorted(scope.sources)) or everything,
        "depth": told.word("depth", result.depth),
        "as_of": told.moment(result.as_of),
        "run": result.run_id,
    }
    rows = [(told.say(f"asked.{name}"), text) for name, text in said.items()]
    rows += [(told.word("side", one.kind), _side(one.name, told.as_of(one.moment))) for one in result.sides]
    rows += [(told.say("section.notices"), told.notice(one)) for one in result.notices[:MOST_ROWS]]
    rows += [(told.column(column), told.word("how", how)) for column, how in result.rules]
    return Sheet(told.say("sheet.about"), told.heads("asked"), rows, (28, 90), (told.say("sheet.title"), whose))


def _side(name: str, moment: str) -> str:
    return f"{name}: {moment}" if moment else name


def _lines(name: str, lines: Sequence[DifferenceLine], columns: Sequence[str], told: Speech) -> Sheet:
    headings = [told.word("table", column) for column in (*columns, "answer")]
    widths = [*(_WIDTHS[column] for column in columns), _BLANK]
    rows = _rows(lines, columns, told)
    return Sheet(told.say(f"sheet.{name}"), headings, _limited(rows, len(lines), told), widths)


def _rows(lines: Iterable[DifferenceLine], columns: Sequence[str], told: Speech) -> Iterator[Sequence[str]]:
    for one in lines:
        row = cells(one, told)
        yield [*(row[column] for column in columns), ""]


def _limited(rows: Iterable[Sequence[str]], total: int, told: Speech) -> Iterator[Sequence[str]]:
    """A sheet that holds nothing, or not everything, says so."""
    if not total:
        yield [told.say("sheet.nothing")]
    for row, _ in zip(rows, range(MOST_ROWS), strict=False):
        yield row
    if total > MOST_ROWS:
        yield [told.say("sheet.cut", n=told.number(total - MOST_ROWS))]


def _rates(result: Reconciliation, unit_code: str, told: Speech) -> Sheet:
    mine = [one for one in result.rates if unit_code in ("", one["unit_code"])]
    names = sorted({str(name) for one in mine for name in one["columns"]})
    headings = [*told.heads("rates")[:4], *(told.column(name) for name in names)]
    rows = [
        (
            str(one["book"]),
            told.unit(str(one["unit_code"])),
            told.number(one["lines"]),
            told.number(one["incomplete"]),
            *(told.number(one["columns"].get(name, 0)) for name in names),
        )
        for one in mine
    ]
    widths = (24, 30, 10, 14, *(16 for _ in names))
    return Sheet(told.say("sheet.rates"), headings, _limited(rows, len(rows), told), widths)


def _parity(result: Reconciliation, unit_code: str, told: Speech) -> Iterator[Sheet]:
    mine = [one for one in result.parity if unit_code in ("", one["unit_code"])]
    for name, table in (("parity", parity_table), ("gaps", gap_table)):
        headings, rows = table(mine, told)
        widths = (30, 23, *(18 for _ in headings[2:]))
        yield Sheet(told.say(f"sheet.{name}"), headings, _limited(rows, len(rows), told), widths)
