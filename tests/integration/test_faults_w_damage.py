"""W10: a broken page, a lost write-ahead log, a file that is no database: found before anything is written, exit 1."""

import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.fault_stage import FaultStage
from tests.processes import running
from warehouse.engine import open_engine, transaction
from warehouse.errors import WarehouseDamagedError
from warehouse.soundness import ensure_sound, remember

TODAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 24)
PAGE = 4096


@pytest.fixture
def path(new_url) -> Path:
    return Path(new_url("sqlite", migrated=True).removeprefix("sqlite:///"))


@pytest.fixture
def engine(path):
    engine = open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


def break_page(path: Path, table: str = "quarantine") -> None:
    """One page of one table turns over; the rest, the catalogue too, stays as it is."""
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA wal_checkpoint(PASSIVE)")
        chosen = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table])
        start = (chosen.fetchone()[0] - 1) * PAGE
    content = bytearray(path.read_bytes())
    content[start : start + 64] = bytes(byte ^ 0x5A for byte in content[start : start + 64])
    path.write_bytes(content)


def test_a_sound_file_is_looked_into_once_a_day(engine, path):
    ensure_sound(engine, TODAY)
    engine.dispose()
    break_page(path)
    ensure_sound(engine, TODAY)
    with pytest.raises(WarehouseDamagedError, match="restore the last backup"):
        ensure_sound(engine, TOMORROW)


def test_after_a_kill_it_is_looked_into_again(engine, path):
    ensure_sound(engine, TODAY)
    engine.dispose()
    write = """
        from sqlalchemy import text
        with transaction(engine) as conn:
            conn.execute(text("CREATE TABLE spare (x)"))
            conn.execute(text("INSERT INTO spare VALUES (1)"))
        say("written")
        wait()
    """
    break_page(path)
    with running(f"sqlite:///{path}", write) as writer:
        assert writer.heard() == "written"
        writer.kill()
    with pytest.raises(WarehouseDamagedError):
        ensure_sound(engine, TODAY)


def test_a_file_that_is_no_database_is_damaged(engine, path):
    path.write_bytes(b"x" * 8192)
    with pytest.raises(WarehouseDamagedError, match="not a database"):
        ensure_sound(engine, TODAY)


def run_that_ended(engine, run_id: str) -> None:
    with transaction(engine) as conn:
        conn.execute(
            text(
                "INSERT INTO runs (run_id, flow, business_date, as_of, started_at, state, summary)"
                " VALUES (:id, 'sync', '2026-11-23', '2026-11-23T00:30:00.000000Z', '2026-11-23T00:30:00.000000Z',"
                " 'done', '{}')"
            ),
            {"id": run_id},
        )
    remember(engine, run_id)


def test_a_lost_write_ahead_log_is_found_by_the_run_that_is_gone(engine, path):
    run_that_ended(engine, "sync-1")
    engine.dispose()
    ensure_sound(engine, TODAY)
    run_that_ended(engine, "sync-2")
    shutil.copy(path, path.with_suffix(".cut"))  # the log is not in it
    engine.dispose()
    path.with_suffix(".cut").replace(path)
    with pytest.raises(WarehouseDamagedError) as refused:
        ensure_sound(engine, TODAY)
    assert (refused.value.code, refused.value.reason) == ("older_copy", "sync-2")
    path.with_name(path.name + ".sound").unlink()  # a person says: I restored it
    ensure_sound(engine, TODAY)


def test_a_warehouse_made_anew_has_nothing_to_be_compared_with(engine, path):
    run_that_ended(engine, "sync-1")
    engine.dispose()
    path.unlink()
    ensure_sound(engine, TODAY)


@pytest.mark.slow
def test_a_run_on_a_damaged_warehouse_is_refused_and_changes_nothing(runs, path, tmp_path):
    stage = FaultStage(tmp_path / "village", f"sqlite:///{path}", runs)
    path.with_name(path.name + ".sound").unlink()
    break_page(path)
    before = path.read_bytes()
    ended = stage.sync()
    assert (ended.status, ended.report) == (1, None)
    assert "bị hỏng" in ended.sentence
    assert "khôi phục bản sao lưu" in ended.sentence
    assert path.read_bytes() == before
