"""`heartbeat check`: for a watcher that is no part of dondoc (cron, Zabbix, a systemd timer). Imports no Prefect.

What must be there by when is decided in `tasks/rules/heartbeat`.
"""

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments.cli_context import CliContext, print_json, shown
from deployments.heartbeat_words import moment, say, sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from tasks.rules.heartbeat import Missing, Signs
    from tasks.rules.working_calendar import WorkingCalendar

EXIT_MAIL_MISSING, EXIT_MISSING = 5, 3

heartbeat_app = typer.Typer(help="Dấu hiệu hoạt động, cho công cụ giám sát bên ngoài.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(heartbeat_app, name="heartbeat")


@heartbeat_app.callback()
def heartbeat() -> None:
    """Dấu hiệu hoạt động."""


@heartbeat_app.command("check")
def heartbeat_check(
    context: typer.Context, as_of: Annotated[str, typer.Option("--as-of", help="Xem tại thời điểm này.")] = ""
) -> None:
    """Hôm nay có thiếu gì không: 0 đủ, 5 thư chưa đi, 3 việc khác chưa chạy. Ngày nghỉ không báo."""
    from deployments.cli_explain import working_time
    from deployments.exits import refusal_of
    from deployments.preflight import moment_of
    from tasks.rules.heartbeat import MAIL_CODES, missing_at
    from tasks.rules.timezone import HANOI
    from warehouse.errors import WarehouseError

    cli = shown(context)
    locale, reminders = cli.locale(), cli.settings().reminders
    calendar, _ = working_time(cli)
    try:
        with cli.reading() as conn:
            now = moment_of(as_of, locale) if as_of else _now(conn, sandbox=cli.settings().warehouse.sandbox)
            signs = _signs(cli, conn, now, calendar)
    except WarehouseError as fault:
        _, why = refusal_of(fault, locale) or (0, [str(fault)])
        _tell(cli, {"exit_status": EXIT_MISSING, "missing": [], "beats": []}, [say("warehouse", locale, why=why[0])])
        raise typer.Exit(EXIT_MISSING) from None
    found = missing_at(now, signs, reminders.closes, calendar)
    texts = [sentence(one, locale, reminders.catch_up_until) for one in found]
    status = _status(found, MAIL_CODES)
    document = {
        "as_of": now,
        "exit_status": status,
        "missing": [asdict(one) | {"text": text} for one, text in zip(found, texts, strict=True)],
        "beats": [asdict(one) for one in signs.beats.values()],
    }
    if not found:
        worked = calendar.is_working_day(now.astimezone(HANOI).date())
        texts = [say("all_there" if worked else "day_off", locale, now=moment(now))]
    _tell(cli, document, texts)
    raise typer.Exit(status)


def _status(found: "Sequence[Missing]", mail_codes: frozenset[str]) -> int:
    if not found:
        return 0
    return EXIT_MAIL_MISSING if any(one.code in mail_codes for one in found) else EXIT_MISSING


def _tell(cli: CliContext, document: dict[str, Any], texts: list[str]) -> None:
    if cli.json:
        print_json(document)
        return
    for text in texts:
        typer.echo(text)


def _signs(cli: CliContext, conn: "Connection", now: datetime, calendar: "WorkingCalendar") -> "Signs":
    from tasks.rules.heartbeat import Signs, day_looked_at
    from warehouse import desk, heartbeats

    settings = cli.settings()
    return Signs(
        beats=heartbeats.beats(conn),
        first_run_at=heartbeats.first_run_at(conn),
        mails=heartbeats.mail_day(conn, day_looked_at(now, settings.reminders.closes, calendar)),
        stopped_at=desk.mail_switch(conn).stopped_at,
        sources=[source.name for source in settings.sources],
    )


def _now(conn: "Connection", *, sandbox: bool) -> datetime:
    """Now; in a sandbox the moment of its last sign of life."""
    from deployments.preflight import moment_of
    from warehouse import heartbeats

    beats = heartbeats.beats(conn).values() if sandbox else ()
    return max((one.at for one in beats), default=moment_of("", "vi"))
