"""The synthetic province: the same bytes for the same seed everywhere, every kind of oddity, real shares, no person."""

import csv
import hashlib
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from deployments.demo.province import Province, Written, unit_map_csv, write_changes, write_province
from deployments.demo.province_dossiers import COLUMNS, OPEN
from deployments.demo.province_faults import KINDS
from tasks.rules.datasets import DATASETS, DOSSIERS

SMALL = Province(seed=7, units=12, dossiers=4_400, dirt=0.05)
# Told once: whoever changes what the province looks like changes these, on purpose.
TOLD = {
    "dossiers": "dc47538abf65d37d",
    "dossier_events": "8c40f892cf12481f",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write_province(tmp_path_factory.mktemp("province"), SMALL)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def test_the_same_seed_gives_the_same_bytes_everywhere(written: Written, tmp_path: Path) -> None:
    assert {name: digest(written.files[name]) for name in TOLD} == TOLD
    again, other = (
        write_province(tmp_path / "a", SMALL),
        write_province(tmp_path / "b", Province(seed=8, dossiers=4_400)),
    )
    assert {n: digest(p) for n, p in again.files.items()} == {n: digest(p) for n, p in written.files.items()}
    assert digest(other.files["dossiers"]) != digest(written.files["dossiers"])


def test_every_row_is_accounted_for(written: Written) -> None:
    told = written.dossiers
    assert told.rows == len(rows(written.files["dossiers"]))
    assert told.rows == told.loaded + told.duplicate + told.ignored + told.bad
    assert set(told.kinds) == {kind.name for kind in KINDS}
    assert sum(told.kinds.values()) == SMALL.dossiers * SMALL.dirt


def test_columns_are_those_of_the_catalogue(written: Written) -> None:
    assert len(COLUMNS) == 20
    assert set(COLUMNS) <= {column.name for column in DOSSIERS.columns}
    for name, path in written.files.items():
        assert set(rows(path)[0]) <= {column.name for column in DATASETS[name].columns}


def test_shares_are_those_of_a_province(tmp_path: Path) -> None:
    clean = write_province(tmp_path, Province(dirt=0))
    dossiers = rows(clean.files["dossiers"])
    assert clean.dossiers.bad == 0
    assert clean.dossiers.loaded == len(dossiers) == 20_000
    still_open = [row for row in dossiers if row["status"] in OPEN]
    assert 0.025 < len(still_open) / 20_000 < 0.035
    assert 20 < sum(row["paused"] == "1" for row in still_open) < 200
    assert 10 < sum(row["holding_unit_code"] != "" for row in still_open) < 100
    assert Counter(row["unit_code"] for row in dossiers).keys() == {f"H90.{n:03d}" for n in range(1, 41)}
    log = {row["event"] for row in rows(clean.files["dossier_events"])}
    assert log == {"pause", "resume", "extend", "transfer"}


def test_changes_are_of_known_dossiers_and_a_fifth_are_new(tmp_path: Path) -> None:
    changes = write_changes(tmp_path, SMALL, 500, SMALL.as_of + timedelta(hours=2))
    told = rows(changes.files["dossiers"])
    keys = {row["source_record_id"] for row in told}
    assert len(told) == len(keys) == changes.dossiers.loaded == 500
    assert changes.dossiers.new == 100
    known = {str(10_000_000 + number) for number in range(SMALL.dossiers)}
    assert len(keys & known) == 400
    assert {row["status"] for row in told if row["source_record_id"] in known} >= {"4", "9", "10"}


def test_the_unit_map_knows_every_agency() -> None:
    lines = unit_map_csv(SMALL).splitlines()
    assert lines[0] == "source_code,unit_code,valid_from"
    assert len(lines) == 1 + SMALL.units
