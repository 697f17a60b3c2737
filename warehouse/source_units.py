"""Whose dossiers each source holds, as far as the warehouse knows: what a unit is told of the sides of a comparison."""

from collections import defaultdict

from sqlalchemy import Connection, select

from warehouse.tables import VERSIONS


def units_by_source(conn: Connection) -> dict[str, frozenset[str]]:
    """Source → codes of the units of its current dossiers."""
    table = VERSIONS["dossiers"]
    chosen = select(table.c.source, table.c.unit_code).where(table.c.known_to.is_(None)).distinct()
    found: dict[str, set[str]] = defaultdict(set)
    for source, unit_code in conn.execute(chosen):
        found[source].add(unit_code or "")
    return {source: frozenset(units) for source, units in found.items()}
