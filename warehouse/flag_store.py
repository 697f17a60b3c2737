"""The stored set of flags, brought into line with what the rules computed: opened, kept, closed.

An open flag is one (item_key, flag) with `closed_at` empty; closed ones stay as history. What deserves a flag is
decided in `tasks/rules`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from warehouse.tables import flag_runs, flags

_OPEN = flags.c.closed_at.is_(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRow:
    """One flag as computed. `facts` is the JSON form of the item's facts; `due_at` None while paused."""

    subject: str
    system: str
    item_key: str
    code: str
    flag: str
    unit_code: str
    recorded_unit_code: str
    tier: int | None
    due_at: datetime | None
    days_late: int | None
    disputed: bool
    facts: Mapping[str, Any]


_CONTENT = tuple(f.name for f in fields(FlagRow))
_STORED = select(flags.c.id, *(flags.c[name] for name in _CONTENT)).where(_OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagCounts:
    """What bringing into line did, and how many flags are open after it."""

    opened: int
    closed: int
    open: int


def bring_into_line(
    conn: Connection,
    computed: Sequence[FlagRow],
    *,
    as_of: datetime,
    business_date: date,
    run_id: str,
    rule_version: str,
    calendar_version: str,
    by_source: Mapping[str, Any] | None = None,
) -> FlagCounts:
    """Make the open flags equal to `computed`; `since` of those that stay is kept. Again with the same: no change.

    `by_source` are the figures that `flag_history` remembers. Only rows whose content differs are written: `run_id` is
    the last run that had something else to say.
    """
    wanted = {(row.item_key, row.flag): row for row in computed}
    stored = {(r["item_key"], r["flag"]): dict(r) for r in conn.execute(_STORED).mappings()}
    gone = [{"row": stored[key]["id"], "closed": as_of} for key in stored.keys() - wanted.keys()]
    kept = [
        {"row": stored[key]["id"], "run_id": run_id, **_told(wanted[key])}
        for key in sorted(stored.keys() & wanted.keys())
        if _differs(stored[key], wanted[key])
    ]
    fresh = [row for key, row in sorted(wanted.items()) if key not in stored]
    if gone:
        conn.execute(update(flags).where(flags.c.id == bindparam("row")).values(closed_at=bindparam("closed")), gone)
    if kept:
        told: dict[str, Any] = {name: bindparam(name) for name in kept[0] if name != "row"}
        conn.execute(update(flags).where(flags.c.id == bindparam("row")).values(told), kept)
    if fresh:
        conn.execute(insert(flags), [{**_told(row), "since": as_of, "run_id": run_id} for row in fresh])
    counts = FlagCounts(opened=len(fresh), closed=len(gone), open=len(wanted))
    _write_down(
        conn,
        counts,
        as_of,
        business_date=business_date,
        run_id=run_id,
        rule_version=rule_version,
        calendar_version=calendar_version,
        by_source=None if by_source is None else dict(by_source),
    )
    return counts


def open_flags(conn: Connection, unit: str | None = None) -> list[dict[str, Any]]:
    """Open flags in a stable order; `unit`: those asked of that unit today."""
    chosen = select(flags).where(_OPEN).order_by(flags.c.subject, flags.c.item_key, flags.c.flag)
    if unit is not None:
        chosen = chosen.where(flags.c.unit_code == unit)
    return [dict(row) for row in conn.execute(chosen).mappings()]


def _told(row: FlagRow) -> dict[str, Any]:
    """The columns of a row; not `asdict`, which copies every fact in depth."""
    return {name: getattr(row, name) for name in _CONTENT} | {"facts": dict(row.facts)}


def _differs(stored: Mapping[str, Any], row: FlagRow) -> bool:
    if any(stored[name] != getattr(row, name) for name in _CONTENT if name != "facts"):
        return True
    return stored["facts"] != row.facts and _as_text(stored["facts"]) != _as_text(row.facts)


def _as_text(facts: Mapping[str, Any]) -> str:
    """Facts compare as they are stored: a list stands for a tuple there."""
    return json.dumps(facts, sort_keys=True)


def _write_down(conn: Connection, counts: FlagCounts, as_of: datetime, **frame: Any) -> None:
    """One row per as_of; a repetition adds what it moved (normally nothing)."""
    same = flag_runs.c.as_of == as_of
    if conn.execute(select(flag_runs.c.as_of).where(same)).one_or_none() is None:
        conn.execute(insert(flag_runs).values(as_of=as_of, **frame, **asdict(counts)))
        return
    added = {"opened": flag_runs.c.opened + counts.opened, "closed": flag_runs.c.closed + counts.closed}
    conn.execute(update(flag_runs).where(same).values(**added, **frame, open=counts.open))
