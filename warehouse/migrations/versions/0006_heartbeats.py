"""The last sign of life of every job, for a watcher outside.

Revision: 0006. Written out in full, so that it stays what it was when the code beside it moves on.
"""

import sqlalchemy as sa
from alembic import op

from warehouse.migrations.columns import DAY, INSTANT, NUMBER, TEXT, maybe, must

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "heartbeats",
        sa.Column("job", TEXT, primary_key=True),
        *must(INSTANT, "at"),
        *must(DAY, "business_date"),
        *must(TEXT, "run_id", "state"),
        *maybe(NUMBER, "exit_status"),
        *maybe(DAY, "ended_on"),
        *maybe(INSTANT, "ended_at"),
    )


def downgrade():
    msg = "what runs left behind is not taken away again: restore a backup instead"
    raise NotImplementedError(msg)
