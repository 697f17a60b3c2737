"""Open records that sweeps of their source did not find: remembered sweep by sweep, forgotten when they are back.

One sweep proves little: an index may lag, an account may lose a right for an hour. What a second one means is decided
by the rules, who may be told by the flags. What a whole file lacks has ended and is `merging`'s.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from warehouse.chunks import chunks
from warehouse.loads import PROMOTED, REFUSED
from warehouse.staging import Staged
from warehouse.tables import VERSIONS, loads, missed

_DOSSIERS = VERSIONS["dossiers"]


def after_sweep(
    conn: Connection,
    *,
    source: str,
    system: str,
    vanished: Iterable[str],
    as_of: datetime,
    seen_again: Iterable[str] | None = None,
) -> None:
    """Write down what a promoted sweep missed, in the transaction of its load.

    `seen_again`: those that are back; None: all that this sweep did not miss, for a sweep that looks after every open
    record.
    """
    gone = frozenset(vanished)
    remember(conn, source, system, gone, as_of)
    forget(conn, source, of_source(conn, source) - gone if seen_again is None else seen_again)


def remember(conn: Connection, source: str, system: str, keys: Iterable[str], as_of: datetime) -> None:
    """One more sweep without them. The same sweep again, or an earlier one, counts for nothing."""
    wanted = frozenset(keys)
    known = of_source(conn, source)
    later = missed.c.last_at < as_of
    for chunk in chunks(sorted(wanted & known)):
        chosen = (missed.c.source == source) & missed.c.record_key.in_(chunk) & later
        conn.execute(update(missed).where(chosen).values(last_at=as_of, sweeps=missed.c.sweeps + 1))
    row = {"source": source, "system": system, "since": as_of, "last_at": as_of, "sweeps": 1}
    if new := [{**row, "record_key": key} for key in sorted(wanted - known)]:
        conn.execute(insert(missed), new)


def forget(conn: Connection, source: str, keys: Iterable[str]) -> None:
    """They are back, or no longer open."""
    for chunk in chunks(sorted(set(keys))):
        conn.execute(delete(missed).where(missed.c.source == source, missed.c.record_key.in_(chunk)))


def forget_brought(conn: Connection, system: str, staged: Staged) -> None:
    """Whatever a promoted load brings is there, whichever source of the system has missed it."""
    tables = (staged.rows, staged.aside)
    came = [select(t.c.rid).where(t.c.record_key == missed.c.record_key).exists() for t in tables]
    conn.execute(delete(missed).where(missed.c.system == system, or_(*came)))


def keys_missed(conn: Connection, sweeps: int = 2) -> dict[tuple[str, str], datetime]:
    """(system, record key) → since when, for what so many sweeps or more of its source have missed.

    A record that another source of the system told later is that source's, and none but it can miss it.
    """
    stands = (_DOSSIERS.c.system == missed.c.system) & (_DOSSIERS.c.record_key == missed.c.record_key)
    of_another = _DOSSIERS.c.known_to.is_(None) & stands & (_DOSSIERS.c.source != missed.c.source)
    chosen = select(missed.c.system, missed.c.record_key, missed.c.since).where(
        missed.c.sweeps >= sweeps, ~select(_DOSSIERS.c.version_id).where(of_another).exists()
    )
    found: dict[tuple[str, str], datetime] = {}
    for row in conn.execute(chosen):
        key = (row.system, row.record_key)
        found[key] = min(row.since, found.get(key, row.since))
    return found


def of_source(conn: Connection, source: str, sweeps: int = 1) -> frozenset[str]:
    """Record keys that so many sweeps of this source have missed."""
    chosen = select(missed.c.record_key).where(missed.c.source == source, missed.c.sweeps >= sweeps)
    return frozenset(conn.execute(chosen).scalars())


def full_due(conn: Connection, source: str, month: datetime, today: datetime) -> bool:
    """Whether the next pull is to be the full one of the month, which begins at `month`; the day begins at `today`.

    Until one was promoted, and once a day at most where gates refuse it: it may take hours of the source's server.
    Told by the loads of the month in their order; one between a refused full one and the next day was no full one.
    """
    chosen = select(loads.c.as_of, loads.c.state).where(
        loads.c.source == source, loads.c.as_of >= month, loads.c.state.in_((PROMOTED, REFUSED))
    )
    refused_on: int | None = None
    for as_of, state in conn.execute(chosen.order_by(loads.c.as_of, loads.c.load_id)).tuples():
        day = (as_of - today) // timedelta(days=1)
        if refused_on == day:
            continue
        if state == PROMOTED:
            return False
        refused_on = day
    return refused_on != 0
