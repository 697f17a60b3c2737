"""What the book of differences says at the end of a reconciliation: for its result, never for weighing.

How findings enter the book: `differences`; single differences and the acts of persons: `difference_desk`.
"""

from typing import Any

from sqlalchemy import Connection, and_, or_, select

from tasks.rules.difference_model import DifferenceState
from warehouse.difference_tables import differences

_fixed = differences.c.state == DifferenceState.FIXED


def told_by(conn: Connection, run_id: str) -> list[dict[str, Any]]:
    """Every difference that is not fixed, and those that this run has fixed; in order of id."""
    wanted = or_(~_fixed, and_(_fixed, differences.c.run_id == run_id))
    chosen = select(differences).where(wanted).order_by(differences.c.id)
    return [dict(row) for row in conn.execute(chosen).mappings()]
