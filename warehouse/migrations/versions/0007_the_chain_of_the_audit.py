"""The audit as a chain of seals; what was written before is sealed as it stands.

Revision: 0007. How a row is sealed may never change, so this step leans on the code that checks it.
"""

import json

import sqlalchemy as sa
from alembic import op

from warehouse.audit_chain import seal_of
from warehouse.instants import from_text
from warehouse.migrations.columns import TEXT

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("audit", sa.Column("seal", TEXT))
    conn, before = op.get_bind(), ""
    told = sa.table("audit", *(sa.column(name) for name in ("id", "at", "by", "act", "target", "detail", "seal")))
    for row in conn.execute(sa.select(told).order_by(told.c.id)).mappings().all():
        at = from_text(row["at"]) if isinstance(row["at"], str) else row["at"]
        detail = json.loads(row["detail"]) if isinstance(row["detail"], str) else row["detail"]
        before = seal_of(before, at=at, by=row["by"], act=row["act"], target=row["target"], detail=detail)
        conn.execute(sa.update(told).where(told.c.id == row["id"]).values(seal=before))


def downgrade():
    msg = "what people did is not taken away again: restore a backup instead"
    raise NotImplementedError(msg)
