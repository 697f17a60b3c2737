"""morning: the whole working morning in one run: sync, flag, remind, bulletin.

Scheduled daily, the calendar decides: on a day off it ends with nothing to do, on a make-up Saturday it works.
"""

from prefect import flow
from prefect.client.schemas.objects import State

from flows.bulletin_run import tell_bulletin
from flows.conclusion import told
from flows.flag_run import flag_run
from flows.parameters import AsOf, Config, DryRun, Out, OutsideWindow, Reason
from flows.remind_run import remind_run
from flows.sync_run import sync_run
from tasks.cards import publish_run_card
from tasks.run_context import Run, RunRequest
from tasks.slots import slot_is_done


@flow(name="morning", persist_result=False, log_prints=False)
def morning_run(
    config: Config = "dondoc.toml",
    as_of: AsOf = "",
    dry_run: DryRun = False,
    out: Out = "",
    outside_window: OutsideWindow = False,
    reason: Reason = "",
    wait_seconds: float = 600.0,
) -> State[None]:
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
    publish_run_card(run.run_id)
