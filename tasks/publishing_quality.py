"""The quality report of a run: what the expectations counted, kept while the run loads, shown when it ends.

The page is `tasks/reports/quality`'s. A run that checked nothing has none; a dry run leaves no file.
"""

from pathlib import Path
from typing import Any

from expectations.report import RuleResult
from expectations.sentences import sentence
from expectations.tally import Tally
from tasks.narration import logger
from tasks.reports.quality import CheckedRule, CheckedSource, Quality, quality_page
from tasks.run_context import Run
from tasks.settings import Source
from tasks.whole_files import write_whole
from warehouse import day_book

FOLDER = "quality"
_KEPT = "?checked"  # no source can bear this name


def note_checked(run: Run, source: str, tally: Tally) -> None:
    """What the expectations counted over one pull, whether its gate opened or not."""
    run.kept.setdefault(_KEPT, {})[source] = tally


def quality_summary(run: Run) -> dict[str, Any]:
    """Per source what the next report compares with, for the run's own row: rows, refused, refusals by expectation."""
    return {
        source: {"rows": tally.rows, "refused": tally.refused, "failed": _failed(tally)}
        for source, tally in run.kept.get(_KEPT, {}).items()
    }


def refusals(run: Run) -> tuple[tuple[str, str, int], ...]:
    """Source, reason in words and rows refused by this run, most rows first; a row with two reasons counts for both."""
    found = [
        (source, sentence(one.code, run.settings.locale), one.unexpected)
        for source, tally in run.kept.get(_KEPT, {}).items()
        for one in tally.results()
        if one.unexpected and one.severity == "row"
    ]
    return tuple(sorted(found, key=lambda told: (-told[2], told[:2])))


def publish_quality(run: Run) -> Path | None:
    """Write the page of this run, readable by its owner only; None when there is nothing to show, or nowhere to."""
    if run.dry_run or not run.kept.get(_KEPT):
        return None
    path = run.settings.var / FOLDER / f"{run.run_id}.html"
    try:
        write_whole(path, quality_page(_quality(run), run.settings.locale))
    except OSError as fault:
        logger().error("no quality report in %s (%s)", path.parent, type(fault).__name__)
        return None
    return path


def _quality(run: Run) -> Quality:
    checked = run.kept[_KEPT]
    with run.store.reading() as conn:
        before = day_book.quality_before(conn, run.run_id, run.clock.as_of, frozenset(checked))
    return Quality(
        run_id=run.run_id,
        as_of=run.clock.as_of,
        sources=[
            _source(run, one, checked[one.name], before.get(one.name))
            for one in run.settings.sources
            if one.name in checked
        ],
    )


def _source(run: Run, source: Source, tally: Tally, before: dict[str, Any] | None) -> CheckedSource:
    locale, known = run.settings.locale, None if before is None else before["failed"]
    line = run.sources.get(source.name)
    return CheckedSource(
        name=source.name,
        dataset=source.dataset,
        state=line.state if line else "failed",
        why=line.error if line else "",
        rows=tally.rows,
        refused=tally.refused,
        before=None if before is None else (before["as_of"], before["rows"], before["refused"]),
        rules=tuple(
            CheckedRule(
                code=one.code,
                column=one.column,
                text=sentence(one.code, locale),
                basis=one.basis,
                whole=one.severity == "source",
                checked=one.checked,
                failed=one.unexpected,
                before=None if known is None else known.get(_name(one), 0),
            )
            for one in tally.results()
        ),
    )


def _failed(tally: Tally) -> dict[str, int]:
    return {_name(one): one.unexpected for one in tally.results() if one.unexpected}


def _name(one: RuleResult) -> str:
    return f"{one.code} {one.column}".strip()
