"""How many flags each source had at each flag run, and what a person accepted: the memory of the volume band.

What is usual, and what is out of band, is decided in `tasks/rules/band.py`. A figure is {flagged, state} and, where
it is held, a sentence that says why.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from tasks.rules.band import BandState
from warehouse.tables import audit, flag_runs

_ENOUGH = 500  # flag runs looked at: some days of reminders every quarter of an hour
ACCEPTED = "accept_drop"


def figures(conn: Connection) -> list[tuple[datetime, date, Mapping[str, Any]]]:
    """(as_of, business date, figures by source) of the last flag runs, oldest first; runs without figures apart."""
    columns = (flag_runs.c.as_of, flag_runs.c.business_date, flag_runs.c.by_source)
    rows = conn.execute(select(*columns).order_by(flag_runs.c.as_of.desc()).limit(_ENOUGH)).tuples()
    return [(as_of, day, by_source) for as_of, day, by_source in reversed(list(rows)) if by_source]


def held_sources(conn: Connection) -> dict[str, str]:
    """Sources whose number of flags was out of band at the newest flag run, with the sentence that says so."""
    newest = select(func.max(flag_runs.c.as_of)).scalar_subquery()
    found = conn.execute(select(flag_runs.c.by_source).where(flag_runs.c.as_of == newest)).scalar()
    return {name: told["why"] for name, told in (found or {}).items() if told["state"] == BandState.HELD}


def accepted_sources(conn: Connection, since: datetime, until: datetime) -> frozenset[str]:
    """Sources whose unusual figures a person called right in that span, both ends included."""
    chosen = select(audit.c.target).where(audit.c.act == ACCEPTED, audit.c.at >= since, audit.c.at <= until)
    return frozenset(conn.execute(chosen).scalars())
