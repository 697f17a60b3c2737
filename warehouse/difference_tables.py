"""The book of differences: which reconciliations there were, what they found, and what they last compared.

Beside the versions and the ledger: nothing here is ever read by loading, flagging or mailing. How a difference lives
on between runs is `tasks/rules/difference_life`; who writes here is `differences` and `compared_segments`.
"""

from sqlalchemy import JSON, Column, Date, Index, Integer, Table, Text

from warehouse.instants import Instant
from warehouse.metadata import metadata

reconciliations = Table(
    "reconciliations",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("as_of", Instant, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("started_at", Instant, nullable=False),  # machine's clock: for people, never for rules
    Column("finished_at", Instant),
    Column("state", Text, nullable=False),  # stored, then how the run ended (design §3)
    Column("exit_status", Integer),
    Column("asked_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("scope", JSON, nullable=False),  # {period_from, period_to, units, sources}
    Column("registers", JSON, nullable=False),  # [{name, sha256}]
    Column("summary", JSON, nullable=False),  # counts: found, new, returned, reopened, fixed, open, by_class
)

differences = Table(
    "differences",
    metadata,
    Column("id", Text, primary_key=True),  # the finding's lasting name, "D-…"
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),  # open | explained | fixed
    Column("owner", Text, nullable=False),  # a unit code, or "ops"
    Column("unit_code", Text, nullable=False),
    Column("system", Text, nullable=False),
    Column("record_key", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("column_name", Text, nullable=False),
    Column("sides", Text, nullable=False),
    Column("book", Text, nullable=False),
    Column("page", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("day", Date),
    Column("cause", Text, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("facts_hash", Text, nullable=False),  # of what an explanation rests on
    Column("first_seen_at", Instant, nullable=False),  # as_of of the run that found it first
    Column("last_seen_at", Instant, nullable=False),
    Column("fixed_at", Instant),  # the last time it was; stays when it comes back
    Column("returned", Integer, nullable=False, default=0),  # how often it came back after it was fixed
    Column("returned_at", Instant),
    Column("explanation", Text, nullable=False, default=""),  # the last one; stays when its facts have changed
    Column("explained_by", Text, nullable=False, default=""),
    Column("explained_at", Instant),
    Column("first_run_id", Text, nullable=False),
    Column("run_id", Text, nullable=False),  # the last run that changed or found it
    Index("ix_differences__state", "state", "kind"),
    Index("ix_differences__code", "code"),
    Index("ix_differences__key", "system", "record_key"),
)

compared_segments = Table(  # per source, unit and month of receipt: both sides as they were when last compared
    "compared_segments",
    metadata,
    Column("source", Text, primary_key=True),
    Column("unit_code", Text, primary_key=True),
    Column("month", Text, primary_key=True),  # YYYY-MM in Hanoi
    Column("source_digest", Text, nullable=False),
    Column("warehouse_digest", Text, nullable=False),
    Column("source_count", Integer, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("compared_at", Instant, nullable=False),
)
