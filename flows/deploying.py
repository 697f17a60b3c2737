"""Deployments on a server: made from the table, those no longer in it removed, silent runs marked.

The table comes in as values. Running what is due belongs to `flows.serving` here, to Prefect's workers elsewhere.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas import filters as by
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.exceptions import ObjectNotFound
from prefect.flows import Flow
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.names import TAG

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment

HEARTBEAT_SECONDS = 30  # the shortest that Prefect allows
SILENT_SECONDS = 3 * HEARTBEAT_SECONDS
SILENCE = "dondoc: lượt chạy mất tín hiệu (run without a sign of life)"
MARKED = "no sign of life from its process"
# A run has no folder of its own: flows are named by module, the configuration by its absolute path.
PULL = [{"prefect.deployments.steps.set_working_directory": {"directory": "/"}}]
JOB = {"env": {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS)}}


class Served(Protocol):
    """A row of the table of deployments."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def entrypoint(self) -> str: ...  # noqa: D102
    @property
    def crons(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def timezone(self) -> str: ...  # noqa: D102
    @property
    def description(self) -> str: ...  # noqa: D102
    @property
    def parameters(self) -> Mapping[str, object]: ...  # noqa: D102


def flow_of(row: Served) -> Flow[..., Any]:
    """The flow that the row names."""
    module, _, function = row.entrypoint.rpartition(".")
    flow: Flow[..., Any] = getattr(import_module(module), function)
    return flow


def as_deployment(row: Served, config: str) -> "RunnerDeployment":
    """The row in Prefect's words, its flow named by module. `config` is absolute: a run has no folder of its own."""
    made = flow_of(row).to_deployment(
        name=row.name,
        schedules=[Cron(cron, timezone=row.timezone) for cron in row.crons],
        parameters={"config": config, **row.parameters},
        description=row.description,
        tags=[TAG],
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    assert not asyncio.iscoroutine(made)  # it is one only inside an event loop
    return made


@dataclass(frozen=True, slots=True)
class Changes:
    """What a server has to learn, by name of deployment."""

    new: tuple[str, ...]
    rescheduled: tuple[str, ...]
    kept: tuple[str, ...]
    undeclared: tuple[str, ...]


def sync_pool(rows: Sequence[Served], config: str, pool: str, *, prune: bool, dry_run: bool) -> Changes:
    """Bring the table to the pool on the server of PREFECT_API_URL; what had to change, or would have to.

    `prune` removes our deployments of that pool that are not in the table.
    """
    with get_client(sync_client=True) as client:
        found = changes(client, rows, pool)
        if not dry_run:
            deploy(client, rows, config, pool)
            watch_for_silence(client)
            if prune:
                drop_undeclared(client, [row.name for row in rows], pool)
    return found


def changes(client: SyncPrefectClient, rows: Sequence[Served], pool: str) -> Changes:
    """How the deployments of that pool differ from the table. Only reads."""
    there = {one.name: one for one in ours(client, pool)}
    old = [row for row in rows if row.name in there]
    moved = {row.name for row in old if _crons(there[row.name]) != {(cron, row.timezone) for cron in row.crons}}
    return Changes(
        new=tuple(row.name for row in rows if row.name not in there),
        rescheduled=tuple(row.name for row in old if row.name in moved),
        kept=tuple(row.name for row in old if row.name not in moved),
        undeclared=tuple(sorted(there.keys() - {row.name for row in rows})),
    )


def deploy(client: SyncPrefectClient, rows: Iterable[Served], config: str, pool: str) -> None:
    """Create or update each row on a pool of process workers, which is made if need be.

    The schedules of a row replace all those it had, also where it has none any more.
    """
    try:
        client.read_work_pool(pool)
    except ObjectNotFound:
        client.create_work_pool(WorkPoolCreate(name=pool, type="process"))
    for row in rows:
        made, flow = as_deployment(row, config), flow_of(row)
        client.create_deployment(
            flow_id=client.create_flow(flow),
            name=row.name,
            description=row.description,
            entrypoint=row.entrypoint,
            parameters=made.parameters,
            parameter_openapi_schema=flow.parameters.model_dump(exclude_unset=True),
            enforce_parameter_schema=True,
            schedules=[one for one in made.schedules or () if isinstance(one, DeploymentScheduleCreate)],
            tags=[TAG],
            work_pool_name=pool,
            job_variables=JOB,
            pull_steps=PULL,
        )


def drop_undeclared(client: SyncPrefectClient, names: Iterable[str], pool: str | None = None) -> None:
    """Remove our deployments of that pool (None: those served without one) that are not among the names.

    Their schedules would go on making runs that nobody takes. Runs of the past stay.
    """
    for one in ours(client, pool):
        if one.name not in set(names):
            client.delete_deployment(one.id)


def ours(client: SyncPrefectClient, pool: str | None) -> list[DeploymentResponse]:
    """Our deployments of that pool."""
    tagged = by.DeploymentFilter(tags=by.DeploymentFilterTags(all_=[TAG]))
    return [one for one in client.read_deployments(deployment_filter=tagged) if one.work_pool_name == pool]


def watch_for_silence(client: SyncPrefectClient) -> None:
    """Let the server mark a run of ours as crashed once its process gave no sign of life for three heartbeats.

    It only marks: the next slot does the work anew. What has ended stays as it ended, the server sees to that.
    """
    # A run that pauses for a person and gives its process back is silent for a good reason.
    ends = ("heartbeat", "Completed", "Failed", "Cancelled", "Crashed", "Suspended")
    wanted = AutomationCore(
        name=SILENCE,
        description="Máy tắt hoặc tiến trình bị dừng đột ngột. Chỉ đánh dấu; lượt sau tự làm lại.",
        trigger=EventTrigger(
            after={"prefect.flow-run.heartbeat"},
            expect={f"prefect.flow-run.{end}" for end in ends},
            match_related={"prefect.resource.role": "tag", "prefect.resource.id": f"prefect.tag.{TAG}"},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=SILENT_SECONDS),
        ),
        actions=[ChangeFlowRunState.model_validate({"state": StateType.CRASHED, "message": MARKED})],
    )
    there = client.read_automations_by_name(SILENCE)
    if not there:
        client.create_automation(wanted)
    for one in there[:1]:
        client.update_automation(one.id, wanted)
    for one in there[1:]:
        client.delete_automation(one.id)


def _crons(there: DeploymentResponse) -> set[tuple[str, str | None]]:
    """Its schedules that are switched on; one of another kind than ours counts as an empty cron."""
    found = [one.schedule for one in there.schedules if one.active]
    return {(getattr(one, "cron", ""), getattr(one, "timezone", None)) for one in found}
