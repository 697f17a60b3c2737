"""The quarantine desk: `quarantine list|show|assign|release|settle`. Acts are audited, and need no run lock."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments.asking import confirmed
from deployments.cli_context import CliContext, print_json, print_table, shown
from deployments.cli_mail import AsOf, By, Why, act_now, who
from deployments.exits import UsageFaultError
from deployments.quarantine_words import refusal_sentence, say

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tasks.rules.working_calendar import WorkingCalendar

quarantine_app = typer.Typer(help="Khu cách ly: bản ghi chưa được dùng, lý do và cách xử lý.", no_args_is_help=True)

RowId = Annotated[int, typer.Argument(help="Số của bản ghi trong khu cách ly.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(quarantine_app, name="quarantine")


@quarantine_app.command("list")
def quarantine_list(
    context: typer.Context,
    source: Annotated[str, typer.Option("--source", help="Chỉ nguồn này.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Chỉ mã lý do này.")] = "",
    older_than: Annotated[int, typer.Option("--older-than", help="Chỉ bản ghi quá bấy nhiêu ngày làm việc.")] = -1,
    owner: Annotated[str, typer.Option("--owner", help="Chỉ của người này; none: chưa ai theo dõi.")] = "",
    as_of: AsOf = "",
) -> None:
    """Các bản ghi đang bị cách ly, cũ nhất trước."""
    cli = shown(context)
    with cli.reading() as conn:
        rows = _listed(cli, conn, source or None, owner or None, as_of)
    rows = [r for r in rows if r["age_working_days"] > older_than]
    rows = [r for r in rows if not reason or reason in {one["code"] for one in r["reasons"]}]
    if cli.json:
        print_json(rows)
        return
    locale = cli.locale()
    headings = ("#", *(say(k, locale) for k in ("age", "owner", "source", "key", "doubtful", "reason")))
    cells = [
        (
            r["id"],
            r["age_working_days"],
            r["owner"] or say("nobody", locale),
            r["source"],
            r["key"],
            "×" * r["doubtful"],
            "; ".join(one["text"] for one in r["reasons"]),
        )
        for r in rows
    ]
    print_table(headings, cells, say("empty", locale))


@quarantine_app.command("show")
def quarantine_show(context: typer.Context, row_id: RowId) -> None:
    """Một bản ghi: nội dung bên cạnh bản đang dùng, từ đâu, vì sao, hỏi ai, quá trình."""
    from deployments.quarantine_card import card, card_lines, refused_line
    from tasks.rules.release import refusal_of
    from warehouse.quarantine_desk import candidate

    cli = shown(context)
    with cli.reading() as conn:
        row = _row(cli, conn, row_id)
        told = card(conn, row, cli.locale())
        refused = refusal_of(candidate(conn, row)) if row["closed_at"] is None else None
    told["release_refused"] = None if refused is None else {"code": refused.code, "column": refused.column}
    if cli.json:
        print_json(told)
        return
    why = "" if refused is None else refused_line(refused.code, refused.column, row["dataset"], cli.locale())
    for line in card_lines(told, cli.locale(), why):
        typer.echo(line)


@quarantine_app.command("assign")
def quarantine_assign(
    context: typer.Context,
    row_id: RowId,
    owner: Annotated[str, typer.Argument(help="Người theo dõi; none: không ai.")],
    by: By = "",
    as_of: AsOf = "",
) -> None:
    """Giao một bản ghi cho người theo dõi."""
    from warehouse import quarantine_desk as desk

    cli = shown(context)
    with cli.writing() as conn:
        _open_row(cli, conn, row_id)
        desk.assign(conn, row_id, "" if owner == desk.NOBODY else owner, who(by), act_now(cli, as_of))
    if cli.json:
        print_json({"id": row_id, "owner": None if owner == desk.NOBODY else owner})
    else:
        typer.echo(say("assigned", cli.locale(), id=row_id, owner=owner))


@quarantine_app.command("release")
def quarantine_release(
    context: typer.Context,
    row_id: RowId,
    by: By = "",
    reason: Why = "",
    yes: Annotated[bool, typer.Option("--yes", help="Xác nhận sau khi đã xem bản tính thử.")] = False,
    as_of: AsOf = "",
) -> None:
    """Cho qua một bản ghi đúng như đang ghi; in ra trước sẽ thêm cảnh báo và thư nào."""
    from deployments.differences import difference_lines
    from deployments.quarantine_card import moment
    from warehouse import quarantine_desk as desk

    cli, locale = shown(context), shown(context).locale()
    if not by.strip() or not reason.strip():
        raise UsageFaultError(say("needs_by", locale))
    at, found = _previewed(cli, row_id, as_of)
    if not cli.json:
        typer.echo(say("preview", locale, moment=moment(at)))
        for line in difference_lines(found, locale):
            typer.echo(line)
    told = {"id": row_id, "as_of": at, "preview": found}
    if not confirmed(say("confirm_ask", locale), yes=yes, quiet=cli.json):
        if cli.json:
            print_json(told | {"released": False})
        else:
            typer.echo(say("confirm", locale))
        raise typer.Exit(2)
    with cli.writing() as conn:
        desk.release(conn, row_id, by, act_now(cli, as_of), reason)
    if cli.json:
        print_json(told | {"released": True})
    else:
        typer.echo(say("released", locale, id=row_id))


@quarantine_app.command("settle")
def quarantine_settle(context: typer.Context, row_id: RowId, by: By = "", reason: Why = "", as_of: AsOf = "") -> None:
    """Đóng một bản ghi mà nguồn không thể sửa: không dùng, không nhắc lại."""
    from warehouse import quarantine_desk as desk

    cli = shown(context)
    if not by.strip() or not reason.strip():
        raise UsageFaultError(say("needs_by", cli.locale()))
    with cli.writing() as conn:
        _open_row(cli, conn, row_id)
        desk.settle(conn, row_id, by, act_now(cli, as_of), reason)
    if cli.json:
        print_json({"id": row_id, "settled": True})
    else:
        typer.echo(say("settled", cli.locale(), id=row_id))


def _previewed(cli: CliContext, row_id: int, as_of: str) -> tuple[datetime, dict[str, list[dict[str, Any]]]]:
    """The next morning and what differs in it. Raises UsageFaultError where the row cannot be let in."""
    from deployments.cli_explain import working_time
    from deployments.differences import differences
    from deployments.mornings import desk_now, next_morning, rehearsals
    from deployments.quarantine_card import column_name
    from tasks.rules.release import Refusal

    calendar, schedules = working_time(cli)
    with cli.reading() as conn:
        row = _open_row(cli, conn, row_id)
        at = next_morning(conn, cli.settings(), calendar, schedules["default"], desk_now(cli, conn, as_of))
    found = rehearsals(cli).rehearse_release(str(cli.config), at, row_id)
    if isinstance(found, Refusal):
        column = column_name(row["dataset"], found.column, cli.locale(), after="")
        why = refusal_sentence(found.code, cli.locale(), column)
        raise UsageFaultError(say("cannot_release", cli.locale(), why=why))
    return at, differences(*found)


def _listed(
    cli: CliContext, conn: "Connection", source: str | None, owner: str | None, as_of: str
) -> list[dict[str, Any]]:
    from deployments.cli_explain import working_time
    from deployments.mornings import desk_now
    from warehouse.quarantine import doubtful_keys
    from warehouse.quarantine_desk import open_rows

    calendar, now = working_time(cli)[0], desk_now(cli, conn, as_of)
    doubtful = doubtful_keys(conn)
    return [
        {
            "id": r["id"],
            "source": r["source"],
            "dataset": r["dataset"],
            "key": r["record_key"],
            "reasons": r["reasons"],
            "first_seen_at": r["first_seen_at"],
            "last_seen_at": r["last_seen_at"],
            "age_working_days": _age(calendar, r["first_seen_at"], now),
            "owner": r["owner"],
            "doubtful": r["record_key"] in doubtful.get((r["system"], r["dataset"]), ()),
        }
        for r in open_rows(conn, source, owner)
    ]


def _age(calendar: "WorkingCalendar", since: datetime, now: datetime) -> int:
    from tasks.rules.timezone import HANOI

    return max(0, calendar.working_days_between(since.astimezone(HANOI).date(), now.astimezone(HANOI).date()))


def _row(cli: CliContext, conn: "Connection", row_id: int) -> dict[str, Any]:
    from deployments.cli_words import say as desk_say
    from warehouse import quarantine_desk as desk

    row = desk.row(conn, row_id)
    if row is None:
        raise UsageFaultError(desk_say("no_refused", cli.locale(), id=row_id))
    return row


def _open_row(cli: CliContext, conn: "Connection", row_id: int) -> dict[str, Any]:
    row = _row(cli, conn, row_id)
    if row["closed_at"] is not None:
        raise UsageFaultError(say("not_open", cli.locale(), id=row_id))
    return row
