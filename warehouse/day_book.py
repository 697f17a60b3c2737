"""What one business day or one run amounts to: loads of a span, mails a run touched, digests by id.

Reads for the bulletin, the run card and the run's report; nothing here judges.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from tasks.rules.timezone import HANOI
from warehouse import audit_chain
from warehouse.chunks import chunks
from warehouse.tables import loads, mails, runs

_DID = ("done", "incomplete", "refused")
_LOOKED_BACK = 1000


def loads_between(conn: Connection, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Loads with start <= as_of < end, in order of writing."""
    chosen = select(loads).where(loads.c.as_of >= start, loads.c.as_of < end).order_by(loads.c.load_id)
    return [dict(row) for row in conn.execute(chosen).mappings()]


def refused_sources(conn: Connection) -> frozenset[str]:
    """Sources that brought something last which a gate refused; a pull that merely failed since then heals nothing."""
    brought = loads.c.state != "failed"
    last = select(func.max(loads.c.load_id)).where(brought).group_by(loads.c.source)
    chosen = select(loads.c.source).where(loads.c.load_id.in_(last), loads.c.state == "refused")
    return frozenset(conn.execute(chosen).scalars())


def previous_run(conn: Connection, run_id: str, flow: str, as_of: datetime) -> dict[str, Any] | None:
    """The run of that flow before this one which did something and came to an end; None for the first."""
    for row in _ended_before(conn, run_id, as_of, runs.c.flow == flow, runs.c.state.in_(_DID)):
        return row
    return None


def quality_before(
    conn: Connection, run_id: str, as_of: datetime, sources: frozenset[str]
) -> dict[str, dict[str, Any]]:
    """What the checks of each source counted when it was last checked before this run, and when that was."""
    found: dict[str, dict[str, Any]] = {}
    for row in _ended_before(conn, run_id, as_of):
        told = row["summary"].get("quality") or {}
        found |= {name: told[name] | {"as_of": row["as_of"]} for name in told.keys() & (sources - found.keys())}
        if found.keys() >= sources:
            break
    return found


def _ended_before(
    conn: Connection, run_id: str, as_of: datetime, *conditions: ColumnElement[bool]
) -> Iterator[dict[str, Any]]:
    """Newest first; some weeks of runs at most."""
    mine = (runs.c.run_id != run_id, runs.c.as_of <= as_of, runs.c.finished_at.is_not(None), *conditions)
    newest = select(runs).where(*mine).order_by(runs.c.as_of.desc(), runs.c.started_at.desc()).limit(_LOOKED_BACK)
    return (dict(row) for row in conn.execute(newest).mappings())


def mails_touched(conn: Connection, run_id: str) -> list[tuple[str, str]]:
    """(audience, state) of the mails that this run was the last to move, superseded ones apart."""
    chosen = select(mails.c.audience, mails.c.state).where(mails.c.touched_by == run_id, mails.c.state != "superseded")
    return [(str(audience), str(state)) for audience, state in conn.execute(chosen.order_by(mails.c.id)).tuples()]


def digests_of(conn: Connection, mail_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Frozen digests by ledger id."""
    out: dict[int, dict[str, Any]] = {}
    for some in chunks(sorted(set(mail_ids))):
        chosen = select(mails.c.id, mails.c.digest).where(mails.c.id.in_(some))
        out |= dict(conn.execute(chosen).tuples().all())
    return out


def audit_mark(conn: Connection, day: date) -> tuple[int, str] | None:
    """How many rows the audit had when the day began, and the mark they end with; None for an empty one."""
    head = audit_chain.head(conn, before=datetime.combine(day, time(), HANOI))
    return (head.rows, head.mark) if head.rows else None
