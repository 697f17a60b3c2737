"""Reports upward and sheets about units: `run report`, `report unit`. Everything heavy is imported inside."""

from pathlib import Path
from typing import Annotated, Any

import typer

from deployments.cli_context import print_json, shown
from deployments.cli_run import AsOf, DryRun, Outside, Reason

Period = Annotated[str, typer.Option("--period", help="week: tuần vừa qua; month: tháng vừa qua; due: kỳ chưa gửi.")]
KnownAt = Annotated[str, typer.Option("--known-at", help="Lập lại đúng như hệ thống biết lúc đó, ISO 8601.")]
Send = Annotated[bool, typer.Option("--send", help="Gửi thư cho lãnh đạo; không chọn thì chỉ ghi tệp.")]
Folder = Annotated[Path | None, typer.Option("--out", help="Thư mục ghi tệp (mặc định reports cạnh kho dữ liệu).")]
Unit = Annotated[str, typer.Argument(help="Mã đơn vị.")]

report_app = typer.Typer(help="Phiếu về một đơn vị.", no_args_is_help=True)


def register(app: typer.Typer, run_app: typer.Typer) -> None:
    """Add these commands."""
    run_app.command("report")(report)
    app.add_typer(report_app, name="report")


def report(
    context: typer.Context,
    period: Period = "week",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    out: Folder = None,
    dry_run: DryRun = False,
    send: Send = False,
    outside_window: Outside = False,
    reason: Reason = "",
) -> None:
    """Báo cáo tuần hoặc tháng: trang in, bảng tính, thư cho lãnh đạo."""
    if period not in ("week", "month", "due"):
        raise typer.BadParameter(period, param_hint="--period")
    words = {"period": period, "known_at": known_at, "send": send, "outside_window": outside_window, "reason": reason}
    _told(context, as_of=as_of, out=out, dry_run=dry_run, **words)


@report_app.command("unit")
def unit_sheet(
    context: typer.Context, code: Unit, as_of: AsOf = "", known_at: KnownAt = "", out: Folder = None
) -> None:
    """Phiếu một trang của đơn vị: hồ sơ quá hạn, kiến nghị, sai lệch sổ, thư đã gửi."""
    _told(context, as_of=as_of, out=out, unit=code, known_at=known_at)


def _told(context: typer.Context, *, as_of: str, out: Path | None, **parameters: Any) -> None:
    from deployments.preflight import checked, moment_of
    from deployments.running import run_flow

    cli = shown(context)
    asked = {name: parameters[name] for name in ("outside_window", "reason") if name in parameters}
    known_at = str(parameters["known_at"])
    looks_back = bool(known_at) or not parameters.get("send")  # then nothing is sent, see report_run
    moment_of(known_at, cli.locale())
    settings = checked(cli.config, as_of=as_of or known_at, looks_back=looks_back, **asked)
    folder = str(out.absolute()) if out else ""
    parameters |= {"as_of": as_of, "out": folder, "wait_seconds": 0.0}
    report = run_flow("report", cli.config, settings, verbose=cli.verbose, **parameters)
    if cli.json:
        print_json(report)
    else:
        from deployments.cli_report import head_lines, told_report

        sent = parameters.get("send") and not looks_back
        told = [told_report(report, settings.locale)] if sent else head_lines(report, settings.locale)
        typer.echo("\n".join([*told, *(f"  {path}" for path in report["files"])]))
    raise typer.Exit(int(report["exit_status"]))
