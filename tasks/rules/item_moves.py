"""What changed between two runs, item by item: new, cleared, worse (features: run-to-run difference). Pure.

An item is one dossier, recommendation or unit with all its flags; that one of its flags gave way to another is one
change, not two.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tasks.rules.words import Flag

_HEAVY = frozenset({Flag.OVERDUE})


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagSpan:
    """One flag of an item with the time it stood; `closed_at` None: still open. `tier_rose`: a class worse by now."""

    item_key: str
    code: str
    unit_code: str
    flag: Flag
    since: datetime
    closed_at: datetime | None
    tier: int | None = None
    tier_rose: bool = False

    def stands_at(self, moment: datetime) -> bool:
        """Whether the flag was open then."""
        return self.since <= moment and (self.closed_at is None or self.closed_at > moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One item that changed; `flags` are those it has now, of a cleared one those it had."""

    code: str
    unit_code: str
    flags: tuple[Flag, ...]
    tier: int | None


@dataclass(frozen=True, slots=True)
class Moves:
    """What changed, each list by unit and code."""

    new: tuple[Move, ...] = ()
    cleared: tuple[Move, ...] = ()
    worse: tuple[Move, ...] = ()


def moves_between(spans: Iterable[FlagSpan], before: datetime, now: datetime) -> Moves:
    """All flags of the items that may have changed, sorted into what people call it."""
    items: dict[str, list[FlagSpan]] = defaultdict(list)
    for span in spans:
        items[span.item_key].append(span)
    found: Mapping[str, list[Move]] = {"new": [], "cleared": [], "worse": []}
    for flags in items.values():
        had = [one for one in flags if one.stands_at(before)]
        has = [one for one in flags if one.stands_at(now)]
        if kind := _kind(had, has):
            found[kind].append(_move(has or had))
    return Moves(**{kind: tuple(sorted(moves, key=lambda m: (m.unit_code, m.code))) for kind, moves in found.items()})


def _kind(had: list[FlagSpan], has: list[FlagSpan]) -> str:
    if not had:
        return "new" if has else ""
    if not has:
        return "cleared"
    became_late = _HEAVY & {one.flag for one in has} and not _HEAVY & {one.flag for one in had}
    return "worse" if became_late or any(one.tier_rose for one in has) else ""


def _move(flags: list[FlagSpan]) -> Move:
    first = flags[0]
    kinds = tuple(sorted({one.flag for one in flags}))
    tier = max((one.tier for one in flags if one.tier is not None), default=None)
    return Move(code=first.code, unit_code=first.unit_code, flags=kinds, tier=tier)
