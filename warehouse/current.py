"""Named reads of what is true now: current versions as plain dictionaries, for the rules to judge.

A row carries its canonical columns (aware instants, dates, ints, bools, None) and record_key, system, source,
source_ref, data_moment, content_hash, known_from. Work follows what is open: prefer the reads that start from open
items to `current_rows` of a large dataset. History is `lineage`'s, decisions are nobody's here.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select, text

from warehouse.chunks import chunks
from warehouse.tables import FINISHED_CODES, VERSIONS, flags

Row = dict[str, Any]

DATASET_OF = {"dossier": "dossiers", "recommendation": "recommendations"}  # of the subjects that have a source
_HIDDEN = ("version_id", "known_to", "run_id")
# Literal, so that SQLite's planner sees that the partial index ix_dossiers__open answers it.
_UNFINISHED = text(f"dossiers.status NOT IN ({FINISHED_CODES})")


def item_key(subject: str, system: str, record_key: str) -> str:
    """The stable name of an item in flags and mails: "dossier/one-stop/38963"."""
    return f"{subject}/{system}/{record_key}"


def split_item_key(key: str) -> tuple[str, str, str]:
    """Inverse of `item_key`; systems have no slash, record keys may."""
    subject, system, record_key = key.split("/", 2)
    return subject, system, record_key


def current_rows(conn: Connection, dataset: str, system: str | None = None) -> list[Row]:
    """All current versions of a dataset, in order of system and key."""
    return _rows(conn, dataset, *([] if system is None else [VERSIONS[dataset].c.system == system]))


def open_dossiers(conn: Connection) -> list[Row]:
    """Current dossiers that still ask something of somebody: neither refused, returned, resolved nor done."""
    return _rows(conn, "dossiers", _UNFINISHED)


def open_keys(conn: Connection, system: str, source: str | None = None) -> frozenset[str]:
    """Record keys of the open dossiers of a system, or those that this source of it told last."""
    table = VERSIONS["dossiers"]
    chosen = select(table.c.record_key).where(table.c.known_to.is_(None), table.c.system == system, _UNFINISHED)
    mine = chosen if source is None else chosen.where(table.c.source == source)
    return frozenset(conn.execute(mine).scalars())


def sources_of_open_items(conn: Connection) -> dict[str, tuple[str, str]]:
    """Source → (dataset, system) of everything that is told of people or may be: open dossiers and open flags."""
    table = VERSIONS["dossiers"]
    unfinished = select(table.c.source, table.c.system).where(table.c.known_to.is_(None), _UNFINISHED).distinct()
    found = {source: ("dossiers", system) for source, system in conn.execute(unfinished).tuples()}
    source = flags.c.facts["source"].as_string()
    flagged = select(source, flags.c.subject, flags.c.system).where(flags.c.closed_at.is_(None)).distinct()
    for name, subject, system in conn.execute(flagged).tuples():
        if name and subject in DATASET_OF:
            found.setdefault(name, (DATASET_OF[subject], system))
    return found


def unconfigured_sources(conn: Connection, configured: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Those of `sources_of_open_items` that were taken out of the configuration, or renamed in it."""
    found = sources_of_open_items(conn)
    return {name: found[name] for name in sorted(found.keys() - set(configured))}


def dossiers_by_key(conn: Connection, item_keys: Iterable[str]) -> list[Row]:
    """Current dossiers of these item keys, finished ones too; unknown keys are simply absent."""
    return rows_by_key(conn, "dossiers", (split_item_key(key)[1:] for key in item_keys))


def rows_by_key(conn: Connection, dataset: str, keys: Iterable[tuple[str, str]]) -> list[Row]:
    """Current versions of a dataset by (system, record_key)."""
    return _by(conn, dataset, "record_key", keys)


def dossiers_by_code(conn: Connection, codes: Iterable[tuple[str, str]]) -> list[Row]:
    """Current dossiers by (system, dossier_code); a code may name several."""
    return _by(conn, "dossiers", "dossier_code", codes)


def events_for(conn: Connection, codes: Iterable[tuple[str, str]]) -> list[Row]:
    """Current dossier events by (system, dossier_code), in order of system, code, time and key."""
    rows = _by(conn, "dossier_events", "dossier_code", codes)
    return sorted(rows, key=lambda r: (r["system"], r["dossier_code"], r["at"], r["record_key"]))


def units(conn: Connection) -> list[Row]:
    """The directory of units with their validity."""
    return current_rows(conn, "units")


def unit_names(conn: Connection, on: date | None = None) -> dict[str, str]:
    """Names by code, of the units there are on that day; without one, and where no unit of a code is there then, of all
    that ever bore it. A code that would have several names stays a bare code (never a guess).
    """
    names: dict[str, set[str]] = {}
    rows = units(conn)
    there = [row for row in rows if on is not None and _is_there(row, on)]
    alive = {row["unit_code"] for row in there}
    for row in [*there, *(row for row in rows if row["unit_code"] not in alive)]:
        names.setdefault(row["unit_code"], set()).add(row["name"])
    return {code: next(iter(known)) for code, known in names.items() if len(known) == 1}


def _is_there(unit: Row, on: date) -> bool:
    begins, ends = unit["valid_from"], unit["valid_to"]
    return (begins is None or begins <= on) and (ends is None or on <= ends)


def unit_succession(conn: Connection) -> list[Row]:
    """Which units followed which, since when and by what document."""
    return current_rows(conn, "unit_succession")


def contacts(conn: Connection) -> list[Row]:
    """Addresses by unit and role."""
    return current_rows(conn, "contacts")


def _rows(conn: Connection, dataset: str, *conditions: ColumnElement[bool] | Any) -> list[Row]:
    """In order of system and key. Sorted here: asked to sort, SQLite walks the whole table by the index of keys."""
    table = VERSIONS[dataset]
    shown = [c for c in table.columns if c.name not in _HIDDEN]
    chosen = select(*shown).where(table.c.known_to.is_(None), *conditions)
    rows = [dict(row) for row in conn.execute(chosen).mappings()]
    return sorted(rows, key=lambda row: (row["system"], row["record_key"]))


def _by(conn: Connection, dataset: str, column: str, pairs: Iterable[tuple[str, str]]) -> list[Row]:
    """Chunked look-up, so that no statement grows with the number of open items."""
    table = VERSIONS[dataset]
    wanted: dict[str, set[str]] = {}
    for system, value in pairs:
        wanted.setdefault(system, set()).add(value)
    out: list[Row] = []
    for system, values in sorted(wanted.items()):
        for chunk in chunks(sorted(values)):
            out += _rows(conn, dataset, and_(table.c.system == system, table.c[column].in_(chunk)))
    return out
