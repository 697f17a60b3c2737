"""`dondoc run reconcile`: do source, warehouse and paper register agree?

With --json the report of design §3 and
    {…, differences: {found, new, again, reopened, returned, fixed, open, explained, by_class: {class: n},
     returned_ids: [id]}, answer: agree | differ | partly | unseen | nothing | null, unseen: [source],
     other_day: bool (dry since it is as of another day), presence: {"SWR": n, …}, notices: [{code, …}], files: [path],
     repair: null | {limit, dossiers, sources, left,
        preview: [{code, unit_code, source, new, changes: [{column, here, there}]}]}}
What is asked is checked in `reconcile_request`; the flow's own parameters are those of flows/parameters.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from deployments.cli_context import CliContext, print_json, shown
from deployments.reconcile_words import say

MOST_NOTICES = 10
MOST_PULLED = 10

Source = Annotated[str, typer.Option("--source", help="Chỉ nguồn này.")]
Unit = Annotated[list[str] | None, typer.Option("--unit", help="Chỉ đơn vị này; lặp lại cho nhiều đơn vị.")]
From = Annotated[str, typer.Option("--from", help="Hồ sơ tiếp nhận từ ngày này (2026-11-02 hoặc 02/11/2026).")]
To = Annotated[str, typer.Option("--to", help="… đến hết ngày này.")]
Register = Annotated[
    list[str] | None,
    typer.Option("--register", help="Tệp sổ giấy trong thư mục sổ đã cấu hình; lặp lại cho nhiều tệp."),
]
Statistics = Annotated[str, typer.Option("--statistics", help="Tệp thống kê của một cửa trong cùng thư mục.")]
Depth = Annotated[str, typer.Option("--depth", help="rows: từng hồ sơ; counts: đếm trước, đọc chỗ lệch số.")]
AsOf = Annotated[str, typer.Option("--as-of", help="Thời điểm tính, ISO 8601; ngày khác hôm nay thì chỉ chạy thử.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Không ghi gì, kể cả sổ sai lệch.")]
Out = Annotated[Path | None, typer.Option("--out", help="Thư mục ghi tệp kết quả.")]
By = Annotated[str, typer.Option("--by", help="Ai yêu cầu; ghi vào kết quả và sổ.")]
Reason = Annotated[str, typer.Option("--reason", help="Vì sao; ghi vào kết quả và sổ.")]
Repair = Annotated[bool, typer.Option("--repair", help="Xem trước việc kéo lại những gì khác nhau; không sửa gì.")]
Confirm = Annotated[str, typer.Option("--confirm", help="Cùng --repair: làm thật bản xem trước của lượt mang mã này.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Kéo lại nhiều nhất bấy nhiêu hồ sơ.")]


def register(run_app: typer.Typer) -> None:
    """Add the command to `run`."""
    run_app.command("reconcile")(reconcile)


def reconcile(
    context: typer.Context,
    source: Source = "",
    unit: Unit = None,
    period_from: From = "",
    period_to: To = "",
    register: Register = None,
    statistics: Statistics = "",
    depth: Depth = "rows",
    as_of: AsOf = "",
    dry_run: DryRun = False,
    out: Out = None,
    by: By = "",
    reason: Reason = "",
    repair: Repair = False,
    confirm: Confirm = "",
    limit: Limit = 200,
) -> None:
    """Đối soát phần mềm một cửa, kho dữ liệu và sổ giấy; mặc định chỉ báo cáo, không sửa gì."""
    cli = shown(context)
    report = _run(
        cli,
        source=source,
        units=unit or [],
        period_from=period_from,
        period_to=period_to,
        registers=register or [],
        statistics=statistics,
        depth=depth,
        as_of=as_of,
        dry_run=dry_run,
        out=str(out.absolute()) if out else "",
        asked_by=by,
        reason=reason,
        repair=repair,
        confirm=confirm,
        limit=limit,
    )
    if cli.json:
        print_json(report)
    else:
        typer.echo(told_reconciliation(report, cli.locale()))
    raise typer.Exit(int(report["exit_status"]))


def _run(cli: CliContext, **asked: Any) -> dict[str, Any]:
    """Check what was typed, then run the flow; its report."""
    from deployments import reconcile_request as request
    from deployments.exits import UsageFaultError
    from deployments.preflight import checked
    from deployments.running import run_flow

    locale = cli.locale()
    days = {name: request.day_of(f"--{name[7:]}", asked[name], locale) for name in ("period_from", "period_to")}
    request.check_period(days["period_from"], days["period_to"], locale)
    if asked["depth"] not in request.DEPTHS:
        raise UsageFaultError(say("depth", locale, text=asked["depth"]))
    names = {name: asked[name] for name in ("repair", "confirm", "reason", "dry_run")}
    request.check_repair(**names, by=asked["asked_by"], locale=locale)
    settings = checked(cli.config, as_of=asked["as_of"], source=asked["source"])
    files = {name: asked[name] for name in ("source", "registers", "statistics")}
    request.check_names(settings, **files)
    request.check_units(settings, asked["units"])
    request.check_out(asked["out"], locale)
    return run_flow("reconcile", cli.config, settings, verbose=cli.verbose, **(asked | days), wait_seconds=0.0)


def told_reconciliation(report: dict[str, Any], locale: str) -> str:
    """The report as text: what differs, what is to be known, where the files lie."""
    from deployments.cli_report import head_lines

    found = report.get("differences") or {}
    named = [_named(source, locale) for source in report["sources"]]
    lines = [_head(report, locale), *head_lines(report | {"sources": named}, locale, only_looked=bool(found))[1:]]
    if found:
        lines += _differences(report, found, locale)
    if cells := report.get("presence"):
        lines.append(say("presence", locale, cells=_cells(cells, locale)))
    lines += [*_notices(report.get("notices") or [], locale), *_repair(report, locale)]
    files = report.get("files") or []
    lines += [say("files", locale, path=path) for path in (*files[-1:], *files[:1])]  # the page, the workbook over all
    lines += [say("files_units", locale, n=len(files) - 2)] * (len(files) > 2)
    lines += [say("look", locale)] * bool(found.get("open"))
    if found.get("returned_ids"):  # an alarm stands last, where the eye rests
        lines.append(say("returned", locale, ids=", ".join(found["returned_ids"])))
    return "\n".join(lines)


def _head(report: dict[str, Any], locale: str) -> str:
    """The first line: what ran, as of when, how it ended, and why it was dry where nobody asked for that."""
    at = datetime.fromisoformat(report["as_of"])
    state = say(f"state_{report['state']}", locale)
    told = {"at": f"{at:%H:%M %d/%m/%Y}", "state": state, "exit_status": report["exit_status"]}
    why = [say("other_day", locale)] if report.get("other_day") else []
    return "\n".join([say("head", locale, **told), *why])


def _named(source: dict[str, Any], locale: str) -> dict[str, Any]:
    """The folder of registers is no configured source: it is told by a word."""
    return source | {"name": say("registers", locale)} if source["name"] == "registers" else source


def _cells(cells: dict[str, int], locale: str) -> str:
    """Cells of the matrix by the names of the sides, fullest first."""
    from tasks.reports.reconciliation_speech import speech

    told = speech(locale, {})
    names = {"S": told.word("side", "source"), "W": told.word("side", "warehouse"), "R": told.word("side", "register")}
    ranked = sorted(cells.items(), key=lambda cell: (-len(cell[0]), cell[0]))
    return "; ".join(
        say("cell", locale, sides=" + ".join(names[one] for one in cell), n=told.number(n)) for cell, n in ranked
    )


def _differences(report: dict[str, Any], found: dict[str, Any], locale: str) -> list[str]:
    from tasks.reports.reconciliation_speech import speech

    told = speech(locale, {})
    shape = {"open": 0, "new": 0, "returned": 0, "fixed": 0, "explained": 0}
    counts = {name: found.get(name, 0) for name in shape}
    answer = report.get("answer") or "agree"
    unseen = ", ".join(report.get("unseen") or ())
    first = [] if answer in ("differ", "agree") else [say(answer, locale, names=unseen)]
    if any(counts.values()):
        first.append(say("differ", locale, **counts))
    elif answer == "agree":
        first.append(say("agree", locale))
    classes = [say("class", locale, kind=told.word("kind", k), n=n) for k, n in found.get("by_class", {}).items()]
    return [*first, *classes]


def _notices(notices: list[dict[str, Any]], locale: str) -> list[str]:
    from tasks.reports.reconciliation_speech import speech
    from tasks.rules.difference_model import Notice

    told = speech(locale, {})
    spoken = [
        told.notice(Notice(code=one["code"], params={k: v for k, v in one.items() if k != "code"})) for one in notices
    ]
    lines = [say("notice", locale, text=text) for text in spoken[:MOST_NOTICES]]
    return lines + [say("more", locale, n=len(spoken) - MOST_NOTICES)] * (len(spoken) > MOST_NOTICES)


def _repair(report: dict[str, Any], locale: str) -> list[str]:
    plan = report.get("repair")
    if not plan:
        return []
    from tasks.reports.reconciliation_repair import changes_text
    from tasks.reports.reconciliation_speech import speech

    size, limit, unseen = plan["dossiers"], plan["limit"], ", ".join(report.get("unseen") or ())
    empty = "repair_unseen" if unseen else "repair_none"
    which = empty if not size else "repair_many" if size > limit else "repair"
    told, listed = speech(locale, {}), plan.get("preview", ())
    lines = [say(which, locale, n=size, limit=limit, run_id=report["run_id"], names=unseen)]
    lines += [
        say("pulled", locale, code=one["code"], unit=one["unit_code"], what=changes_text(one, told))
        for one in listed[:MOST_PULLED]
    ]
    return lines + [say("pulled_more", locale, n=size - MOST_PULLED)] * (bool(listed) and size > MOST_PULLED)
