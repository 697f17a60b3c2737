"""The flags of the items that may have changed between two runs. What the change amounts to: `rules/item_moves`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, false, or_, select

from tasks.rules.item_moves import FlagSpan
from tasks.rules.lateness import TIER_LIMITS
from tasks.rules.words import Flag
from warehouse.chunks import chunks
from warehouse.tables import flags


def spans_between(conn: Connection, before: datetime, now: datetime, working_days: int) -> list[FlagSpan]:
    """Every flag of the items of which one was opened, closed or came into a worse class between the two moments.

    `working_days` lie between the days the two moments count on: by so much every late item grew later.
    """
    opened = and_(flags.c.since > before, flags.c.since <= now)
    closed = and_(flags.c.closed_at > before, flags.c.closed_at <= now)
    crossed = [flags.c.days_late.between(limit + 1, limit + working_days) for limit in TIER_LIMITS if working_days > 0]
    rose = and_(flags.c.closed_at.is_(None), flags.c.flag == Flag.OVERDUE.value, or_(false(), *crossed))
    moved = conn.execute(select(flags.c.item_key).where(or_(opened, closed, rose)).distinct()).scalars()
    return [
        _span(row, before, working_days) for some in chunks(sorted(moved)) for row in _of_items(conn, some, before, now)
    ]


def _of_items(conn: Connection, keys: Iterable[str], before: datetime, now: datetime) -> list[Mapping[str, Any]]:
    names = ("item_key", "code", "unit_code", "flag", "since", "closed_at", "tier", "days_late")
    in_time = (flags.c.since <= now, or_(flags.c.closed_at.is_(None), flags.c.closed_at > before))
    chosen = select(*(flags.c[name] for name in names)).where(flags.c.item_key.in_(list(keys)), *in_time)
    return [dict(row) for row in conn.execute(chosen.order_by(flags.c.item_key, flags.c.flag)).mappings()]


def _span(row: Mapping[str, Any], before: datetime, working_days: int) -> FlagSpan:
    late = row["days_late"] or 0
    stood = row["since"] <= before and row["closed_at"] is None
    rose = stood and any(limit < late <= limit + working_days for limit in TIER_LIMITS)
    told = {name: row[name] for name in ("item_key", "code", "unit_code", "since", "closed_at", "tier")}
    return FlagSpan(**told, flag=Flag(row["flag"]), tier_rose=rose)
