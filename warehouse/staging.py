"""Bulk writing into a temporary table inside the caller's transaction, at the driver's speed.

SQLAlchemy's row handling costs five times the insert itself, so rows go to the raw connection: executemany on
SQLite, COPY on PostgreSQL. Both write the stored forms of `instants`. What the rows mean is `merging`'s business.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, Text
from sqlalchemy.types import Boolean, Date, Integer

from warehouse.errors import StagingError
from warehouse.instants import Instant, to_text
from warehouse.tables import VERSIONS

CHUNK = 50_000
OWN = ("version_id", "source", "system", "data_moment", "known_from", "known_to", "run_id")

Row = Mapping[str, Any]
Adapt = Callable[[Any], Any]


def stored_columns(dataset: str) -> list[Column[Any]]:
    """The columns of a dataset that come with each row: record_key, content_hash, source_ref and the canonical ones."""
    return [c for c in VERSIONS[dataset].columns if c.name not in OWN]


def staging_table(dataset: str) -> Table:
    """The description of the temporary table for one dataset; `verdict` and `known_from` are filled by merging."""
    return Table(
        f"staged_{dataset}",
        MetaData(),
        *(Column(c.name, c.type, primary_key=c.name == "record_key") for c in stored_columns(dataset)),
        Column("verdict", Text),
        Column("known_from", Instant),
        prefixes=["TEMPORARY"],
    )


def stage(conn: Connection, dataset: str, rows: Iterable[Row]) -> Table:
    """Create the temporary table afresh and fill it, in chunks of bounded size.

    Rows carry Python values (aware instants, dates, ints, bools, None where empty); a record key may come once only.
    Raises StagingError, which says nothing of the content.
    """
    table = staging_table(dataset)
    unstage(conn, table)
    table.create(conn)
    names = [c.name for c in stored_columns(dataset)]
    write = _copy if conn.dialect.name == "postgresql" else _execute_many
    adapters = [_adapter(c, conn.dialect.name) for c in stored_columns(dataset)]
    for chunk in _chunks(rows):
        values = (_values(row, names, adapters) for row in chunk)
        try:
            write(conn, table.name, names, values)
        except _driver_error(conn) as fault:  # the drivers quote the row in their messages
            code = getattr(fault, "sqlite_errorname", None) or getattr(fault, "sqlstate", None)
            raise StagingError(dataset, str(code or type(fault).__name__)) from None
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(f"ANALYZE {table.name}")
    return table


def unstage(conn: Connection, table: Table) -> None:
    """Drop the temporary table if it is there."""
    conn.exec_driver_sql(f"DROP TABLE IF EXISTS {_schema(conn)}.{table.name}")


def _schema(conn: Connection) -> str:
    return "temp" if conn.dialect.name == "sqlite" else "pg_temp"


def _driver_error(conn: Connection) -> type[Exception]:
    found: type[Exception] = conn.dialect.loaded_dbapi.Error
    return found


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    stream = iter(rows)
    while chunk := list(islice(stream, CHUNK)):
        yield chunk


def _values(row: Row, names: Sequence[str], adapters: Sequence[Adapt]) -> tuple[Any, ...]:
    got = (row.get(name) for name in names)
    return tuple(None if value is None else adapt(value) for value, adapt in zip(got, adapters, strict=True))


def _adapter(column: Column[Any], dialect: str) -> Adapt:
    """From a Python value to what the raw driver must be given; anything of a wrong kind fails here, not later."""
    sqlite = dialect == "sqlite"
    if isinstance(column.type, Instant):
        return to_text  # both databases read this form; naive instants are refused
    if isinstance(column.type, Date):
        return date.isoformat
    if isinstance(column.type, Boolean):
        return int if sqlite else bool
    if isinstance(column.type, Integer):
        return int
    return str


def _execute_many(conn: Connection, table: str, names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * len(names))
    sql = f"INSERT INTO {table} ({', '.join(map(_quoted, names))}) VALUES ({marks})"  # noqa: S608 - our own names
    raw: Any = conn.connection.driver_connection
    raw.executemany(sql, rows)


def _copy(conn: Connection, table: str, names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    raw: Any = conn.connection.driver_connection
    columns = ", ".join(map(_quoted, names))
    with raw.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _quoted(name: str) -> str:
    return f'"{name}"'
