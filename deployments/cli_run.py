"""Commands that run flows: `run …`, and the databases they need. Everything heavy is imported inside."""

from pathlib import Path
from typing import Annotated, Any

import typer

from deployments.cli_context import CliContext, print_json, shown

Source = Annotated[str, typer.Option("--source", help="Chỉ nguồn này.")]
AsOf = Annotated[str, typer.Option("--as-of", help="Thời điểm tính, ISO 8601; ngày khác hôm nay thì chỉ chạy thử.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Không ghi gì, không gửi gì.")]
Out = Annotated[Path | None, typer.Option("--out", help="Chạy thử: thư mục ghi các thư lẽ ra được gửi.")]
Outside = Annotated[bool, typer.Option("--outside-window", help="Gửi ngoài khung giờ; cần --reason.")]
Reason = Annotated[str, typer.Option("--reason", help="Lý do gửi ngoài khung giờ.")]
AcceptDrop = Annotated[
    bool, typer.Option("--accept-drop", help="Nguồn này lần này ít hơn hẳn là đúng; cần --source và --reason.")
]
DropReason = Annotated[str, typer.Option("--reason", help="Lý do chấp nhận số liệu giảm nhiều; ghi vào sổ.")]

run_app = typer.Typer(help="Chạy một luồng công việc ngay bây giờ.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(run_app, name="run")
    app.command("demo", help="Bảy buổi sáng mẫu, mọi thứ chạy sẵn trên máy này.")(demo)
    app.command("init", help="Tạo cấu hình mẫu và tệp dữ liệu mẫu.")(init)
    app.command("up", help="Khởi động máy chủ Prefect và mọi lịch chạy trên máy này.")(up)


@run_app.command("morning")
def morning(
    context: typer.Context,
    as_of: AsOf = "",
    dry_run: DryRun = False,
    out: Out = None,
    outside_window: Outside = False,
    reason: Reason = "",
) -> None:
    """Cả buổi sáng: kéo, kiểm tra, xác định quá hạn, nhắc, bản tin."""
    words = {"outside_window": outside_window, "reason": reason, "wait_seconds": 0.0}
    _run(context, "morning", as_of=as_of, dry_run=dry_run, out=_text(out), **words)


@run_app.command("sync")
def sync(
    context: typer.Context,
    source: Source = "",
    as_of: AsOf = "",
    dry_run: DryRun = False,
    accept_drop: AcceptDrop = False,
    reason: DropReason = "",
) -> None:
    """Kéo và nạp dữ liệu."""
    words = {"accept_drop": accept_drop, "reason": reason}
    _run(context, "sync", source=source, as_of=as_of, dry_run=dry_run, **words)


@run_app.command("flag")
def flag(context: typer.Context, as_of: AsOf = "", dry_run: DryRun = False) -> None:
    """Xác định quá hạn, sắp đến hạn."""
    _run(context, "flag", as_of=as_of, dry_run=dry_run)


@run_app.command("remind")
def remind(
    context: typer.Context,
    as_of: AsOf = "",
    dry_run: DryRun = False,
    out: Out = None,
    outside_window: Outside = False,
    reason: Reason = "",
) -> None:
    """Soạn và gửi thư đôn đốc."""
    words = {"outside_window": outside_window, "reason": reason}
    _run(context, "remind", as_of=as_of, dry_run=dry_run, out=_text(out), **words)


@run_app.command("bulletin")
def bulletin(context: typer.Context, as_of: AsOf = "", dry_run: DryRun = False, out: Out = None) -> None:
    """Gửi bản tin vận hành nếu hôm nay chưa có."""
    _run(context, "bulletin", as_of=as_of, dry_run=dry_run, out=_text(out), wait_seconds=0.0)


@run_app.command("housekeeping")
def housekeeping(context: typer.Context, as_of: AsOf = "", dry_run: DryRun = False) -> None:
    """Kiểm tra sổ việc làm của người vận hành, sao lưu, dọn dữ liệu đã hết thời hạn lưu."""
    _run(context, "housekeeping", as_of=as_of, dry_run=dry_run, wait_seconds=0.0)


def demo(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Option("--dir", help="Thư mục của bản mẫu (mặc định demo-out).")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Bắt đầu lại từ đầu.")] = False,
    keep_serving: Annotated[bool, typer.Option("--keep-serving", help="Giữ giao diện Prefect chạy.")] = False,
    province: Annotated[bool, typer.Option("--province", help="Một buổi sáng của cả tỉnh: 40 đơn vị.")] = False,
) -> None:
    """Kể câu chuyện bảy buổi sáng từ đầu đến cuối, hoặc một buổi sáng của cả tỉnh."""
    verbose = shown(context).verbose
    if province:
        from deployments.demo.province_stage import FOLDER, play_province

        raise typer.Exit(play_province((folder or FOLDER).absolute(), fresh=fresh, verbose=verbose))
    from deployments.demo.stage import play

    chosen = (folder or Path("demo-out")).absolute()
    raise typer.Exit(play(chosen, fresh=fresh, keep_serving=keep_serving, verbose=verbose))


def init(folder: Annotated[Path, typer.Argument(help="Thư mục đích.")] = Path()) -> None:
    """Viết dondoc.toml (chế độ thử) và tệp mẫu cho mọi loại dữ liệu."""
    from deployments.cli_init import write_starter, written_sentence
    from deployments.preflight import moment_of

    typer.echo(written_sentence(write_starter(folder, moment_of("", "vi").date())))


def up(
    context: typer.Context,
    host: Annotated[str, typer.Option("--host", help="Địa chỉ lắng nghe (mặc định [server] host).")] = "",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Cổng của giao diện (mặc định [server] port).")
    ] = 0,
    allow_root: Annotated[bool, typer.Option("--allow-root", help="Cố ý chạy bằng tài khoản root.")] = False,
) -> None:
    """Một lệnh, một máy; dừng bằng Ctrl-C."""
    from deployments.server import Place
    from deployments.up import serve_everything

    cli = shown(context)
    settings = cli.settings()
    place = Place(port or settings.server.port, host or settings.server.host)
    raise typer.Exit(serve_everything(cli.config, settings, place, root_is_meant=allow_root))


def _text(path: Path | None) -> str:
    return str(path.absolute()) if path else ""


def _run(context: typer.Context, flow: str, **parameters: Any) -> None:
    from deployments.preflight import checked
    from deployments.running import run_flow

    cli: CliContext = shown(context)
    asked = {
        name: parameters[name]
        for name in ("as_of", "source", "outside_window", "accept_drop", "reason")
        if name in parameters
    }
    settings = checked(cli.config, **asked)
    report = run_flow(flow, cli.config, settings, verbose=cli.verbose, **parameters)
    if cli.json:
        print_json(report)
    else:
        from deployments.cli_report import told_report

        typer.echo(told_report(report, settings.locale))
    raise typer.Exit(int(report["exit_status"]))
