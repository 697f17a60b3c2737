"""The books around what people are told: the ledger of mails and its items, disputes, switches, the audit of acts.

Rows here are never deleted. Which transitions a mail may make is `ledger`'s knowledge; a change here needs a migration.
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
    Table,
    Text,
    UniqueConstraint,
    text,
)

from warehouse.instants import Instant
from warehouse.metadata import metadata

mails = Table(
    "mails",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("business_date", Date, nullable=False),
    Column("audience", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", Text, nullable=False),  # reminder | all_clear | bulletin | report
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
    Index("ix_mails__state", "state", "business_date"),
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
    Column("name", Text, nullable=False),  # mail | mode | address:<address>
    Column("value", Text, nullable=False),  # stopped, running | shadow, ops, live | bounced, reachable
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
    Column("seal", Text),  # over this row and the seal before it: `audit_chain`
)
