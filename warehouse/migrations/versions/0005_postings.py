"""What units have on display: a table of versions for the postings.

Revision: 0005. Written out in full, so that it stays what it was when the code beside it moves on.
"""

from warehouse.migrations.columns import DAY, TEXT, must, versions

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    versions("postings", *must(TEXT, "unit_code", "procedure_code"), *must(DAY, "seen_on"))


def downgrade():
    msg = "what sources told is not taken away again: restore a backup instead"
    raise NotImplementedError(msg)
