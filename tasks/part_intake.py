"""What each part of a pull goes through before it is staged: understood, left out on purpose, checked, put aside.

Also the keys over all parts, when everything is staged. The order of a load is told in `loading`.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from expectations.check_context import CheckContext
from expectations.report import Reason
from expectations.run import check_keys, check_rows
from expectations.tally import Tally
from tasks.intake.normalise import NormaliseContext, normalise
from tasks.intake.set_aside import OLDER, is_not_received, older_rows
from tasks.rules.datasets import Dataset
from tasks.sources.base import Part
from warehouse import repeats, staging
from warehouse.staging import Aside, Prepared, Staged

LONGEST_KEY = 700  # characters: parts of at most 200, as the rules of codes allow


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """The surroundings of one pull. `known_open`: dossiers that were received, whatever their status says now.

    `released`: rows (key, content hash) that a person has said are right as they stand. `hear`: is shown every record
    that was understood, before any is put aside. `tally`: what the expectations counted.
    """

    dataset: Dataset
    normalise: NormaliseContext
    check: CheckContext
    known_open: frozenset[str] = frozenset()
    released: frozenset[tuple[str, str]] = frozenset()
    hear: Callable[[pd.DataFrame], None] | None = None
    tally: Tally = field(default_factory=Tally)

    def take(self, conn: Connection, staged: Staged, part: Part, first_rid: int) -> None:
        """Stage one part; a repetition after a rollback does the same again."""
        staging.put(conn, staged, self.prepared(conn.dialect.name, part, first_rid))

    def prepared(self, dialect: str, part: Part, first_rid: int) -> Prepared:
        """One part understood and checked, as it is to be staged."""
        told, waiting = self.understood(part, first_rid)
        faults = self.faults(told)
        bad = told["rid"].isin(faults)
        aside = [*waiting, *self.refused(told[bad], faults)]
        return staging.prepare(self.dataset.name, dialect, as_staged(told[~bad]), aside)

    def understood(self, part: Part, first_rid: int) -> tuple[pd.DataFrame, list[Aside]]:
        """The records of a part as one frame, and those put aside because nobody has received them yet."""
        frame = normalise(self.dataset, part, self.normalise, first_rid=first_rid)
        if self.hear:
            self.hear(frame)
        as_of = pd.Timestamp(self.normalise.as_of)
        frame["moment"] = frame["moment"].where(frame["moment"] <= as_of, as_of)
        waits = is_not_received(self.dataset, frame) & ~frame["record_key"].isin(self.known_open)
        return frame[~waits], [_not_received(row) for row in frame[waits].to_dict("records")]

    def refused(self, bad: pd.DataFrame, faults: Mapping[int, tuple[Reason, ...]]) -> list[Aside]:
        """Rows with faults as the quarantine keeps them."""
        return [_quarantined(self.dataset, row, faults[row["rid"]]) for row in bad.to_dict("records")]

    def faults(self, frame: pd.DataFrame) -> dict[int, tuple[Reason, ...]]:
        """What is wrong with rows by their number, those apart that a person has let go."""
        if frame.empty:
            return {}
        report = check_rows(self.dataset, frame, self.check)
        let_go = self._let_go(frame, report.row_faults)
        self.tally.note(int(frame["rid"].to_numpy()[0]), report, len(let_go))
        return {rid: reasons for rid, reasons in report.row_faults.items() if rid not in let_go}

    def _let_go(self, frame: pd.DataFrame, faults: Mapping[int, tuple[Reason, ...]]) -> set[int]:
        if not (faults and self.released):
            return set()
        rows = frame.loc[frame["rid"].isin(faults), ["rid", "record_key", "content_hash"]]
        return {rid for rid, *identity in rows.itertuples(index=False) if tuple(identity) in self.released}

    def settle(self, conn: Connection, staged: Staged) -> "Settled":
        """The keys over all parts, when everything is staged."""
        settled = settle_keys(conn, staged)
        self.tally.conflicts, self.tally.only_conflicts = settled.conflicts, settled.only_conflicts
        return settled


@dataclass(slots=True)
class Settled:
    """What became of records that share a key with others."""

    duplicate: int = 0
    older: int = 0
    conflicts: int = 0
    only_conflicts: int = 0  # conflicts that no other fault had refused already


def settle_keys(conn: Connection, staged: Staged) -> Settled:
    """One record a key is left: older ones go, repeated ones are folded, contradicting ones quarantined."""
    staging.ready(conn, staged)
    return settle_repeated(conn, staged)


def settle_repeated(conn: Connection, staged: Staged) -> Settled:
    """`settle_keys` of tables that are ready."""
    settled = Settled()
    for group in repeats.repeated(conn, staged):
        older = older_rows(group)
        rest = group[~older & group["fate"].ne(staging.NOT_RECEIVED)]
        several = rest[rest.duplicated("record_key", keep=False)]
        rids = set(group.loc[older, "rid"])
        settled.older += len(rids)
        if len(several):
            report = check_keys(several.assign(faulty=several["fate"].eq(staging.QUARANTINED)))
            repeats.put_aside(conn, staged, {rid: reason_row(reason) for rid, reason in report.conflicts.items()})
            settled.duplicate += len(report.folded)
            settled.conflicts += len(report.conflicts)
            settled.only_conflicts += _sound(several, report.conflicts)
            rids |= report.folded
        repeats.drop(conn, staged, rids)
    return settled


def _sound(several: pd.DataFrame, rids: Collection[int]) -> int:
    return int((several["rid"].isin(rids) & several["fate"].ne(staging.QUARANTINED)).sum())


def ignored_of(conn: Connection, staged: Staged, told: Mapping[str, int], settled: Settled) -> Counter[str]:
    """Records left out on purpose, by reason: what the source itself left out and what was put aside here."""
    ignored = Counter(told)
    ignored[staging.NOT_RECEIVED] += staging.count(conn, staged, staging.NOT_RECEIVED)
    ignored[OLDER] += settled.older
    return +ignored


def as_staged(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of `understood` as `staging.add` takes them."""
    return frame.rename(columns={"ref": "source_ref"})


def reason_row(reason: Reason) -> dict[str, str]:
    """A reason as the quarantine keeps it."""
    return {"code": reason.code, "column": reason.column, "text": reason.text}


def _not_received(row: Mapping[Any, Any]) -> Aside:
    return Aside(fate=staging.NOT_RECEIVED, **_place(row))


def _quarantined(dataset: Dataset, row: Mapping[Any, Any], reasons: tuple[Reason, ...]) -> Aside:
    content = {column.name: _text(row, column.name) for column in dataset.columns}
    return Aside(reasons=[reason_row(reason) for reason in reasons], content=content, **_place(row))


def _place(row: Mapping[Any, Any]) -> dict[str, Any]:
    updated = row.get("updated_at")
    return {
        "rid": row["rid"],
        "record_key": _name_of(row),
        "content_hash": row["content_hash"],
        "source_ref": row["ref"],
        "moment": row["moment"],
        "updated_at": None if pd.isna(updated) else updated,
    }


def _name_of(row: Mapping[Any, Any]) -> str:
    """Its key; a record without one, or with one that no index takes, is named by its content."""
    key = row["record_key"]
    return key if key and len(key) <= LONGEST_KEY else f"?{row['content_hash'][:16]}"


def _text(row: Mapping[Any, Any], name: str) -> str | None:
    """The text as it came where it could not be understood, else the value in one plain form."""
    as_it_came = row.get(f"{name}__text")
    value = as_it_came if isinstance(as_it_came, str) else row[name]
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
