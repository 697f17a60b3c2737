"""The current versions of a source by unit and month of receipt: how many, and a digest that moves with every value.

A digest does not depend on the order of rows, holds what the source said and not when we heard it, and says nothing
that could be read back. Two databases need not agree on it: it is compared with itself only.
"""

import hashlib
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Text,
    and_,
    cast,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import BIT

from warehouse.comparing import hanoi_text
from warehouse.instants import Instant
from warehouse.staging import stored_columns
from warehouse.tables import VERSIONS
from warehouse.whole_scan import in_whole_scan

_NOT_SAID: Final = frozenset({"source_ref"})  # where it stood when we heard it
_STARTS, _DIGITS = (1, 16), 15  # parts of the hex digits of an MD5: each fits into a bigint
_SUM: Final = "dondoc_rows_digest"

SegmentName = tuple[str, str]  # unit, month "YYYY-MM" in Hanoi


def counts(conn: Connection, dataset: str, system: str, source: str) -> dict[SegmentName, int]:
    """How many current rows each segment has."""
    return {name: count for name, (count, _) in _grouped(conn, dataset, system, source, None).items()}


def digests(conn: Connection, dataset: str, system: str, source: str) -> dict[SegmentName, tuple[int, str]]:
    """How many current rows each segment has, and their digest."""
    told = [c for c in stored_columns(dataset) if c.name not in _NOT_SAID]
    columns = [VERSIONS[dataset].c[c.name] for c in told]
    sqlite = conn.dialect.name == "sqlite"
    digest = _on_sqlite(conn, columns) if sqlite else _on_postgresql(columns)
    return _grouped(conn, dataset, system, source, digest)


def _grouped(
    conn: Connection, dataset: str, system: str, source: str, digest: ColumnElement[str] | None
) -> dict[SegmentName, tuple[int, str]]:
    table = VERSIONS[dataset]
    names = (table.c.unit_code, hanoi_text(conn, table.c.received_at, "YYYY-MM"))
    mine = and_(table.c.known_to.is_(None), in_whole_scan(table.c.system) == system, table.c.source == source)
    chosen = select(*names, func.count(), *([] if digest is None else [digest])).where(mine).group_by(*names)
    return {(unit or "", month or ""): (count, *digest, "")[:2] for unit, month, count, *digest in conn.execute(chosen)}


def _on_postgresql(columns: list[Any]) -> ColumnElement[str]:
    told = [func.timezone("UTC", c) if isinstance(c.type, Instant) else c for c in columns]
    whole = func.md5(cast(func.row(*told), Text))
    halves = [literal_column("'x'").concat(func.substr(whole, start, _DIGITS)) for start in _STARTS]
    sums = [cast(func.sum(cast(cast(half, BIT(4 * _DIGITS)), BigInteger)), Text) for half in halves]
    return sums[0].concat(literal_column("'-'")).concat(sums[1])


def _on_sqlite(conn: Connection, columns: list[Any]) -> ColumnElement[str]:
    raw: Any = conn.connection.driver_connection
    raw.create_aggregate(_SUM, len(columns), _RowsDigest)
    digest: ColumnElement[str] = getattr(func, _SUM)(*(type_coerce(c, Text) for c in columns))
    return digest


class _RowsDigest:
    """An aggregate of SQLite: the sum of the rows' hashes, so that their order does not matter."""

    def __init__(self) -> None:
        self.total = 0

    def step(self, *values: object) -> None:
        """One row."""
        told = hashlib.blake2b(repr(values).encode(), digest_size=16).digest()
        self.total += int.from_bytes(told, "big")

    def finalize(self) -> str:
        """The digest of the rows so far."""
        return f"{self.total % (1 << 128):032x}"
