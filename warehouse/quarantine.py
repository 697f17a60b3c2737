"""The quarantine: rows that may not be promoted, each with its reasons, until the source mends them or ops let them go.

A row is (source, record_key, content_hash): the same bad row pulled again is the same quarantine row. What is a fault
is decided in `expectations`; gates are decided by their callers. What people do with the rows: `quarantine_desk`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, and_, insert, or_, select, tuple_, update

from warehouse.merging import Frame
from warehouse.tables import VERSIONS, quarantine

CORRECTED, RELEASED, GONE = "corrected", "released", "gone"
_CHUNK = 400
_OPEN = quarantine.c.closed_at.is_(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedRow:
    """One row of a batch that was not promoted. `reasons`: [{code, column, text}]; `content`: canonical text."""

    record_key: str
    content_hash: str
    source_ref: str
    reasons: Sequence[Mapping[str, str]]
    content: Mapping[str, str | None]

    @property
    def identity(self) -> tuple[str, str]:
        """What makes it the same row within its source."""
        return self.record_key, self.content_hash


def keep(conn: Connection, frame: Frame, rows: Sequence[QuarantinedRow]) -> int:
    """Store the bad rows of a batch: unseen ones are added, known ones seen again, closed ones opened again.

    Rows that ops released stay released. Returns how many were not open before.
    """
    distinct = {row.identity: row for row in rows}
    known = _known(conn, frame.source, distinct)
    fresh = [row for identity, row in distinct.items() if identity not in known]
    if fresh:
        conn.execute(insert(quarantine), [_as_stored(frame, row) for row in fresh])
    reopened = 0
    for identity, (row_id, reason) in known.items():
        again: dict[str, Any] = {"last_seen_at": frame.as_of, "reasons": _plain(distinct[identity].reasons)}
        if reason in (CORRECTED, GONE):
            again |= {"closed_at": None, "closed_reason": None}
            reopened += 1
        conn.execute(update(quarantine).where(quarantine.c.id == row_id).values(again))
    return len(fresh) + reopened


def close_mended(
    conn: Connection, frame: Frame, staged: Table, seen: Iterable[QuarantinedRow], *, complete: bool
) -> int:
    """Close open rows whose key now came with other content (`corrected`, or `gone` when that is bad too).

    A complete pull also closes rows whose key did not come at all. Returns how many were closed.
    """
    still = {row.identity for row in seen}
    bad_keys = {key for key, _ in still}
    promoted = select(staged.c.record_key).where(
        staged.c.record_key == quarantine.c.record_key, staged.c.verdict != "older"
    )
    chosen = select(quarantine.c.id, quarantine.c.record_key, quarantine.c.content_hash, promoted.exists())
    closed = 0
    for row_id, key, content_hash, mended in conn.execute(chosen.where(_OPEN, quarantine.c.source == frame.source)):
        if (key, content_hash) in still or not (mended or complete or key in bad_keys):
            continue
        reason = CORRECTED if mended and key not in bad_keys else GONE
        conn.execute(
            update(quarantine).where(quarantine.c.id == row_id).values(closed_at=frame.as_of, closed_reason=reason)
        )
        closed += 1
    return closed


def known_identities(conn: Connection, source: str) -> frozenset[tuple[str, str]]:
    """(record_key, content_hash) of rows already open or released: gates count them in neither part."""
    settled = or_(_OPEN, quarantine.c.closed_reason == RELEASED)
    chosen = select(quarantine.c.record_key, quarantine.c.content_hash).where(quarantine.c.source == source, settled)
    return frozenset((key, content_hash) for key, content_hash in conn.execute(chosen).tuples())


def doubtful_keys(conn: Connection) -> dict[tuple[str, str], frozenset[str]]:
    """Per (system, dataset): keys with a current version while another one lies in quarantine."""
    out: dict[tuple[str, str], frozenset[str]] = {}
    places = select(quarantine.c.system, quarantine.c.dataset).where(_OPEN).distinct()
    for system, dataset in sorted(conn.execute(places).tuples()):
        current = VERSIONS[dataset]
        same = and_(
            current.c.known_to.is_(None),
            current.c.system == quarantine.c.system,
            current.c.record_key == quarantine.c.record_key,
        )
        mine = (quarantine.c.system == system, quarantine.c.dataset == dataset)
        chosen = select(quarantine.c.record_key).join(current, same).where(_OPEN, *mine)
        keys = frozenset(conn.execute(chosen).scalars())
        if keys:
            out[system, dataset] = keys
    return out


def _known(
    conn: Connection, source: str, identities: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[int, str | None]]:
    wanted = sorted(identities)
    out: dict[tuple[str, str], tuple[int, str | None]] = {}
    place = tuple_(quarantine.c.record_key, quarantine.c.content_hash)
    for i in range(0, len(wanted), _CHUNK):
        rows = select(quarantine).where(quarantine.c.source == source, place.in_(wanted[i : i + _CHUNK]))
        out |= {(r.record_key, r.content_hash): (r.id, r.closed_reason) for r in conn.execute(rows)}
    return out


def _plain(reasons: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    return [dict(reason) for reason in reasons]


def _as_stored(frame: Frame, row: QuarantinedRow) -> dict[str, Any]:
    return {
        "source": frame.source,
        "system": frame.system,
        "dataset": frame.dataset,
        "record_key": row.record_key,
        "content_hash": row.content_hash,
        "source_ref": row.source_ref,
        "reasons": _plain(row.reasons),
        "content": dict(row.content),
        "first_seen_at": frame.as_of,
        "last_seen_at": frame.as_of,
    }
