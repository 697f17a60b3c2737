"""From a run's comparison and the book of differences to the plain values a result is told from. Nothing is decided.

What the run found lies over what the book says: so a dry run, which writes nothing, tells the same as a real one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from tasks.comparing_registers import BOOKS
from tasks.reconcile_book import PREVIEW, STORED
from tasks.reports.reconciliation_model import DifferenceLine, Reconciliation, SideLine
from tasks.rules.column_rules import column_rules
from tasks.rules.datasets import DOSSIERS
from tasks.rules.difference_life import Place, is_asked
from tasks.rules.difference_model import DifferenceClass
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import CalendarUnknownError, WorkingCalendar
from tasks.run_context import Run
from tasks.storing_differences import CHANGES
from warehouse import current, difference_report, freshness, source_units
from warehouse.differences import Change

_SAME = ("id", "kind", "state", "owner", "unit_code", "system", "code", "sides", "book", "page", "line", "source")
_ALSO = ("day", "cause", "first_seen_at", "returned", "explanation")
_FOUND = ("owner", "unit_code", "system", "key", "code", "column", "sides", "book", "page", "line", "source", "day")


def result_of(run: Run) -> Reconciliation:
    """Everything this reconciliation says, after its findings were stored (or weighed, in a dry run)."""
    comparison, asked = run.comparison, run.request.asked
    with run.store.reading() as conn:
        lines = _lines(run, difference_report.told_by(conn, run.run_id))
        names = current.unit_names(conn, run.business_date)
        holders = _holders(run, conn)
        sides = [*_sources(run, holders), *_warehouse(run, conn, holders), *_registers(run)]
        procedures, since = _procedures(conn, lines), _since(conn, lines)
    return Reconciliation(
        run_id=run.run_id,
        as_of=run.clock.as_of.astimezone(HANOI),
        scope=comparison.scope,
        asked_by=asked.asked_by,
        reason=run.request.reason,
        depth=asked.depth,
        dry_run=run.dry_run,
        other_day=run.dry_run and not run.request.dry_run,
        sides=sides,
        presence=dict(comparison.presence),
        counts=run.kept.get(STORED, {}),
        differences=lines,
        notices=list(comparison.notices),
        rates=list(comparison.rates),
        parity=list(comparison.parity),
        rules=[(rule.column, rule.how.value) for rule in column_rules(DOSSIERS)],
        preview=run.kept.get(PREVIEW),
        unit_names=names,
        reasons=_reasons(lines, run.settings.locale),
        procedures=procedures,
        unit_since=since,
    )


def _lines(run: Run, rows: Iterable[Mapping[str, Any]]) -> list[DifferenceLine]:
    """What stands open or explained in scope, and what this run has fixed."""
    told = {row["id"]: _stored(row) for row in rows}
    for change in run.kept.get(CHANGES, ()):
        told[change.id] = _moved(told.get(change.id, {}), change)
    scope, calendar, today = run.comparison.scope, run.calendar, run.business_date
    found = {change.id for change in run.kept.get(CHANGES, ())}
    return [
        DifferenceLine(**values, age=_age(values.get("first_seen_at"), today, calendar))
        for name, values in sorted(told.items())
        if name in found or is_asked(scope, _place(values))
    ]


def _stored(row: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: row[name] for name in (*_SAME, *_ALSO)}
    return told | {"key": row["record_key"], "column": row["column_name"], "facts": row["facts"]}


def _moved(stored: Mapping[str, Any], change: Change) -> dict[str, Any]:
    told = {"first_seen_at": change.life.last_seen_at} | dict(stored)
    told |= {"id": change.id, "news": change.news.value, "state": change.life.state.value}
    told["returned"] = change.life.returned
    if (finding := change.finding) is not None:
        told |= {name: getattr(finding, name) for name in _FOUND}
        told |= {"kind": finding.kind.value, "cause": finding.cause.value, "facts": dict(finding.facts)}
    return told


def _reasons(lines: Iterable[DifferenceLine], locale: str) -> dict[str, str]:
    """Why records lie in quarantine, in the words of the quarantine."""
    codes = {str(code) for line in lines for code in line.facts.get("reasons", ())}
    if not codes:
        return {}
    from expectations.sentences import sentence  # heavy, and seldom needed

    return {code: sentence(code, locale) for code in sorted(codes)}


def _procedures(conn: Connection, lines: Iterable[DifferenceLine]) -> dict[str, str]:
    """Names of the procedures that the lines name."""
    told = [(one.code, one.facts.get("replaced_by"), *one.facts.get("procedures", ())) for one in lines if not one.key]
    codes = {str(code) for some in told for code in some if code}
    rows = current.current_rows(conn, "procedures") if codes else []
    return {row["procedure_code"]: row["name"] for row in rows if row["procedure_code"] in codes and row["name"]}


def _since(conn: Connection, lines: Iterable[DifferenceLine]) -> dict[str, date]:
    """Since when there are the units of which a field never came through the software."""
    units = {one.unit_code for one in lines if one.kind == DifferenceClass.FIELD_NEVER_RECEIVED}
    rows = current.current_rows(conn, "units") if units else []
    return {row["unit_code"]: row["valid_from"] for row in rows if row["unit_code"] in units and row["valid_from"]}


def _holders(run: Run, conn: Connection) -> dict[str, frozenset[str]]:
    """Source → the units of which it has dossiers, here or only there."""
    held = source_units.units_by_source(conn)
    sides = run.comparison.sides.items()
    return {name: held.get(name, frozenset()) | {unit for _, unit, _ in side.extra.values()} for name, side in sides}


def _place(values: Mapping[str, Any]) -> Place:
    names = ("unit_code", "system", "key", "sides", "book", "source", "day")
    return Place(kind=DifferenceClass(values["kind"]), **{name: values[name] for name in names})


def _age(since: datetime | None, today: date, calendar: WorkingCalendar) -> int | None:
    """Working days since then; None where the calendar of that year is not known."""
    if since is None:
        return None
    first = since.astimezone(HANOI).date()
    try:
        return calendar.working_days_between(first, today) if first < today else 0
    except CalendarUnknownError:
        return None


def _sources(run: Run, holders: Mapping[str, frozenset[str]]) -> Iterator[SideLine]:
    for name, side in sorted(run.comparison.sides.items()):
        yield SideLine(
            kind="source",
            name=name,
            judged=side.judged,
            moment=side.looked_at,
            read=side.read,
            requests=side.requests,
            segments=side.segments,
            segments_read=side.segments_read,
            moving=side.moving,
            units=holders[name] if side.judged else frozenset(),
        )


def _warehouse(run: Run, conn: Connection, holders: Mapping[str, frozenset[str]]) -> Iterator[SideLine]:
    """How far the warehouse had been brought, source by source."""
    loaded = freshness.latest_loads(conn)
    for name, side in sorted(run.comparison.sides.items()):
        state = loaded.get(name)
        moment, units = state.data_moment if state else None, holders[name]
        held = side.held if side.judged else None  # nobody counted what is here of a side that was not seen
        yield SideLine(kind="warehouse", name=name, moment=moment, read=held, units=units)


def _registers(run: Run) -> Iterator[SideLine]:
    units: dict[str, set[str]] = {}
    for book in run.kept.get(BOOKS, ()):
        for name in book.files:
            units.setdefault(name, set()).add(book.unit_code)
    for name in sorted(run.comparison.books):
        moment = _typed_off(Path(run.settings.reconcile.registers) / name)
        yield SideLine(kind="register", name=name, moment=moment, units=frozenset(units.get(name, ())))


def _typed_off(path: Path) -> datetime | None:
    """When a book was typed off: the day in the name of its file, else when that was last written."""
    for digits in re.findall(r"(?<!\d)20\d{6}(?!\d)", path.name):
        with suppress(ValueError):
            return datetime.strptime(digits, "%Y%m%d").replace(tzinfo=HANOI)
    with suppress(OSError):
        return datetime.fromtimestamp(path.stat().st_mtime, HANOI)
    return None


def file_names(units: Sequence[str]) -> dict[str, str]:
    """A file name for each unit code, "" being the one over all; codes that make the same name are told apart."""
    told, taken = {"": "doi-soat.xlsx"}, {"doi-soat.xlsx"}
    for code in units:
        plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_") else "-" for sign in code)
        name, again = f"doi-soat-{plain[:80]}.xlsx", 1
        while name.lower() in taken:
            again += 1
            name = f"doi-soat-{plain[:80]}-{again}.xlsx"
        taken.add(name.lower())
        told[code] = name
    return told
