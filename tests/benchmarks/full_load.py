"""A full load of dossiers to flags, on both databases, beside the bare script and a DuckDB script; and its memory.

The memory of a load three times as large is measured too; its warehouse stays for the incremental run to work on.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deployments.demo import config
from deployments.demo.province import Province
from tests.benchmarks.figures import Figure, middle
from tests.benchmarks.workshop import KINDS, child, emptied, postgres, settled, workplace

ROWS = 1_000_000
TITLE = "Full load to flags, and its memory"
TOLD = """
A CSV file of twenty columns, one row in a hundred odd (most of those faults), three in a hundred dossiers open. Ours:
pull, land, normalise, check, quarantine, stage, merge and flag, by the functions the flows call, without Prefect's
engine: its start costs the same whatever the number of records. Floor: the bare script of `floors.py`, which says
what it does and what it does not. Seconds of the wall and, where the work is in this process alone, of the processor,
which other work on the machine disturbs less. Medians where a measurement was repeated.

The larger load has as many open dossiers as the smaller one: what is open follows from a province's size, not from how
many years are kept.
"""


@dataclass(slots=True)
class Measured:
    """Results of the repeated runs of one database."""

    ours: list[dict[str, Any]] = field(default_factory=list)
    floor: list[dict[str, Any]] = field(default_factory=list)
    duck: list[dict[str, Any]] = field(default_factory=list)
    duck_written: list[dict[str, Any]] = field(default_factory=list)


def measure(rows: int = ROWS, repeat: int = 1, *, kinds: tuple[str, ...] = KINDS, larger: bool = True) -> list[Figure]:
    """All figures of this benchmark."""
    figures: list[Figure] = []
    with workplace() as folder, postgres() as new_database:
        province = Province(dossiers=rows)
        settled(folder / "province", province)
        for kind in kinds:
            figures += _figures(kind, rows, _one(folder, province, kind, repeat, new_database))
        peak = next((f.ours for f in figures if f.unit == "MB" and kinds[0] in f.what), 0.0)
    if larger:
        figures.append(_larger(rows, kinds[0], peak))
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
        found.ours.append(child("pipeline", str(path), as_of))
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
    out.append(Figure(what=f"{label}, peak memory", ours=peak, unit="MB", limit=1024.0))
    return out


def _stages(run: dict[str, Any]) -> dict[str, Any]:
    return {stage: run["stages"][stage] for stage in ("pull dossiers", "load dossiers", "flag")}


def _larger(rows: int, kind: str, peak: float) -> Figure:
    """Peak memory at three times the size, beside that of the smaller load."""
    with workplace() as folder, postgres() as new_database:
        province = Province(dossiers=3 * rows, open_share=0.01, days=3 * 365)
        path = settled(folder, province, _url(folder, kind, "larger", new_database))
        run = child("pipeline", str(path), province.as_of.isoformat())
    what = f"{3 * rows:,} dossiers, {kind}, peak memory beside that at {rows:,}"
    return Figure(what=what, ours=run["peak_mb"], floor=peak or None, unit="MB", limit=1.15)
