"""Load one pulled source: normalise, validate, gate, merge. Bad rows go to quarantine; a closed gate keeps all out."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from expectations.check_context import CheckContext
from expectations.report import Reason, Report
from expectations.run import check
from tasks.intake.normalise import NormaliseContext, normalise
from tasks.intake.set_aside import set_aside
from tasks.narration import logger
from tasks.pulling import fault_sentence, record_fault, source_of
from tasks.rules.datasets import DATASETS, Dataset
from tasks.rules.model import SourceLine
from tasks.run_context import Run, current
from tasks.settings import FilesSource, Source
from tasks.source_factory import normalise_context
from tasks.source_gate import gate_sentences
from tasks.sources.base import Part, Pulled, SourceFault
from warehouse import loads
from warehouse.current import open_keys
from warehouse.quarantine import QuarantinedRow


@task(name="load", task_run_name="load {source}", cache_policy=NO_CACHE, persist_result=False)
def load_source(run_id: str, source: str) -> dict[str, int]:
    """Bring the pulled records of one source into the warehouse; returns its counts."""
    run = current(run_id)
    configured, pulled = source_of(run, source), run.kept.pop(source)
    if pulled.unchanged:
        return _unchanged(run, configured, pulled)
    dataset = DATASETS[configured.dataset]
    try:
        context = normalise_context(run, configured)
    except SourceFault as fault:  # its unit map cannot be read or contradicts itself: nothing of it can be placed
        record_fault(run, configured, fault.code, fault_sentence(fault, run.settings.locale), "failed")
        logger().error("%s: %s", source, fault.code)
        return {}
    try:
        everything, pulled_count = _everything(dataset, pulled, context)
    except SourceFault as fault:
        record_fault(run, configured, fault.code, fault_sentence(fault, run.settings.locale), "failed")
        logger().error("%s: %s", source, fault.code)
        return {}
    frame, aside = set_aside(dataset, everything, known_open=_known_open(run, configured))
    report = check(dataset, frame, _context(run, configured))
    batch = _batch(run, configured, pulled, frame, aside, report, pulled_count)
    seen = frozenset(everything["record_key"])
    refusals = [r.text for r in report.source_faults] + gate_sentences(run, batch, seen)
    if refusals:
        record_fault(run, configured, "gate_closed", " ".join(refusals), "refused")
        logger().error("%s: gate closed, nothing promoted", source)
        return {}
    with run.store.transaction() as conn:
        counts = loads.merge(conn, batch)
    run.sources[source] = _line(configured, pulled, counts)
    logger().info("%s: %d new, %d changed, %d quarantined", source, counts.new, counts.changed, counts.quarantined)
    return {"new": counts.new, "changed": counts.changed, "quarantined": counts.quarantined}


def _everything(dataset: Dataset, pulled: Pulled, context: NormaliseContext) -> tuple[pd.DataFrame, int]:
    frames: list[pd.DataFrame] = []
    for part in pulled.parts:
        frames.append(normalise(dataset, part, context, first_rid=sum(map(len, frames))))
    if not frames:
        frames.append(normalise(dataset, Part(columns={}, refs=(), moment=pulled.data_moment), context))
    everything = pd.concat(frames, ignore_index=True)
    return everything, len(everything) + sum(pulled.ignored.values())


def _known_open(run: Run, source: Source) -> frozenset[str]:
    if source.dataset != "dossiers":
        return frozenset()
    with run.store.reading() as conn:
        return open_keys(conn, source.system)


def _context(run: Run, source: Source) -> CheckContext:
    mode = source.mode if isinstance(source, FilesSource) else None
    return CheckContext(now=run.now_for_plausibility(), closing=run.hours.closing, mode=mode)


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


def _batch(
    run: Run, source: Source, pulled: Pulled, frame: pd.DataFrame, aside: dict[str, int], report: Report, count: int
) -> loads.Batch:
    dataset = DATASETS[source.dataset]
    good = frame[~frame["rid"].isin([*report.row_faults, *report.folded])]
    bad = frame[frame["rid"].isin([*report.row_faults])]
    ignored = dict(pulled.ignored)
    for reason, count in aside.items():
        ignored[reason] = ignored.get(reason, 0) + count
    return loads.Batch(
        run_id=run.run_id,
        source=source.name,
        system=source.system,
        dataset=source.dataset,
        as_of=run.clock.as_of,
        data_moment=pulled.data_moment,
        rows=_plain_rows(dataset, good),
        pulled=count,
        quarantined=[_quarantined(dataset, dict(row), report.row_faults[row["rid"]]) for row in bad.to_dict("records")],
        duplicate=len(report.folded),
        ignored=ignored,
        complete=pulled.complete,
        landed=[body.sha256 for body in pulled.bodies],
    )


def _plain_rows(dataset: Dataset, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Python values without pandas' own notions of nothing."""
    names = [c.name for c in dataset.stored]
    plain = frame[["record_key", "content_hash", *names]].astype(object)
    plain = plain.where(plain.notna(), None)
    rows = plain.to_dict("records")
    for row, ref in zip(rows, frame["ref"], strict=True):
        row["source_ref"] = ref
    return [{str(k): _plain(v) for k, v in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def _quarantined(dataset: Dataset, row: Mapping[Any, Any], reasons: tuple[Reason, ...]) -> QuarantinedRow:
    def text(name: str) -> str | None:
        as_it_came = row.get(f"{name}__text")
        value = as_it_came if isinstance(as_it_came, str) else row[name]
        return None if value is None or value is pd.NaT or value is pd.NA else str(value)

    return QuarantinedRow(
        record_key=row["record_key"] or f"?{row['content_hash'][:16]}",
        content_hash=row["content_hash"],
        source_ref=row["ref"],
        reasons=[{"code": r.code, "column": r.column, "text": r.text} for r in reasons],
        content={c.name: text(c.name) for c in dataset.columns},
    )


def _line(source: Source, pulled: Pulled, counts: loads.Counts) -> SourceLine:
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
        data_moment=pulled.data_moment,
    )
