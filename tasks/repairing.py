"""Repair after a reconciliation: what pulling again would mend, shown first; then exactly that, under the run lock.

Only dossiers that a previewed reconciliation named are loaded, by the same checks and the same merge as every pull. A
register is never written to, and nothing is deleted.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.intake.landing import Landing
from tasks.loading import line_of
from tasks.narration import logger
from tasks.part_intake import ignored_of, settle_keys
from tasks.preparing import intake_of
from tasks.pulling import fault_sentence, record_fault, register, source_of
from tasks.reconcile_book import PREVIEW
from tasks.refused_requests import RepairRefusedError as RepairRefusedError
from tasks.rules.repairs import plan_of
from tasks.run_context import Run, current
from tasks.settings import SecretError, Source
from tasks.source_factory import make_source
from tasks.sources.base import SourceFault
from tasks.sources.looking import Look, Looked, Looking
from warehouse import current as current_rows
from warehouse import loads, missed, repairs, staging
from warehouse.sessions import LoadSession
from warehouse.staging import Staged


@task(name="preview repair", cache_policy=NO_CACHE, persist_result=False)
def preview_repair(run_id: str) -> int:
    """Write down what pulling again would mend, for a person to confirm; returns how many dossiers that is."""
    run = current(run_id)
    with run.store.reading() as conn:  # stored by now, but for a dry run: what a person explained is left as it is
        standing = [] if run.dry_run else repairs.standing(conn, run.comparison.scope)
    plan = plan_of(run.comparison.findings if run.dry_run else standing)
    told = plan.told(run.request.asked.limit)
    run.kept[PREVIEW] = {name: value for name, value in told.items() if name not in ("keys", "days")}
    if not run.dry_run:
        with run.store.transaction() as conn:
            repairs.keep_preview(conn, run.run_id, told)
    logger().info("a repair would pull %d dossiers again", plan.size)
    return plan.size


@task(name="repair", cache_policy=NO_CACHE, persist_result=False)
def repair_differences(run_id: str) -> int:
    """Pull again what the confirmed preview named, and load it; returns how many dossiers changed here."""
    run = current(run_id)
    plan = _confirmed(run)
    wanted: Mapping[str, list[str]] = plan["keys"]
    asked = run.request.asked
    with run.store.transaction() as conn:
        detail = {"preview": asked.confirm, "reason": run.request.reason, "dossiers": sum(map(len, wanted.values()))}
        repairs.note_repair(conn, asked.asked_by, run.run_id, run.clock.as_of, detail)
    changed = 0
    for name, keys in wanted.items():
        days = [date.fromisoformat(day) for day in plan["days"].get(name, [])]
        changed += _repaired(run, source_of(run, name), frozenset(keys), days)
    logger().info("repair: %d dossiers new or changed here", changed)
    return changed


def _confirmed(run: Run) -> Mapping[str, Any]:
    """The plan that was seen. Raises RepairRefusedError."""
    asked = run.request.asked
    if not asked.asked_by.strip() or not run.request.reason.strip():
        raise RepairRefusedError("needs_by")
    with run.store.reading() as conn:
        found = repairs.preview_of(conn, asked.confirm)
    if found is None:
        raise RepairRefusedError("no_preview", run_id=asked.confirm)
    day, plan = found
    if day != run.business_date:
        raise RepairRefusedError("preview_old", run_id=asked.confirm, day=f"{day:%d/%m/%Y}")
    most = min(int(plan["limit"]), asked.limit)
    if int(plan["dossiers"]) > most:
        raise RepairRefusedError("too_many", dossiers=plan["dossiers"], limit=most)
    known = {source.name for source in run.settings.sources}
    if gone := sorted(plan["keys"].keys() - known):
        raise RepairRefusedError("source_gone", name=gone[0])
    return plan


def _repaired(run: Run, source: Source, keys: frozenset[str], days: list[date]) -> int:
    """New and changed dossiers of one source; a source that fails stops no other."""
    dry = Landing(Path(run.settings.landing.path), dry=True)
    try:
        reader = make_source(source)
        looked = _looked(run, source, reader, keys, days, dry)
        with run.store.session() as session:
            counts = _Repair(run, source, looked, session).through(keys, dry)
    except (SourceFault, SecretError) as fault:
        record_fault(run, source, fault.code, fault_sentence(fault, run.settings.locale), "failed")
        logger().error("%s: %s", source.name, fault.code)
        return 0
    run.sources[source.name] = line_of(source, looked.pulled, counts, run.settings.locale)
    return counts.new + counts.changed


def _looked(run: Run, source: Source, reader: Looking, keys: frozenset[str], days: list[date], dry: Landing) -> Looked:
    """Only these keys where the source can be asked for them and then tells all of a record; else all of these days."""
    with run.store.reading() as conn:
        held = current_rows.open_keys(conn, source.system)
    request = Look(as_of=run.clock.as_of, known_open=held)
    single = reader.again(request, keys, dry)
    if single is not None and not single.untold:
        return single
    if days:
        request = replace(request, period_from=min(days), period_to=max(days))
    return reader.look(request, dry)


class _Repair:
    """One source on its way through checks and merge."""

    def __init__(self, run: Run, source: Source, looked: Looked, session: LoadSession) -> None:
        self.run = run
        self.source = source
        self.looked = looked
        self.session = session

    def through(self, keys: frozenset[str], dry: Landing) -> loads.Counts:
        """The counts of what was loaded."""
        staged = self.session.step(lambda conn: staging.begin(conn, self.source.dataset))
        try:
            self._stage(staged)
            batch = self.session.step(lambda conn: self._batch(conn, staged, keys))
            self._land(staged, dry)
            self.run.ensure_lock()
            return self.session.write(lambda conn: self._merge(conn, batch, staged), lambda _: None)
        finally:
            self.session.step(lambda conn: staging.end(conn, staged))

    def _stage(self, staged: Staged) -> None:
        intake = intake_of(self.run, self.source)
        first = 0
        for part in self.looked.pulled.parts:
            start = first
            self.session.step(lambda conn: intake.take(conn, staged, part, start))  # noqa: B023
            first += len(part)

    def _batch(self, conn: Any, staged: Staged, keys: frozenset[str]) -> loads.Batch:
        pulled = repairs.keep_only(conn, staged, keys)
        settled = settle_keys(conn, staged)
        return loads.Batch(
            run_id=self.run.run_id,
            source=self.source.name,
            system=self.source.system,
            dataset=self.source.dataset,
            as_of=self.run.clock.as_of,
            data_moment=self.looked.pulled.told_moment,
            pulled=pulled,
            duplicate=settled.duplicate,
            ignored=ignored_of(conn, staged, Counter(), settled),
            is_pull=False,  # a part of the source only: no watermark moves, no sweep was made
        )

    def _land(self, staged: Staged, dry: Landing) -> None:
        """What the loaded rows came from is kept as after every pull, and nothing else of the look."""
        told = self.session.step(lambda conn: repairs.bodies_of(conn, staged))
        for body in self.looked.pulled.taken:
            if body.sha256 in told:
                moment, now = body.data_moment, self.run.clock.as_of
                kept = self.run.landing.land_blocks(body.source, body.name, dry.blocks(body.sha256), moment, now)
                with self.run.store.transaction() as conn:
                    register(self.run, conn, kept)

    def _merge(self, conn: Any, batch: loads.Batch, staged: Staged) -> loads.Counts:
        counts = loads.merge(conn, batch, staged)
        missed.forget_brought(conn, batch.system, staged)
        return counts
