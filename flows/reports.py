"""The report of the last run in this process, for the command line."""

from typing import Any

from tasks.run_book import REPORTS


def newest_report() -> dict[str, Any] | None:
    """The newest report, or None before the first run."""
    return next(reversed(REPORTS.values()), None)
