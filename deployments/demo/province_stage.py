"""`dondoc demo --province`: one morning of a whole synthetic province, with an embedded mail catcher and nothing else.

Files are generated, the morning flow runs as in production, and a folder is left with every mail and an index page.
A second call finds the morning done. The seven mornings of the story are `stage.py`'s.
"""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from deployments.demo import config
from deployments.demo.gallery import run_pages
from deployments.demo.mail_catcher import MailCatcher
from deployments.demo.province import Province, write_province
from deployments.demo.province_config import write_province_config
from deployments.demo.province_morning import (
    PAGES,
    ProvinceMorning,
    ShownMail,
    morning_lines,
    morning_pages,
    nothing_lines,
)
from deployments.demo.stage import is_played, prepare, quieten
from deployments.exits import UsageFaultError
from deployments.previews import preview_stem, write_preview
from deployments.running import call_flow
from tasks.settings import Settings, load_settings
from warehouse import flag_store, ledger_read, quarantine_desk
from warehouse.engine import open_engine, reading

FOLDER = Path("demo-out") / "province"
MAILS = "mails"
INDEX = PAGES["vi"]
_SIGN = "deployments.demo.province"  # in the configuration of such a folder


def play_province(
    folder: Path, *, fresh: bool, verbose: bool, province: Province | None = None, database_url: str = ""
) -> int:
    """Play the morning if it is not yet played; 0 when it stands as it should, else the run's exit status."""
    size = province or Province()
    _refuse_other_demo(folder, fresh=fresh)
    prepare(folder, fresh=fresh)
    with MailCatcher(folder / "var" / "caught") as catcher:
        path = write_province_config(
            folder, size, smtp_port=catcher.port, database_url=database_url, more=f"# {_SIGN}\n"
        )
        settings = load_settings(path, {})
        quieten(settings, verbose=verbose)
        if is_played(settings, size.as_of):
            _say(nothing_lines(str(folder / INDEX), settings.locale))
            return 0
        if not (folder / config.DROPS).exists():
            write_province(folder / config.DROPS, size)
        from flows.morning_run import morning_run

        report = call_flow(morning_run, config=str(path), as_of=size.as_of.isoformat())
    told = _hang(folder, settings, size, report)
    _say(morning_lines(told, str(folder / INDEX), settings.locale))
    return int(report["exit_status"])


def _refuse_other_demo(folder: Path, *, fresh: bool) -> None:
    path = folder / config.CONFIG_NAME
    if path.exists() and not fresh and _SIGN not in path.read_text(encoding="utf-8"):
        msg = f"{folder} holds another demo: choose another folder with --dir, or --fresh to start over in it"
        raise UsageFaultError(msg)


def _hang(folder: Path, settings: Settings, province: Province, report: dict[str, Any]) -> ProvinceMorning:
    """Write mails, card and pages; returns the figures."""
    engine = open_engine(settings.warehouse.url)
    with reading(engine) as conn:
        told = _told(conn, folder, settings, province, report)
    engine.dispose()
    for name, text in morning_pages(told).items():
        (folder / name).write_text(text, encoding="utf-8")
    return told


def _told(
    conn: Connection, folder: Path, settings: Settings, province: Province, report: dict[str, Any]
) -> ProvinceMorning:
    rows = [ledger_read.mail(conn, m["id"]) for m in ledger_read.mails_of(conn) if m["state"] != "superseded"]
    mails = [row for row in rows if row is not None]
    shown = []
    for row in sorted(mails, key=lambda m: (m["audience"] == "ops", m["audience"], m["address"])):
        write_preview(row, settings, folder / MAILS)
        href = f"{MAILS}/{preview_stem(row)}.html"
        shown.append(ShownMail(row["audience"], row["post"], row["subject"], href))
    return ProvinceMorning(
        as_of=province.as_of,
        units=province.units,
        dossiers=province.dossiers,
        sources=report["sources"],
        reasons=quarantine_desk.reason_counts(conn),
        flags=Counter((f["subject"], f["flag"], f["tier"]) for f in flag_store.open_flags(conn)),
        mails=Counter(row["state"] for row in mails),
        shown=shown,
        card=next((link.href for link in run_pages(settings, report["run_id"])), ""),
    )


def _say(lines: list[str]) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
