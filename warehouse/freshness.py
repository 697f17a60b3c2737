"""How fresh each source is: its newest load of any end and its newest success.

Whether that is fresh enough (`max_age_hours`, working days) is a rule and lives elsewhere.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, select

from warehouse.tables import loads

_SUCCESS = ("promoted", "unchanged")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """One source as its loads tell. Times are None while it never succeeded; `error` speaks of the last load."""

    source: str
    dataset: str
    last_success_at: datetime | None  # as_of of the last promoted or unchanged load
    data_moment: datetime | None  # how new the data are that it brought
    last_at: datetime
    last_state: str
    error_code: str
    error: str


def latest_loads(conn: Connection) -> dict[str, SourceState]:
    """Every source that was ever pulled, by name."""
    newest = {row["source"]: row for row in _newest(conn)}
    good = {row["source"]: row for row in _newest(conn, *_SUCCESS)}
    moments = _newest_moments(conn)
    out = {}
    for source, row in sorted(newest.items()):
        success = good.get(source)
        out[source] = SourceState(
            source=source,
            dataset=row["dataset"],
            last_success_at=success["as_of"] if success else None,
            data_moment=moments.get(source),
            last_at=row["as_of"],
            last_state=row["state"],
            error_code=row["error_code"],
            error=row["error"],
        )
    return out


def first_loads(conn: Connection) -> dict[str, datetime]:
    """as_of of the first success of each source: what was learnt later was a change, or came later."""
    chosen = select(loads.c.source, func.min(loads.c.as_of)).where(loads.c.state.in_(_SUCCESS))
    return dict(conn.execute(chosen.group_by(loads.c.source)).tuples().all())


def _newest(conn: Connection, *states: str) -> list[dict[str, Any]]:
    """The last row of each source: by as_of, then by order of writing."""
    among = loads.c.state.in_(states) if states else loads.c.load_id.is_not(None)
    last = select(loads.c.source, func.max(loads.c.as_of).label("as_of")).where(among).group_by(loads.c.source)
    tip = last.subquery()
    same = and_(loads.c.source == tip.c.source, loads.c.as_of == tip.c.as_of)
    chosen = select(loads).join(tip, same).where(among).order_by(loads.c.load_id)
    return [dict(row) for row in conn.execute(chosen).mappings()]


def _newest_moments(conn: Connection) -> dict[str, datetime]:
    chosen = select(loads.c.source, func.max(loads.c.data_moment)).where(loads.c.state.in_(_SUCCESS))
    return {source: moment for source, moment in conn.execute(chosen.group_by(loads.c.source)).tuples() if moment}
