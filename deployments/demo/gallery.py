"""What the demo leaves to look at: every mail with its twin, trace pages, the diary. Read from the books."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from deployments.demo.diary import PAGE_NAMES, DiaryMail, Link, MorningReport, Words, render_pages
from deployments.demo.dossiers import DOSSIERS
from deployments.demo.people import silences_of
from deployments.demo.story import DAYS
from deployments.previews import preview_stem, twin, write_preview
from tasks.settings import Settings
from warehouse import day_book, ledger_read, runs
from warehouse.engine import open_engine, reading

INDEX = PAGE_NAMES["vi"]
MAILS, TRACES = "mails", "traces"
TRACED = ("T2", "T6")
TRACED_RECOMMENDATION = "KN-2025-014"


def hang_pictures(folder: Path, settings: Settings, more: Sequence[Link] = ()) -> None:
    """Write mails, traces and the diary of everything played so far; `more` is linked at its end."""
    engine = open_engine(settings.warehouse.url)
    with reading(engine) as conn:
        for row in _mails(conn):
            write_preview(row, settings, folder / MAILS)
        links = [_trace(conn, settings, folder, code) for code in traced_codes()]
        pages = render_pages(_reports(conn, settings), [*more, *links])
    engine.dispose()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")


def reports_of(settings: Settings) -> list[MorningReport]:
    """The mornings played so far, for the console."""
    engine = open_engine(settings.warehouse.url)
    with reading(engine) as conn:
        reports = _reports(conn, settings)
    engine.dispose()
    return reports


def traced_codes() -> list[str]:
    """The items whose history is laid out: T2, T6 and R1."""
    return [*(d.code for d in DOSSIERS if d.item in TRACED), TRACED_RECOMMENDATION]


def _mails(conn: Connection) -> list[dict[str, Any]]:
    rows = (ledger_read.mail(conn, m["id"]) for m in ledger_read.mails_of(conn) if m["state"] != "superseded")
    return [row for row in rows if row is not None]


def _reports(conn: Connection, settings: Settings) -> list[MorningReport]:
    by_day: dict[date, list[dict[str, Any]]] = {}
    for row in _mails(conn):
        by_day.setdefault(row["business_date"], []).append(row)
    ended = {r["business_date"]: r for r in reversed(runs.recent_runs(conn, 100)) if r["finished_at"]}
    return [_report(conn, settings, day, by_day.get(day, []), ended[day]) for day in DAYS if day in ended]


def _report(
    conn: Connection, settings: Settings, day: date, mails: list[dict[str, Any]], run: dict[str, Any]
) -> MorningReport:
    shown = [_shown(row, settings) for row in mails]
    reminders = tuple(m for m in shown if m.audience != "ops")
    counts = _counts(conn, run)
    written_to = [row["address"] for row in mails if row["audience"] != "ops"]
    flags = run["summary"].get("flags", {})
    return MorningReport(
        day=day,
        exit_status=run["exit_status"],
        mails=reminders,
        silences=silences_of(day, written_to),
        bulletin=next((m for m in shown if m.audience == "ops"), None),
        flags_open=flags.get("open", 0),
        links=run_pages(settings, run["run_id"]),
        pulled=counts["pulled"],
        quarantined=counts["quarantined"],
        quarantined_new=counts["quarantined_new"],
    )


def _shown(row: dict[str, Any], settings: Settings) -> DiaryMail:
    stem = f"{MAILS}/{preview_stem(row)}"
    return DiaryMail(
        recipient=row["post"],
        audience=row["audience"],
        state=row["state"],
        subject=row["subject"],
        subject_en=twin(row, settings, "en").subject,
        html=f"{stem}.html",
        html_en=f"{stem}.en.html",
        eml=f"{stem}.eml",
    )


def _counts(conn: Connection, run: dict[str, Any]) -> dict[str, int]:
    start = run["as_of"]
    loads = [r for r in day_book.loads_between(conn, start, start + timedelta(hours=1)) if r["run_id"] == run["run_id"]]
    return {name: sum(r[name] for r in loads) for name in ("pulled", "quarantined", "quarantined_new")}


def run_pages(settings: Settings, run_id: str) -> tuple[Link, ...]:
    """The card and the quality report that the run left, as links beside the configuration."""
    card, quality = Words(vi="Phiếu chạy", en="Run card"), Words(vi="Chất lượng dữ liệu", en="Data quality")
    pages = (card, "cards"), (quality, "quality")
    found = ((words, settings.var / name / f"{run_id}.html") for words, name in pages)
    return tuple(
        Link(label=words, href=path.relative_to(settings.folder).as_posix()) for words, path in found if path.exists()
    )


def _trace(conn: Connection, settings: Settings, folder: Path, code: str) -> Link:
    from deployments.trace_pages import write_trace

    path = write_trace(conn, settings, code, folder / TRACES)
    words = Words(vi=f"Truy vết {code}", en=f"Trace of {code}")
    return Link(label=words, href=path.relative_to(folder).as_posix())
