"""The set-based steps of a load: judge every staged row against the current versions, then close, insert and end.

All inside the caller's transaction; no step reads rows into Python, and each begins at the staged rows, so that its
cost follows what came and not what is there. The order of steps and the counts are `loads`'.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, case, func, insert, literal, or_, select, update

from tasks.rules.records import FINISHED
from warehouse.instants import Instant
from warehouse.staging import NEW, Staged, stored_columns
from warehouse.tables import VERSIONS, missed

CHANGED, UNCHANGED, OLDER = "changed", "unchanged", "older"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What all rows of one batch have in common."""

    run_id: str
    source: str
    system: str
    dataset: str
    as_of: datetime
    data_moment: datetime

    @property
    def versions(self) -> Table:
        """The table of versions of the dataset."""
        return VERSIONS[self.dataset]

    def current(self) -> ColumnElement[bool]:
        """The current versions of this system."""
        return and_(self.versions.c.known_to.is_(None), self.versions.c.system == self.system)


def judge(conn: Connection, frame: Frame, staged: Table, *, outdated: bool) -> dict[str, int]:
    """Give each staged row its verdict; returns how many got which.

    `outdated`: the batch is a snapshot older than one already promoted, so that only equal content may pass.
    """
    current = frame.versions
    stands = select(current.c.version_id).where(frame.current(), current.c.record_key == staged.c.record_key)
    conn.execute(update(staged).values(stands=stands.scalar_subquery()).where(stands.exists()))
    verdict = case(
        (staged.c.content_hash == current.c.content_hash, UNCHANGED),
        (or_(literal(outdated), current.c.data_moment > staged.c.moment), OLDER),
        else_=CHANGED,
    )
    if outdated:
        conn.execute(update(staged).values(verdict=OLDER))
    start = _not_before(current, frame.as_of)
    met = current.c.version_id == staged.c.stands
    conn.execute(update(staged).values(verdict=verdict, known_from=start).where(met))
    rows = conn.execute(select(staged.c.verdict, func.count()).group_by(staged.c.verdict))
    return {str(name): int(number) for name, number in rows.tuples()}


def close_changed(conn: Connection, frame: Frame, staged: Table) -> None:
    """Current versions whose content has changed end where their successors begin."""
    current = frame.versions
    changed = select(staged.c.stands).where(staged.c.verdict == CHANGED)
    ended = _not_before(current, frame.as_of)
    conn.execute(update(current).values(known_to=ended).where(current.c.version_id.in_(changed)))


def insert_versions(conn: Connection, frame: Frame, staged: Table) -> None:
    """New and changed rows become current."""
    names = [c.name for c in stored_columns(frame.dataset)]
    common: dict[str, ColumnElement[Any]] = {
        "source": literal(frame.source),
        "system": literal(frame.system),
        "data_moment": staged.c.moment,
        "known_from": func.coalesce(staged.c.known_from, _instant(frame.as_of)),
        "run_id": literal(frame.run_id),
    }
    values: list[ColumnElement[Any]] = [*common.values(), *(staged.c[name] for name in names)]
    chosen = select(*values).where(staged.c.verdict.in_((NEW, CHANGED))).order_by(staged.c.rid)
    conn.execute(insert(frame.versions).from_select([*common, *names], chosen))


def confirm_unchanged(conn: Connection, frame: Frame, staged: Table) -> None:
    """The source said the same again, later: an older file that differs must not win over it any more.

    The record is from now on that source's, with the place where it stands there: one that was renamed or succeeded
    by another has nothing left to miss.
    """
    current = frame.versions
    of_another = current.c.source != frame.source
    later = or_(current.c.data_moment < staged.c.moment, and_(of_another, current.c.data_moment == staged.c.moment))
    place = case((of_another, staged.c.source_ref), else_=current.c.source_ref)
    told = and_(current.c.version_id == staged.c.stands, staged.c.verdict == UNCHANGED)
    taken = {"data_moment": staged.c.moment, "source": frame.source, "source_ref": place}
    conn.execute(update(current).values(taken).where(told, later))


def end_missing(conn: Connection, frame: Frame, staged: Staged) -> int:
    """Rows of this source that its complete snapshot no longer has end at its data moment; returns how many.

    Never before they began: a row that we learnt after that moment was known for no time at all. A row that came, but
    lies in quarantine, has not gone.
    """
    current = frame.versions
    gone = and_(
        frame.current(),
        current.c.source == frame.source,
        current.c.data_moment <= _instant(frame.data_moment),
        ~_came(staged.rows, current),
        ~_came(staged.aside, current),
    )
    ended = _not_before(current, frame.data_moment)
    return conn.execute(update(current).values(known_to=ended).where(gone)).rowcount


def vanished(conn: Connection, frame: Frame, staged: Staged) -> tuple[int, int]:
    """Current records of this source, and how many of them the pull lacks, those put aside not counted as lacking.

    Of dossiers the open ones, without those that an earlier sweep has missed: finished ones may leave a list, and what
    was accepted as gone is no news.
    """
    current = frame.versions
    mine = and_(frame.current(), current.c.source == frame.source)
    if frame.dataset == "dossiers":
        told = (missed.c.source == frame.source) & (missed.c.record_key == current.c.record_key)
        mine = and_(mine, _open(current), ~select(missed.c.sweeps).where(told).exists())
    known = conn.execute(select(func.count()).select_from(current).where(mine)).scalar_one()
    lacking = and_(mine, ~_came(staged.rows, current), ~_came(staged.aside, current))
    return known, conn.execute(select(func.count()).select_from(current).where(lacking)).scalar_one()


def lacking_open(conn: Connection, frame: Frame, staged: Staged) -> frozenset[str]:
    """Keys of open dossiers of this source that the pull lacks, those put aside not counted as lacking."""
    current = frame.versions
    mine = and_(frame.current(), current.c.source == frame.source, _open(current))
    lacking = and_(mine, ~_came(staged.rows, current), ~_came(staged.aside, current))
    return frozenset(conn.execute(select(current.c.record_key).where(lacking)).scalars())


def _open(dossiers: Table) -> ColumnElement[bool]:
    return dossiers.c.status.not_in([str(code) for code in sorted(FINISHED)])


def _came(table: Table, current: Table) -> ColumnElement[bool]:
    return select(table.c.rid).where(table.c.record_key == current.c.record_key).exists()


def _not_before(current: Table, moment: datetime) -> ColumnElement[datetime]:
    """That moment, or the beginning of the version where it began later: no version ends before it began."""
    return case((current.c.known_from > _instant(moment), current.c.known_from), else_=_instant(moment))


def _instant(moment: datetime) -> ColumnElement[datetime]:
    return literal(moment, Instant())
