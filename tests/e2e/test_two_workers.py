"""Two workers on one server, one PostgreSQL warehouse, one landing: each source is synced by whoever is free, at once.

The sources answer nobody before both have been asked: were they not pulled side by side, neither would be pulled.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from deployments.schedules import DEPLOYMENTS
from tests.e2e.stagehands import PROJECT
from tests.fault_http import Asked, FaultServer
from tests.flows.village import MONDAY
from tests.opencps_server import OneStop, row
from tests.prefect_server import Server, environment
from tests.quarantine_stage import Stage
from warehouse import runs
from warehouse.dump import dump

pytestmark = [pytest.mark.trial, pytest.mark.timeout(900)]
POOL = "two-workers"
PATIENCE = 300.0
SOURCE = """
[[sources]]
name = "{name}"
kind = "opencps"
dataset = "dossiers"
base_url = "{url}"
group_id = 1
requests_per_second = 0
timeout_seconds = 300
"""
SCALE = "[scale]\nside_by_side = true\n"


class Meeting:
    """Every source waits at its first question until the others have been asked as well."""

    def __init__(self, number: int) -> None:
        self._barrier = threading.Barrier(number)
        self._met: set[str] = set()

    def of(self, name: str) -> Callable[[Asked], None]:
        def wait(_: Asked) -> None:
            if name not in self._met:
                self._met.add(name)
                self._barrier.wait(PATIENCE)

        return wait

    @property
    def took_place(self) -> bool:
        return len(self._met) == self._barrier.parties and not self._barrier.broken


@contextmanager
def worker(name: str, folder: Path, url: str) -> Iterator[Path]:
    """A process worker that runs one flow at a time; yields its log."""
    log = folder / f"{name}.log"
    asked = [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--type", "process", "--limit", "1"]
    env = environment(folder / name, url) | {"PREFECT_WORKER_QUERY_SECONDS": "1"}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*asked, "--name", name], cwd=PROJECT, env=env, stdout=out, stderr=out, start_new_session=True
        )
    try:
        yield log
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def until(holds: Callable[[], bool], logs: list[Path]) -> None:
    ends = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > ends:
            pytest.fail("\n".join(log.read_text()[-3000:] for log in logs))
        time.sleep(0.1)


def test_each_source_on_its_own_worker_at_the_same_time(
    tmp_path: Path, new_url: Callable[..., str], prefect: Server
) -> None:
    from prefect.client.orchestration import get_client
    from prefect.deployments import run_deployment

    from flows.deploying import deploy

    stops = {name: OneStop(open=[row(number + n) for n in range(12)]) for name, number in (("mot", 100), ("hai", 200))}
    with ExitStack() as stack:
        served = {name: stack.enter_context(FaultServer(stop)).url for name, stop in stops.items()}
        sources = "".join(SOURCE.format(name=name, url=url) for name, url in served.items())
        alone = Stage(tmp_path / "alone", new_url("sqlite", migrated=True))
        together = Stage(tmp_path / "together", new_url("postgresql", migrated=True))
        for stage in (alone, together):
            url = str(stage.engine.url.render_as_string(hide_password=False))
            stage.village.configure(sources=sources)
            text = stage.config.read_text(encoding="utf-8").replace("sqlite:///var/dondoc.sqlite3", url)
            stage.config.write_text(text + SCALE, encoding="utf-8")
            stack.callback(stage.engine.dispose)
        alone.sync(MONDAY)

        meeting = Meeting(len(stops))
        for name, stop in stops.items():
            stop.before = meeting.of(name)
        with get_client(sync_client=True) as client:
            deploy(client, [one for one in DEPLOYMENTS if one.name == "sync"], str(together.config), POOL)
        logs = [stack.enter_context(worker(name, tmp_path, prefect.url)) for name in ("one", "two")]
        run_deployment("sync/sync", parameters={"as_of": MONDAY.isoformat()}, timeout=0, as_subflow=False)
        until(lambda: len([1 for told in together.reading(runs.recent_runs) if told["finished_at"]]) == 2, logs)

        told = together.reading(runs.recent_runs)
        assert {(run["flow"], run["state"]) for run in told} == {("sync", "done")}
        assert {line["name"] for run in told for line in run["summary"]["sources"]} == set(stops)
        assert meeting.took_place
        assert dump(together.engine) == dump(alone.engine)
