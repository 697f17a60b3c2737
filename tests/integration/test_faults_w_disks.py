"""W2, W3: the disk is full at the n-th write, read-only, or not there: undone, told in words, and done later.

A file that may grow no further is tried at every second size; DONDOC_KILL_EVERY=1 takes all of them.
"""

import os
from pathlib import Path

import pytest

from tests.fault_runs import FaultRuns
from tests.fault_stage import LATER, NEXT, SOURCE, FaultStage
from tests.flows.village import dossier
from warehouse.engine import open_engine, transaction
from warehouse.errors import WarehouseUnavailableError
from warehouse.schema import upgrade

pytestmark = pytest.mark.slow
KB = 1024
FULL = "đã đầy hoặc không ghi được"
MANY = (*NEXT, *(dossier(n, "A", procedure_name="Cấp giấy phép " * 40) for n in range(100, 3300)))


def held(stage: FaultStage) -> str:
    return stage.dump(landed=False).rstrip("\n")


def told(ended) -> str:
    return ended.sentence or " ".join(ended.errors.values())


def test_files_may_grow_no_further_at_any_size(fault_stage):
    stage = fault_stage("sqlite")
    seen = [held(stage)]
    for limit in range(8 * KB, 4096 * KB, 12 * KB * int(os.environ.get("DONDOC_KILL_EVERY", "2"))):
        ended = stage.sync(file_limit=limit)
        if ended.status == 0:
            break
        assert (ended.status, FULL in told(ended)) == (3, True), ended
        seen.append(held(stage))
        engine = open_engine(stage.url)
        with engine.connect() as conn:
            assert conn.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        engine.dispose()
    before, after = seen[0], held(stage)
    assert before != after
    assert seen.count(before) > 3
    assert seen == sorted(seen, key=[before, after].index), "all of the load or nothing; once in, it stays"


def disk_run(runs: FaultRuns, stage: FaultStage, place: Path, **asked):
    ended = runs.ask(
        act="tests.fault_disks",
        config=str(stage.village.config),
        url=stage.url,
        at=LATER.isoformat(),
        source=SOURCE,
        place=str(place),
        **asked,
    )
    if not ended:
        pytest.skip("mounting is not permitted here")
    return ended


def on_its_own_disk(runs: FaultRuns, folder: Path, following=NEXT) -> tuple[FaultStage, Path]:
    place = folder / "disk"
    place.mkdir()
    return FaultStage(folder / "village", f"sqlite:///{place}/dondoc.sqlite3", runs, following), place


@pytest.mark.parametrize("spare", [40, 80])
def test_a_full_disk_undoes_the_load_and_a_larger_one_takes_it(runs, tmp_path, spare):
    stage, place = on_its_own_disk(runs, tmp_path)
    before, size = held(stage), sum(path.stat().st_size for path in place.iterdir()) // KB
    full, room = disk_run(runs, stage, place, kilobytes=size + spare)
    assert (full.status, FULL in told(full)) == (3, True), full
    assert (full.report["sound"], full.report["dump"]) == ("ok", before)
    assert (room.status, room.report["sound"]) == (0, "ok")
    assert room.report["dump"] != before


def test_temporary_tables_that_find_no_room_fail_the_source_only(runs, spill, fault_stage):
    stage = fault_stage("sqlite", MANY)
    before = held(stage)
    full, room = disk_run(runs, stage, spill, kilobytes=200, part=500)
    assert full.status == 3
    assert FULL in full.errors[SOURCE]
    assert (full.report["sound"], full.report["dump"]) == ("ok", before)
    assert (room.status, room.errors) == (0, {})


def test_a_read_only_disk_is_refused_before_any_work(runs, tmp_path):
    stage, place = on_its_own_disk(runs, tmp_path)
    before = sorted(path.name for path in place.iterdir())
    refused, again = disk_run(runs, stage, place, kilobytes=8192, read_only=True)
    assert (refused.status, again.status) == (2, 0)
    assert "Không mở được kho dữ liệu" in refused.sentence
    assert set(refused.report["files"]) <= {*before, "dondoc.sqlite3-wal", "dondoc.sqlite3-shm"}


@pytest.mark.parametrize("place", ["/proc/dondoc/x.sqlite3", "/sys/x.sqlite3", "{tmp}/file/x.sqlite3", "{tmp}"])
def test_a_place_that_holds_no_file_is_a_sentence_and_stays_as_it_was(tmp_path, place):
    (tmp_path / "file").write_text("in the way")
    engine = open_engine("sqlite:///" + place.format(tmp=tmp_path))
    with pytest.raises(WarehouseUnavailableError, match="cannot be opened"):
        upgrade(engine)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("url", ["sqlite:///file:{tmp}/x.sqlite3?mode=ro&uri=true", "sqlite:///file:{tmp}/x.sqlite3"])
def test_an_address_with_options_of_its_own_is_refused_and_makes_no_file(tmp_path, url):
    with (
        pytest.raises(WarehouseUnavailableError, match="plain path"),
        transaction(open_engine(url.format(tmp=tmp_path))),
    ):
        pytest.fail("opened")
    assert list(tmp_path.iterdir()) == []
