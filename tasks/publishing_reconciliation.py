"""Telling what a reconciliation found: workbooks for the inspectors of each unit, a card and a table in Prefect.

What stands in them is `tasks/result_rows` and `tasks/reports/reconciliation*`'s. Nothing personal: codes, days, counts.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from tasks.checking_request import folder_of
from tasks.narration import logger
from tasks.reconcile_book import FILES, PREVIEW
from tasks.reports.card_page import card_page
from tasks.reports.reconciliation import markdown
from tasks.reports.reconciliation_lines import screen_table
from tasks.reports.reconciliation_model import Reconciliation
from tasks.reports.reconciliation_repair import pulled
from tasks.reports.reconciliation_sheets import write_result
from tasks.result_rows import file_names, result_of
from tasks.rules.difference_model import Notice
from tasks.run_context import Run, current
from tasks.whole_files import whole_file

PAGE = "doi-soat.html"  # the card as a page, for where no Prefect is


@task(name="publish reconciliation", cache_policy=NO_CACHE, persist_result=False)
def publish_reconciliation(run_id: str) -> list[str]:
    """Write the workbooks (a dry run: only where a folder was named), then show card and table; returns the paths.

    Files are readable by their owner only. The same run writes the same bytes. A picture in Prefect that cannot be
    drawn is left: the truth is in the book and in the files.
    """
    run = current(run_id)
    result = result_of(run)
    if result.preview is not None:
        run.kept[PREVIEW] = {**result.preview, "preview": pulled(result)}
    folder = folder_of(run)
    if folder is not None:
        result = _with_files(run, result, folder)
    text = markdown(result, run.settings.locale)
    paths = list(result.files.values())
    if folder is not None and paths:
        paths.append(_page(folder / PAGE, text, run.settings.locale))
    run.kept[FILES] = paths
    _shown(run, result, text)
    logger().info("reconciliation: %d open in scope, %d workbooks", len(result.open), len(paths))
    return paths


def _with_files(run: Run, result: Reconciliation, folder: Path) -> Reconciliation:
    """The result with its workbooks; a disk that is full by now takes nothing of what was found."""
    try:
        return replace(result, files=_written(result, folder, run.settings.locale))
    except OSError as fault:
        logger().error("no files in %s (%s)", folder, type(fault).__name__)
        run.comparison.notices.append(Notice(code="files_not_written", params={"folder": str(folder)}))
        return replace(result, notices=list(run.comparison.notices))


def _written(result: Reconciliation, folder: Path, locale: str) -> dict[str, str]:
    """The path of each workbook by unit."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    paths = {}
    for unit, name in file_names(result.units).items():
        path = folder / name
        _write(path, result, unit, locale)
        paths[unit] = str(path)
    return paths


def _write(path: Path, result: Reconciliation, unit: str, locale: str) -> None:
    with whole_file(path) as out:
        write_result(out, result, unit_code=unit, locale=locale, folder=str(path.parent))


def _page(path: Path, text: str, locale: str) -> str:
    with whole_file(path) as out:
        out.write(card_page(text, locale).encode())
    return str(path)


def _shown(run: Run, result: Reconciliation, text: str) -> None:
    locale, key = run.settings.locale, f"{run.request.flow}-{run.business_date:%Y%m%d}"
    _try("card", lambda: create_markdown_artifact(markdown=text, key=key))
    rows, told = screen_table(result, locale)
    if rows:
        _try("table", lambda: create_table_artifact(table=rows, key=f"{key}-differences", description=told))


def _try(what: str, draw: Callable[[], object]) -> None:
    try:
        draw()
    except Exception as error:  # noqa: BLE001 - whatever the server's trouble is, what was found is stored
        logger().warning("the %s of the reconciliation is not shown (%s)", what, type(error).__name__)
