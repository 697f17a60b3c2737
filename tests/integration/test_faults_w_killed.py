"""W1: kill -9 at every fault point of a load: nothing half is seen, nothing is in the way, the rerun is a clean run.

On PostgreSQL every third point; DONDOC_KILL_EVERY=1 takes all of them.
"""

import os

import pytest

from tests.fault_runs import FaultRuns
from warehouse.dump import dump
from warehouse.engine import open_engine

pytestmark = pytest.mark.slow
LOADS = "tests.fault_loads"
STRIDE = {"sqlite": 1, "postgresql": int(os.environ.get("DONDOC_KILL_EVERY", "3"))}


def loaded(runs: FaultRuns, url: str) -> int:
    """Both days undisturbed; how many fault points the second has."""
    assert runs.ask(act=LOADS, url=url, later=False)[0].status == 0
    (ended,) = runs.ask(act=LOADS, url=url, later=True)
    return ended.places


def test_a_load_killed_at_every_point_in_turn_ends_as_one_that_never_was(runs, new_url, database_kind):
    clean, killed = (open_engine(new_url(database_kind, migrated=True)) for _ in range(2))
    address = killed.url.render_as_string(hide_password=False)
    places = loaded(runs, clean.url.render_as_string(hide_password=False))
    runs.ask(act=LOADS, url=address, later=False)
    before, after = dump(killed, run_log=True), dump(clean, run_log=True)
    seen, point, stride = [before], 1, STRIDE[database_kind]
    while not (ended := runs.ask(act=LOADS, url=address, later=True, kill_at=point)) or ended[0].status == -9:
        seen.append(dump(killed, run_log=True))
        assert seen[-1] in (before, after), f"half a load at point {point}"
        point += stride
    assert ended[0].status == 0
    assert dump(killed, run_log=True) == after
    assert seen == sorted(seen, key=[before, after].index), "what was committed stays"
    assert seen.count(before) > 30 // stride
    assert point <= places + stride
    clean.dispose()
    killed.dispose()


def test_a_sync_killed_in_its_load_is_done_by_the_next_one(fault_stage, database_kind):
    clean = fault_stage(database_kind, folder="clean")
    ended = clean.sync()
    assert (ended.status, ended.errors) == (0, {})
    stage = fault_stage(database_kind, folder="killed")
    before = stage.dump(landed=False)
    for share in (0.3, 0.7):
        assert stage.sync(kill_at=int(share * ended.places)).status == -9
        assert stage.dump(landed=False) == before
    again = stage.sync()
    assert (again.status, again.errors) == (0, {})
    assert stage.dump() == clean.dump()
