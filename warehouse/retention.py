"""What the warehouse may forget, table by table, and the forgetting itself in small pieces.

Never touched: current versions, anything of a dossier that is still open, the ledger of mails, disputes, switches, the
audit, flags, open quarantine rows, recommendations with their events. How old is old comes in as moments; when to
sweep, and that it is audited, is `tasks/housekeeping`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, Text, and_, cast, delete, exists, func, or_, select, update

from tasks.rules.records import FINISHED
from warehouse import audit_chain
from warehouse.chunks import chunks
from warehouse.quarantine import RELEASED
from warehouse.quarantine_desk import PROMOTE
from warehouse.tables import VERSIONS, audit, loads, quarantine, runs, source_figures

RETENTION = "retention"  # the act in the audit
PIECE = 2000  # rows of one transaction
_IDLE, _PROMOTED, _SUCCESS = "nothing_to_do", "promoted", ("promoted", "unchanged")
_FINISHED = sorted(map(str, FINISHED))
_OPEN_DOSSIERS = VERSIONS["dossiers"].alias("open_dossiers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """What ended before these moments may go."""

    versions: datetime
    quarantine: datetime
    runs: datetime


def due(conn: Connection, ages: Ages) -> dict[str, int]:
    """How many rows of each kind may go now; kinds without any are left out."""
    chosen = {kind: _due(kind, ages) for kind in KINDS}
    numbers = {
        kind: conn.execute(select(func.count()).select_from(table).where(condition)).scalar_one()
        for kind, (table, condition) in chosen.items()
    }
    return {kind: number for kind, number in numbers.items() if number}


def note(conn: Connection, run_id: str, business_date: str, told: Mapping[str, Any], now: datetime) -> None:
    """The audit row of a sweep, written before its first deletion: nothing ever goes without a word."""
    audit_chain.append(conn, now, run_id, RETENTION, business_date, told)


def forget_some(conn: Connection, kind: str, ages: Ages, after: Any = None) -> tuple[int, Any]:
    """Forget a piece of a kind, rows beyond the key `after`; returns how many, and where to go on, None at the end."""
    table, condition = _due(kind, ages)
    key = next(iter(table.primary_key))
    if after is not None:
        condition = and_(key > after, condition)
    keys = list(conn.execute(select(key).where(condition).order_by(key).limit(PIECE)).scalars())
    for some in chunks(keys):
        if table is quarantine:
            _blank(conn, some)
        else:
            conn.execute(delete(table).where(key.in_(some)))
    return len(keys), keys[-1] if len(keys) == PIECE else None


def forgotten_before(conn: Connection) -> datetime | None:
    """How far back the history of finished dossiers has been forgotten: what was known before can no longer be told."""
    swept = conn.execute(select(audit.c.at, audit.c.detail).where(audit.c.act == RETENTION)).tuples()
    cuts = (
        at - timedelta(days=detail["limits"]["versions_days"])
        for at, detail in swept
        if {"dossiers", "dossier_events"} & detail["counts"].keys()
    )
    return max(cuts, default=None)


def _due(kind: str, ages: Ages) -> tuple[Table, ColumnElement[bool]]:
    """The table of a kind and which of its rows may go."""
    if kind == "quarantine":
        return quarantine, _settled(ages.quarantine)
    if kind == "loads":
        return loads, _loads_without_effect(ages.runs)
    if kind == "runs":
        return runs, _runs_without_effect(ages.runs)
    if kind == "source_figures":
        return source_figures, source_figures.c.as_of < ages.runs
    table = VERSIONS[kind]
    return table, and_(table.c.known_to < ages.versions, *_not_of_open(table))


KINDS = ("dossiers", "dossier_events", "contacts", "absences", "quarantine", "loads", "runs", "source_figures")


def _not_of_open(table: Table) -> tuple[ColumnElement[bool], ...]:
    """No dossier that is still open has this row in its history."""
    same = {"dossiers": "record_key", "dossier_events": "dossier_code"}.get(table.name)
    if same is None:
        return ()
    still = _OPEN_DOSSIERS.c
    mine = (still.system == table.c.system, still[same] == table.c[same])
    return (~exists().where(*mine, still.known_to.is_(None), still.status.not_in(_FINISHED)),)


def _settled(before: datetime) -> ColumnElement[bool]:
    """Closed for so long, its content still there, and not waiting to be let in."""
    taken_up = select(audit.c.target).where(audit.c.act == PROMOTE)
    waits = and_(quarantine.c.closed_reason == RELEASED, cast(quarantine.c.id, Text).not_in(taken_up))
    return and_(quarantine.c.closed_at < before, cast(quarantine.c.content, Text) != "{}", ~waits)


def _blank(conn: Connection, ids: list[int]) -> None:
    """The row stays, so that the same bad record is known again; what it said of somebody's dossier goes."""
    for row in conn.execute(select(quarantine.c.id, quarantine.c.reasons).where(quarantine.c.id.in_(ids))).all():
        bare = [{**reason, "text": ""} for reason in row.reasons]
        conn.execute(update(quarantine).where(quarantine.c.id == row.id).values(content={}, reasons=bare))


def _runs_without_effect(before: datetime) -> ColumnElement[bool]:
    """Runs that found nothing to do. The last one that ended here stays: by it a warehouse is known as whole."""
    last = select(runs.c.run_id).where(runs.c.finished_at.is_not(None)).order_by(runs.c.finished_at.desc()).limit(1)
    return and_(runs.c.state == _IDLE, runs.c.as_of < before, runs.c.run_id != last.scalar_subquery())


def _loads_without_effect(before: datetime) -> ColumnElement[bool]:
    """Loads that promoted nothing, between the first success of their source and a later one with newer data.

    What open quarantine rows were last seen in stays.
    """
    first = select(loads.c.source, func.min(loads.c.as_of).label("at")).where(loads.c.state == _PROMOTED)
    last = select(loads.c.source, func.max(loads.c.as_of).label("at"), func.max(loads.c.data_moment).label("moment"))
    begun = first.group_by(loads.c.source).subquery("begun")
    newest = last.where(loads.c.state.in_(_SUCCESS)).group_by(loads.c.source).subquery("newest")
    overtaken = or_(loads.c.data_moment.is_(None), loads.c.data_moment < newest.c.moment)
    seen = exists().where(
        quarantine.c.source == loads.c.source,
        quarantine.c.last_seen_at == loads.c.as_of,
        quarantine.c.closed_at.is_(None),
    )
    return and_(
        loads.c.as_of < before,
        loads.c.state != _PROMOTED,
        exists().where(begun.c.source == loads.c.source, begun.c.at < loads.c.as_of),
        exists().where(newest.c.source == loads.c.source, newest.c.at > loads.c.as_of, overtaken),
        ~seen,
    )
