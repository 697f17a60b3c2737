"""Load one pulled source in parts: understand, check and stage each; then keys, gate and merge over the whole.

Memory holds one part at a time. Bad rows go to quarantine; a closed gate keeps all of the pull out.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from expectations.report import EngineFault
from expectations.run import check_source
from tasks.intake.landing import LandingError
from tasks.narration import logger
from tasks.part_intake import Intake, ignored_of
from tasks.preparing import intake_of
from tasks.progress import Progress
from tasks.publishing_quality import note_checked
from tasks.pulling import NOT_TO_BE_TAKEN, bug_of, fault_sentence, record_fault, source_of
from tasks.rules.model import SourceLine
from tasks.run_context import Run, current
from tasks.scaling import parts_of
from tasks.settings import OpencpsSource, Source
from tasks.source_gate import gate_sentences
from tasks.sources.base import Pulled, SourceFault
from warehouse import loads, merging, missed, staging
from warehouse.errors import WarehouseDiskError, WarehouseError, WarehouseLostError, WarehouseUnavailableError
from warehouse.fault_words import sentence_of
from warehouse.sessions import LoadSession
from warehouse.staging import Staged

T = TypeVar("T")

_TRIES = 2  # a part is staged again by itself before the load gives up

_TOLD = 3  # files named in an error


@task(name="load", task_run_name="load {source}", cache_policy=NO_CACHE, persist_result=False)
def load_source(run_id: str, source: str) -> dict[str, int]:
    """Bring the pulled records of one source into the warehouse; returns its counts."""
    run = current(run_id)
    configured, pulled = source_of(run, source), run.kept.pop(source)
    if pulled.unchanged:
        return _unchanged(run, configured, pulled)
    try:
        with run.store.session() as session:
            counts = _Load(run, configured, pulled, session).through()
    except SourceFault as fault:  # its unit map contradicts itself, a body cannot be read to its end
        return _failed(run, configured, fault)
    except WarehouseUnavailableError as fault:
        return _broken_off(run, configured, pulled, fault)
    except (OSError, LandingError):
        return _failed(run, configured, SourceFault("landing_failed", {"source": source}))
    except Exception as fault:  # noqa: BLE001 - one source's bug must not keep the mails of all others back
        return _failed(run, configured, bug_of(run, configured, fault))
    if counts is None:
        return {}
    logger().info("%s: %d new, %d changed, %d quarantined", source, counts.new, counts.changed, counts.quarantined)
    for note in pulled.notes:
        logger().warning("%s: %s", source, note.text(run.settings.locale))
    return {"new": counts.new, "changed": counts.changed, "quarantined": counts.quarantined}


def _failed(run: Run, source: Source, fault: SourceFault) -> dict[str, int]:
    state = "refused" if fault.code in NOT_TO_BE_TAKEN else "failed"
    record_fault(run, source, fault.code, fault_sentence(fault, run.settings.locale), state)
    logger().error("%s: %s", source.name, fault.code)
    return {}


def _broken_off(run: Run, source: Source, pulled: Pulled, fault: WarehouseUnavailableError) -> dict[str, int]:
    """The warehouse failed under the load: unless its commit did happen, the source failed; the others may go on."""
    run.ensure_lock()
    with run.store.transaction() as conn:
        counts = loads.counts_of(conn, run.run_id, source.name)
    if counts is not None:
        run.sources[source.name] = line_of(source, pulled, counts, run.settings.locale)
        return {}
    code = {WarehouseDiskError: "warehouse_disk", WarehouseLostError: "warehouse_lost"}.get(type(fault), "warehouse")
    record_fault(run, source, code, sentence_of(fault, run.settings.locale), "failed")
    logger().error("%s: %s", source.name, code)
    return {}


@dataclass(frozen=True, slots=True)
class _Load:
    """One load on its way."""

    run: Run
    source: Source
    pulled: Pulled
    session: LoadSession

    def through(self) -> loads.Counts | None:
        """The counts of what was promoted; None when a gate was closed, which is then written down."""
        intake = intake_of(self.run, self.source)
        staged = self.session.step(lambda conn: staging.begin(conn, self.source.dataset))
        try:
            progress = Progress(self.source.name, self.pulled.expected)
            records = self._stage(intake, staged, progress)
            batch = self.session.step(lambda conn: self._batch(conn, staged, records, intake))
            refusals = self._refusals(intake, staged, batch)
            note_checked(self.run, self.source.name, intake.tally)
            if refusals:
                brought = batch.pulled, batch.data_moment
                record_fault(self.run, self.source, "gate_closed", " ".join(refusals), "refused", *brought)
                logger().error("%s: gate closed, nothing promoted", self.source.name)
                return None
            self.run.ensure_lock()
            counts = self.session.write(lambda conn: self._merge(conn, batch, staged), self._done)
        finally:
            self._clean(staged)
        progress.finish()
        self.run.sources[self.source.name] = line_of(self.source, self.pulled, counts, self.run.settings.locale)
        return counts

    def _stage(self, intake: Intake, staged: Staged, progress: Progress) -> int:
        """Part by part; how many records came."""
        records = 0
        with closing(parts_of(self.run, self.source, self.pulled, intake)) as parts:
            for size, take in parts:
                again(lambda: self.session.step(lambda conn: take(conn, staged)))  # noqa: B023
                records += size
                progress.advance(size)
        return records

    def _batch(self, conn: Connection, staged: Staged, records: int, intake: Intake) -> loads.Batch:
        settled = intake.settle(conn, staged)
        code, error = _left_out(self.pulled, self.run.settings.locale)
        return loads.Batch(
            run_id=self.run.run_id,
            source=self.source.name,
            system=self.source.system,
            dataset=self.source.dataset,
            as_of=self.run.clock.as_of,
            data_moment=self.pulled.told_moment,
            pulled=records + sum(self.pulled.ignored.values()),
            duplicate=settled.duplicate,
            ignored=ignored_of(conn, staged, self.pulled.ignored, settled),
            complete=self.pulled.complete,
            sweep=self.pulled.complete or self.pulled.sweep,
            landed=[body.sha256 for body in self.pulled.taken],
            error_code=code,
            error=error,
        )

    def _refusals(self, intake: Intake, staged: Staged, batch: loads.Batch) -> list[str]:
        columns = [column.name for column in intake.dataset.columns]
        checked = check_source(intake.dataset, columns, batch.pulled, intake.check)
        faults, intake.tally.whole = checked.source_faults, checked.results
        closed = self.session.step(lambda conn: gate_sentences(self.run, conn, batch, staged))
        return [*(fault.text for fault in faults), *closed]

    def _merge(self, conn: Connection, batch: loads.Batch, staged: Staged) -> loads.Counts:
        """Promote, and remember in the same transaction what a sweep of open dossiers did not find."""
        if batch.dataset != "dossiers":
            return loads.merge(conn, batch, staged)
        vanished = set(self.pulled.vanished)
        if batch.sweep:
            vanished |= merging.lacking_open(conn, batch.frame, staged)
        counts = loads.merge(conn, batch, staged)
        missed.forget_brought(conn, batch.system, staged)
        if batch.sweep or isinstance(self.source, OpencpsSource):
            missed.after_sweep(conn, source=batch.source, system=batch.system, vanished=vanished, as_of=batch.as_of)
        return counts

    def _done(self, conn: Connection) -> loads.Counts | None:
        return loads.counts_of(conn, self.run.run_id, self.source.name)

    def _clean(self, staged: Staged) -> None:
        """The connection goes back to its pool without our tables; where it is broken they are gone with it."""
        try:
            self.session.step(lambda conn: staging.end(conn, staged))
        except WarehouseError as fault:
            logger().warning(
                "%s: the tables of the load go with its connection (%s)", self.source.name, type(fault).__name__
            )


def again(act: Callable[[], T]) -> T:
    """A step that failed is done once more, alone: what was staged before it stays."""
    for _ in range(_TRIES - 1):
        try:
            return act()
        except (EngineFault, WarehouseUnavailableError) as fault:
            logger().warning("a part is staged again: %s", type(fault).__name__)
    return act()


def _unchanged(run: Run, source: Source, pulled: Pulled) -> dict[str, int]:
    with run.store.transaction() as conn:
        loads.record_unchanged(
            conn,
            run_id=run.run_id,
            source=source.name,
            dataset=source.dataset,
            as_of=run.clock.as_of,
            data_moment=pulled.data_moment,
        )
    run.sources[source.name] = SourceLine(
        name=source.name, dataset=source.dataset, state="unchanged", data_moment=pulled.data_moment
    )
    return {}


def _left_out(pulled: Pulled, locale: str) -> tuple[str, str]:
    """Code and sentences of the files that were refused although the rest is taken; empty when none was."""
    faults = list(pulled.refused.values())
    more = [f"(+{len(faults) - _TOLD})"] if len(faults) > _TOLD else []
    return faults[0].code if faults else "", " ".join([*(f.sentence(locale) for f in faults[:_TOLD]), *more])


def line_of(source: Source, pulled: Pulled, counts: loads.Counts, locale: str) -> SourceLine:
    """What the report says of a source of which this was loaded."""
    return SourceLine(
        name=source.name,
        dataset=source.dataset,
        pulled=counts.pulled,
        new=counts.new,
        changed=counts.changed,
        unchanged=counts.unchanged,
        quarantined=counts.quarantined,
        quarantined_new=counts.quarantined_new,
        duplicate=counts.duplicate,
        ignored=counts.ignored,
        data_moment=pulled.told_moment,
        error_code=_left_out(pulled, locale)[0],
        error=_left_out(pulled, locale)[1],
    )
