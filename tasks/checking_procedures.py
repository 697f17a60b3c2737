"""Check procedures: what units received and have on display, held against the catalogue in force (article 004, V07).

Everything is counted by the database and judged by `rules/procedure_rules`; here both are brought together.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from tasks.comparing_registers import BOOKS
from tasks.narration import logger
from tasks.rules import procedure_rules as rules
from tasks.rules.difference_model import Comparison, DifferenceClass, Finding, Notice
from tasks.rules.procedures_in_force import Catalogue, ListedProcedure
from tasks.rules.register_meaning import heirs_of
from tasks.rules.timezone import HANOI
from tasks.run_context import Run, current
from warehouse import procedure_counts as counts
from warehouse.current import current_rows, unit_succession

_RECEIVED: Final = (DifferenceClass.REPEALED_PROCEDURE, DifferenceClass.UNKNOWN_PROCEDURE)


@task(name="check procedures", cache_policy=NO_CACHE, persist_result=False)
def check_procedures(run_id: str) -> dict[str, int]:
    """Procedures received or displayed although repealed, replaced or unknown, and fields never received, by class."""
    run = current(run_id)
    with run.store.reading() as conn:
        catalogue = Catalogue.of(_listed(row) for row in current_rows(conn, "procedures"))
        if not catalogue.lines:
            run.comparison.notices.append(Notice(code="procedures_catalogue_empty"))
            return {}
        found = list(_findings(run, conn, catalogue))
    run.comparison.findings += found
    told = Counter(finding.kind.value for finding in found)
    logger().info("procedures: %s", ", ".join(f"{kind} {n}" for kind, n in sorted(told.items())) or "in order")
    return dict(told)


def _findings(run: Run, conn: Connection, catalogue: Catalogue) -> Iterator[Finding]:
    comparison, question = run.comparison, _question(run.comparison)
    groups = [_group(one) for one in counts.received(conn, question)]
    _note(comparison, "dossiers_without_procedure", sum(g.asked for g in groups if not g.procedure_code))
    spans = rules.windows(groups, catalogue)
    within = counts.received_in(conn, question, ((w.procedure_code, _start(w.first), _after(w.last)) for w in spans))
    yield from rules.received_findings((_in_window(one, spans) for one in within), catalogue)
    every_source = not comparison.scope.sources  # what one of several told neither mends nor proves anything of all
    if every_source:
        comparison.covered.update(_RECEIVED)

    posted = [
        rules.Posted(unit_code=unit, procedure_code=code, seen_on=day)
        for unit, code, day in counts.on_display(conn, comparison.scope.units, run.business_date)
    ]
    if posted:
        yield from rules.posted_findings(posted, catalogue)
        comparison.covered.add(DifferenceClass.POSTED_REPEALED)
    elif not counts.on_display(conn, frozenset(), run.business_date):  # of no unit: nobody ever told them
        comparison.notices.append(Notice(code="postings_none"))
    if every_source:
        yield from _never_received(run, conn, catalogue, groups, posted)


def _never_received(
    run: Run, conn: Connection, catalogue: Catalogue, groups: list[rules.Received], posted: list[rules.Posted]
) -> Iterator[Finding]:
    """Of units that the software knows at all: of the others it is not known whether their software is connected.

    Judged as of the run's day over all time: another period is no other answer.
    """
    comparison, day = run.comparison, run.business_date
    known, displaying = {group.unit_code for group in groups}, {one.unit_code for one in posted}
    performers, silent = [], 0
    for unit in _performers(current_rows(conn, "units"), day):
        if comparison.scope.holds_unit(unit.unit_code):
            judged = unit.unit_code in known or unit.unit_code in displaying
            performers += [unit] if judged else []
            silent += not judged and bool(unit.levels)
    listed = {unit.unit_code for unit in performers}
    performers += [rules.Performer(unit_code=code) for code in sorted(displaying - listed)]
    _note(comparison, "units_without_dossiers", silent)
    paper = rules.on_paper(_on_paper(run), catalogue)
    forebears = heirs_of((row["new_code"], row["old_code"]) for row in unit_succession(conn))
    before = _received_before(conn, comparison.scope.units, forebears)
    yield from rules.never_received(performers, posted, [*groups, *before], catalogue, day, paper, forebears)
    comparison.covered.add(DifferenceClass.FIELD_NEVER_RECEIVED)


def _received_before(
    conn: Connection, units: frozenset[str], forebears: Mapping[str, frozenset[str]]
) -> Iterator[rules.Received]:
    """What came to the units that these followed and that are not asked for themselves; `units`: empty is all."""
    before = {one for unit in units for one in forebears.get(unit, ())} - units
    if before:
        yield from (_group(one) for one in counts.received(conn, counts.Question(units=before)))


def _question(comparison: Comparison) -> counts.Question:
    scope = comparison.scope
    return counts.Question(
        units=scope.units,
        sources=scope.sources,
        begin=_start(scope.period_from) if scope.period_from else None,
        end=_after(scope.period_to) if scope.period_to else None,
    )


def _listed(row: dict[str, Any]) -> ListedProcedure:
    return ListedProcedure(
        code=row["procedure_code"],
        name=row["name"],
        field=row["field"] or "",
        level=row["level"] or "",
        status=row["status"] or "",
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        replaced_by=row["replaced_by"] or "",
    )


def _performers(rows: Iterable[dict[str, Any]], day: date) -> Iterator[rules.Performer]:
    for row in rows:
        if (row["valid_from"] or date.min) <= day <= (row["valid_to"] or date.max):
            yield rules.Performer(unit_code=row["unit_code"], kind=row["kind"], level=row["level"] or "")


def _on_paper(run: Run) -> Iterator[tuple[str, str]]:
    """Unit and procedure of every register line that was read before, whatever period is asked for."""
    for book in run.kept.get(BOOKS, ()):
        yield from ((line.unit_code, line.procedure) for line in book.lines)


def _group(one: counts.Counted) -> rules.Received:
    return rules.Received(
        unit_code=one.unit_code,
        procedure_code=one.procedure_code,
        field=one.field,
        count=one.count,
        asked=one.asked,
        first=_day(one.first),
        last=_day(one.last),
    )


def _in_window(one: counts.CountedInSpan, spans: list[rules.Window]) -> rules.InWindow:
    return rules.InWindow(
        unit_code=one.unit_code,
        window=spans[one.span],
        count=one.count,
        asked=one.asked,
        first=_day(one.first),
        last=_day(one.last),
        dossiers=tuple(one.dossiers),
    )


def _note(comparison: Comparison, code: str, n: int) -> None:
    if n:
        comparison.notices.append(Notice(code=code, params={"n": n}))


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=HANOI)


def _after(day: date) -> datetime:
    return _start(day + timedelta(days=1))


def _day(moment: datetime) -> date:
    return moment.astimezone(HANOI).date()
