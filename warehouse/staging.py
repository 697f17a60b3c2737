"""One pull in temporary tables of one connection, before it is judged: rows to merge and rows put aside.

SQLAlchemy's row handling costs five times the insert itself, so rows go to the raw connection: executemany on
SQLite, COPY on PostgreSQL. Both write the stored forms of `stored_forms`. What the rows mean is `merging`'s business,
which of them share a key `repeats`'.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from sqlalchemy import JSON, Column, Connection, Index, Integer, MetaData, Table, Text, cast, func, select

from warehouse.driver_faults import fault_of
from warehouse.engine import where_is
from warehouse.errors import StagingError
from warehouse.instants import Instant
from warehouse.stored_forms import stored_form
from warehouse.tables import VERSIONS

OWN: Final = ("version_id", "source", "system", "data_moment", "known_from", "known_to", "run_id")
QUARANTINED, NOT_RECEIVED = "quarantined", "not_received"
NEW: Final = "new"  # what a row is that no current one stands against


@dataclass(frozen=True, slots=True)
class Staged:
    """The two temporary tables of a pull.

    `rows`: what may be merged; merging fills in `stands` (the current version of its key), `verdict` and `known_from`.
    `aside`: what may not, with its `fate`
    (`quarantined` with reasons and content, or `not_received`). `rid` counts the records of the pull over both.
    """

    dataset: str
    rows: Table
    aside: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """One record put aside. `record_key` is never empty: a keyless record bears a name made of its content."""

    rid: int
    record_key: str
    content_hash: str
    source_ref: str
    moment: Any
    updated_at: Any = None
    fate: str = QUARANTINED
    reasons: Sequence[Mapping[str, str]] = ()
    content: Mapping[str, str | None] | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """One part as the driver takes it: rows to stage and rows put aside, each column by column as plain values."""

    rows: list[list[Any]]
    aside: list[list[Any]]


def stored_columns(dataset: str) -> list[Column[Any]]:
    """The columns of a dataset that come with each row: record_key, content_hash, source_ref and the canonical ones."""
    return [c for c in VERSIONS[dataset].columns if c.name not in OWN]


def begin(conn: Connection, dataset: str) -> Staged:
    """Create the temporary tables afresh."""
    staged = Staged(dataset, _rows_table(dataset), _aside_table())
    end(conn, staged)
    staged.rows.create(conn)
    staged.aside.create(conn)
    return staged


def add(conn: Connection, staged: Staged, rows: pd.DataFrame, aside: Sequence[Aside] = ()) -> None:
    """Write one part. `rows` has rid, moment and the stored columns, as typed as the dataset says.

    Raises StagingError, which says nothing of the content.
    """
    put(conn, staged, prepare(staged.dataset, conn.dialect.name, rows, aside))


def prepare(dataset: str, dialect: str, rows: pd.DataFrame, aside: Sequence[Aside] = ()) -> Prepared:
    """What `add` would write, for `put` to write it later: no connection is needed."""
    told = pd.DataFrame([_as_row(one) for one in aside], columns=_names(_aside_table()), dtype=object)
    return Prepared(_stored(_rows_table(dataset), dialect, rows), _stored(_aside_table(), dialect, told))


def put(conn: Connection, staged: Staged, part: Prepared) -> None:
    """Write what was prepared. Raises StagingError."""
    _write(conn, staged.dataset, staged.rows, part.rows)
    _write(conn, staged.dataset, staged.aside, part.aside)


def ready(conn: Connection, staged: Staged) -> None:
    """All parts are in: make look-ups by key quick."""
    for table in (staged.rows, staged.aside):
        Index(f"ix_{table.name}", table.c.record_key).create(conn)
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql(f"ANALYZE {table.name}")


def end(conn: Connection, staged: Staged) -> None:
    """Drop the temporary tables if they are there."""
    schema = "temp" if conn.dialect.name == "sqlite" else "pg_temp"
    for table in (staged.rows, staged.aside):
        conn.exec_driver_sql(f"DROP TABLE IF EXISTS {schema}.{table.name}")


def count(conn: Connection, staged: Staged, fate: str) -> int:
    """How many records were put aside for that reason."""
    chosen = select(func.count()).select_from(staged.aside).where(staged.aside.c.fate == fate)
    return conn.execute(chosen).scalar_one()


def reasons_most_given(conn: Connection, staged: Staged, most: int) -> list[tuple[str, str, int]]:
    """(reason code, column, rows) of what was quarantined, the most frequent first."""
    told = cast(staged.aside.c.reasons, Text).label("told")
    chosen = select(told, func.count()).where(staged.aside.c.fate == QUARANTINED).group_by(told)
    counted: Counter[tuple[str, str]] = Counter()
    for reasons, rows in conn.execute(chosen).tuples():
        for code, column in {(one["code"], one["column"]) for one in json.loads(reasons)}:
            counted[code, column] += rows
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [(*place, rows) for place, rows in ordered[:most]]


def frame_of(dataset: str, rows: Iterable[Mapping[str, Any]], moment: Any) -> pd.DataFrame:
    """Single rows (Python values, missing ones empty) as `add` takes them."""
    names = [c.name for c in stored_columns(dataset)]
    frame = pd.DataFrame([{name: row.get(name) for name in names} for row in rows], columns=names, dtype=object)
    frame["rid"], frame["moment"] = range(len(frame)), moment
    return frame


def _rows_table(dataset: str) -> Table:
    metadata = MetaData()
    return Table(
        f"staged_{dataset}",
        metadata,
        Column("rid", Integer, primary_key=True, autoincrement=False),
        Column("moment", Instant, nullable=False),
        *(Column(c.name, c.type) for c in stored_columns(dataset)),
        Column("verdict", Text, server_default=NEW),
        Column("known_from", Instant),
        Column("stands", Integer),
        prefixes=["TEMPORARY"],
    )


def _aside_table() -> Table:
    return Table(
        "staged_aside",
        MetaData(),
        Column("rid", Integer, primary_key=True, autoincrement=False),
        Column("record_key", Text, nullable=False),
        Column("content_hash", Text, nullable=False),
        Column("source_ref", Text, nullable=False),
        Column("moment", Instant, nullable=False),
        Column("updated_at", Instant),
        Column("fate", Text, nullable=False),
        Column("reasons", JSON),
        Column("content", JSON),
        prefixes=["TEMPORARY"],
    )


def _as_row(one: Aside) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in Aside.__slots__}
    return told | {"reasons": _json([dict(r) for r in one.reasons]), "content": _json(dict(one.content or {}))}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _names(table: Table) -> list[str]:
    """The columns that come with each record: what merging finds out is filled in later."""
    return [c.name for c in table.columns if c.name not in ("verdict", "known_from", "stands")]


def _stored(table: Table, dialect: str, frame: pd.DataFrame) -> list[list[Any]]:
    return [stored_form(frame[name], table.c[name].type, dialect) for name in _names(table)] if len(frame) else []


def _write(conn: Connection, dataset: str, table: Table, columns: list[list[Any]]) -> None:
    if not columns:
        return
    write = _copy if conn.dialect.name == "postgresql" else _execute_many
    driver_error: type[Exception] = conn.dialect.loaded_dbapi.Error
    try:
        write(conn, table.name, _names(table), zip(*columns, strict=True))
    except driver_error as fault:  # the drivers quote the row in their messages
        if (ours := fault_of(where_is(conn.engine), fault)) is not None:
            raise ours from None
        code = getattr(fault, "sqlite_errorname", None) or getattr(fault, "sqlstate", None)
        raise StagingError(dataset, str(code or type(fault).__name__)) from None


def _execute_many(conn: Connection, table: str, names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * len(names))
    sql = f"INSERT INTO temp.{table} ({', '.join(map(_quoted, names))}) VALUES ({marks})"  # noqa: S608 - our own names
    raw: Any = conn.connection.driver_connection
    raw.executemany(sql, rows)


def _copy(conn: Connection, table: str, names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    raw: Any = conn.connection.driver_connection
    columns = ", ".join(map(_quoted, names))
    with raw.cursor() as cursor, cursor.copy(f"COPY pg_temp.{table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _quoted(name: str) -> str:
    return f'"{name}"'
