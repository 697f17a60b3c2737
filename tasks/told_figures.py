"""What sources count themselves: from the software's own statistics, or from a file that somebody asked to be used.

Agencies become units by the source's map. Nothing is judged here, nothing asked of a source: what it told at its last
pull is in the warehouse.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from tasks.intake.normalise import UNMAPPED
from tasks.intake.text import clean_code
from tasks.intake.unit_map import UnitMap, load_unit_map
from tasks.narration import logger
from tasks.rules.difference_model import Notice
from tasks.rules.model import SourceLine
from tasks.rules.punctuality_tally import ToldFigures
from tasks.run_context import Run
from tasks.settings import OpencpsSource
from tasks.sources.base import SourceFault
from tasks.sources.statistics_file import read_statistics
from warehouse import source_figures

_NAMES: Final = {"early": "betimesCount", "on_time": "ontimeCount", "late": "overtimeCount"}
_UNRESOLVED: Final = "unresolvedCount"
_STATISTICS: Final = "statistics"  # what such a file is called among the datasets of a run's report


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The figures of one teller: configured sources and their systems, or a file that speaks of all of them."""

    name: str
    sources: frozenset[str]
    systems: frozenset[str]
    figures: tuple[ToldFigures, ...] = ()
    of_file: bool = False


def told_figures(run: Run, conn: Connection) -> list[Told]:
    """One for the file asked for, else one for every source of dossiers in scope; those that tell nothing too.

    A file or a map that cannot be read is a failed line of the run and a notice; the rest is compared.
    """
    scope, asked = run.comparison.scope, run.request.asked.statistics
    sources = [s for s in run.settings.sources if s.dataset == "dossiers" and scope.holds_source(s.name)]
    if not sources:
        return []
    if asked:
        names, systems = frozenset(s.name for s in sources), frozenset(s.system for s in sources)
        figures = tuple(_of_file(run, asked))
        return [Told(name=asked, sources=names, systems=systems, figures=figures, of_file=True)]
    return [
        Told(
            name=source.name,
            sources=frozenset({source.name}),
            systems=frozenset({source.system}),
            figures=tuple(_of_software(run, conn, source)) if isinstance(source, OpencpsSource) else (),
        )
        for source in sources
    ]


def _of_file(run: Run, name: str) -> Iterator[ToldFigures]:
    try:
        lines = read_statistics(run.settings.reconcile.registers, name)
    except SourceFault as fault:
        sentence = fault.sentence(run.settings.locale)
        _unreadable(run, name, sentence)
        run.sources[name] = SourceLine(
            name=name, dataset=_STATISTICS, state="failed", error=sentence, error_code=fault.code
        )
        return
    for one in lines:
        if run.comparison.scope.holds_unit(one.unit_code):
            yield ToldFigures(
                source=name,
                unit_code=one.unit_code,
                period_from=one.period_from,
                period_to=one.period_to,
                early=one.early,
                on_time=one.on_time,
                late=one.late,
            )


def _of_software(run: Run, conn: Connection, source: OpencpsSource) -> Iterator[ToldFigures]:
    """What it told last of each month; agencies that mean one unit are added up."""
    try:
        unit_map = load_unit_map(source.unit_map) if source.unit_map else None
    except SourceFault as fault:
        _unreadable(run, source.name, fault.sentence(run.settings.locale))
        return
    told: dict[tuple[str, date, date], list[Mapping[str, Any]]] = defaultdict(list)
    for row in _of_all_fields(source_figures.latest(conn, source.name)):
        unit = _unit(row["agency"], row["period_to"], unit_map)
        if run.comparison.scope.holds_unit(unit) and set(_NAMES.values()) <= row["figures"].keys():
            told[unit, row["period_from"], row["period_to"]].append(row)
    for (unit, first, last), rows in sorted(told.items()):
        counts = {ours: sum(int(row["figures"][theirs]) for row in rows) for ours, theirs in _NAMES.items()}
        yield ToldFigures(
            source=source.name,
            unit_code=unit,
            period_from=first,
            period_to=last,
            unresolved=sum(int(row["figures"].get(_UNRESOLVED, 0)) for row in rows),
            told_at=min(row["as_of"] for row in rows),
            **counts,
        )


def _of_all_fields(rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The total of each agency and period; its fields one by one where it told no total."""
    by_place: dict[tuple[Any, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_place[row["agency"], row["period_from"], row["period_to"]].append(row)
    for told in by_place.values():
        yield from [row for row in told if not row["field"]] or told


def _unit(agency: str, day: date, unit_map: UnitMap | None) -> str:
    """The unit that an agency meant; "" stays what it is, all of them together."""
    if not agency or unit_map is None:
        return clean_code(agency)
    return unit_map.unit_code(agency, day) or UNMAPPED + agency


def _unreadable(run: Run, name: str, sentence: str) -> None:
    run.comparison.notices.append(Notice(code="statistics_unreadable", params={"file": name, "why": sentence}))
    logger().error("%s: statistics cannot be read", name)
