"""morning: the whole working morning in one run: sync, flag, remind, bulletin.

Scheduled daily, the calendar decides: on a day off it ends with nothing to do, on a make-up Saturday it works.
"""

from prefect import flow
from prefect.client.schemas.objects import State

from flows.bulletin_run import tell_bulletin
from flows.conclusion import told
from flows.flag_run import flag_run
from flows.names import run_name
from flows.parameters import AS_OF, CONFIG, DRY_RUN, OUT, OUTSIDE_WINDOW, REASON, WAIT_SECONDS, Reason, Seconds
from flows.remind_run import remind_run
from flows.sync_run import sync_run
from tasks.run_context import Run, RunRequest
from tasks.slots import slot_is_done


@flow(name="morning", flow_run_name=run_name, persist_result=False, log_prints=False)
def morning_run(
    config: str = CONFIG,
    as_of: str = AS_OF,
    dry_run: bool = DRY_RUN,
    out: str = OUT,
    outside_window: bool = OUTSIDE_WINDOW,
    reason: Reason = REASON,
    wait_seconds: Seconds = WAIT_SECONDS,
) -> State[None] | None:
    """Cả buổi sáng: kéo và kiểm tra dữ liệu, xác định quá hạn, soạn và gửi thư đôn đốc, gửi bản tin vận hành."""
    request = RunRequest(
        flow="morning",
        config=config,
        as_of=as_of,
        dry_run=dry_run,
        out=out,
        outside_window=outside_window,
        reason=reason,
        wait_seconds=wait_seconds,
    )
    return told(request, tell_morning)


def tell_morning(run: Run) -> None:
    """The order is the promise: nothing is flagged before the sources were tried, nothing mailed before flags stand."""
    if not run.calendar.is_working_day(run.business_date):
        run.idle = "day_off"
        return
    if slot_is_done(run):
        run.idle = "slot_done"
        return
    config, as_of = run.request.config, run.clock.as_of.isoformat()
    sync_run(config=config, as_of=as_of, dry_run=run.dry_run)
    flag_run(config=config, as_of=as_of, dry_run=run.dry_run)
    remind_run(config=config, as_of=as_of, dry_run=run.dry_run, out=run.request.out)
    tell_bulletin(run)
