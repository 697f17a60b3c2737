"""The starter of `init` works on the day it was made, whatever day that is; and a person's words reach the run."""

import os
from datetime import date, datetime, time
from pathlib import Path

import pytest

from deployments.cli_init import write_starter
from tasks.rules.timezone import HANOI
from tests.flows.village import DAWN, DOSSIERS, MONDAY, Village, dossier
from warehouse import desk, quarantine_desk

pytestmark = pytest.mark.slow

MADE = (
    (date(2025, 12, 31), "done"),  # before the samples were written, across the end of a year
    (date(2026, 11, 24), "nothing_to_do"),  # a holiday
)


@pytest.mark.parametrize(("day", "state"), MADE, ids=str)
def test_the_first_dry_morning_ends_well_on_any_day(run, tmp_path: Path, day: date, state: str) -> None:
    as_of = datetime.combine(day, time(7, 30), tzinfo=HANOI)
    for path in write_starter(tmp_path, day):
        os.utime(path, (as_of.timestamp() - 3600,) * 2)
    config = tmp_path / "dondoc.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("sandbox = false", "sandbox = true"), encoding="utf-8")
    report = run(Village(tmp_path), "morning", as_of, dry_run=True, out=str(tmp_path / "out"))
    assert (report["exit_status"], report["state"], report["dry_run"]) == (0, state, True)
    assert sum(line["quarantined"] for line in report["sources"]) == 0
    assert (tmp_path / "out").exists() == (state == "done")
    assert not (tmp_path / "var" / "dondoc.sqlite3").exists()


def test_released_rows_are_told_in_the_report_of_the_run_that_takes_them_up(run, empty_village: Village) -> None:
    early = dossier(7, "B", due_at="02/11/2026", received_at="09/11/2026")
    empty_village.drop("ho-so", [*DOSSIERS, early])
    assert run(empty_village, "sync", DAWN)["released"] == {}
    (row,) = empty_village.reading(quarantine_desk.open_rows)
    empty_village.acting(lambda conn: quarantine_desk.release(conn, row["id"], "lan", DAWN, "x"))
    report = run(empty_village, "sync", MONDAY)
    assert (report["released"], report["state"]) == ({"new": 1}, "done")
    assert early["dossier_code"] in empty_village.codes()


def test_an_accepted_drop_reaches_the_run_and_its_audit(run, village: Village) -> None:
    report = run(village, "sync", source="ho-so", accept_drop=True, reason="tách hệ thống")
    assert report["exit_status"] == 0
    (act,) = [row for row in village.reading(desk.audit_rows) if row["act"] == "accept_drop"]
    assert (act["target"], act["by"], act["detail"]) == ("ho-so", report["run_id"], {"reason": "tách hệ thống"})
