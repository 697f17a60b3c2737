"""`dondoc backup` and `dondoc restore`: the whole warehouse in one file, and back into an empty place.

What is inside the file and what a restore makes sure of: `warehouse/backup` and `warehouse/restore`.
"""

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments.cli_context import print_json, shown
from deployments.housekeeping_words import say

if TYPE_CHECKING:
    from datetime import datetime

Out = Annotated[Path | None, typer.Option("--out", help="Thư mục ghi bản sao lưu (mặc định var/backups).")]
WithLanding = Annotated[bool, typer.Option("--landing", help="Kèm dữ liệu thô đã kéo về.")]
File = Annotated[Path, typer.Argument(help="Tệp sao lưu.", exists=True, dir_okay=False)]
By = Annotated[str, typer.Option("--by", help="Người thực hiện (chức danh).")]
Why = Annotated[str, typer.Option("--reason", help="Lý do.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("backup", help="Sao lưu kho dữ liệu và cấu hình (không có mật khẩu) vào một tệp.")(backup)
    app.command("restore", help="Khôi phục một bản sao lưu vào kho dữ liệu trống; thư bị dừng sau đó.")(restore)


def backup(context: typer.Context, out: Out = None, landing: WithLanding = False) -> None:
    """Chạy được cả khi có lượt khác đang làm việc."""
    from deployments.cli_mail import act_now
    from tasks.rules.timezone import HANOI
    from warehouse.backup import configuration, write
    from warehouse.engine import open_engine

    cli = shown(context)
    settings, now = cli.settings(), act_now(cli, "")
    folder = out or settings.var / "backups"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder.absolute() / f"dondoc-{now.astimezone(HANOI):%Y%m%d-%H%M%S}.zip"
    bodies = sorted(Path(settings.landing.path).glob("??/*.gz")) if landing else []
    engine = open_engine(settings.warehouse.url)
    try:
        files = configuration(cli.config, settings.named_files)
        made = write(engine, path, now=now, made_by=version("dondoc"), files=files, bodies=bodies)
    finally:
        engine.dispose()
    told = {"file": str(made.path), "bytes": made.bytes, "rows": made.rows, "bodies": len(bodies)}
    told |= {"audit": {"rows": made.audit.rows, "seal": made.audit.seal}}
    if cli.json:
        print_json(told)
        return
    size = f"{made.bytes / 1_000_000:.1f}"
    typer.echo(say("backup_made", cli.locale(), file=made.path, size=size, rows=made.rows, bodies=len(bodies)))


def restore(context: typer.Context, file: File, by: By = "", reason: Why = "") -> None:
    """Kho phải trống. Thư của sổ cũ được giữ lại, mọi thư bị dừng, chế độ là shadow cho đến khi có người mở lại."""
    from deployments.cli_mail import act_now
    from warehouse.engine import open_engine
    from warehouse.errors import BackupError
    from warehouse.restore import restore as put_back
    from warehouse.run_lock import run_lock

    cli = shown(context)
    if not (by and reason):
        raise BackupError("no_reason", "restore")
    settings = cli.settings()
    landing = Path(settings.landing.path)
    engine = open_engine(settings.warehouse.url)
    try:
        with run_lock(engine, "restore"):
            done = put_back(engine, file, landing, by=by, reason=reason, now=act_now(cli, ""))
    finally:
        engine.dispose()
    told: dict[str, Any] = {name: getattr(done, name) for name in ("made_at", "rows", "bodies", "held")}
    told["last_handed_at"] = done.last_handed_at
    if cli.json:
        print_json(told)
        return
    locale = cli.locale()
    typer.echo(say("restored", locale, **told | {"made_at": _moment(done.made_at)}))
    typer.echo(say("restored_mail", locale, last=_moment(done.last_handed_at or done.made_at), held=done.held))


def _moment(moment: "datetime | None") -> str:
    from tasks.rules.timezone import HANOI

    return f"{moment.astimezone(HANOI):%H:%M:%S %d/%m/%Y}" if moment else "–"
