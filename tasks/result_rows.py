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
from warehouse import current, difference_report, freshness
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
        sides = [*_sources(run), *_warehouse(run, conn), *_registers(run)]
    return Reconciliation(
        run_id=run.run_id,
        as_of=run.clock.as_of.astimezone(HANOI),
        scope=comparison.scope,
        asked_by=asked.asked_by,
        reason=run.request.reason,
        depth=asked.depth,
        dry_run=run.dry_run,
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


def _sources(run: Run) -> Iterator[SideLine]:
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
        )


def _warehouse(run: Run, conn: Connection) -> Iterator[SideLine]:
    """How far the warehouse had been brought, source by source."""
    loaded = freshness.latest_loads(conn)
    for name, side in sorted(run.comparison.sides.items()):
        state = loaded.get(name)
        yield SideLine(kind="warehouse", name=name, moment=state.data_moment if state else None, read=side.held)


def _registers(run: Run) -> Iterator[SideLine]:
    for name in sorted(run.comparison.books):
        yield SideLine(kind="register", name=name, moment=_typed_off(Path(run.settings.reconcile.registers) / name))


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
