"""A report as one self-contained page and as a workbook, from the same tables. Pure; the mail is `period_mail`'s.

No script, no picture and no reference leads out of the page: it is read from a USB stick, printed, and filed.
"""

from functools import cache
from importlib.resources import files
from typing import IO, Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from tasks.reports.period_plots import LABELS, WIDTH, plots_of
from tasks.reports.period_speech import Speech, speech
from tasks.reports.period_tables import Table, definitions_of, disputes_of, lead_of, quality_of, tables_of
from tasks.reports.trace import page_style
from tasks.reports.workbook import Cell, Sheet, write_workbook
from tasks.rules.report_model import Report

_FIRST, _OTHER = 44.0, 14.0  # widths of columns, in characters
_WIDE = {"reasons": 90.0}


def report_page(report: Report, locale: str) -> str:
    """The page. The same report makes the same characters."""
    told = speech(locale)
    return template("period.html.j2", told).render(
        locale=locale,
        style=Markup(page_style()),  # noqa: S704 (shipped with the code)
        w=told.words,
        title=told.title(report.period),
        span=told.span(report.period),
        moments=told.moments(report),
        lead=lead_of(report, told),
        plots=plots_of(report, told),
        tables=tables_of(report, told),
        quality=quality_of(report, told),
        disputes=disputes_of(report, told),
        definitions=definitions_of(report, told),
        width=WIDTH,
        labels=LABELS,
    )


def write_report_book(out: IO[bytes], report: Report, locale: str, folder: str) -> None:
    """The workbook: what the page says, a sheet a table; `folder` is where rows may wait."""
    told = speech(locale)
    title = told.title(report.period)
    footer = told.say("title.footer", title=title, moment=told.moment(report.as_of))
    sheets = [_summary(report, title, told), *(_sheet(table, told) for table in tables_of(report, told))]
    write_workbook(out, sheets, footer=footer, created=report.as_of, folder=folder)


def template(name: str, told: Speech) -> Template:
    """A page's template, with numbers written as that language does."""
    return _environment(told.locale).from_string(
        files(__package__).joinpath("templates", name).read_text(encoding="utf-8")
    )


def _summary(report: Report, title: str, told: Speech) -> Sheet:
    above = (title, told.say("title.about"), told.span(report.period), *told.moments(report))
    lines = [*lead_of(report, told), *quality_of(report, told), disputes_of(report, told)]
    lines += [*definitions_of(report, told), told.say("title.automatic")]
    return Sheet(told.say("sheet.summary"), (), [(line,) for line in lines], (120,), above)


def _sheet(table: Table, told: Speech) -> Sheet:
    rows: list[tuple[Cell, ...]] = list(table.rows) or [(told.say("table.nothing"),)]
    widths = (_WIDE.get(table.name, _FIRST), *(_OTHER for _ in table.heads[1:]))
    return Sheet(told.say(f"sheet.{table.name}"), table.heads, rows, widths, (told.say(f"table.{table.name}"),))


@cache
def _environment(locale: str) -> Environment:
    told = speech(locale)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)

    def as_told(cell: Any) -> str:
        return told.number(cell) if isinstance(cell, int) else str(cell)

    environment.filters["as_told"] = as_told
    return environment
