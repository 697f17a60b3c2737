"""Explaining: `explain deadline(s)`, `explain dossier|recommendation`, `doctor`.

What is counted by hand needs no configuration; where there is one, its calendar files and schedules count.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deployments.cli_context import CliContext, print_json, shown
from deployments.cli_words import say
from deployments.exits import UsageFaultError

if TYPE_CHECKING:
    from tasks.rules.office_hours import OfficeHours
    from tasks.rules.working_calendar import WorkingCalendar

explain_app = typer.Typer(help="Giải thích thời hạn từng ngày.", no_args_is_help=True)
UNITS = ("working_day", "calendar_day", "working_hour")

KnownAt = Annotated[str, typer.Option("--known-at", help="Như hệ thống biết tại thời điểm này (ISO).")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    from deployments.cli_doctor import doctor

    app.add_typer(explain_app, name="explain")
    app.command("doctor", help="Kiểm tra cấu hình, kho dữ liệu, lịch, nguồn, máy chủ thư.")(doctor)


@explain_app.command("deadline")
def explain_deadline(
    context: typer.Context,
    received: Annotated[str, typer.Option("--received", help="Thời điểm tiếp nhận, ví dụ 2026-11-13T17:20.")],
    amount: Annotated[int, typer.Option("--amount", min=0, help="Số ngày hoặc giờ.")],
    unit: Annotated[str, typer.Option("--unit", help="working_day, calendar_day hoặc working_hour.")],
    schedule: Annotated[str, typer.Option("--schedule", help="Khung giờ làm việc, ví dụ S8.")] = "default",
    pause: Annotated[list[str] | None, typer.Option("--pause", help="TỪ/ĐẾN; TỪ/ khi đang tạm dừng.")] = None,
    policy: Annotated[str, typer.Option("--policy", help="pause, restart hoặc none.")] = "pause",
) -> None:
    """Hạn trả của một trường hợp, từng ngày và vì sao; không cần cấu hình."""
    from deployments.cli_explain_deadline import explain_one, explain_text, parse_moment, parse_pause

    cli = shown(context)
    calendar, schedules = working_time(cli)
    _one_of("--unit", unit, UNITS, cli)
    _one_of("--policy", policy, ("pause", "restart", "none"), cli)
    _one_of("--schedule", schedule, tuple(schedules), cli)
    hours = schedules[schedule]
    try:
        moment = parse_moment(received, hours)
        pauses = [parse_pause(text, hours) for text in pause or ()]
        found = explain_one(moment, amount, unit, calendar, hours, pauses=pauses, policy=policy)
    except ValueError as error:
        raise UsageFaultError(str(error)) from None
    if cli.json:
        print_json(found)
    else:
        typer.echo(explain_text(found, cli.locale()))


@explain_app.command("deadlines")
def explain_deadlines(
    context: typer.Context,
    csv: Annotated[Path, typer.Option("--csv", help="case_id,received_at,amount,unit,pauses[,schedule]; - là stdin.")],
) -> None:
    """Hạn trả của nhiều trường hợp: đọc CSV, ghi case_id,due_at ra stdout."""
    from deployments.cli_explain_cases import CasesError, explain_csv

    cli = shown(context)
    calendar, schedules = working_time(cli)
    lines = _lines(csv, cli)
    try:
        for line in explain_csv(lines, calendar, schedules, cli.locale()):
            sys.stdout.write(line + "\n")
    except CasesError as error:
        raise UsageFaultError(str(error)) from None


@explain_app.command("dossier")
def explain_dossier(context: typer.Context, code: str, known_at: KnownAt = "") -> None:
    """Thời hạn của một hồ sơ: từng ngày, hai mốc, mốc làm căn cứ, tạm dừng, nơi giữ, cảnh báo."""
    _explain_item(shown(context), "dossier", code, known_at)


@explain_app.command("recommendation")
def explain_recommendation(context: typer.Context, code: str, known_at: KnownAt = "") -> None:
    """Thời hạn và trạng thái của một kiến nghị, theo nhật ký."""
    _explain_item(shown(context), "recommendation", code, known_at)


def working_time(cli: CliContext) -> "tuple[WorkingCalendar, dict[str, OfficeHours]]":
    """Calendar and office hours by name: the province's where a configuration is there, else as shipped."""
    from tasks.calendar_files import shipped_calendar
    from tasks.rules.office_hours import SCHEDULES, OfficeHours

    if cli.given is None and not cli.config.exists():
        return shipped_calendar(), dict(SCHEDULES)
    told = cli.settings().calendar
    calendar = shipped_calendar(told.files, saturday_counts=told.saturday_counts)
    hours = {"default": OfficeHours.parse(told.working_hours, told.same_day_cutoff)}
    hours |= {
        name: OfficeHours.parse(schedule.working_hours, told.same_day_cutoff)
        for name, schedule in told.schedules.items()
    }
    return calendar, dict(SCHEDULES) | hours


def _explain_item(cli: CliContext, subject: str, code: str, known_at: str) -> None:
    from deployments.cli_desk import item_key_of
    from deployments.cli_explain_deadline import parse_moment
    from deployments.cli_mail import act_now
    from deployments.explain_item import Question, explain_item
    from deployments.explain_item_text import item_text
    from warehouse.runs import recent_runs

    locale = cli.locale()
    try:
        moment = parse_moment(known_at) if known_at else None
    except ValueError:
        raise UsageFaultError(say("bad_moment", locale, option="--known-at", text=known_at)) from None
    calendar, schedules = working_time(cli)
    with cli.reading() as conn:
        newest = recent_runs(conn, 1) if cli.settings().warehouse.sandbox else []
        key = item_key_of(conn, code, locale, subject)
        question = Question(
            item_key=key,
            as_of=moment or (newest[0]["as_of"] if newest else act_now(cli, "")),
            known_at=moment,
            calendar=calendar,
            hours=schedules["default"],
        )
        found = explain_item(conn, question, locale)
    if cli.json:
        print_json(found)
    else:
        typer.echo(item_text(found, locale))


def _lines(path: Path, cli: CliContext) -> list[str]:
    if str(path) == "-":
        return sys.stdin.read().splitlines(keepends=True)
    try:
        return path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    except (OSError, UnicodeDecodeError):
        raise UsageFaultError(say("unreadable", cli.locale(), path=path)) from None


def _one_of(option: str, value: str, allowed: tuple[str, ...], cli: CliContext) -> None:
    if value not in allowed:
        raise UsageFaultError(say("one_of", cli.locale(), option=option, value=value, words=", ".join(allowed)))
