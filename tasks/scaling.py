"""The parts of one big load handed to other processes: Prefect's task runner for Dask, where `[scale] dask` says so.

The run that holds the lock reads its bodies, because only the reader knows where a record stands and what it left out,
and it alone stages, merges and deletes. Workers understand and check. Between them go names and numbers; records lie in
the shared landing (`part_files`). A part that no worker brings back is prepared here.
"""

import os
from collections import deque
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings
from sqlalchemy import Connection

from expectations.tally import Tally
from tasks.calendar_files import shipped_calendar
from tasks.clock import Clock
from tasks.intake.landing import Landing
from tasks.narration import logger
from tasks.part_files import PartFiles, clear
from tasks.part_intake import Intake
from tasks.preparing import intake_of
from tasks.rules.office_hours import OfficeHours
from tasks.run_context import Run, RunRequest
from tasks.settings import Source, load_settings
from tasks.sources.base import PART_ROWS, Pulled
from tasks.store import Store
from warehouse import staging
from warehouse.engine import open_engine
from warehouse.staging import Staged

PATIENCE_SECONDS = 300.0  # for one part, which takes some seconds; the run lock is held meanwhile
Take = Callable[[Connection, Staged], None]
Parts = Generator[tuple[int, Take], None, None]


class PartUnpreparedError(Exception):
    """A worker could not prepare its part: which one, and the type of what went wrong, never its text."""


def parts_of(run: Run, source: Source, pulled: Pulled, intake: Intake) -> Parts:
    """Each part in its order: how many records it has, and how it is staged (a repetition does the same again)."""
    if not run.dry_run:
        clear(run.landing.root)
    if run.dry_run or not run.settings.scale.dask or pulled.expected <= PART_ROWS:
        return _prepared_here(pulled, intake)
    return _spread(run, source, pulled, intake)


def _prepared_here(pulled: Pulled, intake: Intake) -> Parts:
    first = 0
    for part in pulled.parts:
        yield len(part), partial(intake.take, part=part, first_rid=first)
        first += len(part)


def _spread(run: Run, source: Source, pulled: Pulled, intake: Intake) -> Parts:
    """As many parts are under way as workers can have in hand and before them, so that memory and disk stay small."""
    files, first = PartFiles.of_load(run.landing.root, run.run_id, source.name), 0
    under_way: deque[_Given] = deque()
    with ExitStack() as stack:
        stack.callback(clear, run.landing.root)
        crew = _Crew(run, source, intake, files, stack)
        for number, part in enumerate(pulled.parts):
            files.write_part(number, part)
            under_way.append(crew.give(_Given(number, first, len(part))))
            first += len(part)
            if len(under_way) > 2 * run.settings.scale.workers:
                yield from crew.taken_back(under_way.popleft())
        while under_way:
            yield from crew.taken_back(under_way.popleft())


@dataclass(frozen=True, slots=True)
class _Given:
    """A part in the hands of a worker; without `future` in nobody's."""

    number: int
    first_rid: int
    size: int
    future: Any = None


