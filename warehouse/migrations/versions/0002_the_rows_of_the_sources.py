"""The rows of the sources: a table of versions for every dataset.

Revision: 0002. Written out in full, so that it stays what it was when the code beside it moves on.
"""

from alembic import op

from warehouse.migrations.columns import DAY, INSTANT, NUMBER, TEXT, TRUTH, maybe, must, partial_index, versions

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    _registers()
    _dossiers()
    _recommendations()


def downgrade():
    msg = "what sources told is not taken away again: restore a backup instead"
    raise NotImplementedError(msg)


def _registers():
    versions(
        "units",
        *must(TEXT, "unit_code", "name", "kind"),
        *maybe(TEXT, "level", "parent_code"),
        *maybe(DAY, "valid_from", "valid_to"),
    )
    versions(
        "unit_succession",
        *must(TEXT, "old_code", "new_code"),
        *must(DAY, "effective_from"),
        *must(TEXT, "share"),
        *maybe(TEXT, "legal_basis", "reviewed_by"),
    )
    versions(
        "contacts",
        *must(TEXT, "unit_code", "role", "name", "email"),
        *maybe(TEXT, "title", "salutation"),
        *maybe(DAY, "valid_from", "valid_to"),
    )
    versions(
        "absences",
        *must(TEXT, "unit_code"),
        *must(DAY, "from_on"),
        *maybe(DAY, "to_on"),
        *maybe(TEXT, "delegate_email", "reason"),
    )
    versions(
        "procedures",
        *must(TEXT, "procedure_code", "name"),
        *maybe(TEXT, "field", "level"),
        *maybe(NUMBER, "duration_amount"),
        *maybe(TEXT, "duration_unit"),
        *maybe(NUMBER, "internal_amount"),
        *maybe(TEXT, "internal_unit", "supplement_policy"),
        *maybe(TRUTH, "online"),
        *maybe(TEXT, "status"),
        *maybe(DAY, "valid_from", "valid_to"),
        *maybe(TEXT, "replaced_by"),
    )


def _dossiers():
    versions(
        "dossiers",
        *must(TEXT, "dossier_code", "unit_code", "status"),
        *must(INSTANT, "received_at"),
        *maybe(TEXT, "received_precision", "source_record_id", "procedure_code", "procedure_name", "field", "channel"),
        *maybe(INSTANT, "submitted_at", "due_at"),
        *maybe(TEXT, "due_precision"),
        *maybe(NUMBER, "duration_amount"),
        *maybe(TEXT, "duration_unit"),
        *maybe(INSTANT, "resolved_at", "returned_at"),
        *maybe(TEXT, "holding_unit_code"),
        *maybe(INSTANT, "holding_since"),
        *maybe(TEXT, "step_name", "officer_post"),
        *maybe(TRUTH, "paused"),
        *maybe(INSTANT, "updated_at"),
    )
    op.create_index("ix_dossiers__code", "dossiers", ["system", "dossier_code"])
    unfinished = "known_to IS NULL AND status NOT IN ('3', '7', '9', '10')"
    partial_index("ix_dossiers__open", "dossiers", ["system", "record_key"], unfinished)
    versions(
        "dossier_events",
        *must(TEXT, "dossier_code"),
        *must(INSTANT, "at"),
        *must(TEXT, "event"),
        *maybe(TEXT, "reason", "document_no"),
        *maybe(INSTANT, "new_due_at"),
        *maybe(TEXT, "unit_code", "to_unit_code"),
    )
    op.create_index("ix_dossier_events__code", "dossier_events", ["system", "dossier_code"])


def _recommendations():
    versions(
        "recommendations",
        *must(TEXT, "recommendation_code", "unit_code", "content"),
        *must(DAY, "issued_on"),
        *maybe(TEXT, "inspection_code", "inspecting_unit_code", "kind", "priority"),
        *maybe(DAY, "due_on"),
        *maybe(TEXT, "status", "document_no", "found_by", "follow_up_unit_code", "target_metric", "target_value"),
    )
    versions(
        "recommendation_events",
        *must(TEXT, "recommendation_code"),
        *must(INSTANT, "at"),
        *must(TEXT, "event"),
        *maybe(TEXT, "event_id", "note", "reason", "approver"),
        *maybe(DAY, "expires_on"),
        *maybe(TEXT, "document_no"),
        *maybe(DAY, "new_due_on"),
        *maybe(TEXT, "to_unit_code", "evidence", "actor"),
    )
    op.create_index("ix_recommendation_events__code", "recommendation_events", ["system", "recommendation_code"])
