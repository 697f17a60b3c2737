"""housekeeping: the audit is checked, a backup made, what has had its time goes.

Every night, working day or not; safe to repeat.
"""

from prefect import flow
from prefect.client.schemas.objects import State

from flows.conclusion import told
from flows.names import run_name
from flows.parameters import AS_OF, CONFIG, DRY_RUN, WAIT_SECONDS, Seconds
from tasks.backing_up import back_up
from tasks.housekeeping import check_audit, sweep
from tasks.run_context import Run, RunRequest


@flow(name="housekeeping", flow_run_name=run_name, persist_result=False, log_prints=False)
def housekeeping_run(
    config: str = CONFIG, as_of: str = AS_OF, dry_run: bool = DRY_RUN, wait_seconds: Seconds = WAIT_SECONDS
) -> State[None] | None:
    """Kiểm tra sổ việc làm, sao lưu, dọn dữ liệu đã hết thời hạn lưu; không đụng đến việc đang mở."""
    request = RunRequest(flow="housekeeping", config=config, as_of=as_of, dry_run=dry_run, wait_seconds=wait_seconds)
    return told(request, tell_housekeeping)


def tell_housekeeping(run: Run) -> None:
    """A warehouse that was tampered with is left as it is, with the backups there are of it."""
    check_audit(run.run_id)
    back_up(run.run_id)
    sweep(run.run_id)
