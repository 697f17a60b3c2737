"""From two sides of one record to what is said about it: findings with their causes, or that nothing can be said.

No reading here: rows come in as the warehouse types them. Columns are compared by `tasks/rules/column_rules`; where the
rows come from is `comparing_sources`', whether they moved meanwhile also `second_look`'s business.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, Final

from tasks.rules.column_rules import ColumnRule, differing, doubtful_value, plain_value
from tasks.rules.datasets import Dataset
from tasks.rules.difference_life import REFS
from tasks.rules.difference_model import Cause, DifferenceClass, Finding, Scope
from tasks.rules.timezone import HANOI
from tasks.side_values import Place, place_of, shown_key, shown_place, stored_hash, typed
from warehouse.comparing import Odd, Row

SIDES: Final = "source/warehouse"
_BODY: Final = len("sha256:") + 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What all records of a source have in common when they are judged.

    `newest`: the newest version when the look began: later ones are news. `began`, `ended`: when the look did.
    `last_pull`: as of when the source was last promoted. `promoted`: hashes of promoted bodies, None where bodies are
    no files. `fills`: times of day that stand for a date alone. `units`: codes that are known. `files`: names of
    the files that were read, by hash. `newest_promoted`: older files are not taken any more. `known_open`: dossiers
    that a pull takes although nobody has received them.
    """

    source: str
    system: str
    dataset: Dataset
    rules: tuple[ColumnRule, ...]
    scope: Scope
    newest: int
    began: datetime
    ended: datetime
    last_pull: datetime | None
    promoted: frozenset[str] | None
    fills: frozenset[time]
    units: frozenset[str]
    files: Mapping[str, str] = field(default_factory=dict)
    newest_promoted: datetime | None = None
    known_open: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One key: its findings, or that it moved while we looked, or that nobody can say.

    `is_overtaken`: the warehouse heard later news elsewhere. `is_unknown`: the file that told it is gone.
    """

    key: str
    findings: tuple[Finding, ...] = ()
    places: tuple[Place, ...] = ()
    is_moving: bool = False
    is_overtaken: bool = False
    is_unknown: bool = False
    hashes: frozenset[str] = frozenset()  # of what the source says
    good: Row | None = None


def judge_odd(ground: Ground, odd: Odd) -> Judged | None:
    """What is to be said of a record that may differ; None: nothing, or not asked for."""
    told = (
        [odd.good] if odd.good else [typed(ground.dataset, row["content"] or {}, ground.fills) for row in odd.refused]
    )
    sources = odd.refused if odd.good is None else (odd.good,)
    stand = [place_of(row) if odd.good else shown_place(row, ground.units) for row in told]
    places = (*([place_of(odd.version)] if odd.version else []), *stand)
    mine = [place for place in places if is_asked(ground.scope, place)]
    if not mine:
        return None
    common: dict[str, Any] = {"key": odd.key, "places": places}
    common["hashes"] = frozenset(row["content_hash"] for row in sources)
    version = odd.version
    columns = () if version is None else _columns(ground, told, version)
    if version is not None and not columns:
        return None
    if any(_is_moving(ground, row) for row in (*sources, *([version] if version else []))):
        return Judged(**common, is_moving=True)
    if version is not None and max(row["moment"] for row in sources) < version["data_moment"]:
        return Judged(**common, is_overtaken=True)
    if version is None:
        return Judged(**common, good=odd.good, findings=(_missing(ground, odd, mine[0]),))
    found = tuple(_field(ground, odd, version, told[0], name, mine[0]) for name in columns)
    return Judged(**common, good=odd.good, findings=found)


def judge_lost(ground: Ground, version: Row, *, is_told: bool) -> Judged:
    """A current row that the source did not tell; `is_told`: its absence means something."""
    place = place_of(version)
    common: dict[str, Any] = {"key": version["record_key"], "places": (place,)}
    if _is_moving(ground, version):
        return Judged(**common, is_moving=True)
    if not is_told:
        return Judged(**common, is_unknown=True)
    where = {"warehouse": version["source_ref"], "last_told": _minute(version["data_moment"])}
    return Judged(
        **common, findings=(_finding(ground, DifferenceClass.MISSING_IN_SOURCE, version, place, {REFS: where}),)
    )


def fields_of(ground: Ground, version: Row, row: Row) -> tuple[Finding, ...]:
    """Findings for the columns in which a sound record of the source differs from the current version."""
    odd = Odd(key=version["record_key"], version=version, good=row)
    place = next((p for p in (place_of(version), place_of(row)) if is_asked(ground.scope, p)), place_of(version))
    names = differing(ground.rules, row, version)
    return tuple(_field(ground, odd, version, row, name, place) for name in names)


def body_of(ref: str) -> str:
    """The hash of the body that a reference names."""
    return ref[len("sha256:") : _BODY]


def told_at(ground: Ground, row: Row) -> dict[str, str]:
    """Where a record of the source stands; of files also which one and as of when: it may have gone next time."""
    where = {"source": row["source_ref"]}
    if name := ground.files.get(body_of(row["source_ref"])):
        where |= {"file": name, "told": row["moment"].isoformat()}
    return where


def is_asked(scope: Scope, place: Place) -> bool:
    """Whether a record that stands there is asked for."""
    return scope.holds_unit(place[1]) and scope.holds_day(place[2])


def _is_moving(ground: Ground, row: Row) -> bool:
    """Written here, or changed at the source, after the look began; a date ahead of both is no sign of that."""
    if row.get("version_id", 0) > ground.newest or row.get("known_to") is not None:
        return True
    updated = row.get("updated_at")
    return "version_id" not in row and updated is not None and ground.began < updated <= ground.ended


def _columns(ground: Ground, told: Iterable[Row], version: Row) -> tuple[str, ...]:
    """Where every record of the source differs: one of two that contradict each other may well be ours."""
    found = [differing(ground.rules, row, version) for row in told]
    return tuple(rule.column for rule in ground.rules if all(rule.column in names for names in found))


def _missing(ground: Ground, odd: Odd, place: Place) -> Finding:
    row = odd.good or odd.refused[0]
    facts: dict[str, Any] = {REFS: told_at(ground, row)}
    if odd.good is not None:
        cause = Cause.BEHIND if _is_behind(ground, odd.key, odd.good) else Cause.UNKNOWN
        return _finding(ground, DifferenceClass.MISSING_IN_WAREHOUSE, {"record_key": odd.key}, place, facts, cause)
    facts["reasons"] = _reasons(odd)
    named = {"record_key": shown_key(odd.key, row["content_hash"], ground.units)}
    return _finding(ground, DifferenceClass.MISSING_IN_WAREHOUSE, named, place, facts, Cause.QUARANTINED)


def _field(ground: Ground, odd: Odd, version: Row, row: Row, name: str, place: Place) -> Finding:
    rule = next(one for one in ground.rules if one.column == name)
    ours, theirs = plain_value(rule, version), plain_value(rule, row)
    source = odd.good or odd.refused[0]
    where = told_at(ground, source) | {"warehouse": version["source_ref"]}
    facts: dict[str, Any] = {"source": theirs, "warehouse": ours, REFS: where}
    if odd.good is None:
        shown = doubtful_value(None if theirs is None else str(theirs), ground.units)
        facts |= {"source": shown, "reasons": _reasons(odd)}
    cause = _cause(ground, odd, version)
    return _finding(ground, DifferenceClass.FIELD_DIFFERS, version, place, facts, cause, name)


def _finding(
    ground: Ground,
    kind: DifferenceClass,
    row: Row,
    place: Place,
    facts: Mapping[str, Any],
    cause: Cause = Cause.UNKNOWN,
    column: str = "",
) -> Finding:
    code, unit, day = place
    return Finding(
        kind=kind,
        unit_code=unit,
        system=ground.system,
        key=row["record_key"],
        code=code,
        column=column,
        sides=SIDES,
        source=ground.source,
        day=day,
        cause=cause,
        facts=facts,
    )


def _cause(ground: Ground, odd: Odd, version: Row) -> Cause:
    if stored_hash(ground.dataset, version) != version["content_hash"]:
        return Cause.ALTERED
    if odd.good is None:
        return Cause.QUARANTINED
    return Cause.BEHIND if _is_behind(ground, version["record_key"], odd.good) else Cause.UNKNOWN


def _is_behind(ground: Ground, key: str, row: Row) -> bool:
    """The next pull brings it: its file was not promoted yet and is no older than what was, or the source changed it
    since. What nobody has received is left out, unless it is open here.
    """
    waits = row["status"] == "1" or (row["status"] in ("3", "7") and row["received_at"] is None)
    if waits and key not in ground.known_open:
        return False
    if ground.promoted is not None:
        is_late = ground.newest_promoted is not None and row["moment"] < ground.newest_promoted
        return body_of(row["source_ref"]) not in ground.promoted and not is_late
    changed = row["updated_at"] or row["received_at"]
    return changed is not None and (ground.last_pull is None or changed > ground.last_pull)


def _reasons(odd: Odd) -> list[str]:
    return sorted({reason["code"] for row in odd.refused for reason in row["reasons"] or ()})


def _minute(moment: datetime) -> str:
    return moment.astimezone(HANOI).isoformat(timespec="minutes")
