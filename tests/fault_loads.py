"""Loads of a few rows in children that are killed: staging, keys over the parts and merge, no source before them."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from tests.fault_runs import Ended, FaultPoints
from tests.warehouse_samples import DAY, MORNING, a_bad_row, a_batch, a_dossier
from warehouse import loads, staging
from warehouse.engine import open_engine
from warehouse.sessions import load_session
from warehouse.staging import Aside

FIRST = tuple(a_dossier(str(n)) for n in range(4))
SECOND = (*(a_dossier(str(n), content="two") for n in range(2)), a_dossier("2"))
NEW = (a_dossier("4"), a_dossier("5"))
BAD = (a_bad_row("x"), a_bad_row("y"))


def load(url: str, *, later: bool, points: FaultPoints) -> None:
    """The load of a day: all of it in two parts, then settled and merged."""
    rows = (SECOND, NEW) if later else (FIRST,)
    bad = BAD[:1] if later else BAD  # the other was mended or is gone
    as_of = MORNING + DAY if later else MORNING
    engine = open_engine(url)
    with load_session(engine) as session:
        points.armed = True
        staged = session.step(lambda conn: staging.begin(conn, "dossiers"))
        first = 0
        for part in rows:
            session.step(lambda conn, part=part, first=first: _stage(conn, staged, part, first, as_of))
            first += len(part)
        aside = [Aside(rid=first + n, moment=as_of, **row) for n, row in enumerate(bad)]
        session.step(lambda conn: staging.add(conn, staged, staging.frame_of("dossiers", [], as_of), aside))
        duplicate = session.step(lambda conn: _settled(conn, staged))
        batch = a_batch(
            [],
            as_of=as_of,
            run_id="two" if later else "one",
            pulled=first + len(bad),
            duplicate=duplicate,
            landed=["aa"],
        ).batch
        session.write(
            lambda conn: loads.merge(conn, batch, staged),
            lambda conn: loads.counts_of(conn, batch.run_id, batch.source),
        )
        session.step(lambda conn: staging.end(conn, staged))
    points.armed = False
    engine.dispose()


def _stage(conn: Connection, staged: staging.Staged, part: Any, first: int, as_of: Any) -> None:
    frame = staging.frame_of("dossiers", part, as_of)
    frame["rid"] += first
    staging.add(conn, staged, frame)


def _settled(conn: Connection, staged: staging.Staged) -> int:
    from tasks.part_intake import settle_keys

    return settle_keys(conn, staged).duplicate


def act(asked: Mapping[str, Any]) -> Iterator[Ended]:
    """`url`, `later`, `kill_at`."""
    points = FaultPoints(asked.get("kill_at", 0))
    points.listen()
    load(asked["url"], later=asked["later"], points=points)
    yield Ended(0, places=points.passed)
