"""The tables: versions of source rows (from the dataset catalogue) and our own books around them.

Every dataset has one table of row *versions*: `known_from`/`known_to` say when we knew it, `known_to IS NULL` marks
the current version. The other tables are the product's own truth: runs, loads, landed bodies, quarantine, flags,
the ledger of mails and the desk's acts. A change here needs a migration (`tests` hold the two equal).
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

from tasks.rules.datasets import DATASETS, Dataset, Kind
from warehouse.instants import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s__%(column_0_N_name)s",
        "uq": "uq_%(table_name)s__%(column_0_N_name)s",
        "fk": "fk_%(table_name)s__%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_TYPES: dict[Kind, type[TypeEngine[object]] | type[Instant]] = {
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
        Column("source_ref", Text, nullable=False),  # "sha256:<hex>#<ordinal>" of the landed body
        Column("data_moment", Instant, nullable=False),  # as of when the source said so
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
    )


VERSIONS: dict[str, Table] = {name: _versions(dataset) for name, dataset in DATASETS.items()}

Index("ix_dossiers__code", VERSIONS["dossiers"].c.system, VERSIONS["dossiers"].c.dossier_code)
Index("ix_dossier_events__code", VERSIONS["dossier_events"].c.system, VERSIONS["dossier_events"].c.dossier_code)

runs = Table(
    "runs",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("flow", Text, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("started_at", Instant, nullable=False),  # machine's clock: for people, never for rules
    Column("finished_at", Instant),
    Column("state", Text, nullable=False),  # running | done | nothing_to_do | incomplete | refused | failed
    Column("exit_status", Integer),
    Column("summary", JSON, nullable=False),
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
    Column("closed_reason", Text),  # corrected | released | gone
    UniqueConstraint("source", "record_key", "content_hash"),
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
    Column("facts", JSON, nullable=False),  # ItemFacts of the last run that saw it
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
)

mails = Table(
    "mails",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("business_date", Date, nullable=False),
    Column("audience", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", Text, nullable=False),  # reminder | all_clear | bulletin
    Column("state", Text, nullable=False),
    Column("post", Text, nullable=False),  # the recipient's post, for people who read the ledger
    Column("message_id", Text, nullable=False, unique=True),
    Column("subject", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),  # the bytes that go out, rendered once
    Column("digest", JSON, nullable=False),  # frozen Digest or Bulletin
    Column("fingerprint", Text, nullable=False),  # digest of what is told, without clock and revision
    Column("as_of", Instant, nullable=False),
    Column("data_moment", Instant),
    Column("run_id", Text, nullable=False),  # the run that composed it
    Column("touched_by", Text, nullable=False),  # the last run that changed its state
    Column("tries", Integer, nullable=False, default=0),
    Column("next_try_at", Instant),
    Column("claimed_at", Instant),
    Column("in_data_at", Instant),
    Column("settled_at", Instant),
    Column("reason", Text, nullable=False, default=""),  # code of a hold, refusal or doubt
    Column("reply", Text, nullable=False, default=""),  # the server's answer, shortened
    Column("resolved_by", Text),
    UniqueConstraint("business_date", "audience", "address", "revision"),
)

mail_items = Table(
    "mail_items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mail_id", Integer, ForeignKey("mails.id"), nullable=False, index=True),
    Column("ordinal", Integer, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("audience", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("item_key", Text, nullable=False, index=True),
    Column("subject", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("flag", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("arming", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("tier", Integer),
    Column("unit_code", Text, nullable=False),
    Column("announced_level", Integer),
    Column("announced_on", Date),
    Column("corrects", JSON, nullable=False),  # ledger ids of the mails a correction is about
    Column("live", Boolean, nullable=False),  # False once its mail is superseded
    Index(
        "uq_mail_items__asked_once",
        "item_key",
        "family",
        "arming",
        "level",
        "audience",
        "business_date",
        unique=True,
        sqlite_where=text("live AND role = 'asked'"),
        postgresql_where=text("live AND role = 'asked'"),
    ),
)

disputes = Table(
    "disputes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item_key", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("opened_on", Date, nullable=False),  # business date of the opening
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("content_hash", Text, nullable=False),  # of the source row when opened
    Column("answered_at", Instant),
    Column("outcome", Text),  # upheld | rejected
    Column("answer", Text),
)

switches = Table(
    "switches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),  # mail | mode
    Column("value", Text, nullable=False),  # mail: stopped, running; mode: shadow, ops, live
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("detail", JSON, nullable=False),
)
