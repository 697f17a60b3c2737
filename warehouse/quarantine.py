"""The quarantine: rows that may not be promoted, each with its reasons, until the source mends them or ops let them go.

A row is (source, record_key, content_hash): the same bad row pulled again is the same quarantine row. What is a fault
is decided in `expectations`; gates are decided by their callers. What people do with the rows: `quarantine_desk`.
"""

from collections.abc import Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    Subquery,
    Table,
    and_,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)

from warehouse import keyless
from warehouse.chunks import chunks
from warehouse.instants import Instant
from warehouse.merging import Frame
from warehouse.staging import QUARANTINED, Staged
from warehouse.tables import VERSIONS, quarantine

CORRECTED, RELEASED, GONE, SETTLED = "corrected", "released", "gone", "settled"
_BROUGHT = ("record_key", "content_hash", "source_ref", "reasons", "content")
_OPEN = quarantine.c.closed_at.is_(None)


def keep(conn: Connection, frame: Frame, staged: Staged) -> int:
    """Store the bad rows of a pull: unseen ones are added, known ones seen again, closed ones opened again.

    Rows that people released or settled stay so. Returns how many were not open before.
    """
    bad = _distinct(staged.aside)
    again = and_(quarantine.c.source == frame.source, *_same_identity(bad))
    shut = and_(again, quarantine.c.closed_reason.in_((CORRECTED, GONE)))
    anew = {"closed_at": None, "closed_reason": None, "content": bad.c.content}  # retention may have taken the content
    reopened = conn.execute(update(quarantine).where(shut).values(anew)).rowcount
    known = select(quarantine.c.id).where(again).exists()
    fresh = select(
        literal(frame.source).label("source"),
        literal(frame.system).label("system"),
        literal(frame.dataset).label("dataset"),
        *(bad.c[name] for name in _BROUGHT),
        literal(frame.as_of, Instant()).label("first_seen_at"),
        literal(frame.as_of, Instant()).label("last_seen_at"),
    ).where(~known)
    columns = ["source", "system", "dataset", *_BROUGHT, "first_seen_at", "last_seen_at"]
    added = conn.execute(select(func.count()).select_from(fresh.subquery())).scalar_one()
    conn.execute(insert(quarantine).from_select(columns, fresh.order_by(bad.c.rid)))
    conn.execute(update(quarantine).where(again).values(last_seen_at=frame.as_of, reasons=bad.c.reasons))
    return added + reopened


def close_mended(conn: Connection, frame: Frame, staged: Staged, *, complete: bool) -> int:
    """Close open rows whose key now came with other content (`corrected`, or `gone` when that is bad too).

    A row without a key is mended by its code (`keyless`). A complete pull also closes rows whose key did not come at
    all. Returns how many were closed.
    """
    named = keyless.overtaken(conn, frame, staged)
    by_code = sum(_close(conn, frame, reason, named[reason]) for reason in (CORRECTED, GONE))
    rows, bad = staged.rows, _distinct(staged.aside)
    still = select(bad.c.rid).where(*_same_identity(bad)).exists()
    bad_key = select(bad.c.rid).where(bad.c.record_key == quarantine.c.record_key).exists()
    mended = select(rows.c.rid).where(rows.c.record_key == quarantine.c.record_key, rows.c.verdict != "older").exists()
    over = true() if complete else or_(mended, bad_key)
    reason = case((and_(mended, ~bad_key), CORRECTED), else_=GONE)
    chosen = and_(_OPEN, quarantine.c.source == frame.source, ~still, over)
    closing = update(quarantine).where(chosen).values(closed_at=frame.as_of, closed_reason=reason)
    return by_code + conn.execute(closing).rowcount


def _close(conn: Connection, frame: Frame, reason: str, rows: Sequence[int]) -> int:
    """Look-ups in chunks, so that no statement grows with the number of rows."""
    closing = update(quarantine).values(closed_at=frame.as_of, closed_reason=reason)
    return sum(conn.execute(closing.where(quarantine.c.id.in_(some))).rowcount for some in chunks(rows))


def known_of(conn: Connection, source: str, staged: Staged) -> int:
    """How many bad rows of a pull lay here before, open or dealt with by a person: gates count them in neither part."""
    bad = staged.aside
    settled = or_(_OPEN, quarantine.c.closed_reason.in_((RELEASED, SETTLED)))
    known = select(quarantine.c.id).where(quarantine.c.source == source, settled, *_same_identity(bad)).exists()
    chosen = select(func.count()).select_from(bad).where(bad.c.fate == QUARANTINED, known)
    return conn.execute(chosen).scalar_one()


def doubtful_keys(conn: Connection) -> dict[tuple[str, str], frozenset[str]]:
    """Per (system, dataset): keys with a current version while another one, or one that may be, lies in quarantine."""
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
    for place, keys in keyless.doubted(conn).items():
        out[place] = out.get(place, frozenset()) | keys
    return out


def _distinct(aside: Table) -> Subquery:
    """The quarantined rows of a pull; of those that are the same row in every respect the last one."""
    last = (
        select(func.max(aside.c.rid))
        .where(aside.c.fate == QUARANTINED)
        .group_by(aside.c.record_key, aside.c.content_hash)
    )
    return select(aside).where(aside.c.rid.in_(last)).subquery("bad")


def _same_identity(bad: Table | Subquery) -> tuple[ColumnElement[bool], ...]:
    """A row is what it was when key and content are."""
    return bad.c.record_key == quarantine.c.record_key, bad.c.content_hash == quarantine.c.content_hash