class _Crew:
    """The workers of one load, as long as they answer."""

    def __init__(self, run: Run, source: Source, intake: Intake, files: PartFiles, stack: ExitStack) -> None:
        self._intake = intake
        self._files = files
        self._words = {
            "config": str(Path(run.request.config).absolute()),
            "run_id": run.run_id,
            "source": source.name,
            "as_of": run.clock.as_of.isoformat(),
            "now": intake.check.now.isoformat(),
        }
        self._runner: Any = None
        try:
            stack.enter_context(_server_named())
            self._runner = stack.enter_context(_task_runner(run))
        except Exception as fault:  # noqa: BLE001 - no package, no cluster: the load is as good without
            self._give_up(fault)

    def give(self, part: _Given) -> _Given:
        """Hand the part to whichever worker is free."""
        if self._runner is None:
            return part
        asked = {**self._words, "number": part.number, "first_rid": part.first_rid}
        try:
            return replace(part, future=self._runner.submit(prepare_part, asked))
        except Exception as fault:  # noqa: BLE001
            self._give_up(fault)
            return part

    def taken_back(self, part: _Given) -> Parts:
        """Wait for the part; its files go when it was staged."""
        if self._came_back(part):
            yield part.size, partial(staging.put, part=self._files.read_ready(part.number, self._intake.tally))
        else:
            again = self._files.read_part(part.number)
            yield part.size, partial(self._intake.take, part=again, first_rid=part.first_rid)
        self._files.drop(part.number)

    def _came_back(self, part: _Given) -> bool:
        if part.future is None or self._runner is None:
            return False
        try:
            part.future.result(timeout=PATIENCE_SECONDS)
        except TimeoutError as fault:
            self._give_up(fault)
            return False
        except Exception as fault:  # noqa: BLE001 - whatever befell the worker, it is tried again here
            logger().warning("%s: a part came back unprepared (%s)", self._words["source"], type(fault).__name__)
            return False
        return True

    def _give_up(self, fault: Exception) -> None:
        self._runner = None
        logger().warning("%s: no help from Dask (%s)", self._words["source"], type(fault).__name__)


def _server_named() -> AbstractContextManager[object]:
    """Workers ask the server of this run, also where it is a private one; else each would start its own."""
    with get_client(sync_client=True) as client:
        return temporary_settings({PREFECT_API_URL: str(client.api_url)})


def _task_runner(run: Run) -> Any:
    from prefect_dask.task_runners import DaskTaskRunner

    scale = run.settings.scale
    if scale.address:
        return DaskTaskRunner(address=scale.address)
    alone = {
        "n_workers": scale.workers,
        "threads_per_worker": 1,
        "security": True,  # keys of its own: nobody else on the machine can give it work
        "dashboard_address": "127.0.0.1:0",
    }
    return DaskTaskRunner(cluster_kwargs=alone)


@task(name="prepare part", task_run_name="prepare {source} {number}", cache_policy=NO_CACHE, persist_result=False)
def prepare_part(config: str, run_id: str, source: str, as_of: str, now: str, number: int, first_rid: int) -> int:
    """In a worker: the part with that number, ready to be staged; how many records it has."""
    landing, dialect, shared = _helper(config, run_id, source, as_of, now)
    files = PartFiles.of_load(landing, run_id, source)
    part, intake = files.read_part(number), replace(shared, tally=Tally())  # a worker may have several threads
    try:
        ready = intake.prepared(dialect, part, first_rid)
    except Exception as fault:  # noqa: BLE001 - Prefect keeps the text of what goes through here, and it may be a record
        raise PartUnpreparedError(source, number, type(fault).__name__) from None
    files.write_ready(number, ready, intake.tally)
    return len(part)


@lru_cache(maxsize=1)
def _helper(config: str, run_id: str, source: str, as_of: str, now: str) -> tuple[Path, str, Intake]:
    """What a worker knows of the run it helps: the configuration, and the warehouse as it stands during the run."""
    settings = load_settings(Path(config), os.environ, secrets=False)
    engine = open_engine(settings.warehouse.url)
    try:
        run = Run(
            request=RunRequest(flow="sync", config=config),
            run_id=run_id,
            settings=settings,
            clock=Clock.at(datetime.fromisoformat(as_of)),
            store=Store(engine),
            landing=Landing(Path(settings.landing.path)),
            calendar=shipped_calendar(settings.calendar.files, saturday_counts=settings.calendar.saturday_counts),
            hours=OfficeHours.parse(settings.calendar.working_hours, settings.calendar.same_day_cutoff),
            dry_run=False,
        )
        intake = intake_of(run, next(one for one in settings.sources if one.name == source))
    finally:
        engine.dispose()
    moment = replace(intake.check, now=datetime.fromisoformat(now))
    return run.landing.root, engine.dialect.name, replace(intake, check=moment)
