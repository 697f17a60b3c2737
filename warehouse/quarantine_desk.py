"""The desk of the quarantine: what lies there, why, and what a person does about it.

One short transaction each, with an audit row, without the run lock. How rows come and go with loads: `quarantine`.
Whether a row may be released is decided in `tasks/rules/release`; a released row enters with the next run.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from tasks.rules.datasets import DATASETS
from tasks.rules.release import Candidate
from warehouse import audit_chain
from warehouse.current import rows_by_key
from warehouse.errors import DeskError
from warehouse.lineage import bodies_of
from warehouse.quarantine import RELEASED, SETTLED
from warehouse.tables import audit, loads, quarantine

RELEASE, ASSIGN, PROMOTE = "quarantine_release", "quarantine_assign", "quarantine_promote"  # acts in the audit
SETTLE = "quarantine_settle"
CONFLICT = "conflicting_duplicates"  # reason of rows of which only one can be right
NOBODY = "none"  # as an owner: rows that nobody looks after
_OPEN = quarantine.c.closed_at.is_(None)


def release(conn: Connection, row_id: int, by: str, now: datetime, reason: str = "") -> None:
    """A person says that an open row is right as it stands: it counts as settled and comes in with the next run.

    Rows that contradict it are settled with it: that pair has been judged and is no doubt any more.
    Raises DeskError `not_an_open_row`.
    """
    done = conn.execute(
        update(quarantine).where(quarantine.c.id == row_id, _OPEN).values(closed_at=now, closed_reason=RELEASED)
    )
    if done.rowcount != 1:
        raise DeskError("not_an_open_row", f"quarantine {row_id}")
    _audit(conn, now, by, RELEASE, row_id, {"reason": reason})
    for other in _contradicting(conn, row_id):
        _settle(conn, other, by, now, {"reason": reason, "released": row_id})


def settle(conn: Connection, row_id: int, by: str, now: datetime, reason: str) -> None:
    """A person says that nothing will mend an open row and that nobody need look at it again; it is not loaded.

    It is not opened again when the source brings the same content. Raises DeskError `not_an_open_row`.
    """
    _settle(conn, row_id, by, now, {"reason": reason})


def _settle(conn: Connection, row_id: int, by: str, now: datetime, detail: Mapping[str, Any]) -> None:
    done = conn.execute(
        update(quarantine).where(quarantine.c.id == row_id, _OPEN).values(closed_at=now, closed_reason=SETTLED)
    )
    if done.rowcount != 1:
        raise DeskError("not_an_open_row", f"quarantine {row_id}")
    _audit(conn, now, by, SETTLE, row_id, detail)


def _contradicting(conn: Connection, row_id: int) -> list[int]:
    """Open rows that say otherwise of the same key in the same pull: of those only one can be right."""
    found = row(conn, row_id)
    if found is None or not _is_conflict(found):
        return []
    return [other["id"] for other in siblings(conn, found) if other["closed_at"] is None and _is_conflict(other)]


def _is_conflict(found: Mapping[str, Any]) -> bool:
    return any(reason["code"] == CONFLICT for reason in found["reasons"])


def assign(conn: Connection, row_id: int, owner: str, by: str, now: datetime) -> None:
    """Who looks after an open row; an empty name: nobody. Raises DeskError `not_an_open_row`."""
    done = conn.execute(update(quarantine).where(quarantine.c.id == row_id, _OPEN).values(owner=owner or None))
    if done.rowcount != 1:
        raise DeskError("not_an_open_row", f"quarantine {row_id}")
    _audit(conn, now, by, ASSIGN, row_id, {"owner": owner})


def released_identities(conn: Connection, source: str) -> frozenset[tuple[str, str]]:
    """(record_key, content_hash) that a person called right: when such a row comes again it is a good one."""
    chosen = select(quarantine.c.record_key, quarantine.c.content_hash)
    rows = conn.execute(chosen.where(quarantine.c.source == source, quarantine.c.closed_reason == RELEASED))
    return frozenset((key, content_hash) for key, content_hash in rows.tuples())


def to_be_promoted(conn: Connection, source: str) -> list[dict[str, Any]]:
    """Released rows of that source that no run has taken up yet, in order of their release."""
    done = conn.execute(select(audit.c.target).where(audit.c.act == PROMOTE)).scalars()
    taken_up = {int(target) for target in done}
    chosen = select(quarantine).where(quarantine.c.source == source, quarantine.c.closed_reason == RELEASED)
    rows = conn.execute(chosen.order_by(quarantine.c.closed_at, quarantine.c.id)).mappings()
    return [dict(row) for row in rows if row["id"] not in taken_up]


def taken_up(conn: Connection, row_id: int, run_id: str, now: datetime, outcome: str) -> None:
    """A run has dealt with a released row: new, changed, unchanged, older, or why it could not be loaded after all."""
    _audit(conn, now, run_id, PROMOTE, row_id, {"outcome": outcome})


def open_rows(conn: Connection, source: str | None = None, owner: str | None = None) -> list[dict[str, Any]]:
    """Open quarantine rows in order of arrival; `owner` NOBODY: those nobody looks after."""
    chosen = select(quarantine).where(_OPEN).order_by(quarantine.c.first_seen_at, quarantine.c.id)
    if source is not None:
        chosen = chosen.where(quarantine.c.source == source)
    if owner is not None:
        mine = or_(quarantine.c.owner.is_(None), quarantine.c.owner == NOBODY)
        chosen = chosen.where(mine if owner == NOBODY else quarantine.c.owner == owner)
    return [dict(row) for row in conn.execute(chosen).mappings()]


def row(conn: Connection, row_id: int) -> dict[str, Any] | None:
    """One row, open or closed."""
    found = conn.execute(select(quarantine).where(quarantine.c.id == row_id)).mappings().one_or_none()
    return None if found is None else dict(found)


def siblings(conn: Connection, found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The other rows of the same source and key, open or closed."""
    same = (quarantine.c.source == found["source"], quarantine.c.record_key == found["record_key"])
    chosen = select(quarantine).where(*same, quarantine.c.id != found["id"]).order_by(quarantine.c.id)
    return [dict(one) for one in conn.execute(chosen).mappings()]


