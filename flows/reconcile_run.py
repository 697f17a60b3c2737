"""reconcile: do source, warehouse and paper register agree? Asked by an admin, any time; writes its own book only.

A repair is a second run, which carries out a preview that a person has seen: it pulls again what differs, and loads.
"""

from prefect import flow
from prefect.client.schemas.objects import State

from flows.conclusion import told
from flows.names import run_name
from flows.parameters import (
    AS_OF,
    ASKED_BY,
    CONFIG,
    CONFIRM,
    DEPTH,
    FILES_OUT,
    ONLY_REPORT,
    ONLY_SOURCE,
    PERIOD_FROM,
    PERIOD_TO,
    REGISTERS,
    REPAIR,
    REPAIR_LIMIT,
    STATISTICS,
    UNITS,
    WAIT_SECONDS,
    WHY,
    Day,
    Depth,
    NoFileOrName,
    Person,
    Reason,
    Registers,
    RepairLimit,
    Seconds,
    Units,
)
from tasks.checking_procedures import check_procedures
from tasks.checking_request import check_request
from tasks.comparing_punctuality import compare_punctuality
from tasks.comparing_registers import check_register_names, compare_registers
from tasks.comparing_sources import compare_source
from tasks.publishing_reconciliation import publish_reconciliation
from tasks.reading_registers import read_registers
from tasks.repairing import preview_repair, repair_differences
from tasks.rules.difference_model import Asked
from tasks.run_context import Run, RunRequest
from tasks.storing_differences import store_differences


@flow(name="reconcile", flow_run_name=run_name, persist_result=False, log_prints=False)
def reconcile_run(
    config: str = CONFIG,
    source: str = ONLY_SOURCE,
    units: Units = UNITS,
    period_from: Day = PERIOD_FROM,
    period_to: Day = PERIOD_TO,
    registers: Registers = REGISTERS,
    statistics: NoFileOrName = STATISTICS,
    depth: Depth = DEPTH,
    asked_by: Person = ASKED_BY,
    reason: Reason = WHY,
    as_of: str = AS_OF,
    dry_run: bool = ONLY_REPORT,
    out: str = FILES_OUT,
    repair: bool = REPAIR,
    confirm: str = CONFIRM,
    limit: RepairLimit = REPAIR_LIMIT,
    wait_seconds: Seconds = WAIT_SECONDS,
) -> State[None] | None:
    """Đối soát ba bên: phần mềm một cửa, kho dữ liệu, sổ giấy; nêu từng chỗ lệch, không sửa gì nếu không có yêu cầu."""
    asked = Asked(
        units=tuple(units),
        period_from=period_from,
        period_to=period_to,
        registers=tuple(registers),
        statistics=statistics,
        depth=depth,
        asked_by=asked_by,
        repair=repair,
        confirm=confirm,
        limit=limit,
    )
    request = RunRequest(
        flow="reconcile",
        config=config,
        as_of=as_of,
        source=source,
        dry_run=dry_run,
        out=out,
        reason=reason,
        reads_only=not (repair and confirm),
        asked=asked,
        wait_seconds=wait_seconds,
    )
    return told(request, tell_reconcile if request.reads_only else tell_repair)


def tell_reconcile(run: Run) -> None:
    """Sources first: what the register is held against is what both software and warehouse say."""
    check_request(run)
    check_register_names(run)
    read_registers(run.run_id)
    for source in run.settings.sources:
        if source.dataset == "dossiers" and run.comparison.scope.holds_source(source.name):
            compare_source(run.run_id, source.name)
    compare_registers(run.run_id)
    check_procedures(run.run_id)
    compare_punctuality(run.run_id)
    store_differences(run.run_id)
    if run.request.asked.repair:
        preview_repair(run.run_id)
    publish_reconciliation(run.run_id)


def tell_repair(run: Run) -> None:
    """Only what the preview named, and only what still differs."""
    repair_differences(run.run_id)
