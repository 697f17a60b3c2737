"""Keys of both sides that are one key but for how they are written: brought together, where that is sure.

In temporary tables and page by page, however many keys stand alone. What is the same in a key is the caller's to say.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from warehouse.chunks import CHUNK, chunks
from warehouse.comparing import Sides


def pair_folded(conn: Connection, sides: Sides, folded: Callable[[str], str]) -> None:
    """Keys that are one key but for case, spaces or the form of letters are brought together, where that is sure."""
    odd, gone = sides.odd, sides.gone
    alone = select(odd.c.rid, odd.c.record_key).where(odd.c.version_id.is_(None), ~odd.c.record_key.startswith("?"))
    lacking = select(gone.c.version_id, gone.c.record_key)
    if conn.execute(alone.limit(1)).first() is None or conn.execute(lacking.limit(1)).first() is None:
        return
    folds = _folds_table(conn)
    _fold_in(conn, folds, alone.order_by(odd.c.rid), odd.c.rid, "rid", folded)
    _fold_in(conn, folds, lacking.order_by(gone.c.version_id), gone.c.version_id, "version_id", folded)
    Index("ix_compared_folds", folds.c.folded).create(conn)
    sure = select(folds.c.folded, func.max(folds.c.rid), func.max(folds.c.version_id)).group_by(folds.c.folded)
    pairs = sure.having(and_(func.count(folds.c.rid) == 1, func.count(folds.c.version_id) == 1))
    paired = update(odd).where(odd.c.rid == bindparam("number")).values(version_id=bindparam("version"))
    for some in chunks(conn.execute(pairs).tuples().all()):
        found = [{"number": rid, "version": version_id} for _, rid, version_id in some]
        conn.execute(paired, found)
        conn.execute(delete(gone).where(gone.c.version_id.in_([version_id for _, _, version_id in some])))
    folds.drop(conn)


def _folds_table(conn: Connection) -> Table:
    columns = (Column("folded", Text, nullable=False), Column("rid", Integer), Column("version_id", Integer))
    table = Table("compared_folds", MetaData(), *columns, prefixes=["TEMPORARY"])
    schema = "temp" if conn.dialect.name == "sqlite" else "pg_temp"
    conn.exec_driver_sql(f"DROP TABLE IF EXISTS {schema}.{table.name}")
    table.create(conn)
    return table


def _fold_in(
    conn: Connection, folds: Table, chosen: Select[Any], number: Any, name: str, folded: Callable[[str], str]
) -> None:
    """Page by page, so that no cursor is open while the table is written."""
    last = -1
    while rows := conn.execute(chosen.where(number > last).limit(10 * CHUNK)).tuples().all():
        last = rows[-1][0]
        other = "version_id" if name == "rid" else "rid"
        conn.execute(insert(folds), [{"folded": folded(key), name: found, other: None} for found, key in rows])
