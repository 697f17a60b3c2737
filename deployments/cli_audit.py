"""`dondoc audit list|check`: who did what at the desks, as a table or CSV, and whether anybody changed it afterwards.

How rows are sealed to each other: `warehouse/audit_chain`.
"""

import csv
import json
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments.cli_context import print_json, print_table, shown
from deployments.housekeeping_words import counted, say

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

audit_app = typer.Typer(help="Sổ việc làm của người vận hành.", no_args_is_help=True)

Last = Annotated[int, typer.Option("--last", min=1, help="Bấy nhiêu việc gần nhất.")]
Rows = Annotated[int | None, typer.Option("--rows", min=1, help="Dấu sau bấy nhiêu dòng, để so với bản tin.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Toàn bộ sổ dạng CSV trên stdout.")]
RETENTION = "retention"  # as `warehouse/retention` calls a sweep
_COLUMNS = ("id", "at", "by", "act", "target", "detail", "seal")


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(audit_app, name="audit")


@audit_app.command("list")
def audit_list(context: typer.Context, last: Last = 50, as_csv: AsCsv = False) -> None:
    """Ai đã làm gì, lúc nào, vì sao; mới nhất trước."""
    from warehouse.audit_chain import rows_of
    from warehouse.desk import audit_rows

    cli = shown(context)
    with cli.reading() as conn:
        if as_csv:
            _write(rows_of(conn))
            return
        rows = audit_rows(conn, last)
    if cli.json:
        print_json([{name: row[name] for name in _COLUMNS} for row in rows])
        return
    locale = cli.locale()
    headings = (say("number", locale), say("when", locale), say("by", locale), say("act", locale), say("about", locale))
    cells = [(r["id"], _moment(r["at"]), r["by"], r["act"], _about(r, locale)) for r in rows]
    print_table(headings, cells, say("audit_empty", locale))


@audit_app.command("check")
def audit_check(context: typer.Context, rows: Rows = None) -> None:
    """Sổ có bị sửa, xóa, chèn về sau không; nêu dòng sai đầu tiên (mã kết thúc 1)."""
    from warehouse.audit_chain import first_break, head
    from warehouse.engine import open_engine, where_is
    from warehouse.errors import AuditBrokenError

    cli = shown(context)
    with cli.reading() as conn:
        broken, end = first_break(conn), head(conn, rows=rows)
    if broken is not None:
        raise AuditBrokenError(where_is(open_engine(cli.settings().warehouse.url)), broken.row_id)
    if cli.json:
        print_json({"rows": end.rows, "mark": end.mark, "seal": end.seal})
    else:
        typer.echo(say("audit_head", cli.locale(), rows=end.rows, mark=end.mark or "–").strip())


def _write(rows: "Iterable[RowMapping]") -> None:
    from warehouse.instants import to_text

    out = csv.writer(sys.stdout)
    out.writerow(_COLUMNS)
    for row in rows:
        told = dict(row) | {"at": to_text(row["at"]), "detail": json.dumps(row["detail"], ensure_ascii=False)}
        out.writerow([_plain(told[name]) for name in _COLUMNS])


def _plain(value: Any) -> Any:
    """Nothing that a spreadsheet would take for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _about(row: Mapping[str, Any], locale: str) -> str:
    """What it was done to, with why; of a sweep with what went."""
    detail = row["detail"]
    more = counted(detail["counts"], locale) if row["act"] == RETENTION else detail.get("reason", "")
    return f"{row['target']}: {more}" if more else str(row["target"])


def _moment(moment: Any) -> str:
    from tasks.rules.timezone import HANOI

    return f"{moment.astimezone(HANOI):%H:%M %d/%m/%Y}"
