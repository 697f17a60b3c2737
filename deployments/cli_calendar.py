"""The calendar desk: `calendar show|check|diff|apply`. What a file would change is worked out in `calendar_changes`.

Nothing of a calendar lies in the warehouse: it is the shipped table with the province's files laid over it.
"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deployments.cli_context import CliContext, print_json, shown
from deployments.cli_explain import working_time
from deployments.cli_mail import By, Why, act_now, who
from deployments.deadline_words import word

if TYPE_CHECKING:
    from deployments.calendar_changes import Changes

calendar_app = typer.Typer(help="Lịch làm việc: ngày nghỉ, làm bù, căn cứ.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="Tệp CSV date,kind,name,document_no,document_on,provisional.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(calendar_app, name="calendar")


@calendar_app.command("show")
def calendar_show(context: typer.Context, year: Annotated[int, typer.Argument(help="Năm.")] = 0) -> None:
    """Ngày nghỉ và làm bù của một năm, kèm văn bản; không nêu năm thì năm này."""
    from deployments.cli_calendar_year import calendar_text, calendar_year

    cli = shown(context)
    calendar, _ = working_time(cli)
    wanted = year or act_now(cli, "").year
    if cli.json:
        print_json(calendar_year(calendar, wanted))
    else:
        typer.echo(calendar_text(calendar, wanted, cli.locale()))


@calendar_app.command("check")
def calendar_check(context: typer.Context) -> None:
    """Năm nay và năm sau đã có lịch chưa, còn tạm tính hay đã chính thức."""
    from deployments.cli_doctor import calendar_findings, report

    cli = shown(context)
    calendar, _ = working_time(cli)
    report(cli, calendar_findings(calendar, act_now(cli, ""), cli.locale()))


@calendar_app.command("diff")
def calendar_diff(context: typer.Context, file: File) -> None:
    """Nếu áp dụng tệp này: những ngày nào đổi, hạn của những hồ sơ đang mở nào đổi. Không ghi gì."""
    from deployments.calendar_changes import changes_text

    cli = shown(context)
    found = _changes(cli, file, act_now(cli, ""))
    if cli.json:
        print_json(found.plain())
    else:
        typer.echo(changes_text(found, cli.locale()))


@calendar_app.command("apply")
def calendar_apply(
    context: typer.Context,
    file: File,
    reason: Why,
    by: By = "",
    yes: Annotated[bool, typer.Option("--yes", help="Đồng ý không hỏi lại.")] = False,
) -> None:
    """Đặt tệp vào thư mục lịch của cấu hình và ghi sổ; in ra trước những gì sẽ đổi."""
    from deployments.asking import confirmed
    from deployments.calendar_changes import changes_text, put_into
    from warehouse import desk

    cli = shown(context)
    now = act_now(cli, "")
    found = _changes(cli, file, now)
    if not cli.json:
        typer.echo(changes_text(found, cli.locale()))
    if not found.days:
        return
    if not confirmed(word("apply_sure", cli.locale()), yes=yes, quiet=cli.json):
        typer.echo(word("apply_not", cli.locale()), err=True)
        return
    with cli.writing() as conn:
        desk.note_calendar(conn, file.name, who(by), reason, {"days": len(found.days), "moved": len(found.moved)}, now)
        placed = put_into(cli.settings().calendar.folder, file, now)
    if cli.json:
        print_json({"file": str(placed), **found.plain()})
    else:
        typer.echo(word("applied", cli.locale(), path=placed))


def _changes(cli: CliContext, file: Path, now: datetime) -> "Changes":
    from deployments.calendar_changes import changes_of
    from tasks.calendar_files import read_calendar_file

    calendar, schedules = working_time(cli)
    after = calendar.with_entries(read_calendar_file(file))
    with cli.reading() as conn:
        return changes_of(conn, calendar, after, schedules["default"], now)
