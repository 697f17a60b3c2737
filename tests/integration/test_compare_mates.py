"""Two exports of one system against the warehouse: a dossier that moved between them is not missing."""

import csv
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from tasks.comparing_sources import compare_source
from tasks.rules.difference_model import Asked, Comparison
from tasks.run_context import enter_run
from tasks.storing_differences import store_differences
from tests.compare_stage import DAWN, NINE, Stage, dossier, minutes, told

BOTH = "".join(
    f"""
[[sources]]
name = "{name}"
kind = "files"
dataset = "dossiers"
system = "one-stop"
files = "newest"
path = "drops-{name}/ho-so-*"
name_date = "%Y%m%d-%H%M"
"""
    for name in ("xa-a", "xa-b")
)
MOVED = dossier(1, unit_code="B")


def drop(stage: Stage, name: str, rows: Iterable[Mapping[str, str]], at: datetime) -> Path:
    listed = list(rows)
    path = stage.folder / f"drops-{name}" / f"ho-so-{at:%Y%m%d-%H%M}.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]))
        writer.writeheader()
        writer.writerows(listed)
    return path


@pytest.fixture
def stage(tmp_path: Path, played: Callable[..., str], database_kind: str) -> Stage:
    """Dossier 1 went from one export to the other, 2 went for good."""
    return Stage(tmp_path, played("mates", database_kind, _loaded), "xa-b").configure(BOTH)


def _loaded(folder: Path, url: str) -> None:
    made = Stage(folder, url, "xa-a").configure(BOTH)
    drop(made, "xa-a", [dossier(1), dossier(2), dossier(3)], DAWN)
    drop(made, "xa-b", [dossier(5, unit_code="B")], DAWN)
    made.sync()
    made.name = "xa-b"
    made.sync()
    drop(made, "xa-a", [dossier(3)], DAWN + minutes(30))
    drop(made, "xa-b", [dossier(5, unit_code="B"), MOVED], DAWN + minutes(30))


def compare(stage: Stage, *names: str, as_of: datetime = NINE, source: str = "") -> Comparison:
    request = stage.request("reconcile", as_of, source=source, reads_only=True, asked=Asked())
    with enter_run(request) as (run, _):
        for name in names:
            compare_source.fn(run.run_id, name)
        store_differences.fn(run.run_id)
        return run.comparison


@pytest.mark.parametrize("names", [("xa-a", "xa-b"), ("xa-b", "xa-a")])
def test_what_stands_in_the_other_export_by_now_is_not_missing(stage: Stage, names: tuple[str, str]) -> None:
    comparison = compare(stage, *names)
    assert told(comparison.findings) == {
        ("field_differs", "r1", "unit_code", "behind"),
        ("missing_in_source", "r2", "", ""),
    }
    assert comparison.sides["xa-a"].lacking == {"r2"}


def test_where_the_other_export_was_not_read_nobody_knows(stage: Stage) -> None:
    compare(stage, "xa-a", "xa-b")
    alone = compare(stage, "xa-a", source="xa-a", as_of=NINE + minutes(5))
    assert (alone.findings, alone.undecided) == ([], {("one-stop", "r1"), ("one-stop", "r2")})
    (stage.folder / "drops-xa-b" / f"ho-so-{DAWN + minutes(30):%Y%m%d-%H%M}.csv").write_text("a,b\n1,2\n")
    broken = compare(stage, "xa-a", "xa-b", as_of=NINE + minutes(10))
    assert (broken.findings, broken.undecided) == ([], {("one-stop", "r1"), ("one-stop", "r2")})
    assert broken.sides["xa-a"].lacking == frozenset()
    assert stage.states() == {"open": 2}
