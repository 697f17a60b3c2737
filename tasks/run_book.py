"""Opening and closing the book of a run: reclaiming what a dead one left, drawing the conclusion, the JSON report."""

from typing import Any

from tasks.clock import machine_now
from tasks.heartbeat import beat_busy, beat_end, write_file
from tasks.mail_words import fault_sentence, waiting_sentence
from tasks.narration import logger
from tasks.outcome import (
    BUSY,
    SURROUNDINGS,
    exit_status,
    mail_counts,
    source_counts,
    state_of,
    status_of_end,
    status_of_fault,
)
from tasks.publishing_quality import quality_summary
from tasks.rules.timezone import HANOI
from tasks.run_context import Run, RunRequest
from warehouse import day_book, ledger, runs, soundness
from warehouse.errors import WarehouseError
from warehouse.fault_words import sentence_of

REPORTS: dict[str, dict[str, Any]] = {}  # by run id, for the command line in this process


def open_book(run: Run) -> None:
    """Under the run lock: claimed mails go back, a mail cut off in its data becomes uncertain, dead runs are marked."""
    with run.store.transaction() as conn:
        runs.mark_killed(conn, run.run_id, machine_now())
        runs.start_run(conn, run.run_id, run.request.flow, run.business_date, run.clock.as_of, machine_now())
        ledger.reclaim(conn, run.run_id, run.clock.now())


def close_book(run: Run) -> dict[str, Any]:
    """Store how the run ended; returns its report (design §3)."""
    with run.store.transaction() as conn:
        mails = [(a, s) for a, s in day_book.mails_touched(conn, run.run_id) if not (run.dry_run and s == "handed")]
        report = _report(run, [state for audience, state in mails if audience != "ops"])
        bulletins = [state for audience, state in mails if audience == "ops"]
        status = exit_status(run.sources.values(), [state for _, state in mails], run.mail_fault)
        report |= {"exit_status": status, "state": state_of(status, idle=_is_idle(run, report, bulletins))}
        report["bulletins"] = mail_counts(0, bulletins)
        runs.finish_run(conn, run.run_id, report["state"], status, report, machine_now())
        beat_end(run, conn, report, ended=True)
    _after(run)
    soundness.remember(run.store.engine, run.run_id)
    REPORTS[run.run_id] = report
    return report


def _report(run: Run, touched_states: list[str]) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "flow": run.request.flow,
        "as_of": run.clock.as_of.astimezone(HANOI).isoformat(timespec="seconds"),
        "dry_run": run.dry_run,
        "sources": [source_counts(run.sources[s.name]) for s in run.settings.sources if s.name in run.sources],
        "released": run.released,
        "flags": run.flags,
        "mails": mail_counts(run.composed, touched_states),
        "mail_fault": fault_sentence(run.mail_fault, run.settings) if run.mail_fault else None,
        "mail_waits": waiting_sentence(run.mail_waits, run.settings) if run.mail_waits else None,
        "why_idle": run.idle or None,
        "swept": run.kept.get("swept", {}),
        "audit": run.kept.get("audit"),
        "backup": run.kept.get("backup"),
        "quality": quality_summary(run),
        "files": run.kept.get("files", []),
    }


def _is_idle(run: Run, report: dict[str, Any], bulletins: list[str]) -> bool:
    """Nothing new in, nothing opened or closed, nothing out."""
    brought = run.released or any(line["new"] or line["changed"] for line in report["sources"])
    moved = report["flags"]["opened"] or report["flags"]["closed"]
    left = report["swept"] or report["files"] or report["backup"]
    return bool(run.idle) or not (brought or moved or left or any(report["mails"].values()) or bulletins)


def busy_report(request: RunRequest, holder: str) -> dict[str, Any]:
    """What is told when another run holds the lock: nothing was done, and whose turn it is."""
    report: dict[str, Any] = {
        "run_id": None,
        "flow": request.flow,
        "as_of": request.as_of or machine_now().isoformat(timespec="seconds"),
        "dry_run": request.dry_run,
        "state": state_of(BUSY, idle=False),
        "exit_status": BUSY,
        "sources": [],
        "released": {},
        "flags": {"opened": 0, "closed": 0, "open": 0},
        "mails": mail_counts(0, []),
        "mail_fault": None,
        "mail_waits": None,
        "why_idle": holder,
        "quality": {},
    }
    beat_busy(request)
    REPORTS[f"busy {len(REPORTS)}"] = report
    return report


def break_book(run: Run, fault: BaseException) -> dict[str, Any] | None:
    """Something ended the story: say so in the book, as far as it can be written.

    Returns a report when it was the warehouse that failed; None for a bug or a signal, which the caller lets go on.
    """
    broken = _broken_report(run, fault) if isinstance(fault, SURROUNDINGS) else None
    summary = broken or {"run_id": run.run_id, "state": "failed", "exit_status": status_of_end(fault)}
    try:
        with run.store.transaction() as conn:
            runs.finish_run(conn, run.run_id, summary["state"], summary["exit_status"], summary, machine_now())
            beat_end(run, conn, summary, ended=False)
        _after(run)
    except WarehouseError as unwritten:  # the next run finds the book open and marks this one as killed
        logger().error("%s: its end could not be written down (%s)", run.run_id, type(unwritten).__name__)
    return broken


def _after(run: Run) -> None:
    if not run.dry_run:
        with run.store.reading() as conn:
            write_file(run.settings, conn)


def _broken_report(run: Run, fault: WarehouseError) -> dict[str, Any]:
    status = status_of_fault(fault)
    told = {"exit_status": status, "state": state_of(status, idle=False), "bulletins": mail_counts(0, [])}
    report = _report(run, []) | told | {"warehouse_fault": sentence_of(fault, run.settings.locale)}
    REPORTS[run.run_id] = report
    return report
