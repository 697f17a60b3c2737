"""The first books: runs, loads, landed bodies, quarantine, flags, the ledger of mails, the desk.

Revision: 0001. Written out in full, so that it stays what it was when the code beside it moves on.
"""

import sqlalchemy as sa
from alembic import op

from warehouse.migrations.columns import (
    BINARY,
    DAY,
    INSTANT,
    JSON,
    NUMBER,
    TEXT,
    TRUTH,
    maybe,
    must,
    partial_index,
    row_id,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    _pulling()
    _flagging()
    _ledger()
    _desk()


def downgrade():
    msg = "the books are not taken away again: restore a backup instead"
    raise NotImplementedError(msg)


def _pulling():
    op.create_table(
        "runs",
        *must(TEXT, "run_id"),
        *must(TEXT, "flow"),
        *must(DAY, "business_date"),
        *must(INSTANT, "as_of", "started_at"),
        *maybe(INSTANT, "finished_at"),
        *must(TEXT, "state"),
        *maybe(NUMBER, "exit_status"),
        *must(JSON, "summary"),
        sa.PrimaryKeyConstraint("run_id"),
    )
    op.create_table(
        "loads",
        row_id("load_id"),
        *must(TEXT, "run_id", "source", "dataset"),
        *must(INSTANT, "as_of"),
        *must(TEXT, "state"),
        *maybe(INSTANT, "data_moment"),
        *must(
            NUMBER,
            "pulled",
            "new",
            "changed",
            "unchanged",
            "quarantined",
            "quarantined_new",
            "duplicate",
            "ignored",
            "ended",
        ),
        *must(JSON, "ignored_reasons"),
        *must(TEXT, "error_code", "error"),
        sa.UniqueConstraint("run_id", "source"),
    )
    op.create_table(
        "landed",
        *must(TEXT, "sha256", "source"),
        *must(TEXT, "path", "name"),
        *must(NUMBER, "bytes"),
        *must(INSTANT, "data_moment", "landed_at"),
        *must(TRUTH, "promoted"),
        *maybe(INSTANT, "deleted_at"),
        sa.PrimaryKeyConstraint("sha256", "source"),
    )
    op.create_table(
        "quarantine",
        row_id(),
        *must(TEXT, "source", "system", "dataset", "record_key", "content_hash", "source_ref"),
        *must(JSON, "reasons", "content"),
        *must(INSTANT, "first_seen_at", "last_seen_at"),
        *maybe(INSTANT, "closed_at"),
        *maybe(TEXT, "closed_reason"),
        sa.UniqueConstraint("source", "record_key", "content_hash"),
    )


def _flagging():
    op.create_table(
        "flags",
        row_id(),
        *must(TEXT, "subject", "system", "item_key", "code", "flag", "unit_code", "recorded_unit_code"),
        *maybe(NUMBER, "tier"),
        *maybe(INSTANT, "due_at"),
        *maybe(NUMBER, "days_late"),
        *must(INSTANT, "since"),
        *maybe(INSTANT, "closed_at"),
        *must(TRUTH, "disputed"),
        *must(JSON, "facts"),
        *must(TEXT, "run_id"),
    )
    partial_index("uq_flags__open", "flags", ["item_key", "flag"], "closed_at IS NULL", unique=True)
    op.create_table(
        "flag_runs",
        *must(INSTANT, "as_of"),
        *must(DAY, "business_date"),
        *must(TEXT, "run_id", "rule_version", "calendar_version"),
        *must(NUMBER, "opened", "closed", "open"),
        sa.PrimaryKeyConstraint("as_of"),
    )


def _ledger():
    op.create_table(
        "mails",
        row_id(),
        *must(DAY, "business_date"),
        *must(TEXT, "audience", "address"),
        *must(NUMBER, "revision"),
        *must(TEXT, "kind", "state", "post", "message_id", "subject"),
        *must(BINARY, "body"),
        *must(JSON, "digest"),
        *must(TEXT, "fingerprint"),
        *must(INSTANT, "as_of"),
        *maybe(INSTANT, "data_moment"),
        *must(TEXT, "run_id", "touched_by"),
        *must(NUMBER, "tries"),
        *maybe(INSTANT, "next_try_at", "claimed_at", "in_data_at", "settled_at"),
        *must(TEXT, "reason", "reply"),
        *maybe(TEXT, "resolved_by"),
        sa.UniqueConstraint("business_date", "audience", "address", "revision"),
        sa.UniqueConstraint("message_id"),
    )
    op.create_index("ix_mails__state", "mails", ["state", "business_date"])
    op.create_table(
        "mail_items",
        row_id(),
        *must(NUMBER, "mail_id", "ordinal"),
        *must(DAY, "business_date"),
        *must(TEXT, "audience", "role", "item_key", "subject", "code", "flag", "family", "arming"),
        *must(NUMBER, "level"),
        *maybe(NUMBER, "tier"),
        *must(TEXT, "unit_code"),
        *maybe(NUMBER, "announced_level"),
        *maybe(DAY, "announced_on"),
        *must(JSON, "corrects"),
        *must(TRUTH, "live"),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"]),
    )
    op.create_index("ix_mail_items__item_key", "mail_items", ["item_key"])
    op.create_index("ix_mail_items__mail_id", "mail_items", ["mail_id"])
    partial_index(
        "uq_mail_items__asked_once",
        "mail_items",
        ["item_key", "family", "arming", "level", "audience", "business_date"],
        "live AND role = 'asked'",
        unique=True,
    )


def _desk():
    op.create_table(
        "disputes",
        row_id(),
        *must(TEXT, "item_key", "code"),
        *must(INSTANT, "opened_at"),
        *must(DAY, "opened_on"),
        *must(TEXT, "reason", "by", "content_hash"),
        *maybe(INSTANT, "answered_at"),
        *maybe(TEXT, "outcome", "answer"),
    )
    op.create_table(
        "switches",
        row_id(),
        *must(TEXT, "name", "value"),
        *must(INSTANT, "at"),
        *must(TEXT, "by", "reason"),
    )
    op.create_table(
        "audit",
        row_id(),
        *must(INSTANT, "at"),
        *must(TEXT, "by", "act", "target"),
        *must(JSON, "detail"),
    )
