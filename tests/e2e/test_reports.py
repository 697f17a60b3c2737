"""The reports of the story: figures worked out by hand, and the same bytes from the warehouse as it was and is."""

import re
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from deployments.demo import config
from tasks.reporting import report_of
from tasks.reporting_unit import sheet_of
from tasks.reports.period import report_page
from tasks.reports.period_speech import speech
from tasks.reports.period_tables import lead_of, tables_of
from tasks.reports.unit_sheet import sheet_page
from tasks.rules.report_model import PeriodKind, Report, ReportAsked
from tasks.rules.timezone import HANOI
from tasks.run_context import Run, RunRequest, enter_run
from tests.e2e.stagehands import Play, put_back

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
NOVEMBER_30 = datetime(2026, 11, 30, 10, 40, tzinfo=HANOI)
DECEMBER_1 = datetime(2026, 12, 1, 10, 40, tzinfo=HANOI)
UNITS = ("31157", "31231", "31246", "31299", "31309", "SNNMT")


@pytest.fixture
def stage(sqlite_play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the story's configuration; `at` puts a state of it there."""
    monkeypatch.setenv(config.PASSWORD_ENV, "x")
    shutil.copy(sqlite_play.folder / config.CONFIG_NAME, tmp_path)
    shutil.copytree(sqlite_play.folder / "data", tmp_path / "data")
    return tmp_path


def at(play: Play, stage: Path, name: str) -> None:
    put_back(play.folder / "kept" / name, stage)


def opened(stage: Path, as_of: datetime, known_at: str = "") -> RunRequest:
    asked = ReportAsked(known_at=known_at)
    file = str(stage / config.CONFIG_NAME)
    return RunRequest(
        flow="report", config=file, as_of=as_of.isoformat(), reads_only=True, looks_back=True, report=asked
    )


def told(run: Run) -> dict[str, str]:
    """Every page that can be asked for."""
    pages = {kind.value: report_page(report_of(run, kind), "vi") for kind in PeriodKind}
    return pages | {unit: sheet_page(sheet_of(run, unit), "vi") for unit in UNITS}


def report(stage: Path, as_of: datetime, kind: PeriodKind) -> Report:
    with enter_run(opened(stage, as_of)) as (run, _):
        return report_of(run, kind)


def rows(report: Report, name: str) -> dict[str, list[object]]:
    (table,) = (one for one in tables_of(report, speech("en")) if one.name == name)
    return {re.sub(r" \(\w+\)$", "", str(row[0])): list(row[1:]) for row in table.rows}


def test_what_was_told_on_a_day_can_be_told_again_at_the_end(sqlite_play: Play, stage: Path) -> None:
    at(sqlite_play, stage, "after-2026-11-30")
    with enter_run(opened(stage, NOVEMBER_30)) as (run, _):
        then = told(run)
    at(sqlite_play, stage, "after-2026-12-01")
    with enter_run(opened(stage, NOVEMBER_30, NOVEMBER_30.isoformat())) as (run, _):
        assert told(run) == then
    with enter_run(opened(stage, DECEMBER_1)) as (run, _):
        now = told(run)
    assert [name for name in then if now[name] == then[name]] == []


def test_the_week_of_the_story(sqlite_play: Play, stage: Path) -> None:
    at(sqlite_play, stage, "after-2026-11-30")
    week = report(stage, NOVEMBER_30, PeriodKind.WEEK)
    assert lead_of(week, speech("en")) == [
        "8 dossiers finished: 0 early, 3 on time, 5 late (37.5% early or on time).",
        "3 dossiers open: 1 overdue, 1 paused.",
        "Recommendations: 5; 0 done, 2 waiting for verification, 2 in time, 0 overdue, 1 without a date.",
    ]
    finished = {  # received, finished, early, on time, late, undated, share
        "UBND phường Thới Long": [0, 4, 0, 2, 2, 0, "–"],
        "UBND xã Thạnh An": [0, 1, 0, 0, 1, 0, "–"],
        "UBND xã Thạnh Quới": [0, 1, 0, 0, 1, 0, "–"],
        "Sở Nông nghiệp và Môi trường": [0, 2, 0, 1, 1, 0, "–"],
        "Total": [0, 8, 0, 3, 5, 0, "37.5%"],
    }
    assert rows(week, "finished_units") == finished
    mails = {"Heads of units": [11, 1, 0], "Inspecting bodies": [2, 0, 0], "Superiors": [1, 0, 0]}
    assert rows(week, "mails") == mails | {"Leadership (level 3)": [0, 0, 0]}
    assert week.disputes == {"opened": 1, "upheld": 1, "rejected": 0, "open": 0}
    assert [(one.quarantined, one.quarantined_new) for one in week.sources if one.name == "one-stop"] == [(7, 7)]


def test_the_month_of_the_story(sqlite_play: Play, stage: Path) -> None:
    at(sqlite_play, stage, "after-2026-12-01")
    month = report(stage, DECEMBER_1, PeriodKind.MONTH)
    assert rows(month, "finished_units")["Total"] == [12, 12, 2, 5, 5, 0, "58.3%"]
    assert rows(month, "finished_fields")["Hộ tịch"] == [5, 5, 1, 1, 3, 0, "40.0%"]
    assert rows(month, "open_units") == {
        "UBND xã Trường Long": [1, 0, 0, 0, 1, 0, 0, 0],  # L1, whom nobody can be asked about
        "Total": [1, 0, 0, 0, 1, 0, 0, 0],
    }
    assert rows(month, "remedies")["Total"] == [5, 2, 0, 3, 0, 0, 0, 0, 1]
