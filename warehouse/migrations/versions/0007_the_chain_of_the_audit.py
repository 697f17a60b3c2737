"""The audit as a chain of seals; what was written before is sealed as it stands.

Revision: 0007. Written out in full, so that it stays what it was when the code beside it moves on.
"""

import hashlib
import json
from datetime import UTC

import sqlalchemy as sa
from alembic import op

from warehouse.migrations.columns import TEXT

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("audit", sa.Column("seal", TEXT))
    conn, before = op.get_bind(), ""
    audit = sa.table("audit", *(sa.column(name) for name in ("id", "at", "by", "act", "target", "detail", "seal")))
    for row in conn.execute(sa.select(audit).order_by(audit.c.id)).mappings().all():
        detail = json.loads(row["detail"]) if isinstance(row["detail"], str) else row["detail"]
        told = [before, _as_text(row["at"]), row["by"], row["act"], row["target"], detail]
        before = hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
        conn.execute(sa.update(audit).where(audit.c.id == row["id"]).values(seal=before))


def _as_text(at):
    """As SQLite stores it: PostgreSQL gives an instant."""
    return (
        at if isinstance(at, str) else at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    )


def downgrade():
    msg = "what people did is not taken away again: restore a backup instead"
    raise NotImplementedError(msg)
