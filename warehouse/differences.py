"""How a reconciliation enters the book: what it found and looked for is weighed against what stands there, and written.

One short transaction of the caller's, so that runs which overlap weigh what the other has written. The rule itself is
`tasks/rules/difference_life`; reading the book and the acts of persons are `difference_desk`'s.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from tasks.rules.difference_life import (
    Life,
    News,
    Place,
    Segment,
    after_found,
    after_looked,
    facts_hash,
    is_asked,
    is_covered,
    place_of,
    plain,
    segments_of,
    to_read_again,
)
from tasks.rules.difference_model import Comparison, DifferenceClass, DifferenceState, Finding
from warehouse.chunks import chunks
from warehouse.difference_tables import differences, reconciliations

STORED = "stored"  # state of a reconciliation that has written its findings and is still telling them
TOLD = 20  # ids of returned differences named in a summary

_SAME = ("unit_code", "system", "code", "sides", "book", "page", "line", "source", "day", "owner")
_LIFE = ("state", "facts_hash", "last_seen_at", "fixed_at", "returned", "returned_at")
_PLACE = ("kind", "unit_code", "system", "record_key", "sides", "book", "source", "day")


@dataclass(frozen=True, slots=True)
class Seen:
    """A finding with what is dear to make of it."""

    finding: Finding
    place: Place
    facts: Mapping[str, Any]
    facts_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a run means for one difference: `life` as it is from now on, `finding` as this run saw it, if it did."""

    id: str
    news: News
    life: Life
    place: Place
    finding: Finding | None = None
    facts: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """All changes, found ones first, and what stood in the book before: id → life and place of what is not fixed.

    `half_read`: (source, unit, month) to be read by the next run, so that it can say of more whether it is fixed.
    """

    changes: list[Change]
    standing: Mapping[str, tuple[Life, Place]]
    half_read: frozenset[Segment] = frozenset()


def seen_in(comparison: Comparison) -> dict[str, Seen]:
    """What a comparison found, by id, made ready before any transaction. Of one id the first finding is taken."""
    found: dict[str, Seen] = {}
    for finding in comparison.findings:
        if (name := finding.id) not in found:
            facts = plain(finding.facts)
            found[name] = Seen(finding, place_of(finding), facts, facts_hash(facts))
    return found


def weigh(conn: Connection, comparison: Comparison, seen: Mapping[str, Seen], as_of: datetime) -> Weighed:
    """What this comparison of that moment means for the book; nothing is written."""
    standing = _unfixed(conn)
    known = standing | _fixed(conn, seen.keys() - standing.keys())
    changes = []
    half_read: set[Segment] = set()
    for name, one in seen.items():
        life, news = after_found(known[name][0] if name in known else None, one.facts_hash, as_of)
        changes.append(Change(id=name, news=news, life=life, place=one.place, finding=one.finding, facts=one.facts))
        if news is News.STANDS:  # mended by a person since this run looked, who may be wrong: it must be found again
            half_read.update(_told_in(comparison, one.place))
    for name, (life, place) in standing.items():
        if name in seen or name in comparison.undecided_ids:
            continue
        if is_covered(comparison, place):
            gone, news = after_looked(life, as_of)
            changes.append(Change(id=name, news=news, life=gone, place=place))
        else:
            half_read.update(to_read_again(comparison, place))
    return Weighed(changes, standing, frozenset(half_read))


def _told_in(comparison: Comparison, place: Place) -> list[Segment]:
    """Segments in which a source told it, of those that this run compared."""
    within = segments_of(place)
    read = [(one.unit_code, one.month) for one in comparison.compared.get(place.source, ())]
    return [(place.source, *segment) for segment in read if within is None or segment in within]


def write(conn: Connection, weighed: Weighed, run_id: str) -> None:
    """Bring the book into line."""
    by_news: dict[News, list[Change]] = {news: [] for news in News}
    for change in weighed.changes:
        by_news[change.news].append(change)
    for some in chunks(_rows(by_news[News.NEW])):
        fresh = {"first_run_id": run_id, "run_id": run_id, "explanation": "", "explained_by": ""}
        conn.execute(insert(differences), [{**row, **fresh, "first_seen_at": row["last_seen_at"]} for row in some])
    again = [*by_news[News.AGAIN], *by_news[News.REOPENED], *by_news[News.RETURNED]]
    one = update(differences).where(differences.c.id == bindparam("found_id"))
    for some in chunks(_rows(again)):
        conn.execute(one, [{**row, "found_id": row.pop("id"), "run_id": run_id} for row in some])
    for gone in chunks(by_news[News.FIXED]):
        mine = update(differences).where(differences.c.id.in_([change.id for change in gone]))
        conn.execute(mine.values(state=DifferenceState.FIXED, fixed_at=gone[0].life.fixed_at, run_id=run_id))


