"""Two runs on one warehouse: the second only says that it lives and who works there; to Prefect that is no failure."""

from importlib import import_module

import pytest

from tests.flows.village import MONDAY, Village
from tests.processes import running
from warehouse.heartbeats import beats

pytestmark = pytest.mark.slow
HOLD = """
from warehouse.run_lock import run_lock
with run_lock(engine, "morning-of-another"):
    say("held")
    wait()
"""


@pytest.mark.parametrize("flow", ["morning", "remind"])
def test_whoever_comes_second_ends_quietly(run, village: Village, flow: str) -> None:
    words = {"wait_seconds": 0.0} if flow == "morning" else {}
    before = village.dump(run_log=True)
    with running(village.url, HOLD) as other:
        assert other.heard() == "held"
        chosen = getattr(import_module(f"flows.{flow}_run"), f"{flow}_run")
        state = chosen(config=str(village.config), as_of=MONDAY.isoformat(), return_state=True, **words)
        assert state.is_completed()
        from flows.reports import newest_report

        report = newest_report()
        assert (report["flow"], report["state"], report["exit_status"]) == (flow, "busy", 75)
        assert "morning-of-another" in str(report)
        other.go_on()
        assert other.ended() == 0
    left = set(village.dump(run_log=True).splitlines()) ^ set(before.splitlines())
    assert {line.split()[0] for line in left} == {"heartbeats"}, "a sign of life and nothing else"
    assert village.reading(beats)[flow].state == "busy"


def test_a_dry_run_beside_a_real_one_is_let_in(run, village: Village) -> None:
    with running(village.url, HOLD) as other:
        assert other.heard() == "held"
        assert run(village, "remind", dry_run=True)["exit_status"] == 0
