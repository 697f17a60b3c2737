"""Signs of life as runs and the server leave them, and `dondoc heartbeat check` as a watcher reads them."""

import json
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from typer.testing import CliRunner

from deployments.cli import app
from tasks import heartbeat
from tasks.rules.heartbeat import Beat
from tasks.run_context import Run, RunRequest
from tests.flows.village import DAWN, MONDAY, Village
from tests.quarantine_stage import Stage
from tests.warehouse_samples import a_mail
from warehouse import desk, heartbeats, ledger, schema
from warehouse.engine import open_engine, reading, transaction

ELEVEN = MONDAY.replace(hour=11, minute=0)


@pytest.fixture
def stage(tmp_path: Path, new_url, database_kind: str):
    found = Stage(tmp_path / "village", new_url(database_kind, migrated=True))
    yield found
    found.engine.dispose()


@pytest.fixture
def of_sqlite(tmp_path: Path, new_url):
    found = Stage(tmp_path / "village", new_url("sqlite", migrated=True))
    yield found
    found.engine.dispose()


def file_of(stage: Stage) -> Path:
    return stage.village.folder / "var" / heartbeat.FILE


def check(stage: Stage, *words: str, at=ELEVEN) -> tuple[int, str]:
    asked = ["--config", str(stage.config), *words, "heartbeat", "check", "--as-of", at.isoformat()]
    result = CliRunner().invoke(app, asked)
    return result.exit_code, result.stdout


def all_is_well(stage: Stage) -> None:
    """Everything a watcher looks for on Monday at eleven."""
    for job, hours in {"morning": 3, "bulletin": 3, "sync": 1, "housekeeping": 12}.items():
        at = ELEVEN - timedelta(hours=hours)
        told = Beat(job=job, at=at, business_date=at.date(), state="done", ended_on=at.date(), ended_at=at)
        stage.acting(heartbeats.beat, told)


# --- what is left -------------------------------------------------------------------------------------------------


def test_a_run_leaves_its_end_in_the_warehouse_and_in_a_file_for_its_owner_alone(stage: Stage):
    run = stage.sync()
    (beat,) = stage.reading(heartbeats.beats).values()
    assert (beat.job, beat.run_id, beat.state, beat.exit_status) == ("sync", run.run_id, "done", 0)
    assert beat.ended_on == DAWN.date()
    (line,) = file_of(stage).read_text(encoding="utf-8").splitlines()
    (told,) = json.loads(line)["beats"]
    assert (told["job"], told["run_id"], told["ended_on"]) == ("sync", run.run_id, "2026-11-23")
    assert stat.S_IMODE(file_of(stage).stat().st_mode) == 0o600


def test_a_run_that_found_a_day_off_does_not_hide_that_the_day_before_had_no_end(stage: Stage):
    def find_a_day_off(run: Run) -> None:
        run.idle = "day_off"

    stage.sync(DAWN, find_a_day_off)
    (beat,) = stage.reading(heartbeats.beats).values()
    assert (beat.state, beat.ended_on) == ("nothing_to_do", None)


def test_a_dry_run_leaves_none(stage: Stage):
    stage.sync(dry_run=True)
    assert stage.reading(heartbeats.beats) == {}
    assert not file_of(stage).exists()


def test_a_run_that_found_another_at_work_waits_for_no_load_and_leaves_the_last_end_alone(stage: Stage):
    stage.sync()
    request = RunRequest(flow="sync", config=str(stage.config), as_of=MONDAY.isoformat())
    with transaction(stage.engine) as conn:  # as a load of another, for minutes
        conn.execute(text("DELETE FROM source_figures"))
        heartbeat.beat_busy(request)
    beat = stage.reading(heartbeats.beats)["sync"]
    assert beat.ended_on == DAWN.date()
    if stage.engine.dialect.name == "postgresql":  # SQLite has one writer: its own end will be the sign of life
        assert (beat.state, beat.exit_status, beat.run_id) == ("busy", 75, "")


def test_the_server_tells_that_it_serves_and_that_it_was_stopped(stage: Stage):
    def told() -> Beat:
        return stage.reading(heartbeats.beats)["up"]

    with heartbeat.serving_beats(str(stage.config)) as beat:
        beat()
        first = told()
        beat()
        assert (first.state, told().at) == ("serving", first.at)  # not with every look at the server
    assert told().state == "stopped"


