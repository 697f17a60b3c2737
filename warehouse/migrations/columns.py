"""The words in which migration steps are written: column kinds and the shape of a table of row versions.

Old steps lean on these for ever: add a new word for a new shape, never change what an existing one makes.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

TEXT, DAY, NUMBER, TRUTH, JSON, BINARY = sa.Text(), sa.Date(), sa.Integer(), sa.Boolean(), sa.JSON(), sa.LargeBinary()
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def row_id(name="id"):
    return sa.Column(name, NUMBER, primary_key=True)


def must(kind, *names):
    return [sa.Column(name, kind, nullable=False) for name in names]


def maybe(kind, *names):
    return [sa.Column(name, kind) for name in names]


def partial_index(name: str, table: str, columns: Sequence[str], where: str, *, unique: bool = False):
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def versions(name: str, *columns: sa.Column):
    """A table of row versions, with the index that allows one current version and the one for its history."""
    op.create_table(
        name,
        row_id("version_id"),
        *must(TEXT, "source", "system", "record_key", "content_hash", "source_ref"),
        *must(INSTANT, "data_moment", "known_from"),
        *maybe(INSTANT, "known_to"),
        *must(TEXT, "run_id"),
        *columns,
    )
    partial_index(f"uq_{name}__current", name, ["system", "record_key"], "known_to IS NULL", unique=True)
    op.create_index(f"ix_{name}__key", name, ["system", "record_key", "known_from"])
