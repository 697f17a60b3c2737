"""What is said of records told twice: a key several times in one body, one dossier under several keys.

Found by `warehouse/comparing_doubles`; what is said of records that differ is `side_findings`'.
"""

from typing import Final

from tasks.rules.column_rules import hanoi_day
from tasks.rules.difference_life import REFS
from tasks.rules.difference_model import OPS, DifferenceClass, Finding
from tasks.side_findings import SIDES, Ground, is_asked, told_at
from tasks.side_values import place_of, shown_key, shown_place, typed
from warehouse.comparing import Row
from warehouse.comparing_doubles import Double, Repeat

_SHOWN: Final = 5  # keys that a finding names


def repeat_finding(ground: Ground, repeat: Repeat) -> Finding | None:
    """One key several times in one body; None where it is not asked for."""
    row = repeat.row
    is_good = "content" not in row
    place = place_of(row) if is_good else shown_place(_read(ground, row), ground.units)
    if not is_asked(ground.scope, place):
        return None
    code, unit, day = place
    return Finding(
        kind=DifferenceClass.DUPLICATE,
        unit_code=unit,
        system=ground.system,
        key=repeat.key if is_good else shown_key(repeat.key, row["content_hash"], ground.units),
        code=code,
        sides="source",
        source=ground.source,
        day=day,
        owner=unit or OPS,
        facts={"times": repeat.times, REFS: told_at(ground, row)},
    )


def double_finding(ground: Ground, double: Double) -> Finding | None:
    """One dossier under several keys, named by code, unit and year, which all of them share; None: not asked for."""
    place = (double.code, double.unit_code, hanoi_day(double.received_at))
    if not is_asked(ground.scope, place):
        return None
    keys = sorted({*double.in_source, *double.in_warehouse})
    standing = {"source": len(double.in_source), "warehouse": len(double.in_warehouse)}
    return Finding(
        kind=DifferenceClass.DUPLICATE,
        unit_code=double.unit_code,
        system=ground.system,
        key=f"{double.code}|{double.unit_code}|{double.year}",
        code=double.code,
        sides=SIDES,
        source=ground.source,
        day=place[2],
        owner=double.unit_code or OPS,
        facts={"keys": keys[:_SHOWN], "times": len(keys), REFS: standing},
    )


def _read(ground: Ground, row: Row) -> Row:
    return typed(ground.dataset, row["content"] or {}, ground.fills)
