"""The desks of people: disputes, addresses that bounce, and `trace`. Acts are short audited transactions."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments.cli_context import CliContext, print_json, print_table, shown
from deployments.cli_mail import AsOf, By, Why, act_now, outbox_app, who
from deployments.cli_words import say
from deployments.exits import UsageFaultError

if TYPE_CHECKING:
    from sqlalchemy import Connection

dispute_app = typer.Typer(help="Phản ánh của đơn vị về một mục: ghi nhận và trả lời.", no_args_is_help=True)
contacts_app = typer.Typer(help="Địa chỉ thư bị trả lại hoặc dùng lại được.", no_args_is_help=True)

Item = Annotated[str, typer.Argument(help="Khóa của mục (dossier/one-stop/38963) hoặc mã hồ sơ, mã kiến nghị.")]
MailId = Annotated[int, typer.Argument(help="Số thư trong sổ.")]
_DATASETS = {"dossier": "dossiers", "recommendation": "recommendations"}


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(dispute_app, name="dispute")
    app.add_typer(contacts_app, name="contacts")
    app.command("trace", help="Truy vết một thư hoặc một mục; ghi trang để lưu làm văn bản trả lời.")(trace)
    outbox_app.command("hold")(outbox_hold)
    outbox_app.command("cancel")(outbox_cancel)
    outbox_app.command("approve")(outbox_approve)


@dispute_app.command("open")
def dispute_open(context: typer.Context, item: Item, reason: Why, by: By = "", as_of: AsOf = "") -> None:
    """Ghi nhận phản ánh: mục này không được nhắc trong hai ngày làm việc tiếp theo."""
    from tasks.rules.timezone import HANOI
    from warehouse import desk

    cli = shown(context)
    now = act_now(cli, as_of)
    with cli.writing() as conn:
        key = item_key_of(conn, item, cli.locale())
        row = _source_row(conn, key)
        if row is None:
            raise UsageFaultError(say("not_found", cli.locale(), what=item))
        number = desk.open_dispute(
            conn,
            item_key=key,
            code=_code_of(row),
            reason=reason,
            by=who(by),
            content_hash=row["content_hash"],
            opened_on=now.astimezone(HANOI).date(),
            now=now,
        )
    _tell(cli, {"id": number, "item_key": key, "code": _code_of(row)}, "dispute_opened", item=_code_of(row))


@dispute_app.command("answer")
def dispute_answer(
    context: typer.Context,
    item: Item,
    answer: Annotated[str, typer.Option("--answer", help="Nội dung trả lời.")],
    upheld: Annotated[bool, typer.Option("--upheld", help="Phản ánh đúng: không nhắc đến khi nguồn sửa.")] = False,
    rejected: Annotated[bool, typer.Option("--rejected", help="Giữ nguyên số liệu: nhắc trở lại.")] = False,
    by: By = "",
    as_of: AsOf = "",
) -> None:
    """Trả lời phản ánh đang mở của một mục; chọn --upheld hoặc --rejected."""
    from warehouse import desk

    cli = shown(context)
    if upheld == rejected:
        raise UsageFaultError(say("choose_outcome", cli.locale()))
    outcome = "upheld" if upheld else "rejected"
    with cli.writing() as conn:
        found = _open_dispute(conn, item, cli.locale())
        desk.answer_dispute(conn, found["id"], outcome, answer, who(by), act_now(cli, as_of))
    told = {"id": found["id"], "item_key": found["item_key"], "code": found["code"], "outcome": outcome}
    _tell(cli, told, f"dispute_{outcome}", item=found["code"])


@dispute_app.command("list")
def dispute_list(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Cả các phản ánh đã trả lời.")] = False,
) -> None:
    """Các phản ánh đang chờ trả lời."""
    from warehouse import desk

    cli = shown(context)
    with cli.reading() as conn:
        rows = desk.all_disputes(conn) if everything else desk.open_disputes(conn)
    if cli.json:
        names = ("id", "item_key", "code", "opened_on", "opened_at", "by", "reason", "answered_at", "outcome", "answer")
        print_json([{name: row[name] for name in names} for row in rows])
        return
    locale = cli.locale()
    headings = tuple(say(k, locale) for k in ("code", "date", "by", "reason", "outcome"))
    cells = [(r["code"], f"{r['opened_on']:%d/%m/%Y}", r["by"], r["reason"], _outcome(r, locale)) for r in rows]
    print_table(headings, cells, say("no_disputes", locale))


@contacts_app.command("bounced")
def contacts_bounced(context: typer.Context, address: str, reason: Why = "", by: By = "", as_of: AsOf = "") -> None:
    """Thư tới địa chỉ này bị trả lại: từ nay gửi cho cấp phó."""
    from warehouse import desk

    cli = shown(context)
    with cli.writing() as conn:
        _known_address(conn, address, cli.locale())
        desk.mark_bounced(conn, address, who(by), reason, act_now(cli, as_of))
    _tell(cli, {"address": address, "state": "bounced"}, "address_bounced", address=address)


@contacts_app.command("reachable")
def contacts_reachable(context: typer.Context, address: str, reason: Why = "", by: By = "", as_of: AsOf = "") -> None:
    """Địa chỉ này dùng lại được."""
    from warehouse import desk

    cli = shown(context)
    with cli.writing() as conn:
        desk.mark_reachable(conn, address, who(by), reason, act_now(cli, as_of))
    _tell(cli, {"address": address, "state": "reachable"}, "address_reachable", address=address)


def trace(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(help="Số thư, Message-ID, mã hồ sơ, mã kiến nghị hoặc khóa của mục.")],
    out: Annotated[Path, typer.Option("--out", help="Thư mục ghi trang.")] = Path("traces"),
) -> None:
    """Đã nhắc gì, khi nào, số liệu lúc đó và căn cứ; kèm trang HTML tiếng Việt và tiếng Anh."""
    from deployments.trace_pages import page_json, trace_page, write_page
    from tasks.reports.trace import trace_text

    cli = shown(context)
    with cli.reading() as conn:
        page = trace_page(conn, reference)
    path = write_page(page, out)
    if cli.json:
        print_json(page_json(page) | {"page": str(path), "page_en": str(path.with_suffix("")) + ".en.html"})
        return
    typer.echo(trace_text(page, cli.locale()))
    typer.echo(say("traced", cli.locale(), path=path))


def outbox_hold(context: typer.Context, mail_id: MailId, reason: Why, by: By = "", as_of: AsOf = "") -> None:
    """Giữ lại một thư đang chờ gửi."""
    from warehouse import desk

    cli = shown(context)
    with cli.writing() as conn:
        desk.hold_mail(conn, mail_id, who(by), reason, act_now(cli, as_of))
    _tell(cli, {"id": mail_id, "state": "held"}, "done")


def outbox_cancel(context: typer.Context, mail_id: MailId, reason: Why, by: By = "", as_of: AsOf = "") -> None:
    """Hủy một thư chưa gửi; các mục của thư được xét lại ngày làm việc sau."""
    from warehouse import desk

    cli = shown(context)
    with cli.writing() as conn:
        desk.cancel_mail(conn, mail_id, who(by), reason, act_now(cli, as_of))
    _tell(cli, {"id": mail_id, "state": "expired"}, "done")


def outbox_approve(context: typer.Context, mail_id: MailId, by: By = "", as_of: AsOf = "") -> None:
    """Cho gửi một thư đang giữ; với thư báo cáo lãnh đạo, đây là phê duyệt của người có thẩm quyền."""
    from tasks.rules.timezone import HANOI
    from warehouse import desk

    cli = shown(context)
    with cli.writing() as conn:
        now = act_now(cli, as_of)
        desk.approve_mail(conn, mail_id, who(by), now, today=now.astimezone(HANOI).date())
    _tell(cli, {"id": mail_id, "state": "planned"}, "done")


def item_key_of(conn: "Connection", item: str, locale: str, subject: str = "") -> str:
    """The key itself, or the one item (of that subject) with this code. Raises UsageFaultError: none, or several."""
    from warehouse.lineage import item_keys_of

    if item.count("/") >= 2 and item.partition("/")[0] in _DATASETS:
        return item
    keys = [key for key in item_keys_of(conn, item) if key.startswith(f"{subject}/" if subject else "")]
    if not keys:
        raise UsageFaultError(say("not_found", locale, what=item))
    if len(keys) > 1:
        raise UsageFaultError(say("several", locale, code=item, keys=", ".join(keys)))
    return keys[0]


def _source_row(conn: "Connection", item_key: str) -> dict[str, Any] | None:
    from warehouse.current import rows_by_key, split_item_key

    subject, system, record_key = split_item_key(item_key)
    if subject not in _DATASETS:
        return None
    return next(iter(rows_by_key(conn, _DATASETS[subject], [(system, record_key)])), None)


def _code_of(row: dict[str, Any]) -> str:
    return str(row.get("dossier_code") or row.get("recommendation_code"))


def _open_dispute(conn: "Connection", item: str, locale: str) -> dict[str, Any]:
    from warehouse import desk

    mine = [d for d in desk.open_disputes(conn) if item in (d["item_key"], d["code"])]
    if not mine:
        raise UsageFaultError(say("no_open_dispute", locale, item=item))
    if len(mine) > 1:
        raise UsageFaultError(say("several", locale, code=item, keys=", ".join(d["item_key"] for d in mine)))
    return mine[0]


def _known_address(conn: "Connection", address: str, locale: str) -> None:
    from warehouse import current

    if address.casefold() not in {row["email"] for row in current.contacts(conn)}:
        raise UsageFaultError(say("not_found", locale, what=address))


def _outcome(row: dict[str, Any], locale: str) -> str:
    return say(f"outcome_{row['outcome'] or 'open'}", locale)


def _tell(cli: CliContext, told: dict[str, Any], key: str, **words: object) -> None:
    if cli.json:
        print_json(told)
    else:
        typer.echo(say(key, cli.locale(), **words))