def test_serving_makes_no_warehouse(tmp_path: Path):
    village = Village(tmp_path / "village").settle()
    with heartbeat.serving_beats(str(village.config)) as beat:
        beat()
    assert not (village.folder / "var").exists()


def test_a_warehouse_of_before_brings_its_last_ends_with_it(warehouse_url: str):
    engine = open_engine(warehouse_url)
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    with transaction(engine) as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0005")
        for run_id, state, status, hour in [
            ("m-1", "done", 0, 1),
            ("m-2", "incomplete", 5, 2),
            ("m-3", "killed", None, 3),
        ]:
            at = f"2026-11-23T0{hour}:00:00.000000Z"
            conn.execute(
                text("INSERT INTO runs VALUES (:id, 'morning', '2026-11-23', :at, :at, :at, :state, :status, '{}')"),
                {"id": run_id, "at": at, "state": state, "status": status},
            )
    schema.upgrade(engine)
    with reading(engine) as conn:
        (beat,) = heartbeats.beats(conn).values()
    assert (beat.job, beat.run_id, beat.state, beat.ended_on) == ("morning", "m-2", "incomplete", MONDAY.date())
    engine.dispose()


# --- what a watcher is told ---------------------------------------------------------------------------------------


def test_the_digest_that_did_not_go_out_is_the_first_thing_said(of_sqlite: Stage):
    of_sqlite.sync()
    status, out = check(of_sqlite)
    assert status == 5
    assert out.startswith("Thư đôn đốc ngày 23/11/2026 chưa đi lúc 10:00")
    assert "--outside-window" in out


def test_when_all_is_there_one_line_says_so_and_on_a_day_off_none(of_sqlite: Stage):
    of_sqlite.sync()
    all_is_well(of_sqlite)
    assert check(of_sqlite) == (0, "Đủ dấu hiệu hoạt động lúc 11:00 23/11/2026.\n")
    assert check(of_sqlite, at=ELEVEN + timedelta(days=1)) == (0, "Ngày nghỉ: không thiếu gì lúc 11:00 24/11/2026.\n")


def test_a_mail_that_waits_outweighs_a_run_that_is_missing(of_sqlite: Stage):
    of_sqlite.sync()
    all_is_well(of_sqlite)
    old = ELEVEN - timedelta(days=3)
    dusty = Beat(job="housekeeping", at=old, business_date=old.date(), state="done", ended_on=old.date(), ended_at=old)
    of_sqlite.acting(heartbeats.beat, dusty)
    status, out = check(of_sqlite, "--json")
    told = json.loads(out)
    assert (status, told["exit_status"]) == (3, 3)
    assert [(one["code"], one["since"]) for one in told["missing"]] == [("housekeeping", "2026-11-20T11:00:00+07:00")]
    assert {beat["job"] for beat in told["beats"]} == {"morning", "bulletin", "sync", "housekeeping"}
    number = of_sqlite.acting(ledger.plan, a_mail("head@example.gov.vn", business_date=MONDAY.date()), [])
    of_sqlite.acting(desk.hold_mail, number, "lan", "", MONDAY)
    of_sqlite.acting(desk.approve_mail, number, "lan", MONDAY)  # settled is only what has left
    status, out = check(of_sqlite)
    assert (status, len(out.splitlines())) == (5, 2)
    assert out.startswith("1 thư ngày 23/11/2026 chưa đi lúc 10:00.")


def test_without_a_warehouse_the_alarm_is_raised_and_none_is_made(tmp_path: Path):
    village = Village(tmp_path / "village").settle()
    result = CliRunner().invoke(app, ["--config", str(village.config), "heartbeat", "check"])
    assert (result.exit_code, "dondoc db upgrade" in result.stdout) == (3, True)
    assert not (village.folder / "var").exists()


def test_the_check_needs_neither_prefect_nor_great_expectations(of_sqlite: Stage):
    code = "import sys; from typer.testing import CliRunner; from deployments.cli import app; "
    code += f"print(CliRunner().invoke(app, ['--config', {str(of_sqlite.config)!r}, 'heartbeat', 'check']).exit_code); "
    code += "print(sorted({'prefect', 'great_expectations', 'pandas'} & set(sys.modules)))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.split()[-1] == "[]"
