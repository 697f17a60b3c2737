"""The afternoon after the seventh morning: an admin asks whether one-stop software, warehouse and paper books agree.

One real run of the reconcile flow over the books of `registers`. Its workbooks and its page lie in the demo's folder;
what the books get wrong is told there.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from deployments.demo.config import CONFIG_NAME
from deployments.demo.diary import Link, Words
from deployments.demo.one_stop_api import OneStopApi
from deployments.demo.story import at
from deployments.running import call_flow
from tasks.settings import Settings
from warehouse.engine import open_engine, reading
from warehouse.tables import differences, reconciliations

AFTERNOON = at(1, 12, 14, 0)
RESULTS = "reconciliation"  # folder of page and workbooks
PAGE, WORKBOOK = "doi-soat.html", "doi-soat.xlsx"
ASKED_BY = "Thanh tra Sở Nội vụ"
REASON = "Đoàn kiểm tra cải cách hành chính cuối năm"


@dataclass(frozen=True, slots=True)
class Agreement:
    """How the reconciliation ended: open differences, and how many of them are between software and warehouse."""

    open: int
    of_software: int


def play_afternoon(folder: Path, settings: Settings, api: OneStopApi) -> dict[str, Any] | None:
    """Ask once, the report; None for a second call of the demo, which finds the answer in the book."""
    if outcome(settings) is not None:
        return None
    api.set_moment(AFTERNOON)
    from flows.reconcile_run import reconcile_run

    words = {"asked_by": ASKED_BY, "reason": REASON, "out": str(folder / RESULTS)}
    return call_flow(reconcile_run, config=str(folder / CONFIG_NAME), as_of=AFTERNOON.isoformat(), **words)


def outcome(settings: Settings) -> Agreement | None:
    """What the book of differences says; None before the afternoon."""
    engine = open_engine(settings.warehouse.url)
    is_open = differences.c.state == "open"
    ours = is_open & (differences.c.sides == "source/warehouse")
    try:
        with reading(engine) as conn:
            if not conn.execute(select(func.count()).select_from(reconciliations)).scalar_one():
                return None
            counted = [conn.execute(select(func.count()).where(one)).scalar_one() for one in (is_open, ours)]
            return Agreement(*counted)
    finally:
        engine.dispose()


def links() -> list[Link]:
    """What the diary points to."""
    return [
        Link(
            label=Words(
                vi="Đối soát phần mềm, kho, sổ giấy (chiều 01/12)", en="Software, warehouse and paper compared"
            ),
            href=f"{RESULTS}/{PAGE}",
        ),
        Link(
            label=Words(vi="Bảng sai lệch cho đoàn kiểm tra (XLSX)", en="Differences for the inspectors (XLSX)"),
            href=f"{RESULTS}/{WORKBOOK}",
        ),
    ]
