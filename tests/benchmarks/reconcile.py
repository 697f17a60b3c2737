"""A source held against the warehouse with seeded differences of every class, beside the reading of both sides."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import text

from deployments.demo import config
from deployments.demo.province import Province
from tests.benchmarks.figures import Figure, middle
from tests.benchmarks.workshop import KINDS, as_expected, child, emptied, postgres, settled, workplace
from tests.seeded_sides import Seeds, write_sides

ROWS = 1_000_000
DIFFERENCES = 5_000
_ROWS_SEEDED = 0.78  # of DIFFERENCES: some rows are seeded with several
TITLE = "Reconciliation of source and warehouse"
TOLD = """
A file of dossiers that was loaded, and then written again: five thousand differences of every class among its rows,
some rows altered by hand in the warehouse, and one row in seven the same thing written otherwise (capitals, spaces,
decomposed letters, other forms of dates and numbers). Ours: the task that the flow calls, from looking at the folder to
the list of findings with their causes; a run counts only when every seeded difference was found and no other. Floor:
reading both sides and no more, see `both_sides.py`: the bare reading, typing and checking of the file as in the full
load's floor, and every column of all current versions by the raw driver. The second floor leaves the checking out.
"""


def measure(rows: int = ROWS, repeat: int = 1, *, kinds: tuple[str, ...] = KINDS) -> list[Figure]:
    """All figures of this benchmark."""
    figures: list[Figure] = []
    with workplace() as folder, postgres() as new_database:
        for kind in kinds:
            home = folder / kind
            url = f"sqlite:///{home / 'ours'}.sqlite3" if kind == "sqlite" else str(new_database("reconcile"))
            figures += _figures(kind, rows, *_one(home, Province(dossiers=rows, dirt=0.0), url, repeat))
    return figures


def _one(home: Path, province: Province, url: str, repeat: int) -> tuple[int, list[Any], list[Any]]:
    """How many differences were seeded, what ours took and what the floor."""
    home.mkdir()
    path = settled(home, province, url)
    as_expected(home, child("pipeline", str(path), province.as_of.isoformat()))
    emptied(home)
    source = next((home / config.DROPS).glob("dossiers-*.csv"))
    seeds = write_sides(source, province, stride=max(13, int(province.dossiers / (DIFFERENCES * _ROWS_SEEDED))))
    _alter(url, seeds)
    expected = home / "seeded.json"
    expected.write_text(json.dumps(sorted(seeds.expected)), encoding="utf-8")
    later = province.as_of.replace(hour=9).isoformat()
    ours, floor = [], []
    for _ in range(repeat):
        floor.append(child("both_sides", str(source), url))
        ours.append(_exact(child("comparing", str(path), later, str(expected))))
    return len(seeds.expected), ours, floor


def _alter(url: str, seeds: Seeds) -> None:
    from warehouse.engine import open_engine, transaction

    engine = open_engine(url)
    mine = text("UPDATE dossiers SET step_name = 'x' WHERE system = 'one-stop' AND record_key = :key")
    with transaction(engine) as conn:
        for key in seeds.altered:
            conn.execute(mine, {"key": key})
    engine.dispose()


def _exact(run: dict[str, Any]) -> dict[str, Any]:
    """The run, if it found what was seeded and nothing else; a fast wrong comparison is worth nothing."""
    if run["missed"] or run["false"]:
        raise RuntimeError(f"{run['missed']} seeded differences were not found, {run['false']} are false")
    return run


def _figures(kind: str, rows: int, seeded: int, ours: list[Any], floor: list[Any]) -> list[Figure]:
    label = f"{rows:,} dossiers, {seeded:,} differences, {kind}"
    bare = [run["seconds"] - run["steps"]["check"] for run in floor]
    return [
        Figure(
            what=label,
            ours=middle(run["seconds"] for run in ours),
            floor=middle(run["seconds"] for run in floor),
            limit=2.0,
            note="all found, none false",
        ),
        Figure(
            what=f"{label}, processor time of this process",
            ours=middle(run["cpu"] for run in ours),
            floor=middle(run["cpu"] for run in floor),
        ),
        Figure(
            what=f"{label}, against reading without checks", ours=middle(r["seconds"] for r in ours), floor=middle(bare)
        ),
        Figure(what=f"{label}, peak memory", ours=max(run["peak_mb"] for run in ours), unit="MB", limit=1024.0),
    ]
