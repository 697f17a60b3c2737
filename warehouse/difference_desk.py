"""The desk of the differences: what stands in the book, and what a person says of it.

One short transaction each, with an audit row, without the run lock. How findings enter the book: `differences`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from tasks.rules.difference_life import Place, segments_of
from tasks.rules.difference_model import DifferenceClass, DifferenceState
from warehouse import audit_chain
from warehouse.compared_segments import forget
from warehouse.difference_tables import differences, reconciliations
from warehouse.errors import DeskError
from warehouse.tables import audit, quarantine

EXPLAIN, RESOLVE = "difference_explain", "difference_resolve"  # acts in the audit
NEAR = 5  # ids offered for one that is not there
_ALIKE = 6  # characters that tell where to look for one: "D-" and four digits

_OF_DOSSIERS = (  # the others speak of procedures and of books
    DifferenceClass.MISSING_IN_WAREHOUSE,
    DifferenceClass.MISSING_IN_SOURCE,
    DifferenceClass.MISSING_IN_REGISTER,
    DifferenceClass.NOT_IN_SOFTWARE,
    DifferenceClass.FIELD_DIFFERS,
    DifferenceClass.INCOMPLETE_IN_REGISTER,
    DifferenceClass.DUPLICATE,
)
_is_open = differences.c.state == DifferenceState.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFigures:
    """What is open now: how many, since when the oldest, and how many of them came back after they were fixed."""

    count: int
    oldest: datetime | None
    returned: int


def listed(
    conn: Connection, *, unit: str = "", kind: str = "", state: str = "", owner: str = ""
) -> list[dict[str, Any]]:
    """Differences, oldest first; "" asks for all."""
    asked = {"unit_code": unit, "kind": kind, "state": state, "owner": owner}
    wanted = [differences.c[name] == value for name, value in asked.items() if value]
    chosen = select(differences).where(*wanted).order_by(differences.c.first_seen_at, differences.c.id)
    return [dict(row) for row in conn.execute(chosen).mappings()]


def row(conn: Connection, difference_id: str) -> dict[str, Any] | None:
    """One difference; None where there is no such id. The digits may be typed in capitals or without "D-"."""
    chosen = select(differences).where(differences.c.id == _as_id(difference_id))
    found = conn.execute(chosen).mappings().one_or_none()
    return None if found is None else dict(found)


def near(conn: Connection, asked: str) -> list[str]:
    """Ids that may be meant: of the dossier of that code, else those that begin or end alike."""
    told = _as_id(asked)
    ends = (
        differences.c.id.startswith(told[:_ALIKE], autoescape=True),
        differences.c.id.endswith(told[-4:], autoescape=True),
    )
    for wanted in (differences.c.code == asked.strip(), or_(*ends)):
        found = list(conn.execute(select(differences.c.id).where(wanted).order_by(differences.c.id).limit(NEAR)))
        if found:
            return [one.id for one in found]
    return []


def of_dossier(conn: Connection, system: str, record_key: str, code: str) -> list[dict[str, Any]]:
    """What stands about one dossier, oldest first: by its key, and by its code where paper knows no key."""
    by_key = (differences.c.system == system) & (differences.c.record_key == record_key)
    by_code = (differences.c.code == code) & (differences.c.record_key == "")
    return _standing(conn, or_(by_key, by_code))


def of_code(conn: Connection, code: str) -> list[dict[str, Any]]:
    """What stands about the dossiers of that code, oldest first."""
    return _standing(conn, differences.c.code == code)


def _standing(conn: Connection, wanted: ColumnElement[bool]) -> list[dict[str, Any]]:
    of_dossiers = differences.c.kind.in_(_OF_DOSSIERS)
    chosen = select(differences).where(wanted, of_dossiers, differences.c.state != DifferenceState.FIXED)
    rows = conn.execute(chosen.order_by(differences.c.first_seen_at, differences.c.id)).mappings()
    return [dict(one) for one in rows]


def explain(conn: Connection, difference_id: str, by: str, reason: str, now: datetime) -> None:
    """A person says why it is right so: it counts as explained until its facts change.

    Raises DeskError `already_fixed`, `no_difference`.
    """
    found = _unfixed(conn, difference_id)
    at = _not_before(found, now)
    told = {"explanation": reason, "explained_by": by, "explained_at": at}
    _set(conn, found, {"state": DifferenceState.EXPLAINED, **told})
    _audit(conn, at, by, EXPLAIN, found, reason)


def resolve(conn: Connection, difference_id: str, by: str, reason: str, now: datetime) -> None:
    """A person says that it is mended. The next run looks for itself, also where nothing seems to have changed.

    Raises DeskError `already_fixed`, `no_difference`.
    """
    found = _unfixed(conn, difference_id)
    at = _not_before(found, now)
    _set(conn, found, {"state": DifferenceState.FIXED, "fixed_at": at})
    forget(conn, found["source"], segments_of(_place(found)))
    _audit(conn, at, by, RESOLVE, found, reason)


def acts_on(conn: Connection, difference_id: str) -> list[dict[str, Any]]:
    """What people said of a difference, oldest first."""
    mine = (audit.c.act.in_((EXPLAIN, RESOLVE)), audit.c.target == difference_id)
    return [dict(one) for one in conn.execute(select(audit).where(*mine).order_by(audit.c.id)).mappings()]


def quarantined(conn: Connection, source: str, record_key: str) -> list[int]:
    """Open quarantine rows of that record; a key that could not be shown is named by its content ("?" and a digest)."""
    mine = quarantine.c.record_key == record_key
    if record_key.startswith("?"):
        mine = or_(mine, quarantine.c.content_hash.startswith(record_key[1:], autoescape=True))
    open_ones = select(quarantine.c.id).where(quarantine.c.source == source, quarantine.c.closed_at.is_(None), mine)
    return list(conn.execute(open_ones.order_by(quarantine.c.id)).scalars())


def open_figures(conn: Connection) -> OpenFigures:
    """Open differences of the whole book."""
    back = func.count().filter(differences.c.returned > 0)
    chosen = select(func.count(), func.min(differences.c.first_seen_at), back).where(_is_open)
    count, oldest, returned = conn.execute(chosen).one()
    return OpenFigures(count=count, oldest=oldest, returned=returned)


def returned_ids(conn: Connection, limit: int) -> list[str]:
    """Open differences that came back after they were fixed, the latest first."""
    chosen = select(differences.c.id).where(_is_open, differences.c.returned > 0)
    newest = differences.c.returned_at.desc()
    return list(conn.execute(chosen.order_by(newest, differences.c.id).limit(limit)).scalars())


def last_reconciliation(conn: Connection) -> dict[str, Any] | None:
    """The latest one that was stored; None where there was none yet."""
    newest = select(reconciliations).order_by(reconciliations.c.as_of.desc(), reconciliations.c.run_id.desc()).limit(1)
    found = conn.execute(newest).mappings().one_or_none()
    return None if found is None else dict(found)


def _as_id(text: str) -> str:
    told = text.strip().lower()
    return f"D-{told.removeprefix('d-')}"


def _unfixed(conn: Connection, difference_id: str) -> dict[str, Any]:
    found = row(conn, difference_id)
    if found is None:
        raise DeskError("no_difference", difference_id)
    if found["state"] == DifferenceState.FIXED:
        raise DeskError("already_fixed", found["id"])
    return found


def _place(found: Mapping[str, Any]) -> Place:
    names = ("unit_code", "system", "sides", "book", "source", "day")
    kind, key = DifferenceClass(found["kind"]), found["record_key"]
    return Place(kind=kind, key=key, **{name: found[name] for name in names})


def _not_before(found: Mapping[str, Any], now: datetime) -> datetime:
    """A person answers to what was seen: in a warehouse of the future (`--as-of`) the machine's clock may lag."""
    seen: datetime = found["last_seen_at"]
    return max(now, seen)


def _set(conn: Connection, found: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    conn.execute(update(differences).where(differences.c.id == found["id"]).values(values))


def _audit(conn: Connection, now: datetime, by: str, act: str, found: Mapping[str, Any], reason: str) -> None:
    audit_chain.append(conn, now, by, act, found["id"], {"reason": reason, "was": found["state"]})
