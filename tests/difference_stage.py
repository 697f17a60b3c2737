"""A told warehouse in which reconciliations find what a test says: the storing task on a run of its own, no server."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tasks.reconcile_book import close_book
from tasks.rules.difference_model import Asked, Cause, Comparison, DifferenceClass, Finding, Scope, SourceSide
from tasks.run_context import RunRequest, enter_run
from tasks.storing_differences import store_differences
from tests.warehouse_samples import MORNING

UNIT, OTHER_UNIT = "31157", "31150"
RECEIVED = date(2026, 10, 5)


def lacking(number: int = 1, unit: str = UNIT, **more: Any) -> Finding:
    """The source has it, the warehouse has not."""
    told: dict[str, Any] = {
        "kind": DifferenceClass.MISSING_IN_WAREHOUSE,
        "unit_code": unit,
        "system": "one-stop",
        "key": f"{unit}-{number}",
        "code": f"H{number}",
        "sides": "source/warehouse",
        "source": "one-stop",
        "day": RECEIVED,
        "facts": {"source": {"status": "4"}, "refs": {"source": "sha256:ab#1"}},
    }
    return Finding(**(told | more))


def differing(number: int = 1, column: str = "due_at", source: str = "2026-10-20", **more: Any) -> Finding:
    """Both have it and say different things."""
    facts = {"source": source, "warehouse": "2026-10-22", "refs": {"warehouse": "sha256:ab#0"}}
    told = {"kind": DifferenceClass.FIELD_DIFFERS, "column": column, "facts": facts, "cause": Cause.BEHIND}
    return lacking(number, **(told | more))


def on_paper(number: int = 7, unit: str = UNIT) -> Finding:
    """A line of the tracking book that the software does not know."""
    return Finding(
        kind=DifferenceClass.NOT_IN_SOFTWARE,
        unit_code=unit,
        code=f"H{number}",
        sides="register/source",
        book="01/2026",
        page="3",
        line=str(number),
        source="so-theo-doi-20261123.csv",
        day=RECEIVED,
        owner=unit,
        facts={"received_on": "2026-10-05", "refs": {"register": "so-theo-doi-20261123.csv#12"}},
    )


def looked(*findings: Finding, **more: Any) -> Comparison:
    """A comparison that looked for everything and found these."""
    told: dict[str, Any] = {
        "scope": Scope(),
        "findings": list(findings),
        "covered": set(DifferenceClass),
        "sides": {"one-stop": SourceSide(name="one-stop", system="one-stop")},
        "books": {"so-theo-doi-20261123.csv"},
    }
    return Comparison(**(told | more))


def reconcile(
    folder: Path,
    comparison: Comparison | Iterable[Finding],
    at: datetime = MORNING,
    *,
    twice: bool = False,
    **asked: Any,
) -> dict[str, Any]:
    """Store what a comparison found, as the flow does; what the task answers."""
    request = RunRequest(
        flow="reconcile",
        config=str(folder / "dondoc.toml"),
        as_of=at.isoformat(),
        reads_only=True,
        reason=asked.pop("reason", "kiểm tra định kỳ"),
        asked=Asked(asked_by="Trưởng phòng"),
        **asked,
    )
    with enter_run(request) as (run, _):
        run.comparison = comparison if isinstance(comparison, Comparison) else looked(*comparison)
        told: dict[str, Any] = store_differences.fn(run.run_id)
        if twice:
            assert store_differences.fn(run.run_id) == told
        close_book(run)
    return told
