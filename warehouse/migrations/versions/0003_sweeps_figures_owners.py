"""What repeated sweeps missed, what sources say of themselves, who looks after a quarantined row.

Revision: 0003. Written out in full, so that it stays what it was when the code beside it moves on.
"""

import sqlalchemy as sa
from alembic import op

from warehouse.migrations.columns import DAY, INSTANT, JSON, NUMBER, TEXT, must, row_id

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "missed",
        sa.Column("source", TEXT, primary_key=True),
        sa.Column("record_key", TEXT, primary_key=True),
        *must(TEXT, "system"),
        *must(INSTANT, "since", "last_at"),
        *must(NUMBER, "sweeps"),
    )
    op.create_table(
        "source_figures",
        row_id(),
        *must(TEXT, "source"),
        *must(INSTANT, "as_of"),
        *must(DAY, "period_from", "period_to"),
        *must(TEXT, "agency", "field"),
        *must(JSON, "figures"),
        sa.UniqueConstraint("source", "as_of", "period_from", "period_to", "agency", "field"),
    )
    op.add_column("quarantine", sa.Column("owner", TEXT))
    op.add_column("flag_runs", sa.Column("by_source", JSON))


def downgrade():
    msg = "what sources told is not taken away again: restore a backup instead"
    raise NotImplementedError(msg)
