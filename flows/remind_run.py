"""remind: compose today's mails and send what is planned. Running it again finds what stands in the ledger."""

from prefect import flow
from prefect.client.schemas.objects import State

from flows.conclusion import told
from flows.names import run_name
from flows.parameters import AS_OF, CONFIG, DRY_RUN, OUT, OUTSIDE_WINDOW, REASON, Reason
from tasks.composing import compose_mails
from tasks.flagging import flag_open_items, is_flagged
from tasks.run_context import Run, RunRequest
from tasks.sending import send_mails
from tasks.showing import write_planned_mails

REMINDERS = ("head", "inspecting", "leadership", "superior")


@flow(name="remind", flow_run_name=run_name, persist_result=False, log_prints=False)
def remind_run(
    config: str = CONFIG,
    as_of: str = AS_OF,
    dry_run: bool = DRY_RUN,
    out: str = OUT,
    outside_window: bool = OUTSIDE_WINDOW,
    reason: Reason = REASON,
) -> State[None] | None:
    """Soạn và gửi thư đôn đốc: mỗi người nhận nhiều nhất một thư một ngày, chỉ khi có điều mới."""
    request = RunRequest(
        flow="remind",
        config=config,
        as_of=as_of,
        dry_run=dry_run,
        out=out,
        outside_window=outside_window,
        reason=reason,
    )
    return told(request, tell_remind)


def tell_remind(run: Run) -> None:
    """Flags as of now, then compose, then send: what cannot be sent today still stands in the ledger."""
    if not run.calendar.is_working_day(run.business_date):
        run.idle = "day_off"
        return
    if not is_flagged(run):  # a sync since the last flag run may have closed, paused or moved an item
        flag_open_items(run.run_id)
    compose_mails(run.run_id)
    send_mails(run.run_id, REMINDERS)
    if run.dry_run:
        write_planned_mails(run.run_id)
