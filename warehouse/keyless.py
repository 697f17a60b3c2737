"""Quarantined dossiers that nobody can tell apart from others: no key could be made, but their code is readable.

Such a row cannot stand against one version as others do. It casts doubt on every dossier that bears its code, and is
mended by a good one of that code. Rows of other datasets are named by nothing but their key: people settle them.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, select

from tasks.rules.release import KEYLESS
from warehouse import current
from warehouse.chunks import chunks
from warehouse.merging import Frame
from warehouse.staging import QUARANTINED, Staged
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


def overtaken(conn: Connection, frame: Frame, staged: Staged) -> dict[str, list[int]]:
    """Ids of the open rows of a source of which it now tells otherwise: `corrected`, or `gone` when that is bad too.

    Nothing is asked of the pull while there are none. A row that came again as it was is left alone.
    """
    found: dict[str, list[int]] = {"corrected": [], "gone": []}
    waiting = _open_rows(conn, quarantine.c.source == frame.source) if frame.dataset == _DATASET else []
    if not waiting:
        return found
    bad = select(staged.aside).where(staged.aside.c.fate == QUARANTINED)
    aside = conn.execute(bad).mappings().all()
    came = {(row["record_key"], row["content_hash"]) for row in aside}
    changed = [row for row in waiting if (row["record_key"], row["content_hash"]) not in came]
    named = {row["id"]: _name_of(row["content"]) for row in changed}
    good = _told(conn, staged, {code for code, _ in named.values()})
    still_bad = {_name_of(row["content"]) for row in aside}
    for row_id, name in named.items():
        if _speaks_of(name, good):
            found["corrected"].append(row_id)
        elif _speaks_of(name, still_bad):
            found["gone"].append(row_id)
    return found


def _told(conn: Connection, staged: Staged, codes: Collection[str]) -> set[tuple[str, str]]:
    """Code and unit of the good rows that bear one of the codes."""
    rows = staged.rows
    found: set[tuple[str, str]] = set()
    for some in chunks(sorted(filter(None, codes))):
        bears = rows.c.dossier_code.in_(some)
        chosen = select(rows.c.dossier_code, rows.c.unit_code).where(bears, rows.c.verdict != "older").distinct()
        found |= set(conn.execute(chosen).tuples())
    return found


def _speaks_of(name: tuple[str, str], others: Collection[tuple[str, str]]) -> bool:
    """The same code, and the same unit where this row names one."""
    code, unit = name
    return bool(code) and any(code == other and unit in ("", its) for other, its in others)


def _open_rows(conn: Connection, *conditions: Any) -> list[dict[str, Any]]:
    chosen = select(quarantine).where(_OPEN, quarantine.c.dataset == _DATASET, *conditions)
    keyless = quarantine.c.record_key.startswith(KEYLESS, autoescape=True)
    return [dict(row) for row in conn.execute(chosen.where(keyless).order_by(quarantine.c.id)).mappings()]


def _name_of(content: Mapping[str, Any] | None) -> tuple[str, str]:
    """Code and unit, "" where they are not told."""
    told = content or {}
    return told.get("dossier_code") or "", told.get("unit_code") or ""
