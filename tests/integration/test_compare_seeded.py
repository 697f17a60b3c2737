"""Source and warehouse with every class of difference and every noise: all are found, no other is, all is left."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from sqlalchemy import text

from deployments.demo import config
from deployments.demo.province import Province, write_province
from deployments.demo.province_config import write_province_config
from tasks.rules.difference_model import Comparison, Finding
from tests.seeded_sides import Seeds, write_sides
from warehouse.dump import dump
from warehouse.engine import open_engine, transaction

PROVINCE = Province(dossiers=2_000, dirt=0.0, open_share=0.1)
AFTER = PROVINCE.as_of.replace(hour=9)


@pytest.fixture
def stage(tmp_path: Path, warehouse_url: str) -> Path:
    """A province whose dossiers were loaded this morning; returns its configuration."""
    written = write_province(tmp_path / config.DROPS, PROVINCE)
    path = write_province_config(tmp_path, PROVINCE, database_url=warehouse_url)
    loaded(path)
    assert written.dossiers.rows == PROVINCE.dossiers
    return path


def loaded(path: Path) -> None:
    from tasks.loading import load_source
    from tasks.pulling import pull_source
    from tasks.run_context import RunRequest, enter_run

    request = RunRequest(flow="sync", config=str(path), as_of=PROVINCE.as_of.isoformat())
    with enter_run(request) as (run, _):
        assert pull_source.fn(run.run_id, "dossiers")
        assert load_source.fn(run.run_id, "dossiers")["new"] == PROVINCE.dossiers


def compared(path: Path) -> Comparison:
    from tasks.comparing_sources import compare_source
    from tasks.run_context import RunRequest, enter_run

    request = RunRequest(flow="reconcile", config=str(path), as_of=AFTER.isoformat(), reads_only=True)
    with enter_run(request) as (run, _):
        compare_source.fn(run.run_id, "dossiers")
        assert not run.sources["dossiers"].error
        return run.comparison


def told(findings: Iterable[Finding]) -> list[tuple[str, str, str, str]]:
    return sorted((f.kind.value, f.key, f.column, f.cause.value) for f in findings)


def altered(url: str, seeds: Seeds) -> None:
    """What nobody may do: rows changed by hand in the database."""
    engine = open_engine(url)
    with transaction(engine) as conn:
        for key in seeds.altered:
            conn.execute(
                text("UPDATE dossiers SET step_name = 'x' WHERE system = 'one-stop' AND record_key = :key"),
                {"key": key},
            )
    engine.dispose()


def dumped(url: str) -> str:
    engine = open_engine(url)
    told = dump(engine, run_log=True)
    engine.dispose()
    return told


def test_every_seeded_difference_is_found_and_no_other(stage: Path, warehouse_url: str) -> None:
    source = next((stage.parent / config.DROPS).glob("dossiers-*.csv"))
    seeds = write_sides(source, PROVINCE, stride=13)
    altered(warehouse_url, seeds)
    before, files = dumped(warehouse_url), everything(stage.parent)
    comparison = compared(stage)
    found = told(comparison.findings)
    assert (set(found) - seeds.expected, seeds.expected - set(found)) == (set(), set())
    assert len(found) == len(seeds.expected)
    assert len(seeds.kinds) > 20
    assert dumped(warehouse_url) == before
    assert everything(stage.parent) == files
    side = comparison.sides["dossiers"]
    assert (side.held, side.moving) == (PROVINCE.dossiers, 0)
    assert side.lacking == {key for kind, key, *_ in seeds.expected if kind == "missing_in_source"}
    assert side.extra.keys() == {key for kind, key, *_ in seeds.expected if kind == "missing_in_warehouse"}


def everything(folder: Path) -> dict[str, bytes]:
    """Every file below but the database itself."""
    paths = (path for path in folder.rglob("*") if path.is_file() and "sqlite3" not in path.name)
    return {str(path): path.read_bytes() for path in paths}
