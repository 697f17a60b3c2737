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

# A warehouse that has been at work for long is not silent on the day of its upgrade.
_FROM_THE_BOOK = """
INSERT INTO heartbeats (job, at, business_date, run_id, state, exit_status, ended_on, ended_at)
SELECT flow, finished_at, business_date, run_id, state, exit_status, business_date, finished_at
FROM (SELECT runs.*, row_number() OVER (PARTITION BY flow ORDER BY finished_at DESC, run_id DESC) AS place
      FROM runs WHERE finished_at IS NOT NULL AND exit_status IS NOT NULL) AS ended
WHERE place = 1
"""


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
    op.execute(_FROM_THE_BOOK)


def downgrade():
    msg = "what runs left behind is not taken away again: restore a backup instead"
    raise NotImplementedError(msg)
