"""The sheets of a reconciliation's workbooks: one over all, one a unit to hand to its inspectors.

Pure; how a sheet becomes a file that prints well and wakes no formula is `workbook`'s.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from tasks.reports.reconciliation_lines import COLUMNS, told_of, values
from tasks.reports.reconciliation_model import FIXED, NUMBERING, PROCEDURES, DifferenceLine, Reconciliation, SideLine
from tasks.reports.reconciliation_parity import gap_table, parity_sheet
from tasks.reports.reconciliation_speech import Speech
from tasks.reports.workbook import MOST_ROWS, Cell, Sheet, write_workbook
from tasks.rules.difference_model import Notice

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
# What a unit must know to answer, on one page across: whose unit it is stands above, who compared what in "Thông tin".
_OF_UNIT = ("id", "kind", "code", "what", "place", "day", "age", "owner")
_OF_UNIT_NUMBERS = ("id", "place", "what", "source", "age")
_OF_UNIT_PROCEDURES = ("id", "kind", "what", "age")
_NARROW = {"id": 16, "kind": 15, "code": 20, "what": 36, "place": 14, "day": 11, "age": 7, "owner": 12, "source": 22}
_WIDE = {"what": 62}


def write_result(out: IO[bytes], result: Reconciliation, *, unit_code: str, locale: str, folder: str) -> None:
    """The workbook of that unit, for "" the one over all; `folder` is where rows may wait."""
    told = told_of(result, locale)
    footer = told.say("sheet.footer", run_id=result.run_id, moment=told.moment(result.as_of))
    write_workbook(out, sheets(result, unit_code, told), footer=footer, created=result.as_of, folder=folder)


def sheets(result: Reconciliation, unit_code: str, told: Speech) -> list[Sheet]:
    """In the order in which they lie in the workbook."""
    lines = result.of_unit(unit_code) if unit_code else tuple(result.differences)
    lines = tuple(sorted((one for one in lines if not unit_code or one.state != FIXED), key=_in_order))
    apart = NUMBERING | PROCEDURES
    columns = (_OF_UNIT, _OF_UNIT_NUMBERS, _OF_UNIT_PROCEDURES) if unit_code else (COLUMNS, _ON_NUMBERS, _ON_PROCEDURES)
    kept = (
        ("differences", [one for one in lines if one.kind not in apart]),
        ("numbering", [one for one in lines if one.kind in NUMBERING]),
        ("procedures", [one for one in lines if one.kind in PROCEDURES]),
    )
    return [
        _about(result, unit_code, told),
        *(_lines(name, some, shown, unit_code, told) for (name, some), shown in zip(kept, columns, strict=True)),
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
    units = [unit_code] if unit_code else sorted(scope.units)
    said = {
        "by": result.asked_by or not_said,
        "why": result.reason or not_said,
        "period": " ".join(filter(None, (first, last))) or everything,
        "units": ", ".join(told.unit(code) for code in units) or everything,
        "sources": ", ".join(sorted(scope.sources)) or everything,
        "depth": told.word("depth", result.depth),
        "as_of": told.moment(result.as_of),
        "run": result.run_id,
    }
    sides = [side for side in result.sides if side.concerns(unit_code)]
    rows = [(told.say(f"asked.{name}"), text) for name, text in said.items()]
    rows += [(told.word("side", one.kind), _side(one, told)) for one in sides]
    rows += [(told.say("section.notices"), told.notice(one)) for one in _notices(result, unit_code)[:MOST_ROWS]]
    rows += [(told.column(column), told.word("how", how)) for column, how in result.rules]
    above = [told.say("sheet.title"), whose]
    above += [told.say("sheet.of_unit", unit=told.unit(unit_code))] if unit_code else []
    return Sheet(told.say("sheet.about"), told.heads("asked"), rows, (28, 90), above)


def _notices(result: Reconciliation, unit_code: str) -> list[Notice]:
    """Those of the whole result, and those of sides and books that concern the unit."""
    others = {side.name for side in result.sides if not side.concerns(unit_code)}
    return [
        one
        for one in result.notices
        if not ({one.params.get("file"), one.params.get("source")} & others)
        and (not unit_code or one.params.get("unit", unit_code) == unit_code)
    ]


def _side(side: SideLine, told: Speech) -> str:
    moment = told.as_of(side.moment) if side.judged else told.say("card.not_judged")
    return f"{side.name}: {moment}" if moment else side.name


def _lines(name: str, lines: Sequence[DifferenceLine], columns: Sequence[str], unit_code: str, told: Speech) -> Sheet:
    headings = [told.word("table", column) for column in (*columns, "answer")]
    narrow = _NARROW | (_WIDE if name == "procedures" else {}) if unit_code else _WIDTHS
    widths = [*(narrow[column] for column in columns), _BLANK]
    rows = _rows(lines, columns, told)
    above = [told.say("sheet.unit", unit=told.unit(unit_code))] if unit_code else []
    return Sheet(told.say(f"sheet.{name}"), headings, _limited(rows, len(lines), told), widths, above)


def _rows(lines: Iterable[DifferenceLine], columns: Sequence[str], told: Speech) -> Iterator[Sequence[Cell]]:
    for one in lines:
        row = values(one, told)
        yield [*(row[column] for column in columns), ""]


def _limited(rows: Iterable[Sequence[Cell]], total: int, told: Speech) -> Iterator[Sequence[Cell]]:
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
    headings = [*told.heads("rates")[:5], *(told.column(name) for name in names)]
    rows: list[tuple[Cell, ...]] = [
        (
            str(one["book"]),
            told.unit(str(one["unit_code"])),
            int(one["lines"]),
            int(one["incomplete"]),
            int(one["incomplete"]) / int(one["lines"]) if one["lines"] else "",
            *(int(one["columns"].get(name, 0)) for name in names),
        )
        for one in mine
    ]
    widths = (24, 30, 10, 14, 9, *(16 for _ in names))
    return Sheet(told.say("sheet.rates"), headings, _limited(rows, len(rows), told), widths)


def _parity(result: Reconciliation, unit_code: str, told: Speech) -> Iterator[Sheet]:
    mine = [one for one in result.parity if unit_code in ("", one["unit_code"])]
    for name, table, width in (("parity", parity_sheet, 10), ("gaps", gap_table, 16)):
        headings, rows = table(mine, told)
        widths = (28, 11, 11, *(width for _ in headings[3:-1]), 28)
        yield Sheet(told.say(f"sheet.{name}"), headings, _limited(rows, len(rows), told), widths)
