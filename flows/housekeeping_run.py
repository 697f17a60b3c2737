"""housekeeping: what has had its time goes, the audit is checked. Every night, working day or not; safe to repeat."""

from prefect import flow
from prefect.client.schemas.objects import State

from flows.conclusion import told
from flows.names import run_name
from flows.parameters import AS_OF, CONFIG, DRY_RUN, WAIT_SECONDS, Seconds
from tasks.housekeeping import check_audit, sweep
from tasks.run_context import Run, RunRequest


@flow(name="housekeeping", flow_run_name=run_name, persist_result=False, log_prints=False)
def housekeeping_run(
    config: str = CONFIG, as_of: str = AS_OF, dry_run: bool = DRY_RUN, wait_seconds: Seconds = WAIT_SECONDS
) -> State[None] | None:
    """Dọn dữ liệu đã hết thời hạn lưu, kiểm tra sổ việc làm của người vận hành; không đụng đến việc đang mở."""
    request = RunRequest(flow="housekeeping", config=config, as_of=as_of, dry_run=dry_run, wait_seconds=wait_seconds)
    return told(request, tell_housekeeping)


def tell_housekeeping(run: Run) -> None:
    """The audit last: what the sweep wrote there is checked with the rest."""
    sweep(run.run_id)
    check_audit(run.run_id)
