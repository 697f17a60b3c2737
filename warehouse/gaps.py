"""What the open items name, counted: units and procedures, for the doctor to hold against the directory.

Grouped by the database, so that a province costs what its units are, not what its dossiers are. Nothing is judged.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select, text

from warehouse.tables import FINISHED_CODES, VERSIONS

_SETTLED = ("closed", "verified", "cancelled", "superseded", "not_applicable", "transferred")


@dataclass(frozen=True, slots=True)
class Named:
    """A code that open items bear: how many, and the newest day of receipt or issue among them."""

    code: str
    items: int
    latest: datetime
    without_duration: int = 0


def units_named(conn: Connection) -> list[Named]:
    """Unit codes of open dossiers and recommendations, most frequent first."""
    dossiers, recommendations = VERSIONS["dossiers"], VERSIONS["recommendations"]
    found: dict[str, Named] = {}
    for code, items, latest in conn.execute(
        select(dossiers.c.unit_code, func.count(), func.max(dossiers.c.received_at))
        .where(dossiers.c.known_to.is_(None), text(f"dossiers.status NOT IN ({FINISHED_CODES})"))
        .group_by(dossiers.c.unit_code)
    ):
        found[code] = Named(code, items, latest)
    settled = func.coalesce(recommendations.c.status, "").in_(_SETTLED)
    for code, items, known in conn.execute(
        select(recommendations.c.unit_code, func.count(), func.max(recommendations.c.known_from))
        .where(recommendations.c.known_to.is_(None), ~settled)
        .group_by(recommendations.c.unit_code)
    ):
        other = found.get(code)
        found[code] = Named(code, items + (other.items if other else 0), other.latest if other else known)
    return sorted(found.values(), key=lambda named: (-named.items, named.code))


def procedures_named(conn: Connection) -> list[Named]:
    """Procedure codes of open dossiers, most frequent first; `without_duration`: dossiers that tell none themselves."""
    table = VERSIONS["dossiers"]
    bare = func.sum(case((table.c.duration_amount.is_(None), 1), else_=0))
    chosen = (
        select(table.c.procedure_code, func.count(), func.max(table.c.received_at), bare)
        .where(table.c.known_to.is_(None), text(f"dossiers.status NOT IN ({FINISHED_CODES})"))
        .where(table.c.procedure_code.is_not(None))
        .group_by(table.c.procedure_code)
    )
    found = [Named(code, items, latest, int(bare or 0)) for code, items, latest, bare in conn.execute(chosen)]
    return sorted(found, key=lambda named: (-named.items, named.code))
