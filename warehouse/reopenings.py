"""How often an open dossier had been finished before: a status that went back begins a new matter (design §9)."""

from sqlalchemy import Connection, text

from warehouse.tables import FINISHED_CODES

# Literal, so that SQLite's planner sees that the partial index ix_dossiers__open answers it. A finished version that
# another finished one followed (collected after resolved) is the same ending.
_ENDINGS = text(
    f"""
    SELECT o.system, o.record_key, count(*)
    FROM dossiers o
    JOIN dossiers v ON v.system = o.system AND v.record_key = o.record_key
    WHERE o.known_to IS NULL AND o.status NOT IN ({FINISHED_CODES})
      AND v.known_to IS NOT NULL AND v.status IN ({FINISHED_CODES})
      AND NOT EXISTS (
        SELECT 1 FROM dossiers n
        WHERE n.system = v.system AND n.record_key = v.record_key AND n.known_from = v.known_to
          AND n.status IN ({FINISHED_CODES})
      )
    GROUP BY o.system, o.record_key
    """  # noqa: S608 - our own constants
)


def reopened(conn: Connection) -> dict[tuple[str, str], int]:
    """(system, record_key) of open dossiers that were finished before: how many times."""
    return {(system, key): int(times) for system, key, times in conn.execute(_ENDINGS).tuples()}
