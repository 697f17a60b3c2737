"""bulletin: the daily word to ops, sent where the morning did not send it."""

from prefect import flow
from prefect.client.schemas.objects import State

from flows.conclusion import told
from flows.names import run_name
from flows.parameters import AS_OF, CONFIG, DRY_RUN, OUT, WAIT_SECONDS, Seconds
from tasks.bulletins import compose_bulletin
from tasks.run_context import Run, RunRequest
from tasks.sending import send_mails
from tasks.showing import write_planned_mails


@flow(name="bulletin", flow_run_name=run_name, persist_result=False, log_prints=False)
def bulletin_run(
    config: str = CONFIG,
    as_of: str = AS_OF,
    dry_run: bool = DRY_RUN,
    out: str = OUT,
    wait_seconds: Seconds = WAIT_SECONDS,
) -> State[None] | None:
    """Gửi bản tin vận hành trong ngày nếu chưa có: đã kéo gì, chặn gì, gửi gì, việc gì cần người xử lý."""
    request = RunRequest(
        flow="bulletin", config=config, as_of=as_of, dry_run=dry_run, out=out, wait_seconds=wait_seconds
    )
    return told(request, tell_bulletin_if_missing)


def tell_bulletin_if_missing(run: Run) -> None:
    """The scheduled one: only for those who have none today."""
    _tell(run, only_missing=True)


def tell_bulletin(run: Run) -> None:
    """The morning's own: also when something alarming was added since the last one."""
    _tell(run, only_missing=False)


def _tell(run: Run, *, only_missing: bool) -> None:
    if not run.calendar.is_working_day(run.business_date):
        run.idle = "day_off"
        return
    compose_bulletin(run.run_id, only_missing)
    send_mails(run.run_id, ("ops",))
    if run.dry_run:
        write_planned_mails(run.run_id)
