"""Opening and closing a reconciliation: it only reads, so the book of runs and the run lock stay with the others.

Its own book is written by `storing_differences`; here is the report (design §3) and the exit status.
"""

from typing import Any

from tasks.clock import machine_now
from tasks.narration import logger
from tasks.outcome import (
    BUG,
    DIFFERENCES,
    DONE,
    SURROUNDINGS,
    exit_status,
    mail_counts,
    source_counts,
    state_of,
    status_of_fault,
)
from tasks.reports.reconciliation_model import answer_of
from tasks.rules.timezone import HANOI
from tasks.run_book import REPORTS
from tasks.run_context import Run
from warehouse import differences
from warehouse.errors import WarehouseError
from warehouse.fault_words import sentence_of

PREVIEW = "repair"  # what the preview of a repair leaves in `run.kept`
STORED = "differences"  # what storing leaves in `run.kept`: found, new, returned, fixed, open, by_class
FILES = "files"  # what publishing leaves there: paths of the workbooks


def open_book(run: Run) -> None:
    """Nothing to reclaim and nothing to note: other runs may be at work."""
    del run


def close_book(run: Run) -> dict[str, Any]:
    """The report of the reconciliation."""
    lines = list(run.sources.values())
    found = run.kept.get(STORED, {})
    status = exit_status(lines, [], "")
    if status == DONE and found.get("open"):
        status = DIFFERENCES
    _finish(run, status)
    return _told(run, status, found)


def break_book(run: Run, fault: BaseException) -> dict[str, Any] | None:
    """Something ended the story: a report where it was the warehouse, None for a bug or a signal."""
    status = status_of_fault(fault) if isinstance(fault, SURROUNDINGS) else BUG
    try:
        _finish(run, status)
    except WarehouseError as unwritten:  # what was stored stays; how the run ended is not known to the book
        logger().error("%s: its end could not be written down (%s)", run.run_id, type(unwritten).__name__)
    if not isinstance(fault, SURROUNDINGS):
        return None
    report = _told(run, status, {})
    report["warehouse_fault"] = sentence_of(fault, run.settings.locale)
    return report


def _finish(run: Run, status: int) -> None:
    """In the book of differences, where this run has stored what it found."""
    if run.kept.get(STORED) and not run.dry_run:
        with run.store.transaction() as conn:
            state = state_of(status, idle=False)
            differences.finish(conn, run.run_id, state=state, exit_status=status, finished_at=machine_now())


def _told(run: Run, status: int, found: dict[str, Any]) -> dict[str, Any]:
    sides = run.comparison.sides.values()
    unseen = sorted(side.name for side in sides if not side.judged)
    judged, presence = any(side.judged for side in sides), run.comparison.presence
    report: dict[str, Any] = {
        "run_id": run.run_id,
        "flow": run.request.flow,
        "as_of": run.clock.as_of.astimezone(HANOI).isoformat(timespec="seconds"),
        "dry_run": run.dry_run,
        "other_day": run.dry_run and not run.request.dry_run,
        "exit_status": status,
        "state": state_of(status, idle=False),
        "sources": [source_counts(line) for line in run.sources.values()],
        "released": {},
        "flags": dict(run.flags),
        "mails": mail_counts(0, []),
        "mail_fault": None,
        "mail_waits": None,
        "why_idle": None,
        "answer": answer_of(found, presence, unseen=bool(unseen), judged=judged).value if found else None,
        "unseen": unseen,
        "differences": found,
        "presence": dict(sorted(presence.items())),
        "notices": [{"code": one.code, **one.params} for one in run.comparison.notices],
        "repair": run.kept.get(PREVIEW),
        "files": run.kept.get(FILES, []),
    }
    REPORTS[run.run_id] = report
    return report
