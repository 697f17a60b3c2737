"""The desk of differences: `differences list|explain|resolve`. Acts are audited, and need no run lock.

JSON: `list` → `[{id, kind, state, owner, unit_code, system, key, code, column, sides, book, page, line, source, day,
cause, facts, first_seen_at, last_seen_at, age_working_days, fixed_at, returned, returned_at, explanation, explained_by,
explained_at, first_run_id, run_id}]`; `explain ID` → one of these with `stands: [{side, there, says, ref, now | paper |
body}]`, `quarantine: [id]`, `history: [{at, by, act, detail}]`; an act → `{id, state}`. Age is null once it is fixed.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments.cli_context import CliContext, print_json, print_table, shown
from deployments.cli_mail import AsOf, By, Why
from deployments.difference_words import say
from deployments.exits import UsageFaultError
from tasks.rules.difference_model import DifferenceClass, DifferenceState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from tasks.reports.reconciliation_speech import Speech

MOST = 200  # lines of a list for people

differences_app = typer.Typer(help="Sổ sai lệch: các chỗ lệch, giải trình, khắc phục.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(help="Mã sai lệch, dạng D-0123456789ab.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(differences_app, name="differences")


@differences_app.command("list")
def differences_list(
    context: typer.Context,
    unit: Annotated[str, typer.Option("--unit", help="Chỉ đơn vị này.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="Chỉ loại này, ví dụ field_differs.")] = "",
    state: Annotated[
        str, typer.Option("--state", help="open, explained, fixed hoặc all; mặc định: chưa khắc phục.")
    ] = "",
    owner: Annotated[str, typer.Option("--owner", help="Chỉ của đơn vị này; ops: bộ phận vận hành.")] = "",
    as_of: AsOf = "",
) -> None:
    """Các sai lệch trong sổ, cũ nhất trước."""
    from deployments.difference_card import line
    from warehouse import difference_desk as desk

    cli, locale = shown(context), shown(context).locale()
    _known("--kind", kind, [one.value for one in DifferenceClass], locale)
    _known("--state", state, [*(one.value for one in DifferenceState), "all"], locale)
    with cli.reading() as conn:
        age = _ages(cli, conn, as_of)
        asked = {"unit": unit, "kind": kind, "owner": owner, "state": "" if state == "all" else state}
        rows = [line(row, age(row)) for row in desk.listed(conn, **asked)]
        is_new = desk.last_reconciliation(conn) is None
        speech = _speech(cli, conn)
    if not state:
        rows = [row for row in rows if row["state"] != DifferenceState.FIXED]
    if cli.json:
        print_json(rows)
        return
    names = ("id", "age", "kind", "unit", "code", "what", "state", "owner")
    headings = tuple(speech.word("table", name) for name in names)
    cells = [_cells(row, speech) for row in rows[:MOST]]
    print_table(headings, cells, say("never_run" if is_new else "empty", locale))
    if len(rows) > MOST:
        typer.echo(say("more", locale, n=len(rows) - MOST))


@differences_app.command("explain")
def differences_explain(context: typer.Context, name: Id, by: By = "", reason: Why = "", as_of: AsOf = "") -> None:
    """Một sai lệch: các bên ghi gì, ở đâu, từ bao giờ, vì sao, phải làm gì; kèm --by, --reason: ghi nhận giải trình."""
    from deployments.difference_card import card, card_lines
    from warehouse import difference_desk as desk

    cli, locale = shown(context), shown(context).locale()
    if by.strip() or reason.strip():
        _act(cli, name, desk.explain, by, reason, as_of, DifferenceState.EXPLAINED)
        return
    with cli.reading() as conn:
        row = _row(cli, conn, name)
        told = card(conn, row, _ages(cli, conn, as_of)(row))
        speech = _speech(cli, conn, _reasons(told["facts"], locale))
    if cli.json:
        print_json(told)
        return
    for one in card_lines(told, speech, locale):
        typer.echo(one)


@differences_app.command("resolve")
def differences_resolve(context: typer.Context, name: Id, by: By = "", reason: Why = "", as_of: AsOf = "") -> None:
    """Ghi nhận một sai lệch đã được khắc phục; lượt đối soát sau sẽ kiểm tra lại."""
    from warehouse import difference_desk as desk

    _act(shown(context), name, desk.resolve, by, reason, as_of, DifferenceState.FIXED)


def _act(
    cli: CliContext,
    name: str,
    act: "Callable[[Connection, str, str, str, datetime], None]",
    by: str,
    reason: str,
    as_of: str,
    state: DifferenceState,
) -> None:
    from deployments.mornings import desk_now

    if not by.strip() or not reason.strip():
        raise UsageFaultError(say("needs_by", cli.locale()))
    with cli.writing() as conn:
        row = _row(cli, conn, name)
        _shown_to_many(row, {"--by": by, "--reason": reason}, cli.locale())
        act(conn, row["id"], by, reason, desk_now(cli, conn, as_of))
    if cli.json:
        print_json({"id": row["id"], "state": state.value})
    else:
        key = "explained" if state is DifferenceState.EXPLAINED else "resolved"
        typer.echo(say(key, cli.locale(), id=row["id"]))


def _shown_to_many(row: "Mapping[str, Any]", typed: "Mapping[str, str]", locale: str) -> None:
    from deployments.typed_texts import refused

    codes = (row["code"], row["record_key"], row["id"], str(row["facts"].get("replaced_by", "")))
    if sentence := refused(typed, codes, locale):
        raise UsageFaultError(sentence)


def _row(cli: CliContext, conn: "Connection", name: str) -> dict[str, Any]:
    from warehouse import difference_desk as desk

    found = desk.row(conn, name)
    if found is None:
        near = desk.near(conn, name)
        raise UsageFaultError(say("near" if near else "unknown", cli.locale(), id=name, near=", ".join(near)))
    return found


def _ages(cli: CliContext, conn: "Connection", as_of: str) -> "Callable[[Mapping[str, Any]], int | None]":
    """Working days since a difference was first seen; None once it is fixed, or where the calendar does not reach."""
    from deployments.cli_explain import working_time
    from deployments.mornings import desk_now
    from tasks.rules.timezone import HANOI
    from tasks.rules.working_calendar import CalendarUnknownError

    calendar = working_time(cli)[0]
    today = desk_now(cli, conn, as_of).astimezone(HANOI).date()

    def age(row: "Mapping[str, Any]") -> int | None:
        if row["state"] == DifferenceState.FIXED:
            return None
        try:
            return max(0, calendar.working_days_between(row["first_seen_at"].astimezone(HANOI).date(), today))
        except CalendarUnknownError:
            return None

    return age


def _reasons(facts: "Mapping[str, Any]", locale: str) -> dict[str, str]:
    """Why a record lies in quarantine, in the words of the quarantine."""
    if not (codes := facts.get("reasons")):
        return {}
    from expectations.sentences import sentence  # heavy, and seldom needed

    return {str(code): sentence(str(code), locale) for code in codes}


def _speech(cli: CliContext, conn: "Connection", reasons: "Mapping[str, str] | None" = None) -> "Speech":
    from deployments.mornings import desk_now
    from tasks.reports.reconciliation_speech import speech
    from warehouse.current import unit_names

    return speech(cli.locale(), unit_names(conn, desk_now(cli, conn).date()), reasons)


def _cells(row: "Mapping[str, Any]", speech: "Speech") -> tuple[object, ...]:
    from deployments.difference_card import PAPER

    place = f"{row['book']}/{row['page']}/{row['line']}" if set(row["sides"].split("/")) & set(PAPER) else ""
    said = [
        speech.pair(side, row["facts"][side], row["column"]) for side in row["sides"].split("/") if side in row["facts"]
    ]
    column = speech.column(row["column"]) if row["column"] else ""
    return (
        row["id"],
        row["age_working_days"],
        speech.word("kind", row["kind"]),
        speech.unit(row["unit_code"]),
        row["code"],
        " · ".join(part for part in (column, "; ".join(said), place.strip("/")) if part),
        speech.word("state", row["state"]) + (f" ({speech.word('news', 'returned')})" if row["returned"] else ""),
        speech.owner(row["owner"]),
    )


def _known(option: str, value: str, known: list[str], locale: str) -> None:
    if value and value not in known:
        raise UsageFaultError(say("unknown_word", locale, option=option, value=value, known=", ".join(known)))
