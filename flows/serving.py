"""Serving flows from one process: registers deployments, settles what an earlier process left, starts due runs.

What is served, and when, comes in as values; the server belongs to `deployments/up`. Prefect's states are for watching:
nothing here protects the warehouse, the run lock and the ledger do.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future, wait
from contextlib import suppress
from datetime import date, datetime
from threading import Thread
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas import filters as by
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.runner import Runner
from prefect.states import Cancelled, Crashed

from flows.deploying import HEARTBEAT_SECONDS, Served, as_deployment, drop_undeclared, watch_for_silence
from tasks.clock import machine_now
from tasks.heartbeat import serving_beats
from tasks.rules.timezone import HANOI

ASK_EVERY_SECONDS = 3.0
AT_ONCE = 5  # processes: the run lock lets one of them write, others may wait for a person
STOP_SECONDS = 20.0
BEGUN = (StateType.RUNNING, StateType.PENDING, StateType.CANCELLING, StateType.PAUSED)


def serve_flows(rows: Iterable[Served], config: str, ready: Callable[[], None], is_alive: Callable[[], bool]) -> None:
    """Serve until the server is no longer alive, or until a signal handler raises here; then stop the runs still going.

    `config` is the absolute path each run gets, since a run has no folder of its own; `ready` is called once everything
    is registered. A run that was stopped heals in the next slot.
    """
    served = [as_deployment(row, config) for row in rows]
    runner = Runner(
        name="dondoc",
        query_seconds=ASK_EVERY_SECONDS,
        heartbeat_seconds=HEARTBEAT_SECONDS,
        limit=AT_ONCE,
        pause_on_shutdown=False,
    )
    for one in served:
        runner.add_deployment(one)
    with get_client(sync_client=True) as client:
        names = [one.name for one in served]
        drop_undeclared(client, names)
        settle_leftovers(client, names)
        watch_for_silence(client)
    serving = _beside_the_main_thread(runner)
    try:
        ready()
        with serving_beats(config) as beat:
            while is_alive() and not wait([serving], timeout=1.0).done:
                beat()
    finally:
        _stop(runner, serving)


def _beside_the_main_thread(runner: Runner) -> Future[None]:
    """The main thread stays free for signals: the runner's own handler for them ends without stopping its runs."""
    serving: Future[None] = Future()

    def serve() -> None:
        try:
            serving.set_result(asyncio.run(runner.start()))
        except BaseException as error:  # noqa: BLE001 - handed to whoever asks for the result
            serving.set_exception(error)

    Thread(target=serve, name="runner", daemon=True).start()
    return serving


def _stop(runner: Runner, serving: Future[None]) -> None:
    if runner.started and not serving.done():
        with suppress(TimeoutError):
            runner.execute_in_background(runner.astop).result(STOP_SECONDS)
        wait([serving], timeout=STOP_SECONDS)
    if serving.done():
        serving.result()


def settle_leftovers(client: SyncPrefectClient, names: list[str]) -> None:
    """After a power cut: runs that still look alive are marked crashed, missed slots are dropped.

    Of the slots missed today the newest of each deployment stays and runs late; older ones would only repeat its work.
    """
    for run in _alive(client, names):
        client.set_flow_run_state(run.id, Crashed(message="its process ended with the machine"), force=True)
    while outdated := outdated_slots(_missed(client, names), machine_now().date()):
        for run in outdated:
            client.set_flow_run_state(run.id, Cancelled(message="a newer slot does its work"), force=True)


def outdated_slots(missed: Iterable[FlowRun], today: date) -> list[FlowRun]:
    """Of runs that cron made and nobody began, all but the newest of today of each deployment. What a person asked for
    stays, however late.
    """
    newest: dict[UUID | None, FlowRun] = {}
    made = sorted((run for run in missed if run.auto_scheduled), key=_due)
    newest |= {run.deployment_id: run for run in made if _due(run).astimezone(HANOI).date() == today}
    return [run for run in made if newest.get(run.deployment_id) is not run]


def _due(run: FlowRun) -> datetime:
    assert run.expected_start_time is not None
    return run.expected_start_time


def _alive(client: SyncPrefectClient, names: list[str]) -> list[FlowRun]:
    begun = by.FlowRunFilterState(type=by.FlowRunFilterStateType(any_=list(BEGUN)))
    found = client.read_flow_runs(
        flow_run_filter=by.FlowRunFilter(state=begun), deployment_filter=_named(names), limit=200
    )
    parents = [run for run in found if run.work_pool_name is None]  # a worker looks after its own, stages and all
    if not parents:
        return []
    inside = by.FlowRunFilterParentFlowRunId(any_=[run.id for run in parents])
    stages = client.read_flow_runs(flow_run_filter=by.FlowRunFilter(state=begun, parent_flow_run_id=inside))
    return [*stages, *parents]


def _missed(client: SyncPrefectClient, names: list[str]) -> list[FlowRun]:
    """Scheduled, not begun, due before now; newest first, at most a page."""
    return client.read_flow_runs(
        flow_run_filter=by.FlowRunFilter(
            state=by.FlowRunFilterState(type=by.FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
            expected_start_time=by.FlowRunFilterExpectedStartTime.model_validate({"before_": machine_now()}),
        ),
        deployment_filter=_named(names),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=200,
    )


def _named(names: list[str]) -> by.DeploymentFilter:
    return by.DeploymentFilter(name=by.DeploymentFilterName(any_=names))
