"""Records that the last sweeps of their source did not find. A row goes when the record is back.

Who counts as missed is decided where a source is swept; what follows from it in `tasks/rules`.
"""

from datetime import datetime

from sqlalchemy import Connection, func, select

from warehouse.tables import missed


def keys_missed(conn: Connection, sweeps: int = 2) -> dict[tuple[str, str], datetime]:
    """(system, record_key) of the records missed by so many sweeps or more in a row: when they were first missed."""
    place = (missed.c.system, missed.c.record_key)
    chosen = select(*place, func.min(missed.c.since)).where(missed.c.sweeps >= sweeps).group_by(*place)
    return {(system, key): since for system, key, since in conn.execute(chosen).tuples()}
