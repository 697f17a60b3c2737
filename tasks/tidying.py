"""Retention of landed bodies: what is older than configured is deleted and written down as deleted."""

from datetime import timedelta

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.narration import logger
from tasks.run_context import current
from warehouse import landed


@task(name="tidy landing", cache_policy=NO_CACHE, persist_result=False)
def tidy_landing(run_id: str) -> int:
    """Delete bodies beyond `[landing] retention_days`; returns how many. A dry run deletes nothing."""
    run = current(run_id)
    if run.dry_run:
        return 0
    gone = run.landing.sweep(run.clock.as_of - timedelta(days=run.settings.landing.retention_days))
    with run.store.transaction() as conn:
        landed.mark_deleted(conn, gone, run.clock.as_of)
    if gone:
        logger().info("landing: %d bodies beyond retention deleted", len(gone))
    return len(gone)
