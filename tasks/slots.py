"""Slots: one morning a business date. A late or duplicate run of a slot already done has nothing to do."""

from tasks.run_context import Run
from warehouse import runs


def slot_is_done(run: Run) -> bool:
    """Whether a run of this flow has already completed on this business date; dry runs look at nothing."""
    if run.dry_run:
        return False
    with run.store.reading() as conn:
        return runs.slot_done(conn, run.request.flow, run.business_date)
