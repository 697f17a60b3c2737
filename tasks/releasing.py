"""Promote released rows: what a person called right at the quarantine desk enters with the next run, through the load.

A row is taken up once: its fate stands in the audit in the same transaction, so that a run again, or after a crash,
finds nothing left to do. A newer statement of the source wins as it does over any other row.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from tasks.intake.rebuilt import rebuilt
from tasks.narration import logger
from tasks.rules.datasets import DATASETS
from tasks.rules.release import Refusal, refusal_of
from tasks.run_context import Run, current
from warehouse import loads, quarantine_desk

NOT_BUILT = Refusal("not_built")


@task(name="promote released rows", cache_policy=NO_CACHE, persist_result=False)
def promote_released_rows(run_id: str) -> dict[str, int]:
    """What became of the released rows of the sources this run looks after: outcome → number."""
    run = current(run_id)
    outcomes: Counter[str] = Counter()
    for source in run.settings.sources:
        if run.request.source in ("", source.name):
            with run.store.transaction() as conn:
                outcomes += promote(run, conn, source.name)
    if outcomes:
        run.released = dict(outcomes)
        logger().info("released rows: %s", ", ".join(f"{n} {outcome}" for outcome, n in sorted(outcomes.items())))
    return dict(outcomes)


def promote(run: Run, conn: Connection, source: str) -> Counter[str]:
    """Load the released rows of one source, row by row: a person released each of them."""
    outcomes: Counter[str] = Counter()
    for row in quarantine_desk.to_be_promoted(conn, source):
        outcome = _load(run, conn, row)
        quarantine_desk.taken_up(conn, row["id"], run.run_id, run.clock.as_of, outcome)
        outcomes[outcome] += 1
    return outcomes


def release_refused(conn: Connection, row: Mapping[str, Any], now: datetime) -> Refusal | None:
    """Why the row cannot be let in as it stands; None: it can."""
    refused = refusal_of(quarantine_desk.candidate(conn, row))
    return refused or (NOT_BUILT if _values(row, now) is None else None)


def _load(run: Run, conn: Connection, row: Mapping[str, Any]) -> str:
    refused = refusal_of(quarantine_desk.candidate(conn, row))
    if refused is not None:
        return {"already_there": "unchanged", "overtaken": "older"}.get(refused.code, refused.code)
    values = _values(row, run.clock.as_of)
    if values is None:
        return NOT_BUILT.code
    counts = loads.merge_rows(
        conn,
        loads.Batch(
            run_id=run.run_id,
            source=row["source"],
            system=row["system"],
            dataset=row["dataset"],
            as_of=run.clock.as_of,
            data_moment=quarantine_desk.moment_of(conn, row),
            pulled=1,
            is_pull=False,
        ),
        [values | {"source_ref": row["source_ref"]}],
    )
    told = {"new": counts.new, "changed": counts.changed, "unchanged": counts.unchanged}
    return next((verdict for verdict, number in told.items() if number), loads.OLDER)


def _values(row: Mapping[str, Any], now: datetime) -> dict[str, Any] | None:
    return rebuilt(
        DATASETS[row["dataset"]],
        row["content"],
        record_key=row["record_key"],
        content_hash=row["content_hash"],
        as_of=now,
    )
