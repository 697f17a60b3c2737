"""report: the week or the month for the leadership, as page, workbook and mail; or a sheet about one unit.

By the clock it makes and sends whichever report is due and not yet out. By hand it only reads and writes files, of any
moment of the past, and sends nothing unless asked to.
"""

from prefect import flow
from prefect.client.schemas.objects import State

from flows.conclusion import told
from flows.names import run_name
from flows.parameters import (
    AS_OF,
    CONFIG,
    DRY_RUN,
    KNOWN_AT,
    OUTSIDE_WINDOW,
    REASON,
    REPORT_OUT,
    REPORT_PERIOD,
    SEND_REPORT,
    SHEET_UNIT,
    WAIT_SECONDS,
    OneCode,
    Reason,
    ReportPeriod,
    Seconds,
)
from tasks.reporting import write_report
from tasks.reporting_mails import AUDIENCE, compose_report_mails, due_kinds, has_left
from tasks.reporting_unit import write_unit_sheet
from tasks.rules.report_model import ReportAsked
from tasks.run_context import Run, RunRequest
from tasks.sending import send_mails
from tasks.showing import write_planned_mails


@flow(name="report", flow_run_name=run_name, persist_result=False, log_prints=False)
def report_run(
    config: str = CONFIG,
    period: ReportPeriod = REPORT_PERIOD,
    as_of: str = AS_OF,
    known_at: str = KNOWN_AT,
    unit: OneCode = SHEET_UNIT,
    send: bool = SEND_REPORT,
    dry_run: bool = DRY_RUN,
    out: str = REPORT_OUT,
    outside_window: bool = OUTSIDE_WINDOW,
    reason: Reason = REASON,
    wait_seconds: Seconds = WAIT_SECONDS,
) -> State[None] | None:
    """Báo cáo tuần, tháng cho lãnh đạo: kết quả giải quyết, quá hạn, kiến nghị, chất lượng dữ liệu; phiếu đơn vị."""
    sends = send and not known_at and not unit
    request = RunRequest(
        flow="report",
        config=config,
        as_of=as_of or known_at,
        dry_run=dry_run,
        out=out,
        outside_window=outside_window,
        reason=reason,
        wait_seconds=wait_seconds,
        reads_only=not sends,
        looks_back=not sends,
        report=ReportAsked(period=period, known_at=known_at, unit=unit, send=sends),
    )
    return told(request, tell_report)


def tell_report(run: Run) -> None:
    """Files first: what a mail says must be found in them."""
    asked = run.request.report
    if asked.unit:
        write_unit_sheet(run.run_id, asked.unit)
        return
    if asked.send and not run.calendar.is_working_day(run.business_date):
        run.idle = "day_off"
        return
    kinds = due_kinds(run) if asked.period == "due" else [asked.period]
    for kind in kinds:
        write_report(run.run_id, kind, mailed=has_left(run, kind))
        if asked.send:
            compose_report_mails(run.run_id, kind)
    handed = send_mails(run.run_id, (AUDIENCE,)) if asked.send else 0  # also what an earlier run could not send
    if not kinds and not handed:
        run.idle = "no_report_due"
    if run.dry_run and asked.send:
        write_planned_mails(run.run_id)
