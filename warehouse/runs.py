"""The book of runs: who ran when, with what end. Prefect's states are for watching, these are the truth.

What a run loaded, flagged or mailed stands in the books of those; here only its frame and its summary.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from warehouse.tables import flag_runs, runs

RUNNING = "running"
KILLED = "killed"
ENDED = ("done", "nothing_to_do", "incomplete", "refused")  # its story was told to its end


def start_run(
    conn: Connection, run_id: str, flow: str, business_date: date, as_of: datetime, started_at: datetime
) -> None:
    """Open the book for a run; `started_at` is the machine's clock and used by nobody but people."""
    conn.execute(
        insert(runs).values(
            run_id=run_id,
            flow=flow,
            business_date=business_date,
            as_of=as_of,
            started_at=started_at,
            state=RUNNING,
            summary={},
        )
    )


def finish_run(
    conn: Connection, run_id: str, state: str, exit_status: int, summary: Mapping[str, Any], finished_at: datetime
) -> None:
    """Write down how a run ended: a state and exit status of design §3 and its JSON summary."""
    ended = {"state": state, "exit_status": exit_status, "summary": dict(summary), "finished_at": finished_at}
    conn.execute(update(runs).where(runs.c.run_id == run_id).values(**ended))


def mark_killed(conn: Connection, run_id: str, now: datetime) -> list[str]:
    """Runs still `running` whose process must be dead, because `run_id` holds the lock. Returns their ids."""
    stale = (runs.c.state == RUNNING) & (runs.c.run_id != run_id)
    found = list(conn.execute(select(runs.c.run_id).where(stale).order_by(runs.c.run_id)).scalars())
    if found:
        conn.execute(update(runs).where(stale).values(state=KILLED, finished_at=now))
    return found


def slot_done(
    conn: Connection,
    flow: str,
    business_date: date,
    states: Sequence[str] = ("done",),
    *,
    since: datetime | None = None,
) -> bool:
    """Whether a run of this flow on that business date (with since <= as_of) has already ended in one of the states."""
    chosen = select(func.count()).where(
        runs.c.flow == flow, runs.c.business_date == business_date, runs.c.state.in_(states)
    )
    chosen = chosen.where(runs.c.as_of >= since) if since is not None else chosen
    return bool(conn.execute(chosen).scalar_one())


def worked_between(conn: Connection, flow: str, start: datetime, end: datetime) -> bool:
    """Whether a run of this flow with start <= as_of <= end came to its end, well or not.

    Later ones do not count: they are of a clock that was put back since.
    """
    inside = (runs.c.flow == flow, runs.c.as_of >= start, runs.c.as_of <= end, runs.c.state.in_(ENDED))
    return bool(conn.execute(select(func.count()).where(*inside)).scalar_one())


def recent_runs(conn: Connection, limit: int = 20) -> list[dict[str, Any]]:
    """The latest runs, newest first."""
    chosen = select(runs).order_by(runs.c.started_at.desc(), runs.c.run_id).limit(limit)
    return [dict(row) for row in conn.execute(chosen).mappings()]


def run_of(conn: Connection, run_id: str) -> dict[str, Any] | None:
    """One run, None if unknown."""
    row = conn.execute(select(runs).where(runs.c.run_id == run_id)).mappings().one_or_none()
    return None if row is None else dict(row)


def last_flag_as_of(conn: Connection) -> datetime | None:
    """The as_of of the newest flag run: no later run may pretend to be earlier (design §2)."""
    return conn.execute(select(func.max(flag_runs.c.as_of))).scalar()
