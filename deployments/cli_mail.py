"""The mail desk: the stop button, the mode, and `outbox`. Acts are short audited transactions without the run lock."""

import getpass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from deployments.cli_context import CliContext, print_json, print_table, shown
from deployments.cli_words import say
from deployments.exits import UsageFaultError
from deployments.refusal_words import refusal

mail_app = typer.Typer(help="Nút dừng và chế độ gửi thư.", no_args_is_help=True)
outbox_app = typer.Typer(help="Sổ thư: xem, xem trước, xử lý thư chưa rõ.", no_args_is_help=True)

By = Annotated[str, typer.Option("--by", help="Người thực hiện (chức danh).")]
Why = Annotated[str, typer.Option("--reason", help="Lý do.")]
AsOf = Annotated[str, typer.Option("--as-of", help="Chỉ trong kho thử nghiệm: thời điểm ghi nhận.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(mail_app, name="mail")
    app.add_typer(outbox_app, name="outbox")


def act_now(cli: CliContext, as_of: str) -> datetime:
    """When a desk act happens: now; another moment only in a sandbox."""
    if not as_of:
        return datetime.now(UTC)
    if not cli.settings().warehouse.sandbox:
        msg = "--as-of chỉ dùng trong kho thử nghiệm (only in a sandbox warehouse)"
        raise UsageFaultError(msg)
    from tasks.rules.timezone import HANOI

    try:
        moment = datetime.fromisoformat(as_of)
    except ValueError:
        msg = f"--as-of {as_of!r}: viết dạng 2026-11-23T07:30 (write it as 2026-11-23T07:30)"
        raise UsageFaultError(msg) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=HANOI)


def who(by: str) -> str:
    """Who acts: as said, else the account of the machine."""
    return by or getpass.getuser()


@mail_app.command("stop")
def mail_stop(context: typer.Context, reason: Why, by: By = "", as_of: AsOf = "") -> None:
    """Dừng mọi thư ngay, kể cả lượt đang gửi dở."""
    from warehouse import desk

    cli = shown(context)
    with cli.writing() as conn:
        desk.stop_mail(conn, who(by), reason, act_now(cli, as_of))
    typer.echo(say("mail_stopped", cli.locale()))


@mail_app.command("start")
def mail_start(context: typer.Context, reason: Why = "", by: By = "", as_of: AsOf = "") -> None:
    """Cho gửi thư trở lại."""
    from warehouse import desk

    cli = shown(context)
    with cli.writing() as conn:
        desk.start_mail(conn, who(by), reason, act_now(cli, as_of))
    typer.echo(say("mail_started", cli.locale()))


@mail_app.command("mode")
def mail_mode(
    context: typer.Context,
    mode: Annotated[str, typer.Argument(help="shadow, ops hoặc live.")],
    reason: Why = "",
    by: By = "",
    yes: Annotated[bool, typer.Option("--yes", help="Xác nhận chuyển sang live.")] = False,
    as_of: AsOf = "",
) -> None:
    """Đổi chế độ; với live, in ra trước những ai sẽ nhận thư và chờ --yes."""
    from warehouse import desk

    cli, locale = shown(context), shown(context).locale()
    if mode not in desk.MODES:
        msg = f"{mode!r}: shadow, ops, live"
        raise UsageFaultError(msg)
    if mode == "live":
        from deployments.asking import confirmed
        from deployments.first_day import reach_lines

        for line in reach_lines(cli, as_of):
            typer.echo(line)
        if not confirmed(say("confirm_live_ask", locale), yes=yes):
            typer.echo(say("confirm_live", locale))
            raise typer.Exit(2)
    with cli.writing() as conn:
        desk.set_mode(conn, mode, who(by), reason, act_now(cli, as_of))
    typer.echo(say("mode_set", locale, mode=mode))


@outbox_app.command("list")
def outbox_list(
    context: typer.Context,
    state: Annotated[str, typer.Option("--state", help="Chỉ trạng thái này.")] = "",
    day: Annotated[str, typer.Option("--date", help="Chỉ ngày làm việc này, YYYY-MM-DD.")] = "",
) -> None:
    """Mọi thư trong sổ, kèm các mục được nhắc."""
    from tasks.mail.wording import wording
    from warehouse import ledger_read

    cli, business_date = shown(context), _date(day)
    with cli.reading() as conn:
        mails = ledger_read.mails_of(conn, business_date=business_date, state=state or None)
        items: dict[int, list[dict[str, Any]]] = {}
        for item in ledger_read.items_of(conn, [m["id"] for m in mails]):
            kept = {k: item[k] for k in ("subject", "code", "flag", "level", "role")}
            items.setdefault(item["mail_id"], []).append(kept)
    rows = [_mail(m, items.get(m["id"], [])) for m in mails]
    if cli.json:
        print_json(rows)
        return
    locale = cli.locale()
    headings = ("#", *(say(k, locale) for k in ("date", "recipient", "state", "subject")))
    words = wording(locale)
    cells = [
        (r["id"], f"{r['business_date']:%d/%m/%Y}", r["post"], words.say(f"mail_state.{r['state']}"), r["subject"])
        for r in rows
    ]
    print_table(headings, cells, say("no_mails", locale))


@outbox_app.command("show")
def outbox_show(context: typer.Context, mail_id: int) -> None:
    """Phần chữ của một thư, như người nhận đọc."""
    from email import message_from_bytes, policy

    cli = shown(context)
    row = _row(cli, mail_id)
    message = message_from_bytes(bytes(row["body"]), policy=policy.default)
    body = message.get_body(("plain",))
    shown_mail = {**_mail(row, []), "text": body.get_content() if body else ""}
    if cli.json:
        print_json(shown_mail)
    else:
        typer.echo(f"{message['Subject']}\n{message['To']}\n\n{shown_mail['text']}")


@outbox_app.command("preview")
def outbox_preview(context: typer.Context, mail_id: int, out: Path = Path("preview")) -> None:
    """Ghi thư ra tệp: .eml, .html và bản tiếng Anh."""
    from deployments.previews import write_preview

    cli = shown(context)
    written = write_preview(_row(cli, mail_id), cli.settings(), out)
    typer.echo(say("previewed", cli.locale(), n=len(written), folder=out))


@outbox_app.command("resolve")
def outbox_resolve(
    context: typer.Context,
    mail_id: int,
    handed: Annotated[bool, typer.Option("--handed", help="Đã tới người nhận.")] = False,
    not_handed: Annotated[bool, typer.Option("--not-handed", help="Chưa tới.")] = False,
    resend: Annotated[bool, typer.Option("--resend", help="Gửi lại đúng thư đó.")] = False,
    by: By = "",
    as_of: AsOf = "",
) -> None:
    """Ghi nhận số phận của một thư chưa rõ; chọn đúng một trong ba."""
    from tasks.rules.timezone import HANOI
    from warehouse import desk

    chosen = [n for n, on in (("handed", handed), ("not_handed", not_handed), ("resend", resend)) if on]
    if len(chosen) != 1:
        msg = "chọn đúng một: --handed, --not-handed, --resend (choose exactly one)"
        raise UsageFaultError(msg)
    cli = shown(context)
    now = act_now(cli, as_of)
    with cli.writing() as conn:
        desk.resolve_uncertain(conn, mail_id, chosen[0], who(by), now, today=now.astimezone(HANOI).date())
    typer.echo(say("done", cli.locale()))


def _mail(mail: dict[str, Any], items: list[dict[str, Any]]) -> dict[str, Any]:
    names = ("id", "message_id", "audience", "business_date", "state", "subject")
    return {n: mail[n] for n in names} | {
        "recipient": mail["address"],
        "post": mail["post"],
        "revision": mail["revision"],
        "reason": mail["reason"],
        "items": items,
    }


def _row(cli: CliContext, mail_id: int) -> dict[str, Any]:
    from warehouse import ledger_read

    with cli.reading() as conn:
        row = ledger_read.mail(conn, mail_id)
    if row is None:
        raise UsageFaultError(refusal("IllegalTransitionError:unknown", cli.locale(), mail_id=mail_id))
    return row


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        msg = f"--date {text!r}: YYYY-MM-DD"
        raise UsageFaultError(msg) from None
