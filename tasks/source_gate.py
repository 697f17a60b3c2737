"""The gate of one source, fed from the books: too many bad rows, too many records gone (design §4 `[gates]`)."""

from sqlalchemy import Connection

from expectations.sentences import sentence
from tasks.rules.gates import GateLimits, PullCounts, gate
from tasks.run_context import Run
from warehouse import current, quarantine
from warehouse.loads import Batch


def gate_sentences(run: Run, batch: Batch, seen: frozenset[str]) -> list[str]:
    """Why nothing of this pull may be promoted, in the configured language; empty when the gate is open.

    `seen` are the keys of every record pulled, also of those quarantined or set aside: they have not vanished.
    """
    with run.store.reading() as conn:
        counts = pull_counts(conn, batch, seen)
    gates = run.settings.gates
    limits = GateLimits(
        max_quarantine_ratio=gates.max_quarantine_ratio,
        min_quarantined=gates.min_quarantined,
        max_vanished_ratio=gates.max_vanished_ratio,
        band=gates.band,
    )
    return [sentence(r.code, run.settings.locale, r.params) for r in gate(counts, limits).reasons]


def pull_counts(conn: Connection, batch: Batch, seen: frozenset[str]) -> PullCounts:
    """What the gate judges: bad rows, and what a complete pull lacks of this source's own records.

    Other sources of the same system have records of their own, which are none of this pull's business.
    """
    known = quarantine.known_identities(conn, batch.source)
    expected = (
        current.keys_of_source(conn, batch.dataset, batch.system, batch.source) if batch.complete else frozenset()
    )
    return PullCounts(
        pulled=batch.pulled,
        quarantined=len(batch.quarantined),
        quarantined_known=sum(row.identity in known for row in batch.quarantined),
        known=len(expected),
        vanished=len(expected - seen),
    )
