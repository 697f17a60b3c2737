"""The seven mornings with the power going: SIGKILL at random moments and at every step, then run again.

Reference is the undisturbed play. DONDOC_KILLS sets how many random kills, DONDOC_KILL_SEED which; `make soak` does 30.
"""

import os
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from deployments.demo.story import DAYS, HOLIDAY, MORNINGS, morning
from tests.e2e import stagehands
from tests.e2e.invariants import (
    check_as_undisturbed,
    check_comes_again,
    check_ids,
    check_ledger,
    check_nothing_forgotten,
    in_doubt,
)
from tests.e2e.killing import Stage, Zygote, stage
from tests.e2e.stagehands import Play

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

KILLS = int(os.environ.get("DONDOC_KILLS", "2"))
SEED = os.environ.get("DONDOC_KILL_SEED", "2026-11-23")
MONDAY, FRIDAY = DAYS[0], DAYS[4]


@pytest.fixture
def on_sqlite(tmp_path: Path, zygote: Zygote) -> Iterator[Stage]:
    with stage(tmp_path, zygote) as made:
        yield made


@pytest.fixture
def on_postgresql(tmp_path: Path, zygote: Zygote, new_url: Callable[..., str]) -> Iterator[Stage]:
    with stage(tmp_path, zygote, new_url("postgresql")) as made:
        yield made


def _url(where: Stage) -> str:
    return where.settings.warehouse.url


def _stand_before(where: Stage, play: Play, at: datetime) -> None:
    """The stage as it stood when the undisturbed play came to that morning."""
    stagehands.put_back(play.folder / "kept" / f"before-{at.date()}", where.folder)
    where.set_scene(at)


def _next_morning(at: datetime) -> datetime | None:
    return next((m for m in MORNINGS if m > at and m.date() != HOLIDAY), None)


def _shares(kills: int) -> dict[datetime, int]:
    """How many kills each morning gets: one for the holiday, the others alike."""
    working = [m for m in MORNINGS if m.date() != HOLIDAY]
    each, more = divmod(max(0, kills - 1), len(working))
    return {m: 1 if m.date() == HOLIDAY else each + (working.index(m) < more) for m in MORNINGS}


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def test_killed_at_random_moments(on_sqlite: Stage, sqlite_play: Play) -> None:
    """Mornings killed some times and finished; what a kill left in doubt is followed into the next morning."""
    chance, usual, done, began = random.Random(SEED), 4.0, 0, time.monotonic()
    _say(f"\nDONDOC_KILL_SEED={SEED} DONDOC_KILLS={KILLS}")
    for at, kills in _shares(KILLS).items():
        if not kills:
            continue
        _stand_before(on_sqlite, sqlite_play, at)  # a killed morning ended as this one, byte for byte
        start, hit = len(on_sqlite.catcher.caught), []
        while len(hit) < kills:
            delay = chance.uniform(0, usual if at.date() != HOLIDAY else 0.4)
            if on_sqlite.run(at, seconds=delay) is None:
                hit.append(round(delay, 2))
            else:  # it was faster than the power cut; it has to be as always, and once more from the start
                _check_morning(on_sqlite, at, sqlite_play, start)
                _stand_before(on_sqlite, sqlite_play, at)
                start = len(on_sqlite.catcher.caught)
        since = time.monotonic()
        on_sqlite.finish(at)
        usual = time.monotonic() - since if at.date() != HOLIDAY else usual
        done += len(hit)
        _say(f"{at.date()} killed after {hit} s, then done in {time.monotonic() - since:.1f} s")
        _check_morning(on_sqlite, at, sqlite_play, start)
    _say(f"{done} kills in {time.monotonic() - began:.0f} s")
    assert done == KILLS


def _check_morning(where: Stage, at: datetime, play: Play, start: int) -> None:
    """The invariants of one finished morning; where a mail is in doubt, the next one is played too, and taken back."""
    url, day, accepted = _url(where), at.date(), list(where.catcher.caught[start:])
    check_ids(accepted)
    check_ledger(url, day, accepted, play)
    if day != HOLIDAY:
        check_nothing_forgotten(url, day)
    doubtful = in_doubt(url, day)
    if not doubtful:
        check_as_undisturbed(url, day, accepted, play)
        return
    _say(f"{day} in doubt: {[mail['address'] for mail in doubtful]}")
    after = _next_morning(at)
    if after is not None:
        where.set_scene(after)
        where.finish(after)
        check_ids(where.catcher.caught[start:])
        check_comes_again(url, after.date(), doubtful)
        check_nothing_forgotten(url, after.date())
    stagehands.put_back(play.folder / "kept" / f"after-{day}", where.folder)


STEPS = {  # each becomes true once in a morning, in this order
    "a body has landed": "SELECT count(*) FROM landed",
    "a source is loaded": "SELECT count(*) FROM loads WHERE state = 'promoted'",
    "flags stand": "SELECT count(*) FROM flag_runs",
    "mails are planned": "SELECT count(*) FROM mails WHERE audience <> 'ops'",
    "a mail is handed": "SELECT count(*) FROM mails WHERE state = 'handed'",
    "the bulletin is planned": "SELECT count(*) FROM mails WHERE audience = 'ops'",
    "the bulletin is handed": "SELECT count(*) FROM mails WHERE audience = 'ops' AND state = 'handed'",
}


class _Grown:
    """Whether a count has grown since the run was started."""

    def __init__(self, where: Stage, query: str) -> None:
        self._engine = where.open_engine()
        self._query = text(query)
        self._at_first = self._count()

    def __call__(self) -> bool:
        return self._count() > self._at_first

    def close(self) -> None:
        self._engine.dispose()

    def _count(self) -> int:
        with self._engine.connect() as conn:
            return int(conn.execute(self._query).scalar_one())


ON_POSTGRESQL = ("a source is loaded", "mails are planned", "a mail is handed")


def _kill_at_every_step(where: Stage, at: datetime, steps: Iterable[str] = STEPS) -> list[str]:
    """Run and kill, a step further each time; the steps at which the kill came in time."""
    hit = []
    where.api.on_request = lambda request: "fromReleaseDate" in request and where.kill()
    assert where.run(at) is None  # in the middle of the pull
    for step in steps:
        grown = _Grown(where, STEPS[step])
        if where.run(at, until=grown) is None:
            hit.append(step)
        grown.close()
    return hit


def test_killed_at_every_step(on_sqlite: Stage, sqlite_play: Play) -> None:
    at = morning(FRIDAY)  # the morning with the most mails
    _stand_before(on_sqlite, sqlite_play, at)
    assert len(_kill_at_every_step(on_sqlite, at)) >= 5
    on_sqlite.finish(at)
    _check_morning(on_sqlite, at, sqlite_play, 0)


def test_killed_at_every_step_on_postgresql(on_postgresql: Stage, sqlite_play: Play) -> None:
    """The lock goes with the session of the dead: nobody waits for it, nobody has to break it."""
    at = morning(MONDAY)
    on_postgresql.set_scene(at)
    assert len(_kill_at_every_step(on_postgresql, at, ON_POSTGRESQL)) >= 2
    on_postgresql.finish(at)
    _check_morning(on_postgresql, at, sqlite_play, 0)
    assert on_postgresql.finish(at, "remind")["mails"]["handed"] == 0  # waits for no lock at all
