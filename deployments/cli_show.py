"""Looking: `flags`, `status`, `db`. Read-only snapshots that never wait for a run."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import typer

from deployments.cli_context import print_json, print_table, shown
from deployments.cli_explain import working_time
from deployments.cli_words import say

db_app = typer.Typer(help="Kho dữ liệu.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("flags", help="Các cảnh báo đang mở.")(flags)
    app.command("status", help="Tình hình chung và việc cần người xử lý.")(status)
    app.add_typer(db_app, name="db")


def flags(context: typer.Context, unit: Annotated[str, typer.Option("--unit", help="Chỉ đơn vị này.")] = "") -> None:
    """Mọi cảnh báo đang mở, theo lần xác định gần nhất."""
    from warehouse.flag_store import open_flags

    cli = shown(context)
    with cli.reading() as conn:
        rows = [_flag(row) for row in open_flags(conn, unit or None)]
    if cli.json:
        print_json(rows)
        return
    from tasks.mail.wording import wording

    locale = cli.locale()
    words = wording(locale)
    headings = tuple(say(k, locale) for k in ("code", "flag", "unit", "due", "late", "tier", "disputed"))
    cells = [
        (
            r["code"],
            words.say(f"flag.{r['flag']}"),
            r["unit_code"],
            _day(r["due_at"]),
            r["days_late"],
            r["tier"],
            "×" * r["disputed"],
        )
        for r in rows
    ]
    print_table(headings, cells, say("no_flags", locale))


def status(context: typer.Context) -> None:
    """Nguồn, khu cách ly, sổ thư, các lần chạy gần đây, các bàn việc, việc cần người xử lý."""
    cli = shown(context)
    settings, calendar = cli.settings(), working_time(cli)[0]
    from deployments.attention import desk_view, needs_attention, source_states
    from tasks.reports.desks import desk_lines, desks_plain
    from tasks.rules.release import overdue_since
    from warehouse import desk_lists, ledger_read, quarantine_desk, runs

    with cli.reading() as conn:
        recent = runs.recent_runs(conn, 10)
        now = _now(settings.warehouse.sandbox, recent)
        sources = source_states(conn, settings, now)
        desks, view = desk_lists.desks_of(conn), desk_view(settings, calendar, now)
        found: dict[str, Any] = {
            "sources": sources,
            "quarantine": {"open": quarantine_desk.open_count(conn)},
            "ledger": ledger_read.counts_by_state(conn),
            "runs": [
                {k: r[k] for k in ("run_id", "flow", "as_of", "state", "exit_status", "started_at", "finished_at")}
                for r in recent
            ],
            "desks": desks_plain(desks, view),
            "needs_attention": needs_attention(
                conn,
                sources,
                cli.locale(),
                settings.mail.max_per_run,
                overdue_since(calendar, now),
                _late(settings.reminders, now),
            ),
        }
    if cli.json:
        print_json(found)
    else:
        _print_status(found, desk_lines(desks, view), cli.locale())


@db_app.command("upgrade")
def db_upgrade(context: typer.Context) -> None:
    """Tạo mới hoặc nâng cấp kho dữ liệu."""
    from warehouse.engine import open_engine, where_is
    from warehouse.schema import upgrade

    cli = shown(context)
    engine = open_engine(cli.settings().warehouse.url)
    upgrade(engine)
    typer.echo(say("upgraded", cli.locale(), where=where_is(engine)))
    engine.dispose()


@db_app.command("check")
def db_check(context: typer.Context) -> None:
    """Kiểm tra phiên bản của kho dữ liệu."""
    from warehouse.engine import open_engine, where_is
    from warehouse.schema import check

    cli = shown(context)
    engine = open_engine(cli.settings().warehouse.url)
    check(engine)
    typer.echo(say("checked", cli.locale(), where=where_is(engine)))
    engine.dispose()


def _late(reminders: Any, now: datetime) -> tuple[date, str] | None:
    """The business day of `now` once its mail window has closed, and until when its mails may still go out."""
    from tasks.rules.timezone import HANOI

    at = now.astimezone(HANOI)
    return (at.date(), reminders.catch_up_until) if at.time() > reminders.closes else None


def _flag(row: dict[str, Any]) -> dict[str, Any]:
    names = ("subject", "system", "code", "unit_code", "recorded_unit_code", "flag", "tier", "due_at", "days_late")
    facts = {n: row["facts"].get(n) or None for n in ("procedure_code", "cause")}
    return {n: row[n] for n in names} | {"since": row["since"], "disputed": bool(row["disputed"])} | facts


def _now(sandbox: bool, recent: list[dict[str, Any]]) -> datetime:
    """What "fresh" is measured against: now, in a sandbox the moment of its last run."""
    return recent[0]["as_of"] + timedelta() if sandbox and recent else datetime.now(UTC)


def _print_status(found: dict[str, Any], on_desks: list[str], locale: str) -> None:
    from deployments.attention import ON_DESKS
    from tasks.mail.wording import wording

    typer.echo(say("sources", locale))
    headings = tuple(say(k, locale) for k in ("source", "dataset", "moment", "fresh"))
    rows = [
        (s["name"], s["dataset"], _moment(s["data_moment"]), say("yes" if s["fresh"] else "no", locale))
        for s in found["sources"]
    ]
    print_table(headings, rows, "-")
    typer.echo(f"\n{say('quarantine', locale)}: {found['quarantine']['open']}")
    words = wording(locale)
    counts = ", ".join(f"{words.say(f'mail_state.{state}')} {n}" for state, n in found["ledger"].items() if n)
    typer.echo(f"{say('ledger', locale)}: {counts or '-'}")
    typer.echo(f"\n{say('attention', locale)}")
    lines = [f"- {one['text']}" for one in found["needs_attention"] if one["kind"] not in ON_DESKS]
    for line in [*lines, *on_desks] or [f"- {say('nothing_needed', locale)}"]:
        typer.echo(line)


def _day(moment: datetime | None) -> str:
    from tasks.rules.timezone import HANOI

    return f"{moment.astimezone(HANOI):%d/%m/%Y}" if moment else ""


def _moment(moment: datetime | None) -> str:
    from tasks.rules.timezone import HANOI

    return f"{moment.astimezone(HANOI):%H:%M %d/%m/%Y}" if moment else "-"
