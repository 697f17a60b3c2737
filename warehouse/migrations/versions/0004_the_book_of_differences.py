"""The book of differences: reconciliations, what they found, what they last compared.

Revision: 0004. Written out in full, so that it stays what it was when the code beside it moves on.
"""

import sqlalchemy as sa
from alembic import op

from warehouse.migrations.columns import DAY, INSTANT, JSON, NUMBER, TEXT, maybe, must

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    _reconciliations()
    _differences()
    _segments()


def downgrade():
    msg = "what was found and explained is not taken away again: restore a backup instead"
    raise NotImplementedError(msg)


def _reconciliations():
    op.create_table(
        "reconciliations",
        sa.Column("run_id", TEXT, primary_key=True),
        *must(INSTANT, "as_of"),
        *must(DAY, "business_date"),
        *must(INSTANT, "started_at"),
        *maybe(INSTANT, "finished_at"),
        *must(TEXT, "state"),
        *maybe(NUMBER, "exit_status"),
        *must(TEXT, "asked_by", "reason"),
        *must(JSON, "scope", "registers", "summary"),
    )


def _differences():
    op.create_table(
        "differences",
        sa.Column("id", TEXT, primary_key=True),
        *must(TEXT, "kind", "state", "owner", "unit_code", "system", "record_key", "code", "column_name", "sides"),
        *must(TEXT, "book", "page", "line", "source"),
        *maybe(DAY, "day"),
        *must(TEXT, "cause"),
        *must(JSON, "facts"),
        *must(TEXT, "facts_hash"),
        *must(INSTANT, "first_seen_at", "last_seen_at"),
        *maybe(INSTANT, "fixed_at"),
        *must(NUMBER, "returned"),
        *maybe(INSTANT, "returned_at"),
        *must(TEXT, "explanation", "explained_by"),
        *maybe(INSTANT, "explained_at"),
        *must(TEXT, "first_run_id", "run_id"),
    )
    op.create_index("ix_differences__state", "differences", ["state", "kind"])
    op.create_index("ix_differences__code", "differences", ["code"])
    op.create_index("ix_differences__key", "differences", ["system", "record_key"])


def _segments():
    op.create_table(
        "compared_segments",
        sa.Column("source", TEXT, primary_key=True),
        sa.Column("unit_code", TEXT, primary_key=True),
        sa.Column("month", TEXT, primary_key=True),
        *must(TEXT, "source_digest", "warehouse_digest"),
        *must(NUMBER, "source_count"),
        *must(TEXT, "run_id"),
        *must(INSTANT, "compared_at"),
    )
