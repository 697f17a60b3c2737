"""The register of landed bodies: what was received, and whether its content has been promoted.

The files themselves belong to `tasks/intake`; here stands only what was learnt of them.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from warehouse.chunks import chunks
from warehouse.tables import landed


def register_landed(
    conn: Connection,
    *,
    sha256: str,
    source: str,
    path: str,
    name: str,
    size: int,
    data_moment: datetime,
    landed_at: datetime,
) -> None:
    """Note a landed body; one already known keeps its first entry, unless its file had been swept away meanwhile."""
    key = (landed.c.sha256 == sha256) & (landed.c.source == source)
    known = conn.execute(select(landed.c.deleted_at).where(key)).one_or_none()
    if known is None:
        row = {"sha256": sha256, "source": source, "path": path, "name": name, "bytes": size, "promoted": False}
        conn.execute(insert(landed).values(**row, data_moment=data_moment, landed_at=landed_at))
    elif known.deleted_at is not None:
        conn.execute(update(landed).where(key).values(path=path, landed_at=landed_at, deleted_at=None))


def promoted_hashes(conn: Connection, source: str) -> frozenset[str]:
    """Content hashes of this source that need not be read again."""
    rows = conn.execute(select(landed.c.sha256).where(landed.c.source == source, landed.c.promoted.is_(True)))
    return frozenset(rows.scalars())


def promoted_files(conn: Connection, source: str) -> frozenset[tuple[str, int]]:
    """Names and sizes of the bodies of this source that were promoted."""
    mine = (landed.c.source == source, landed.c.promoted.is_(True))
    return frozenset((name, size) for name, size in conn.execute(select(landed.c.name, landed.c.bytes).where(*mine)))


def newest_promoted(conn: Connection, source: str) -> datetime | None:
    """The newest data moment among the promoted bodies of this source: older files must not overwrite newer ones."""
    chosen = select(func.max(landed.c.data_moment)).where(landed.c.source == source, landed.c.promoted.is_(True))
    return conn.execute(chosen).scalar()


def newest_hashes(conn: Connection, source: str) -> frozenset[str] | None:
    """Which bodies that newest moment belongs to; None before the first promotion."""
    newest = newest_promoted(conn, source)
    if newest is None:
        return None
    mine = (landed.c.source == source, landed.c.promoted.is_(True), landed.c.data_moment == newest)
    return frozenset(conn.execute(select(landed.c.sha256).where(*mine)).scalars())


def mark_promoted(conn: Connection, source: str, hashes: Iterable[str]) -> None:
    """The content of these bodies is in the warehouse now; called inside the load's transaction."""
    for sha256 in sorted(set(hashes)):
        conn.execute(update(landed).where(landed.c.source == source, landed.c.sha256 == sha256).values(promoted=True))


def mark_deleted(conn: Connection, hashes: Iterable[str], now: datetime) -> int:
    """Retention took these files away; their entries stay. Returns how many were noted."""
    gone = update(landed).where(landed.c.deleted_at.is_(None)).values(deleted_at=now)
    some = chunks(sorted(set(hashes)))
    return sum(conn.execute(gone.where(landed.c.sha256.in_(taken))).rowcount for taken in some)
