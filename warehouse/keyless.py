"""Quarantined dossiers that nobody can tell apart from others: no key could be made, but their code is readable.

Such a row cannot stand against one version as others do. It casts doubt on every dossier that bears its code, and is
mended by a good one of that code. Rows of other datasets are named by nothing but their key: people settle them.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from tasks.rules.release import KEYLESS
from warehouse import current
from warehouse.tables import quarantine

_DATASET = "dossiers"
_OPEN = quarantine.c.closed_at.is_(None)


def doubted(conn: Connection) -> dict[tuple[str, str], frozenset[str]]:
    """Per (system, dataset): keys of current versions that bear code and unit of an open row without a key."""
    named: dict[tuple[str, str], set[str]] = {}
    for row in _open_rows(conn):
        code, unit = _name_of(row["content"])
        if code:
            named.setdefault((row["system"], code), set()).add(unit)
    out: dict[tuple[str, str], set[str]] = {}
    for dossier in current.dossiers_by_code(conn, named):
        units = named[dossier["system"], dossier["dossier_code"]]
        if units & {"", dossier["unit_code"]}:
            out.setdefault((dossier["system"], _DATASET), set()).add(dossier["record_key"])
    return {place: frozenset(keys) for place, keys in out.items()}


def _open_rows(conn: Connection, *conditions: Any) -> list[dict[str, Any]]:
    chosen = select(quarantine).where(_OPEN, quarantine.c.dataset == _DATASET, *conditions)
    keyless = quarantine.c.record_key.startswith(KEYLESS, autoescape=True)
    return [dict(row) for row in conn.execute(chosen.where(keyless).order_by(quarantine.c.id)).mappings()]


def _name_of(content: Mapping[str, Any] | None) -> tuple[str, str]:
    """Code and unit, "" where they are not told."""
    told = content or {}
    return told.get("dossier_code") or "", told.get("unit_code") or ""
