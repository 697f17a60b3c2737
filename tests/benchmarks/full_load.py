"""A full load of dossiers to flags, on both databases, beside the bare script and a DuckDB script; and its memory."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deployments.demo import config
from deployments.demo.province import Province
from tests.benchmarks.figures import Figure, middle
from tests.benchmarks.workshop import KINDS, PEAKS, as_expected, child, emptied, postgres, settled, workplace

ROWS = 1_000_000
TITLE = "Full load to flags, and its memory"
TOLD = """
A CSV file of twenty columns, one row in a hundred odd (most of those faults), three in a hundred dossiers open. Ours:
pull, land, normalise, check, quarantine, stage, merge and flag, by the functions the flows call, without Prefect's
engine: its start costs the same whatever the number of records. Floor: the bare script of `floors.py`, which says
what it does and what it does not. Seconds of the wall and, where the work is in this process alone, of the processor,
which other work on the machine disturbs less. Medians where a measurement was repeated.
"""


@dataclass(slots=True)
class Measured:
    """Results of the repeated runs of one database."""

    ours: list[dict[str, Any]] = field(default_factory=list)
    floor: list[dict[str, Any]] = field(default_factory=list)
    duck: list[dict[str, Any]] = field(default_factory=list)
    duck_written: list[dict[str, Any]] = field(default_factory=list)


def measure(rows: int = ROWS, repeat: int = 1, *, kinds: tuple[str, ...] = KINDS) -> list[Figure]:
    """All figures of this benchmark."""
    figures: list[Figure] = []
    with workplace() as folder, postgres() as new_database:
        province = Province(dossiers=rows)
        settled(folder / "province", province)
        for kind in kinds:
            figures += _figures(kind, rows, _one(folder, province, kind, repeat, new_database))
    return figures


def _one(folder: Path, province: Province, kind: str, repeat: int, new_database: Any) -> Measured:
    found = Measured()
    home = folder / "province"
    file = str(next((home / config.DROPS).glob("dossiers-*.csv")))
    as_of = province.as_of.isoformat()
    for turn in range(repeat):
        emptied(home)
        plain, ours = (_url(folder, kind, f"{what}{turn}", new_database) for what in ("plain", "ours"))
        found.floor.append(child("floors", file, plain))
        path = settled(home, province, ours)
        found.ours.append(as_expected(home, child("pipeline", str(path), as_of)))
        try:
            found.duck.append(child("duck", file))
            found.duck_written.append(child("duck", file, plain))
        except RuntimeError as missing:
            if "No module named 'duckdb'" not in str(missing):
                raise
        for path in folder.glob("*.sqlite3*"):
            path.unlink()
    return found


def _url(folder: Path, kind: str, name: str, new_database: Any) -> str:
    return f"sqlite:///{folder / name}.sqlite3" if kind == "sqlite" else str(new_database(name))


def _figures(kind: str, rows: int, found: Measured) -> list[Figure]:
    label = f"{rows:,} dossiers, {kind}"
    note = ", ".join(f"{stage} {wall} s" for stage, (wall, _) in _stages(found.ours[0]).items())
    out = [
        Figure(
            what=label,
            ours=middle(r["seconds"] for r in found.ours),
            floor=middle(r["seconds"] for r in found.floor),
            limit=2.0,
            note=note,
        ),
        Figure(
            what=f"{label}, processor time of this process",
            ours=middle(r["cpu"] for r in found.ours),
            floor=middle(r["cpu"] for r in found.floor),
        ),
    ]
    for name, runs in (("DuckDB, its own table", found.duck), (f"DuckDB, then {kind}", found.duck_written)):
        if runs:
            floor = middle(r["seconds"] for r in runs)
            aim = 3.0 if "then" in name else None
            ours = middle(r["seconds"] for r in found.ours)
            out.append(Figure(what=f"{label}, against {name}", ours=ours, floor=floor, limit=aim, aim=True))
    peak = max(r["peak_mb"] for r in found.ours)
    if kind == "sqlite":
        PEAKS[rows] = peak
    out.append(Figure(what=f"{label}, peak memory", ours=peak, unit="MB", limit=1024.0))
    return out


def _stages(run: dict[str, Any]) -> dict[str, Any]:
    return {stage: run["stages"][stage] for stage in ("pull dossiers", "load dossiers", "flag")}
