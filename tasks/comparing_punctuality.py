"""Compare punctuality: early, on time and late by the source's own figures, by its definition, and by law.

Where figures come from is told in `told_figures`; a dossier is judged by `rules/punctuality`. Only finished dossiers of
the periods compared are read, page by page.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from tasks import records_from_rows as read
from tasks.gather import data_moments
from tasks.narration import logger
from tasks.rules.deadlines import DeadlineMemo
from tasks.rules.difference_model import Notice
from tasks.rules.dossier_history import dates_of
from tasks.rules.punctuality import Definition, Reason, Verdict, by_law, by_source, when_finished, why_different
from tasks.rules.punctuality_tally import Judged, Tally, row_of
from tasks.rules.punctuality_targets import Target, targets, units_of
from tasks.rules.records import DossierFile
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import CalendarUnknownError
from tasks.run_context import Run, current
from tasks.settings import OpencpsSource
from tasks.told_figures import Told, told_figures
from warehouse import current as current_rows
from warehouse import punctuality_rows as rows

_Tallies = dict[tuple[int, str], Tally]  # by place of the target and unit, "" for all units


@task(name="compare punctuality", cache_policy=NO_CACHE, persist_result=False)
def compare_punctuality(run_id: str) -> dict[str, int]:
    """Rows by unit and period into the comparison; how many rows, dossiers judged, and dossiers judged differently."""
    run = current(run_id)
    with run.store.reading() as conn:
        told = told_figures(run, conn)
        chosen = [(target, one) for one in told for target in _targets(run, one)]
        tallies, judged = _tallied(run, conn, [target for target, _ in chosen])
    found = [row for place, (target, one) in enumerate(chosen) for row in _rows(run, place, target, one, tallies)]
    run.comparison.parity += found
    gaps = sum(row["gap_count"] for row in found)
    logger().info("punctuality: %d finished dossiers in %d rows, %d judged differently", judged, len(found), gaps)
    return {"rows": len(found), "dossiers": judged, "gaps": gaps}


def _targets(run: Run, told: Told) -> list[Target]:
    kinds = {isinstance(s, OpencpsSource) for s in run.settings.sources if s.name in told.sources}
    definition = Definition.MINUTE if kinds == {True} else Definition.DAY
    scope, as_of = run.comparison.scope, run.clock.as_of
    return targets(told.name, told.systems, definition, told.figures, scope, as_of, all_told=told.of_file)


def _tallied(run: Run, conn: Connection, chosen: Sequence[Target]) -> tuple[_Tallies, int]:
    """What was judged, and how many dossiers that were."""
    tallies: _Tallies = defaultdict(Tally)
    if not chosen:
        return tallies, 0
    systems, units = frozenset().union(*(t.systems for t in chosen)), run.comparison.scope.units
    if bare := rows.without_date(conn, systems, units):
        run.comparison.notices.append(Notice(code="finished_without_date", params={"n": bare}))
    begin, end, count = min(t.begin for t in chosen), max(t.end for t in chosen), 0
    judge = _Judge(run, conn)
    for page in rows.finished(conn, systems, units, begin, end):
        for row, dossier in zip(page, judge.files(page), strict=True):
            finished_at = row["resolved_at"] or row["returned_at"]
            mine = [(n, t.definition) for n, t in enumerate(chosen) if t.holds(row["system"], finished_at)]
            for definition in {definition for _, definition in mine}:
                one = judge.verdicts(dossier, finished_at, definition, due_by_day=row["due_precision"] == "day")
                for place in (n for n, by in mine if by is definition):
                    tallies[place, row["unit_code"]].add(one)
                    tallies[place, ""].add(one)
            count += bool(mine)
    return tallies, count


class _Judge:
    """Verdicts on finished dossiers, with what is the same for all of them read once."""

    def __init__(self, run: Run, conn: Connection) -> None:
        self._run, self._conn = run, conn
        self._catalogue = read.procedures(current_rows.current_rows(conn, "procedures"))
        self._moments = data_moments(conn)
        self._known: DeadlineMemo = {}

    def files(self, page: Sequence[Mapping[str, Any]]) -> list[DossierFile]:
        """The dossiers of a page with their events, in its order."""
        events = current_rows.events_for(self._conn, {(row["system"], row["dossier_code"]) for row in page})
        named = {(event["system"], event["dossier_code"]) for event in events}
        siblings = current_rows.dossiers_by_code(self._conn, named)
        return read.dossier_files(page, events, self._catalogue, self._moments, siblings=siblings)

    def verdicts(
        self, dossier: DossierFile, finished_at: datetime, definition: Definition, *, due_by_day: bool
    ) -> Judged:
        """All that is said of one dossier."""
        appointment = dossier.record.due_at
        told = by_source(finished_at, appointment, definition, due_by_day=due_by_day)
        law, due_on, reason = self._by_law(dossier, finished_at, told)
        return Judged(
            code=dossier.record.dossier_code,
            finished_on=_day(finished_at),
            appointment_on=_day(appointment) if appointment else None,
            due_on=due_on,
            by_source=told,
            by_day=by_source(finished_at, appointment, Definition.DAY, due_by_day=due_by_day),
            by_law=law,
            reason=reason,
        )

    def _by_law(
        self, dossier: DossierFile, finished_at: datetime, told: Verdict
    ) -> tuple[Verdict, date | None, Reason | None]:
        calendar, hours = self._run.calendar, self._run.hours
        state = when_finished(dossier, finished_at)
        try:
            dates = dates_of(dossier, state, calendar, hours, known=self._known)
            law = by_law(finished_at, dates, calendar)
            if law is told:
                return law, dates.due_on, None
            unpaused = replace(state, pauses=())
            reason = why_different(
                finished_at,
                dossier.record.due_at,
                state,
                dates,
                lambda: dates_of(dossier, unpaused, calendar, hours, known=self._known).own_on,
            )
        except CalendarUnknownError:
            return Verdict.UNKNOWN, None, Reason.CALENDAR_UNKNOWN
        return law, dates.due_on, reason


def _rows(run: Run, place: int, target: Target, told: Told, tallies: _Tallies) -> Iterator[Mapping[str, Any]]:
    """One row for each unit of which anything was counted, by whomever; all together where the source tells so."""
    figures = units_of(told.figures, target.period)
    judged = {unit for one, unit in tallies if one == place and unit}
    for unit in sorted(judged | {unit for unit, told_of in figures.items() if any(told_of.counts.values())}):
        if run.comparison.scope.holds_unit(unit):
            tally = tallies.get((place, unit), Tally())
            yield row_of(target.source, unit, target.period, tally, target.definition, figures.get(unit))


def _day(moment: datetime) -> date:
    return moment.astimezone(HANOI).date()
