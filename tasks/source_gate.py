"""The gate of one source, fed from the books: too many bad rows, too many records gone (design §4 `[gates]`)."""

from expectations.sentences import sentence
from tasks.rules.gates import GateLimits, PullCounts, gate
from tasks.run_context import Run
from tasks.settings import Source
from warehouse import current, quarantine
from warehouse.loads import Batch


def gate_sentences(run: Run, source: Source, batch: Batch, seen: frozenset[str]) -> list[str]:
    """Why nothing of this pull may be promoted, in the configured language; empty when the gate is open.

    `seen` are the keys of every record pulled, also of those quarantined or set aside: they have not vanished.
    """
    with run.store.reading() as conn:
        known = quarantine.known_identities(conn, source.name)
        expected = {r["record_key"] for r in current.current_rows(conn, source.dataset, source.system)}
    counts = PullCounts(
        pulled=batch.pulled,
        quarantined=len(batch.quarantined),
        quarantined_known=sum(row.identity in known for row in batch.quarantined),
        known=len(expected) if batch.complete else 0,
        vanished=len(expected - seen) if batch.complete else 0,
    )
    gates = run.settings.gates
    limits = GateLimits(
        max_quarantine_ratio=gates.max_quarantine_ratio,
        min_quarantined=gates.min_quarantined,
        max_vanished_ratio=gates.max_vanished_ratio,
        band=gates.band,
    )
    return [sentence(r.code, run.settings.locale, r.params) for r in gate(counts, limits).reasons]
