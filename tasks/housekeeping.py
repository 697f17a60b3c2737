"""Housekeeping: what has had its time goes, in small pieces, and is counted in the audit before the first one is gone.

Landed bodies, rows of the warehouse (which ones: `warehouse/retention`), pages under `var`. A kill in the middle leaves
the rest to the next night. Nothing open and nothing of the mail ledger is ever touched.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.narration import logger
from tasks.run_context import Run, current
from warehouse import audit_chain, day_book, landed, retention
from warehouse.engine import where_is
from warehouse.errors import AuditBrokenError

SWEPT = "swept"  # in `run.kept`: kind → number
FOLDERS = ("cards", "quality", "reports", "reconcile")  # under `var`, what runs leave for people


@dataclass(frozen=True, slots=True)
class _Plan:
    """What may go tonight."""

    ages: retention.Ages
    rows: dict[str, int]
    bodies: list[str]
    pages: list[Path]

    def told(self) -> dict[str, int]:
        files = {"landing": len(self.bodies), "files": len(self.pages)}
        return self.rows | {kind: number for kind, number in files.items() if number}


@task(name="sweep", cache_policy=NO_CACHE, persist_result=False)
def sweep(run_id: str) -> None:
    """Forget everything that is older than `[retention]` and `[landing]` say; a dry run only counts."""
    run = current(run_id)
    plan = _plan(run)
    run.kept[SWEPT] = plan.told()
    if run.dry_run or not plan.told():
        return
    limits = run.settings.retention.model_dump() | {"landing_days": run.settings.landing.retention_days}
    with run.store.transaction() as conn:
        told = {"limits": limits, "counts": plan.told()}
        retention.note(conn, run_id, run.business_date.isoformat(), told, run.clock.as_of)
    for kind in plan.rows:
        _forget(run, kind, plan.ages)
    _forget_bodies(run)
    _forget_pages(run, plan.pages)
    logger().info("housekeeping: %s", ", ".join(f"{kind} {number}" for kind, number in plan.told().items()))


@task(name="check audit", cache_policy=NO_CACHE, persist_result=False)
def check_audit(run_id: str) -> None:
    """Raise AuditBrokenError where the chain of the audit is broken; else its end is told, to be noted elsewhere.

    A chain that was cut, or cut and written on, holds in itself: it no longer holds what the last night noted.
    """
    run = current(run_id)
    with run.store.reading() as conn:
        broken, head = audit_chain.first_break(conn), audit_chain.head(conn)
        before = day_book.previous_run(conn, run_id, run.request.flow, run.clock.as_of)
        noted = (before and before["summary"].get("audit")) or {"rows": 0, "seal": ""}
        cut = noted["rows"] > 0 and audit_chain.head(conn, rows=noted["rows"]).seal != noted["seal"]
    if broken is not None or cut:
        raise AuditBrokenError(where_is(run.store.engine), broken.row_id if broken else noted["rows"])
    run.kept["audit"] = {"rows": head.rows, "mark": head.mark, "seal": head.seal}


def _plan(run: Run) -> _Plan:
    limits, as_of = run.settings.retention, run.clock.as_of
    ages = retention.Ages(
        versions=as_of - timedelta(days=limits.versions_days),
        quarantine=as_of - timedelta(days=limits.quarantine_days),
        runs=as_of - timedelta(days=limits.runs_days),
    )
    with run.store.reading() as conn:
        rows = retention.due(conn, ages)
    bodies = run.landing.older(as_of - timedelta(days=run.settings.landing.retention_days))
    pages = list(_pages(run.settings.var, (as_of - timedelta(days=limits.files_days)).timestamp()))
    return _Plan(ages, rows, [path.stem for path in bodies], pages)


def _forget(run: Run, kind: str, ages: retention.Ages) -> None:
    after, more = None, True
    while more:
        run.ensure_lock()
        with run.store.transaction() as conn:
            _, after = retention.forget_some(conn, kind, ages, after)
        more = after is not None


def _forget_bodies(run: Run) -> None:
    run.ensure_lock()
    gone = run.landing.sweep(run.clock.as_of - timedelta(days=run.settings.landing.retention_days))
    with run.store.transaction() as conn:
        landed.mark_deleted(conn, gone, run.clock.as_of)


def _pages(var: Path, before: float) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((var / folder).rglob("*")):
            if path.is_file() and not path.is_symlink() and path.stat().st_mtime < before:
                yield path


def _forget_pages(run: Run, pages: list[Path]) -> None:
    run.ensure_lock()
    for path in pages:
        path.unlink(missing_ok=True)
    for folder in {path.parent for path in pages} - {run.settings.var / name for name in FOLDERS}:
        if not any(folder.iterdir()):
            folder.rmdir()
