"""What a source counts itself, kept beside our own counts for a later comparison. Nothing is decided by it here."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from warehouse.tables import source_figures


def keep(
    conn: Connection, source: str, as_of: datetime, period: tuple[date, date], rows: Iterable[Mapping[str, Any]]
) -> None:
    """The newest telling of a period takes the place of older ones. `rows`: agency, field ("" for all), figures."""
    first, last = period
    mine = (source_figures.c.source == source, source_figures.c.period_from == first)
    conn.execute(delete(source_figures).where(*mine, source_figures.c.period_to == last))
    frame = {"source": source, "as_of": as_of, "period_from": first, "period_to": last}
    if told := [{**frame, **row} for row in rows]:
        conn.execute(insert(source_figures), told)


def latest(conn: Connection, source: str) -> list[dict[str, Any]]:
    """What this source last told of each period: as_of, period_from, period_to, agency, field, figures."""
    shown = [c for c in source_figures.columns if c.name not in ("id", "source")]
    order = (source_figures.c.period_from, source_figures.c.agency, source_figures.c.field)
    chosen = select(*shown).where(source_figures.c.source == source).order_by(*order)
    return [dict(row) for row in conn.execute(chosen).mappings()]


def last_kept_at(conn: Connection, source: str) -> datetime | None:
    """When this source last told any figures."""
    chosen = select(func.max(source_figures.c.as_of)).where(source_figures.c.source == source)
    return conn.execute(chosen).scalar()
