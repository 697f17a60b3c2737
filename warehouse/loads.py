"""Loading one validated pull: rows, quarantine, counts and the promoted mark in the caller's one transaction.

`merge` is the only way by which source rows enter the warehouse. The SQL of its steps is in `merging`, bulk writing
in `staging`; whether a batch may be loaded at all (gates) is decided before it comes here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from tasks.rules.datasets import DATASETS, Mode
from warehouse import merging, quarantine, staging
from warehouse.errors import CountingLawError
from warehouse.landed import mark_promoted
from warehouse.merging import Frame
from warehouse.staging import Aside, Staged
from warehouse.tables import loads

PROMOTED, UNCHANGED, REFUSED, FAILED = "promoted", "unchanged", "refused", "failed"
OLDER = "older"  # reason of rows that an already promoted, newer statement overrules


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One source's validated pull, as far as it does not lie in the staging tables.

    `complete`: the pull told everything there is, so what a snapshot lacks has ended. `sweep`: it looked at everything
    there is, so what it lacks was missed, whether that ends anything or not. `landed`: hashes of the bodies
    it was read from. `ignored`: reason code → records left out on purpose, those put aside in staging included.
    `is_pull`: False for rows that come from elsewhere and must not pass for what the source said in this run.
    `error_code`, `error`: what was left out of the pull for a fault of its own, although the rest was taken.
    """

    run_id: str
    source: str
    system: str
    dataset: str
    as_of: datetime
    data_moment: datetime
    pulled: int
    duplicate: int = 0
    ignored: Mapping[str, int] = field(default_factory=dict)
    complete: bool = False
    sweep: bool = False
    landed: Sequence[str] = ()
    state: str = PROMOTED
    is_pull: bool = True
    error_code: str = ""
    error: str = ""

    @property
    def frame(self) -> Frame:
        """What all its rows have in common."""
        return Frame(
            run_id=self.run_id,
            source=self.source,
            system=self.system,
            dataset=self.dataset,
            as_of=self.as_of,
            data_moment=self.data_moment,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What became of the pulled rows; the first six parts add up to `pulled`.

    `quarantined_new`: those not open before; `ended`: rows of a snapshot that are gone; `closed`: quarantine rows
    settled by this load.
    """

    pulled: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    duplicate: int = 0
    ignored: int = 0
    quarantined_new: int = 0
    ended: int = 0
    closed: int = 0
    ignored_reasons: Mapping[str, int] = field(default_factory=dict)

    def obey_law(self, source: str) -> None:
        """Raise CountingLawError unless every pulled row is accounted for exactly once."""
        parts = self.new + self.changed + self.unchanged + self.quarantined + self.duplicate + self.ignored
        if parts != self.pulled:
            told = {name: number for name, number in asdict(self).items() if name != "ignored_reasons"}
            raise CountingLawError(source, told)

    @property
    def quiet(self) -> bool:
        """Nothing in the warehouse moved but what was confirmed."""
        return not (self.new or self.changed or self.ended or self.quarantined_new or self.closed)


def merge(conn: Connection, batch: Batch, staged: Staged) -> Counts:
    """Load what is staged inside the caller's transaction; the same pull again changes nothing.

    A key may stand in the staged rows once only. Raises CountingLawError when the counts do not add up: the caller's
    transaction must roll back (as it does when the exception leaves `transaction`).
    """
    frame = batch.frame
    snapshot = DATASETS[batch.dataset].mode is Mode.SNAPSHOT
    outdated = snapshot and _overtaken(conn, batch)
    verdicts = merging.judge(conn, frame, staged.rows, outdated=outdated)
    if merging.CHANGED in verdicts:
        merging.close_changed(conn, frame, staged.rows)
    if merging.UNCHANGED in verdicts:
        merging.confirm_unchanged(conn, frame, staged.rows)
    merging.insert_versions(conn, frame, staged.rows)
    kept = quarantine.keep(conn, frame, staged)
    complete = batch.complete and not outdated
    closed = quarantine.close_mended(conn, frame, staged, complete=complete)
    ended = merging.end_missing(conn, frame, staged) if complete and snapshot else 0
    bad = staging.count(conn, staged, staging.QUARANTINED)
    counts = _count(batch, verdicts, quarantined=bad, quarantined_new=kept, closed=closed, ended=ended)
    counts.obey_law(batch.source)
    mark_promoted(conn, batch.source, batch.landed)
    return _write_down(conn, batch, counts) if batch.is_pull else counts


def merge_rows(
    conn: Connection, batch: Batch, rows: Iterable[Mapping[str, Any]], aside: Sequence[Aside] = ()
) -> Counts:
    """`merge` of a few rows at hand: stored columns as Python values, what is missing is empty."""
    staged = staging.begin(conn, batch.dataset)
    staging.add(conn, staged, staging.frame_of(batch.dataset, rows, batch.data_moment), aside)
    staging.ready(conn, staged)
    counts = merge(conn, batch, staged)
    staging.end(conn, staged)
    return counts


def record_failure(
    conn: Connection,
    *,
    run_id: str,
    source: str,
    dataset: str,
    as_of: datetime,
    state: str,
    error_code: str,
    error: str,
    data_moment: datetime | None = None,
    pulled: int = 0,
) -> None:
    """Write down a pull of which nothing was loaded: `refused` by a gate or `failed` on the way."""
    told = {"state": state, "error_code": error_code, "error": error, "data_moment": data_moment, "pulled": pulled}
    _replace(conn, {"run_id": run_id, "source": source, "dataset": dataset, "as_of": as_of, **told})


def record_unchanged(
    conn: Connection, *, run_id: str, source: str, dataset: str, as_of: datetime, data_moment: datetime
) -> None:
    """Write down a pull whose bodies were all promoted before: nothing to read, and fresh."""
    told = {"state": UNCHANGED, "data_moment": data_moment}
    _replace(conn, {"run_id": run_id, "source": source, "dataset": dataset, "as_of": as_of, **told})


def counts_of(conn: Connection, run_id: str, source: str) -> Counts | None:
    """The counts of what this run promoted of the source, None when it promoted nothing of it."""
    row = load_of(conn, run_id, source)
    if row is None or row["state"] != PROMOTED:
        return None
    return Counts(**{name: row[name] for name in asdict(Counts()) if name != "closed"})


def load_of(conn: Connection, run_id: str, source: str) -> dict[str, Any] | None:
    """What this run has written down for the source: tells after a lost connection whether the commit had happened."""
    chosen = select(loads).where(loads.c.run_id == run_id, loads.c.source == source)
    row = conn.execute(chosen).mappings().one_or_none()
    return None if row is None else dict(row)


def _overtaken(conn: Connection, batch: Batch) -> bool:
    chosen = select(func.max(loads.c.data_moment)).where(
        loads.c.source == batch.source, loads.c.dataset == batch.dataset, loads.c.state == PROMOTED
    )
    newest = conn.execute(chosen).scalar()
    return newest is not None and newest > batch.data_moment


def _count(
    batch: Batch, verdicts: Mapping[str, int], *, quarantined: int, quarantined_new: int, closed: int, ended: int
) -> Counts:
    reasons = {reason: number for reason, number in batch.ignored.items() if number}
    if merging.OLDER in verdicts:
        reasons[OLDER] = reasons.get(OLDER, 0) + verdicts[merging.OLDER]
    return Counts(
        pulled=batch.pulled,
        new=verdicts.get(staging.NEW, 0),
        changed=verdicts.get(merging.CHANGED, 0),
        unchanged=verdicts.get(merging.UNCHANGED, 0),
        quarantined=quarantined,
        duplicate=batch.duplicate,
        ignored=sum(reasons.values()),
        quarantined_new=quarantined_new,
        ended=ended,
        closed=closed,
        ignored_reasons=reasons,
    )


def _write_down(conn: Connection, batch: Batch, counts: Counts) -> Counts:
    """The row of `loads`; when a promoted batch is repeated in its own run, the first count stands."""
    before = load_of(conn, batch.run_id, batch.source)
    if before is not None and before["state"] == PROMOTED and counts.quiet and before["pulled"] == counts.pulled:
        return Counts(**{name: before[name] for name in asdict(counts) if name != "closed"})
    told = {name: value for name, value in asdict(counts).items() if name != "closed"}
    frame = {"run_id": batch.run_id, "source": batch.source, "dataset": batch.dataset, "as_of": batch.as_of}
    said = {"state": batch.state, "error_code": batch.error_code, "error": batch.error}
    _replace(conn, {**frame, **said, "data_moment": batch.data_moment, **told})
    return counts


def _replace(conn: Connection, values: Mapping[str, Any]) -> None:
    conn.execute(delete(loads).where(loads.c.run_id == values["run_id"], loads.c.source == values["source"]))
    conn.execute(insert(loads).values({"ignored_reasons": {}, **values}))