def summary_of(comparison: Comparison, weighed: Weighed) -> dict[str, Any]:
    """Counts of the run, as reported: `open` and `by_class` are what is open in its scope now, or was found."""
    told = weighed.changes
    numbers = Counter(change.news for change in told)
    found = {change.id for change in told if change.finding is not None}
    lives = {**weighed.standing, **{change.id: (change.life, change.place) for change in told}}
    in_scope = [
        (life.state, place)
        for name, (life, place) in lives.items()
        if name in found or is_asked(comparison.scope, place)
    ]
    still = Counter(place.kind.value for state, place in in_scope if state is DifferenceState.OPEN)
    return {
        "found": len(found),
        **{news.value: numbers[news] for news in News if news is not News.STANDS},
        "open": still.total(),
        "explained": sum(state is DifferenceState.EXPLAINED for state, _ in in_scope),
        "by_class": dict(sorted(still.items())),
        "returned_ids": sorted(change.id for change in told if change.news is News.RETURNED)[:TOLD],
    }


def summary_stored(conn: Connection, run_id: str) -> dict[str, Any] | None:
    """What that run has stored already; None where it has not."""
    chosen = select(reconciliations.c.summary).where(reconciliations.c.run_id == run_id)
    found: dict[str, Any] | None = conn.execute(chosen).scalar_one_or_none()
    return found


def begin(conn: Connection, row: Mapping[str, Any]) -> None:
    """The reconciliation itself, in the transaction of its findings."""
    conn.execute(insert(reconciliations).values({**row, "state": STORED}))


def finish(conn: Connection, run_id: str, *, state: str, exit_status: int, finished_at: datetime) -> None:
    """How it ended. A dry run has stored nothing and ends without a word here."""
    mine = update(reconciliations).where(reconciliations.c.run_id == run_id)
    conn.execute(mine.values(state=state, exit_status=exit_status, finished_at=finished_at))


def _rows(changes: Iterable[Change]) -> Iterator[dict[str, Any]]:
    """What the book says from now on: the life, and the difference as seen last."""
    for change in changes:
        finding, life = change.finding, change.life
        assert finding is not None
        yield {
            "id": change.id,
            **{name: getattr(finding, name) for name in _SAME},
            **{name: getattr(life, name) for name in _LIFE},
            "kind": finding.kind.value,
            "record_key": finding.key,
            "column_name": finding.column,
            "cause": finding.cause.value,
            "facts": change.facts,
        }


def _unfixed(conn: Connection) -> dict[str, tuple[Life, Place]]:
    columns = [differences.c[name] for name in ("id", *_LIFE, *_PLACE)]
    rows = conn.execute(select(*columns).where(differences.c.state != DifferenceState.FIXED).order_by(differences.c.id))
    return {row.id: _standing(row) for row in rows}


def _fixed(conn: Connection, ids: Iterable[str]) -> dict[str, tuple[Life, Place]]:
    columns = [differences.c[name] for name in ("id", *_LIFE, *_PLACE)]
    told: dict[str, tuple[Life, Place]] = {}
    for some in chunks(sorted(ids)):
        rows = conn.execute(select(*columns).where(differences.c.id.in_(some)))
        told |= {row.id: _standing(row) for row in rows}
    return told


def _standing(row: Row[Any]) -> tuple[Life, Place]:
    life = Life(
        state=DifferenceState(row.state),
        facts_hash=row.facts_hash,
        last_seen_at=row.last_seen_at,
        fixed_at=row.fixed_at,
        returned=row.returned,
        returned_at=row.returned_at,
    )
    day: date | None = row.day
    place = Place(
        kind=DifferenceClass(row.kind),
        unit_code=row.unit_code,
        system=row.system,
        key=row.record_key,
        sides=row.sides,
        book=row.book,
        source=row.source,
        day=day,
    )
    return life, place
