"""The last sign of life of every job: one row each, written beside whatever else is being written.

What a silence means is judged in `tasks/rules/heartbeat`; the book of runs, with all of them, is `runs`.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import Connection, Engine, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from tasks.rules.heartbeat import Beat, MailDay
from warehouse.engine import beside
from warehouse.tables import heartbeats, mails, runs

_WAITING = ("planned", "claimed", "in_data", "retry")


def beat(conn: Connection, told: Beat) -> None:
    """Put the job's row to what is told; a beat that is no end leaves the last end as it was."""
    values = {name: value for name, value in asdict(told).items() if value is not None or name == "exit_status"}
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    conn.execute(insert(heartbeats).values(values).on_conflict_do_update(index_elements=["job"], set_=values))


def beat_beside(engine: Engine, told: Beat) -> None:
    """The same from outside a run, without the run lock and without waiting for a load that is being written.

    Raises WarehouseError when it cannot be written within a second or two.
    """
    with beside(engine) as conn:
        beat(conn, told)


def beats(conn: Connection) -> Mapping[str, Beat]:
    """Every job's last beat, by job."""
    rows = conn.execute(select(heartbeats).order_by(heartbeats.c.job)).mappings()
    return {row["job"]: Beat(**row) for row in rows}


def first_run_at(conn: Connection) -> datetime | None:
    """The moment of the oldest run in the book; None before the first."""
    return conn.execute(select(func.min(runs.c.as_of))).scalar()


def mail_day(conn: Connection, day: date) -> MailDay:
    """How the mails of that business date stand; one that a person approved waits like any other until it has left."""
    unsettled = or_(mails.c.resolved_by.is_(None), mails.c.state.in_(_WAITING))
    chosen = select(mails.c.state, func.count()).where(mails.c.business_date == day, unsettled)
    counts: dict[str, int] = dict(conn.execute(chosen.group_by(mails.c.state)).tuples().all())
    waiting = sum(counts.get(state, 0) for state in _WAITING)
    return MailDay(waiting=waiting, refused=counts.get("refused", 0), uncertain=counts.get("uncertain", 0))
