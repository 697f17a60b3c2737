"""flag: work out what is late or soon late as of the run's moment. A pure recomputation, safe to repeat."""

from prefect import flow
from prefect.client.schemas.objects import State

from flows.conclusion import told
from flows.names import run_name
from flows.parameters import AS_OF, CONFIG, DRY_RUN
from tasks.flagging import flag_open_items
from tasks.run_context import Run, RunRequest


@flow(name="flag", flow_run_name=run_name, persist_result=False, log_prints=False)
def flag_run(config: str = CONFIG, as_of: str = AS_OF, dry_run: bool = DRY_RUN) -> State[None] | None:
    """Xác định hồ sơ, kiến nghị quá hạn hoặc sắp đến hạn tính đến thời điểm chạy."""
    return told(RunRequest(flow="flag", config=config, as_of=as_of, dry_run=dry_run), tell_flag)


def tell_flag(run: Run) -> None:
    """One step: the stored flags are brought into line with the rules."""
    flag_open_items(run.run_id)
