"""Several sources of one system: what one of them no longer tells may stand in another by now, and is not missing then.

Settled when the last of them was looked at. Each leaves what it told of rows that another had told last.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from tasks.rules.difference_model import DifferenceClass, Finding
from tasks.run_context import Run
from tasks.settings import Source
from tasks.side_reading import Side
from tasks.side_tally import month_of

_TOLD: Final = "told_of_mates"  # in `run.kept`: system → keys


def mates(run: Run, system: str) -> list[Source]:
    """The sources of that system."""
    return [one for one in run.settings.sources if one.dataset == "dossiers" and one.system == system]


def remember_told(run: Run, source: Source, side: Side) -> None:
    """What it told of rows that a mate had told last."""
    if len(mates(run, source.system)) > 1:
        told: dict[str, set[str]] = run.kept.setdefault(_TOLD, {})
        told.setdefault(source.system, set()).update(side.told_of_others())


def settle_mates(run: Run, system: str) -> None:
    """When all were looked at that are asked for: missing is what none of them told. Where one was not read, nobody
    knows.
    """
    comparison, all_of_them = run.comparison, mates(run, system)
    asked = [one for one in all_of_them if comparison.scope.holds_source(one.name)]
    if len(all_of_them) < 2 or any(one.name not in comparison.sides for one in asked):
        return
    sides = [comparison.sides.get(one.name) for one in all_of_them]
    is_known = all(side is not None and side.judged for side in sides)
    told: set[str] = run.kept.get(_TOLD, {}).get(system, set())
    lost = [f for f in comparison.findings if f.system == system and f.kind is DifferenceClass.MISSING_IN_SOURCE]
    gone = {finding.id: finding for finding in lost if not is_known or finding.key in told}
    comparison.findings[:] = [finding for finding in comparison.findings if finding.id not in gone]
    comparison.undecided |= {(system, finding.key) for finding in gone.values() if finding.key not in told}
    for one in asked:
        _take_back(run, one.name, [finding for finding in gone.values() if finding.source == one.name], told)


def _take_back(run: Run, name: str, gone: Collection[Finding], told: Collection[str]) -> None:
    """Its side lacks them no more; where nobody knows, the segment is read again next time."""
    comparison = run.comparison
    side = comparison.sides[name]
    comparison.sides[name] = replace(side, lacking=side.lacking - {finding.key for finding in gone})
    unsure = {(finding.unit_code, month_of(finding.day)) for finding in gone if finding.key not in told}
    if name in comparison.compared:
        kept = [one for one in comparison.compared[name] if (one.unit_code, one.month) not in unsure]
        comparison.compared[name] = kept
