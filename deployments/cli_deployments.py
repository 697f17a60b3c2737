"""`dondoc deployments sync`: the table of schedules brought to a server whose runs are done by work pools.

On one machine `dondoc up` needs none of this. The table is `schedules`', Prefect is spoken to by `flows.deploying`.
"""

import os
from dataclasses import asdict
from typing import Annotated

import typer

from deployments.cli_context import print_json, shown
from deployments.exits import UsageFaultError

deployments_app = typer.Typer(help="Lịch chạy trên máy chủ Prefect có nhiều máy cùng làm.", no_args_is_help=True)
WORDS = {
    "no_server": (
        "Chưa biết máy chủ Prefect nào: đặt biến PREFECT_API_URL, ví dụ http://127.0.0.1:4200/api",
        "Which Prefect server? Set PREFECT_API_URL, for example http://127.0.0.1:4200/api",
    ),
    "new": ("Thêm: {names}", "Added: {names}"),
    "rescheduled": ("Đổi lịch: {names}", "Rescheduled: {names}"),
    "kept": ("Giữ nguyên lịch: {names}", "Schedule kept: {names}"),
    "undeclared": ("Gỡ bỏ: {names}", "Removed: {names}"),
    "left": ("Không còn trong bảng lịch, chưa gỡ: {names}", "No longer in the table, left: {names}"),
    "dry_run": ("Chạy thử: chưa thay đổi gì.", "Dry run: nothing was changed."),
}


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(deployments_app, name="deployments")


@deployments_app.command("sync")
def sync(
    context: typer.Context,
    pool: Annotated[str, typer.Option("--pool", help="Nhóm máy chạy (work pool).")] = "dondoc",
    prune: Annotated[bool, typer.Option("--prune/--no-prune", help="Gỡ những gì không còn trong bảng lịch.")] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ cho biết sẽ thay đổi gì.")] = False,
) -> None:
    """Đưa bảng lịch lên máy chủ Prefect; lịch cũ không còn dùng thì gỡ."""
    from deployments.running import prefect_environment
    from deployments.schedules import DEPLOYMENTS

    cli = shown(context)
    settings = cli.settings()
    english = settings.locale == "en"
    if not os.environ.get("PREFECT_API_URL"):
        raise UsageFaultError(WORDS["no_server"][english])
    prefect_environment(settings)
    from flows.deploying import sync_pool

    found = sync_pool(DEPLOYMENTS, str(cli.config), pool, prune=prune, dry_run=dry_run)
    if cli.json:
        print_json({"pool": pool, "dry_run": dry_run, "pruned": prune and not dry_run, **asdict(found)})
        return
    for code, names in asdict(found).items():
        told = "left" if code == "undeclared" and not prune else code
        if names:
            typer.echo(WORDS[told][english].format(names=", ".join(names)))
    if dry_run:
        typer.echo(WORDS["dry_run"][english])
