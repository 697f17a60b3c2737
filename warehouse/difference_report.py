"""What the book of differences says at the end of a reconciliation, and which units it may be asked about.

How findings enter the book: `differences`; single differences and the acts of persons: `difference_desk`.
"""

from typing import Any

from sqlalchemy import Connection, and_, exists, or_, select

from tasks.rules.difference_model import DifferenceState
from warehouse.difference_tables import differences
from warehouse.tables import VERSIONS

_fixed = differences.c.state == DifferenceState.FIXED


def told_by(conn: Connection, run_id: str) -> list[dict[str, Any]]:
    """Every difference that is not fixed, and those that this run has fixed; in order of id."""
    wanted = or_(~_fixed, and_(_fixed, differences.c.run_id == run_id))
    chosen = select(differences).where(wanted).order_by(differences.c.id)
    return [dict(row) for row in conn.execute(chosen).mappings()]


def listed_units(conn: Connection) -> frozenset[str]:
    """Every code that a unit bears or bore."""
    return frozenset(conn.execute(select(VERSIONS["units"].c.unit_code).distinct()).scalars())


def is_named(conn: Connection, unit_code: str) -> bool:
    """Whether a current dossier is of that unit, listed or not."""
    table = VERSIONS["dossiers"]
    of_unit = exists().where(table.c.unit_code == unit_code, table.c.known_to.is_(None))
    return bool(conn.execute(select(of_unit)).scalar_one())
