"""What somebody asks of a reconciliation or of a pull, checked before any work: a form takes whatever is typed into it.

The command line says the same within a second (`deployments/reconcile_request`); here it holds for everybody.
"""

import tempfile
from difflib import get_close_matches
from pathlib import Path

from tasks.refused_requests import RequestRefusedError
from tasks.run_context import Run
from warehouse import difference_report

FOLDER = "reconcile"  # beside the landing: one folder a reconciliation


def check_request(run: Run) -> None:
    """Raises RequestRefusedError for a source or a unit that nobody knows, a turned period, a folder not to be used."""
    asked, source = run.request.asked, run.request.source
    holders = [one.name for one in run.settings.sources if one.dataset == "dossiers"]
    if source and source not in holders:
        raise RequestRefusedError("source_unknown", name=source, known=", ".join(holders))
    if asked.period_from and asked.period_to and asked.period_from > asked.period_to:
        days = {"first": f"{asked.period_from:%d/%m/%Y}", "last": f"{asked.period_to:%d/%m/%Y}"}
        raise RequestRefusedError("period_turned", **days)
    _check_units(run)
    _check_folder(run)


def check_source(run: Run) -> None:
    """A pull of a source that is not configured must not read as done. Raises RequestRefusedError."""
    known = [one.name for one in run.settings.sources]
    if run.request.source and run.request.source not in known:
        raise RequestRefusedError("not_a_source", name=run.request.source, known=", ".join(known))


def folder_of(run: Run) -> Path | None:
    """Where the files of a reconciliation go; None: nowhere."""
    if run.request.out:
        return Path(run.request.out)
    return None if run.dry_run else run.settings.var / FOLDER / run.run_id


def _check_units(run: Run) -> None:
    """That nothing differs at a unit which does not exist must not read as agreement."""
    asked = run.request.asked.units
    with run.store.reading() as conn:
        known = difference_report.listed_units(conn) if asked else frozenset()
        wrong = [one for one in asked if known and one not in known and not difference_report.is_named(conn, one)]
    for unit in wrong:
        if near := get_close_matches(unit, sorted(known), n=3):
            raise RequestRefusedError("unit_near", unit=unit, near=", ".join(near))
        raise RequestRefusedError("unit_unknown", unit=unit)


def _check_folder(run: Run) -> None:
    """Before hours are spent: a file can be made there."""
    if (folder := folder_of(run)) is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        raise RequestRefusedError("folder_unwritable", folder=folder) from None
