"""Rows as lines of text that mean the same on every database: what backups are made of.

A line is a JSON array in the order of the columns; a column travels with its kind, so that lines written by an older
version can be read by a newer one. Files and their hashes belong to `backup` and `restore`.
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    LargeBinary,
    Table,
    Text,
    column,
    insert,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.types import TypeEngine

from warehouse.chunks import chunks
from warehouse.instants import Instant, from_text, to_text
from warehouse.tables import metadata

Columns = Sequence[Sequence[str]]  # (name, kind)

_PIECE = 2000
_KINDS: Mapping[str, TypeEngine[Any]] = {
    "instant": Instant(),
    "day": Date(),
    "bytes": LargeBinary(),
    "json": JSON(none_as_null=True),
    "truth": Boolean(),
    "number": Integer(),
    "text": Text(),
}
_WRITE: Mapping[str, Callable[[Any], Any]] = {
    "instant": to_text,
    "day": date.isoformat,
    "bytes": lambda value: base64.b64encode(value).decode("ascii"),
}
_READ: Mapping[str, Callable[[Any], Any]] = {
    "instant": from_text,
    "day": date.fromisoformat,
    "bytes": base64.b64decode,
}


def stored_tables(conn: Connection) -> list[tuple[Table, Columns]]:
    """Our tables that this database has, in an order in which they may be filled, each with the columns it has."""
    looked = inspect(conn)
    out: list[tuple[Table, Columns]] = []
    there = set(looked.get_table_names())
    for one in metadata.sorted_tables:
        if one.name in there:
            known = {found["name"] for found in looked.get_columns(one.name)}
            out.append((one, [(c.name, _kind_of(c)) for c in one.columns if c.name in known]))
    return out


def lines_of(conn: Connection, one: Table, columns: Columns) -> Iterator[str]:
    """Every row of a table, in the order of its key."""
    convert = [_WRITE.get(kind) for _, kind in columns]
    chosen = select(*(one.c[name] for name, _ in columns)).order_by(*one.primary_key)
    for row in conn.execute(chosen.execution_options(yield_per=_PIECE)):
        values = [v if v is None or to is None else to(v) for v, to in zip(row, convert, strict=True)]
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def fill(conn: Connection, name: str, columns: Columns, lines: Iterable[str | bytes]) -> int:
    """Put the rows of those lines into an empty table; returns how many."""
    target = table(name, *(column(c, _KINDS[kind]) for c, kind in columns))
    names, convert = [c for c, _ in columns], [_READ.get(kind) for _, kind in columns]
    filled = 0
    for some in chunks(lines, _PIECE):
        rows = []
        for line in some:
            values = json.loads(line)
            rows.append([v if v is None or to is None else to(v) for v, to in zip(values, convert, strict=True)])
        conn.execute(insert(target), [dict(zip(names, row, strict=True)) for row in rows])
        filled += len(rows)
    return filled


def renew_numbers(conn: Connection) -> None:
    """PostgreSQL hands out numbers by itself: the next ones come after those that were put in."""
    if conn.dialect.name != "postgresql":
        return
    for one, columns in stored_tables(conn):
        for key in one.primary_key:
            if (key.name, "number") in columns:
                sequence = conn.execute(text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": one.name, "c": key.name})
                if name := sequence.scalar():
                    last = conn.execute(select(key).order_by(key.desc()).limit(1)).scalar()
                    conn.execute(text("SELECT setval(:s, :n, :used)"), {"s": name, "n": last or 1, "used": bool(last)})


def _kind_of(one: Column[Any]) -> str:
    return next(kind for kind, its in _KINDS.items() if isinstance(one.type, type(its)))
