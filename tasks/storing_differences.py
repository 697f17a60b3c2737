"""Store what a reconciliation found: one short transaction, no run lock, together with what it has compared.

What a finding means for the book is `tasks/rules/difference_life`; a dry run weighs the same and writes nothing. The
changes stay with the run for whoever tells the result.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from tasks.clock import machine_now
from tasks.narration import logger
from tasks.reconcile_book import STORED
from tasks.run_context import Run, current
from warehouse import compared_segments, differences

CHANGES = "difference_changes"  # in `run.kept`: list of `warehouse.differences.Change`, stored or not


@task(name="store differences", cache_policy=NO_CACHE, persist_result=False)
def store_differences(run_id: str) -> dict[str, Any]:
    """Counts: found, new, again, reopened, returned, fixed, open in scope, explained, by_class, returned_ids.

    Storing the same run twice changes nothing.
    """
    run = current(run_id)
    seen = differences.seen_in(run.comparison)
    if run.dry_run:
        with run.store.reading() as conn:
            summary = _told(run, differences.weigh(conn, run.comparison, seen, run.clock.as_of))
    else:
        summary = _stored(run, seen)
    run.kept[STORED] = summary
    _tell(summary)
    return summary


def _stored(run: Run, seen: Mapping[str, differences.Seen]) -> dict[str, Any]:
    """Files are read before the transaction begins: others wait for it."""
    registers = list(_registers(run))
    with run.store.transaction() as conn:
        stored = differences.summary_stored(conn, run.run_id)
        if stored is not None:
            return stored
        weighed = differences.weigh(conn, run.comparison, seen, run.clock.as_of)
        summary = _told(run, weighed)
        differences.write(conn, weighed, run.run_id)
        _begin(run, conn, summary, registers)
        for source in run.comparison.sides:  # read by this run or not: the next one reads all of them
            half = [(unit, month) for name, unit, month in weighed.half_read if name == source]
            compared_segments.forget(conn, source, half)
    return summary


def _told(run: Run, weighed: differences.Weighed) -> dict[str, Any]:
    run.kept[CHANGES] = weighed.changes
    return differences.summary_of(run.comparison, weighed)


def _begin(run: Run, conn: Connection, summary: Mapping[str, Any], registers: list[dict[str, str]]) -> None:
    """What was compared, and the reconciliation itself."""
    for source, segments in run.comparison.compared.items():
        if source not in run.comparison.capped:
            compared_segments.remember(conn, source, segments, run_id=run.run_id, compared_at=run.clock.as_of)
    asked, scope = run.request.asked, run.comparison.scope
    told = {
        "period_from": scope.period_from.isoformat() if scope.period_from else None,
        "period_to": scope.period_to.isoformat() if scope.period_to else None,
        "units": sorted(scope.units),
        "sources": sorted(scope.sources),
        "depth": asked.depth,
    }
    row = {
        "run_id": run.run_id,
        "as_of": run.clock.as_of,
        "business_date": run.business_date,
        "started_at": machine_now() - (run.clock.now() - run.clock.as_of),
        "asked_by": asked.asked_by,
        "reason": run.request.reason,
        "scope": told,
        "registers": registers,
        "summary": dict(summary),
    }
    differences.begin(conn, row)


def _registers(run: Run) -> Iterator[dict[str, str]]:
    """The register files that were read, by name and content; one that is gone by now has no digest."""
    for name in sorted(run.comparison.books):
        yield {"name": name, "sha256": _sha256(Path(run.settings.reconcile.registers) / name)}


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as body:
            return hashlib.file_digest(body, "sha256").hexdigest()
    except OSError:
        return ""


def _tell(summary: Mapping[str, Any]) -> None:
    logger().info("differences: %s", ", ".join(f"{name} {summary[name]}" for name in ("found", "new", "fixed", "open")))
    if summary["returned"]:
        named = ", ".join(summary["returned_ids"])
        logger().warning("differences: %d came back after they were fixed: %s", summary["returned"], named)
