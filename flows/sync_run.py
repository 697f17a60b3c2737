"""sync: pull every source, check it, take what is sound. One bad source never stops the others.

With `[scale] side_by_side` a run of the deployment starts one run a source, on whichever worker is free: each pulls
under the lock of its source, and only loads under the run lock.
"""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.conclusion import told
from flows.names import run_name
from flows.parameters import (
    ACCEPT_DROP,
    AS_OF,
    CONFIG,
    DROP_REASON,
    DRY_RUN,
    ONLY_SOURCE,
    WAIT_AFTER_PULL,
    Reason,
    Seconds,
)
from tasks.accepting import note_accepted_drop
from tasks.checking_request import check_source
from tasks.loading import load_source
from tasks.pulling import pull_ahead, pull_source
from tasks.releasing import promote_released_rows
from tasks.run_context import Run, RunRequest
from tasks.spreading import one_run_a_source


@flow(name="sync", flow_run_name=run_name, persist_result=False, log_prints=False)
def sync_run(
    config: str = CONFIG,
    as_of: str = AS_OF,
    source: str = ONLY_SOURCE,
    dry_run: bool = DRY_RUN,
    accept_drop: bool = ACCEPT_DROP,
    reason: Reason = DROP_REASON,
    wait_seconds: Seconds = WAIT_AFTER_PULL,
) -> State[None] | None:
    """Kéo dữ liệu từ các nguồn, kiểm tra, nạp vào kho; bản ghi lỗi vào khu cách ly, nguồn lỗi bị chặn lại."""
    request = RunRequest(
        flow="sync",
        config=config,
        as_of=as_of,
        source=source,
        dry_run=dry_run,
        accept_drop=accept_drop,
        reason=reason,
        wait_seconds=wait_seconds,
    )
    if started := one_run_a_source(request):
        return Completed(message=f"{started} runs started, one a source")
    return told(request, tell_sync, ahead=tell_pull_ahead)


def tell_pull_ahead(run: Run) -> None:
    """The one source that was named, while another run may be at work."""
    if run.request.source in {source.name for source in run.settings.sources}:
        pull_ahead(run.run_id, run.request.source)


def tell_sync(run: Run) -> None:
    """What people released first, then source by source, master data first as configured."""
    check_source(run)
    if run.request.accept_drop:
        note_accepted_drop(run.run_id)
    promote_released_rows(run.run_id)
    for source in run.settings.sources:
        if run.request.source in ("", source.name) and pull_source(run.run_id, source.name):
            load_source(run.run_id, source.name)