def current_of(conn: Connection, found: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is true now for the key of a quarantined row."""
    return next(iter(rows_by_key(conn, found["dataset"], [(found["system"], found["record_key"])])), None)


def body_of(conn: Connection, found: Mapping[str, Any]) -> dict[str, Any] | None:
    """The landed body the row was read from."""
    return next((b for b in bodies_of(conn, [found["source_ref"]]) if b["source"] == found["source"]), None)


def moment_of(conn: Connection, found: Mapping[str, Any]) -> datetime:
    """As of when the source said what the row says: the moment of the load that saw it last, else of its body."""
    chosen = select(func.max(loads.c.data_moment)).where(
        loads.c.source == found["source"], loads.c.as_of == found["last_seen_at"]
    )
    moment: datetime | None = conn.execute(chosen).scalar()
    if moment is None:
        body = body_of(conn, found)
        moment = body["data_moment"] if body else found["last_seen_at"]
    return moment


def candidate(conn: Connection, found: Mapping[str, Any]) -> Candidate:
    """The row with what is known around it, for the rule that decides on a release."""
    now = current_of(conn, found)
    return Candidate(
        dataset=DATASETS[found["dataset"]],
        record_key=found["record_key"],
        content_hash=found["content_hash"],
        content=found["content"],
        reasons=[reason["code"] for reason in found["reasons"]],
        moment=moment_of(conn, found),
        current_moment=None if now is None else now["data_moment"],
        current_hash=None if now is None else now["content_hash"],
        released_beside=found["closed_at"] is None and _beside(conn, found),
    )


def _beside(conn: Connection, found: Mapping[str, Any]) -> bool:
    """Another row of the key, told by the source at the same time, was let in."""
    others = siblings(conn, found)
    return any(o["closed_reason"] == RELEASED and o["last_seen_at"] >= found["first_seen_at"] for o in others)


def acts_on(conn: Connection, row_id: int) -> list[dict[str, Any]]:
    """What people and runs did about a row, oldest first."""
    mine = (audit.c.act.in_((RELEASE, ASSIGN, PROMOTE, SETTLE)), audit.c.target == str(row_id))
    return [dict(one) for one in conn.execute(select(audit).where(*mine).order_by(audit.c.id)).mappings()]


def open_count(conn: Connection) -> int:
    """How many rows are open."""
    return conn.execute(select(func.count()).select_from(quarantine).where(_OPEN)).scalar_one()


def count_since(conn: Connection, before: datetime) -> int:
    """How many open rows were first seen before that moment."""
    older = (_OPEN, quarantine.c.first_seen_at < before)
    return conn.execute(select(func.count()).select_from(quarantine).where(*older)).scalar_one()


def reason_counts(conn: Connection) -> list[tuple[str, int]]:
    """Each reason's sentence with its number of open rows, most frequent first."""
    numbers: dict[str, int] = {}
    for reasons in conn.execute(select(quarantine.c.reasons).where(_OPEN)).scalars():
        for text in _texts(reasons):
            numbers[text] = numbers.get(text, 0) + 1
    return sorted(numbers.items(), key=lambda item: (-item[1], item[0]))


def _texts(reasons: Iterable[Mapping[str, str]]) -> set[str]:
    return {str(reason["text"]) for reason in reasons}


def _audit(conn: Connection, now: datetime, by: str, act: str, row_id: int, detail: Mapping[str, Any]) -> None:
    audit_chain.append(conn, now, by, act, str(row_id), detail)
