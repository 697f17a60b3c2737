"""The command line: global options and the table of commands. Each group lives in a module of its own, imported here
only for its signatures; whatever is heavy is imported inside the command that needs it.
"""

from pathlib import Path
from typing import Annotated

import typer

from deployments import (
    cli_audit,
    cli_backup,
    cli_calendar,
    cli_deployments,
    cli_desk,
    cli_differences,
    cli_explain,
    cli_heartbeat,
    cli_mail,
    cli_quarantine,
    cli_reconcile,
    cli_reports,
    cli_roles,
    cli_run,
    cli_show,
)
from deployments.cli_context import CliContext, begun

app = typer.Typer(
    name="dondoc",
    help="Đôn đốc: theo dõi hồ sơ quá hạn và kiến nghị sau kiểm tra, nhắc đúng người, đúng việc.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def dondoc(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option("--config", help="Tệp cấu hình (mặc định ./dondoc.toml hoặc DONDOC_CONFIG).")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Kết quả máy đọc được trên stdout.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Nhật ký chi tiết trên stderr.")] = False,
) -> None:
    """Tùy chọn chung đứng trước tên lệnh."""
    context.obj = begun(CliContext(given=config, json=json, verbose=verbose))


cli_run.register(app)
cli_reconcile.register(cli_run.run_app)
cli_reports.register(app, cli_run.run_app)
cli_show.register(app)
cli_quarantine.register(app)
cli_differences.register(app)
cli_mail.register(app)
cli_desk.register(app)
cli_deployments.register(app)
cli_explain.register(app)
cli_heartbeat.register(app)
cli_calendar.register(app)
cli_backup.register(app)
cli_audit.register(app)
cli_roles.register(cli_show.db_app)
