"""The tables: versions of source rows (from the dataset catalogue) and the books of pulling and flagging.

Every dataset has one table of row *versions*: `known_from`/`known_to` say when we knew it, `known_to IS NULL` marks
the current version. The other tables are the product's own truth: runs, loads, landed bodies, quarantine, flags, and
in `mail_tables` what people were told, in `difference_tables` what reconciliations found. A change here needs a
migration (`tests` hold the two equal).
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Index, Integer, Table, Text, UniqueConstraint, text
from sqlalchemy.types import TypeEngine

from tasks.rules.datasets import DATASETS, Dataset, Kind
from tasks.rules.records import FINISHED
from warehouse.difference_tables import compared_segments, differences, reconciliations
from warehouse.instants import Instant
from warehouse.mail_tables import audit, disputes, mail_items, mails, switches
from warehouse.metadata import metadata

__all__ = [
    "FINISHED_CODES",
    "VERSIONS",
    "audit",
    "compared_segments",
    "differences",
    "disputes",
    "flag_runs",
    "flags",
    "heartbeats",
    "landed",
    "loads",
    "mail_items",
    "mails",
    "metadata",
    "missed",
    "quarantine",
    "reconciliations",
    "runs",
    "source_figures",
    "switches",
]

FINISHED_CODES = ", ".join(f"'{status}'" for status in sorted(FINISHED))  # as SQL: '3', '7', '9', '10'
_OPEN = text(f"known_to IS NULL AND status NOT IN ({FINISHED_CODES})")

_TYPES: dict[Kind, Callable[[], TypeEngine[Any]]] = {
    Kind.TEXT: Text,
    Kind.CODE: Text,
    Kind.INSTANT: Instant,
    Kind.DAY: Date,
    Kind.NUMBER: Integer,
    Kind.BOOLEAN: Boolean,
}


def _versions(dataset: Dataset) -> Table:
    name = dataset.name
    return Table(
        name,
        metadata,
        Column("version_id", Integer, primary_key=True),
        Column("source", Text, nullable=False),  # configured source name
        Column("system", Text, nullable=False),  # stable for ever; sources of the same dossiers share it
        Column("record_key", Text, nullable=False),
        Column("content_hash", Text, nullable=False),
        Column("source_ref", Text, nullable=False),  # where this content came first: "sha256:<hex>#<ordinal>"
        Column("data_moment", Instant, nullable=False),  # as of when the source last said so
        Column("known_from", Instant, nullable=False),
        Column("known_to", Instant),
        Column("run_id", Text, nullable=False),
        *(Column(c.name, _TYPES[c.kind](), nullable=not c.required) for c in dataset.stored),
        Index(
            f"uq_{name}__current",
            "system",
            "record_key",
            unique=True,
            sqlite_where=text("known_to IS NULL"),
            postgresql_where=text("known_to IS NULL"),
        ),
        Index(f"ix_{name}__key", "system", "record_key", "known_from"),
    )


VERSIONS: dict[str, Table] = {name: _versions(dataset) for name, dataset in DATASETS.items()}

_dossiers = VERSIONS["dossiers"]
Index("ix_dossiers__code", _dossiers.c.system, _dossiers.c.dossier_code)
Index("ix_dossiers__open", _dossiers.c.system, _dossiers.c.record_key, sqlite_where=_OPEN, postgresql_where=_OPEN)
Index("ix_dossier_events__code", VERSIONS["dossier_events"].c.system, VERSIONS["dossier_events"].c.dossier_code)
Index(
    "ix_recommendation_events__code",
    VERSIONS["recommendation_events"].c.system,
    VERSIONS["recommendation_events"].c.recommendation_code,
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("flow", Text, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("started_at", Instant, nullable=False),  # machine's clock: for people, never for rules
    Column("finished_at", Instant),
    Column("state", Text, nullable=False),  # running, killed, or an end state (design §3)
    Column("exit_status", Integer),
    Column("summary", JSON, nullable=False),
)

heartbeats = Table(  # the last sign of life of every job; written with or without the run lock
    "heartbeats",
    metadata,
    Column("job", Text, primary_key=True),  # a flow's name, or "up" for the server that starts them
    Column("at", Instant, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("run_id", Text, nullable=False),  # "" where there was no run: another was at work, or the server's own row
    Column("state", Text, nullable=False),  # as in `runs`, and busy; of "up": serving, stopped
    Column("exit_status", Integer),
    Column("ended_on", Date),  # the last business date on which a run of it came to its end
    Column("ended_at", Instant),
)

loads = Table(
    "loads",
    metadata,
    Column("load_id", Integer, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("state", Text, nullable=False),  # promoted | unchanged | refused | failed
    Column("data_moment", Instant),
    Column("pulled", Integer, nullable=False, default=0),
    Column("new", Integer, nullable=False, default=0),
    Column("changed", Integer, nullable=False, default=0),
    Column("unchanged", Integer, nullable=False, default=0),
    Column("quarantined", Integer, nullable=False, default=0),
    Column("quarantined_new", Integer, nullable=False, default=0),
    Column("duplicate", Integer, nullable=False, default=0),
    Column("ignored", Integer, nullable=False, default=0),
    Column("ended", Integer, nullable=False, default=0),  # snapshot rows that are gone
    Column("ignored_reasons", JSON, nullable=False),
    Column("error_code", Text, nullable=False, default=""),
    Column("error", Text, nullable=False, default=""),
    UniqueConstraint("run_id", "source"),
)

landed = Table(
    "landed",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("path", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("data_moment", Instant, nullable=False),
    Column("landed_at", Instant, nullable=False),
    Column("promoted", Boolean, nullable=False, default=False),
    Column("deleted_at", Instant),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("system", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("record_key", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("source_ref", Text, nullable=False),
    Column("reasons", JSON, nullable=False),  # [{code, column, text}]
    Column("content", JSON, nullable=False),  # canonical columns as text
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("closed_reason", Text),  # corrected | released | gone | settled
    Column("owner", Text),  # who looks after it
    UniqueConstraint("source", "record_key", "content_hash"),
)

missed = Table(  # open records that the last sweeps of their source did not find; a row goes when the record is back
    "missed",
    metadata,
    Column("source", Text, primary_key=True),
    Column("record_key", Text, primary_key=True),
    Column("system", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("sweeps", Integer, nullable=False),
)

source_figures = Table(  # what a source counts itself, kept for comparison
    "source_figures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("period_from", Date, nullable=False),
    Column("period_to", Date, nullable=False),
    Column("agency", Text, nullable=False),  # "" for all
    Column("field", Text, nullable=False),  # "" for all
    Column("figures", JSON, nullable=False),
    UniqueConstraint("source", "as_of", "period_from", "period_to", "agency", "field"),
)

flags = Table(
    "flags",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("system", Text, nullable=False),
    Column("item_key", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("flag", Text, nullable=False),
    Column("unit_code", Text, nullable=False),
    Column("recorded_unit_code", Text, nullable=False),
    Column("tier", Integer),
    Column("due_at", Instant),
    Column("days_late", Integer),
    Column("since", Instant, nullable=False),  # as_of of the run that opened it
    Column("closed_at", Instant),
    Column("disputed", Boolean, nullable=False, default=False),
    Column("facts", JSON, nullable=False),  # ItemFacts as last computed
    Column("run_id", Text, nullable=False),
    Index(
        "uq_flags__open",
        "item_key",
        "flag",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)

flag_runs = Table(
    "flag_runs",
    metadata,
    Column("as_of", Instant, primary_key=True),
    Column("business_date", Date, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("rule_version", Text, nullable=False),
    Column("calendar_version", Text, nullable=False),
    Column("opened", Integer, nullable=False),
    Column("closed", Integer, nullable=False),
    Column("open", Integer, nullable=False),
    Column("by_source", JSON),  # flags in heads' mails per source, for the band
)
