"""The gate of one source, fed from the books: too many bad rows, too many records gone (design §4 `[gates]`)."""

from sqlalchemy import Connection

from expectations.sentences import sentence
from tasks.rules.gates import GateLimits, PullCounts, gate
from tasks.run_context import Run
from warehouse import merging, quarantine, staging
from warehouse.loads import Batch
from warehouse.staging import Staged

_REASONS = 3  # named in a refusal


def gate_sentences(run: Run, conn: Connection, batch: Batch, staged: Staged) -> list[str]:
    """Why nothing of this pull may be promoted, in the configured language; empty when the gate is open."""
    gates = run.settings.gates
    limits = GateLimits(
        max_quarantine_ratio=gates.max_quarantine_ratio,
        min_quarantined=gates.min_quarantined,
        max_vanished_ratio=1.0 if run.request.accept_drop else gates.max_vanished_ratio,
        band=gates.band,
    )
    reasons = gate(pull_counts(conn, batch, staged), limits).reasons
    locale, named = run.settings.locale, {"source": batch.source}
    texts = [sentence(r.code, locale, {**r.params, **named}) for r in reasons]
    bad = any(r.code in ("too_many_quarantined", "half_quarantined") for r in reasons)
    return [*texts, *(_commonest(conn, staged, locale) if bad else ())]


def _commonest(conn: Connection, staged: Staged, locale: str) -> list[str]:
    """What is wrong with most of the rows: none of them gets to the quarantine desk, where it would be read."""
    told = staging.reasons_most_given(conn, staged, _REASONS)
    faults = [f"{sentence(code, locale)} [{column or code}: {rows}]" for code, column, rows in told]
    return [sentence("commonest_reasons", locale, {"reasons": " ".join(faults)})]


def pull_counts(conn: Connection, batch: Batch, staged: Staged) -> PullCounts:
    """What the gate judges: bad rows, and what a sweep lacks of this source's own records.

    Other sources of the same system have records of their own, which are none of this pull's business; what was left
    out on purpose says nothing of the rest.
    """
    known, vanished = merging.vanished(conn, batch.frame, staged) if batch.sweep else (0, 0)
    return PullCounts(
        pulled=batch.pulled - batch.duplicate - sum(batch.ignored.values()),
        quarantined=staging.count(conn, staged, staging.QUARANTINED),
        quarantined_known=quarantine.known_of(conn, batch.source, staged),
        known=known,
        vanished=vanished,
    )
