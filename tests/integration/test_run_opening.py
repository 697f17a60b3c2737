"""Opening a run: its clock begins when it may work, not when it began to wait."""

import threading
import time
from pathlib import Path

import pytest

from tasks.clock import machine_now
from tasks.run_context import Run, RunRequest, enter_run
from tests.flows.village import Village
from tests.processes import running

HOLD = """
    from warehouse.run_lock import run_lock
    with run_lock(engine, "the other one"):
        say("held")
        wait()
"""
TABLES = "SELECT count(*) FROM sqlite_master WHERE name = 'mails'"


@pytest.fixture
def village(tmp_path: Path) -> Village:
    return Village(tmp_path / "village").settle()


class Waiting(threading.Thread):
    """A run that is opened beside the test, as soon as the lock is free."""

    def __init__(self, village: Village) -> None:
        super().__init__()
        self.request = RunRequest(flow="morning", config=str(village.config), wait_seconds=60)
        self.opened: Run | None = None

    def run(self) -> None:
        with enter_run(self.request) as (run, _):
            self.opened = run


def test_a_run_that_waited_for_the_lock_is_as_of_the_moment_it_began_to_work(village: Village) -> None:
    database = village.folder / "var" / "dondoc.sqlite3"
    database.parent.mkdir()
    with running(village.url, HOLD) as other:
        assert other.heard() == "held"
        waiting = Waiting(village)
        waiting.start()
        while not database.exists() or not village.reading(lambda conn: conn.exec_driver_sql(TABLES).scalar()):
            time.sleep(0.01)  # until it has opened the warehouse and stands before the lock
        released_at = machine_now()
        other.go_on()
        waiting.join()
    assert waiting.opened is not None
    assert waiting.opened.clock.as_of >= released_at
