"""The tables and sentences of a report: one value that page, workbook and mail draw from, so that they say the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tasks.reports.period_speech import SMALL, Speech
from tasks.reports.workbook import Cell
from tasks.rules.report_model import FINISHED, JUDGED, OPEN, OVERDUE, REMEDIES, Figure, Line, Remedy, Report

_REMEDY_HEADS = {Remedy.UNDATED: "no_date"}
_DEFINITIONS = ("period", "due", "verdict", "undated", "open", "unit", "remedy", "small", "version")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Headings and rows; the last row is the sum where `summed`."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    summed: bool = False


def tables_of(report: Report, told: Speech) -> tuple[Table, ...]:
    """In reading order."""
    return (
        *(_finished(report, told, by) for by in ("units", "fields")),
        *(_open(report, told, by) for by in ("units", "fields")),
        _remedies(report, told),
        _sources(report, told),
        Table(name="reasons", heads=_heads(told, "reason", "rows"), rows=report.reasons),
        _mails(report, told),
    )


def unit_table(report: Report, told: Speech) -> Table:
    """What a mail shows: unit, finished, late, open, overdue now."""
    heads = _heads(told, "unit", "finished", "late", "open", "overdue_open")
    figures = (FINISHED, (Figure.LATE,), OPEN, OVERDUE)
    rows = _rows(report, told, "units", FINISHED + OPEN, lambda one: [one.sum(*some) for some in figures])
    return Table(name="mail_units", heads=heads, rows=rows, summed=True)


def lead_of(report: Report, told: Speech) -> list[str]:
    """What matters in three sentences."""
    total, remedy = report.total, report.remedy_total
    finished, number = total.sum(*FINISHED), told.number
    counts = {figure.value: number(total.sum(figure)) for figure in JUDGED}
    share = _share(total, told)
    lines = [told.say("lead.nothing")]
    if finished:
        text = told.say("lead.share", share=share) if share else ""
        lines = [told.say("lead.finished", finished=number(finished), share=text, **counts)]
    overdue, paused = number(total.sum(*OVERDUE)), number(total.sum(Figure.PAUSED))
    lines.append(told.say("lead.open", open=number(total.sum(*OPEN)), overdue=overdue, paused=paused))
    if not remedy.sum(*REMEDIES):
        return [*lines, told.say("lead.no_remedies")]
    stands = {one.value: number(remedy.sum(one)) for one in REMEDIES}
    return [*lines, told.say("lead.remedies", all=number(remedy.sum(*REMEDIES)), **stands)]


def quality_of(report: Report, told: Speech) -> list[str]:
    """What the figures are worth."""
    stale = [source.name for source in report.sources if not source.fresh]
    lines = [told.say("quality.stale", names=", ".join(stale)) if stale else told.say("quality.all_fresh")]
    aside = sum(source.quarantined for source in report.sources)
    lines += [told.say("quality.rows", n=told.number(aside))] if aside else []
    bare = report.finished_without_date
    return lines + ([told.say("quality.without_date", n=told.number(bare))] if bare else [])


def disputes_of(report: Report, told: Speech) -> str:
    """How many figures were disputed, and how that ended."""
    return told.say("disputes.line", **{name: told.number(n) for name, n in report.disputes.items()})


def definitions_of(report: Report, told: Speech) -> list[str]:
    """How everything was counted: printed with every report."""
    values = {"soon": report.due_soon_days, "small": SMALL}
    versions = {"calendar": report.calendar_version, "rules": report.rule_version}
    return [told.say(f"definitions.{name}", **values, **versions) for name in _DEFINITIONS]


def _finished(report: Report, told: Speech, by: str) -> Table:
    heads = _heads(told, by.removesuffix("s"), "received", "finished", *FINISHED, "share")

    def cells(one: Line) -> list[Cell]:
        share = _share(one, told) or "–"
        return [one.sum(Figure.RECEIVED), one.sum(*FINISHED), *(one.sum(figure) for figure in FINISHED), share]

    rows = _rows(report, told, by, (Figure.RECEIVED, *FINISHED), cells)
    return Table(name=f"finished_{by}", heads=heads, rows=rows, summed=True)


def _open(report: Report, told: Speech, by: str) -> Table:
    heads = _heads(told, by.removesuffix("s"), "open", *OPEN)
    rows = _rows(report, told, by, OPEN, lambda one: [one.sum(*OPEN), *(one.sum(figure) for figure in OPEN)])
    return Table(name=f"open_{by}", heads=heads, rows=rows, summed=True)


def _remedies(report: Report, told: Speech) -> Table:
    heads = _heads(told, "unit", "all", *(_REMEDY_HEADS.get(one, one.value) for one in Remedy))
    lines = [(_unit(one), one) for one in report.remedies] + [(told.say("word.total"), report.remedy_total)]
    rows: list[tuple[Cell, ...]] = [
        (name, one.sum(*REMEDIES), *(one.sum(figure) for figure in Remedy)) for name, one in lines
    ]
    return Table(name="remedies", heads=heads, rows=tuple(rows), summed=True)


def _sources(report: Report, told: Speech) -> Table:
    names = ("source", "dataset", "data_moment", "fresh", "refused", "quarantined", "quarantined_new")
    rows = [
        (
            one.name,
            one.dataset,
            told.moment(one.data_moment) if one.data_moment else told.say("word.never"),
            told.say("word.yes" if one.fresh else "word.no"),
            one.refused,
            one.quarantined,
            one.quarantined_new,
        )
        for one in report.sources
    ]
    return Table(name="sources", heads=_heads(told, *names), rows=tuple(rows))


def _mails(report: Report, told: Speech) -> Table:
    states = ("handed", "uncertain", "not_sent")
    rows: list[tuple[Cell, ...]] = [
        (told.say(f"mails.{one.key}"), *(one.sum(state) for state in states)) for one in report.mails
    ]
    return Table(name="mails", heads=_heads(told, "audience", *states), rows=tuple(rows))


def _rows(
    report: Report, told: Speech, by: str, figures: Sequence[Figure], cells: Callable[[Line], list[Cell]]
) -> tuple[tuple[Cell, ...], ...]:
    """The lines that have any of the figures, and the sum of all."""
    lines = report.units if by == "units" else report.fields
    kept = [one for one in lines if one.sum(*figures)]
    names = [_unit(one) if by == "units" else one.name or told.say("word.no_field") for one in kept]
    named = [*zip(names, kept, strict=True), (told.say("word.total"), report.total)]
    return tuple((name, *cells(one)) for name, one in named)


def _unit(line: Line) -> str:
    return line.name if line.name == line.key else f"{line.name} ({line.key})"


def _share(line: Line, told: Speech) -> str:
    return told.share(line.sum(Figure.EARLY, Figure.ON_TIME), line.sum(*JUDGED))


def _heads(told: Speech, *names: str) -> tuple[str, ...]:
    return tuple(told.say(f"heads.{name}") for name in names)
