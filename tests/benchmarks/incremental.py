"""A run over a few changes on a large and on a small warehouse: it must cost what changed, not what is kept.

The large warehouse is loaded here, so its memory beside that of a load a third its size is told here too.
"""

from typing import Any

from deployments.demo.province import Province
from tests.benchmarks.figures import Figure, middle
from tests.benchmarks.workshop import PEAKS, as_expected, changed, child, settled, workplace

ROWS = 3_000_000
SMALL = 100_000
CHANGED = 10_000
OPEN = 10_000
TITLE = "Incremental run, and the memory of a larger load"
TOLD = """
Ten thousand changed dossiers (steps, results, some opened again, a fifth new) over a large and over a small warehouse
with the same number of open dossiers: what is open follows from a province's size, not from how many years are kept.
Pull, load and flags together, on SQLite. The memory is that of the first load of the large one, beside that of the full
load of a third as many dossiers, in which three times as large a share was open.
"""


def measure(rows: int = ROWS, repeat: int = 3, *, small: int = SMALL) -> list[Figure]:
    """The large one beside the small one."""
    number = min(CHANGED, small // 10)
    small_runs, _ = _runs(small, number, repeat)
    large_runs, peak = _runs(rows, number, repeat)
    what = f"{number:,} changes over {rows:,} dossiers beside {small:,}"
    wall, cpu = (
        (middle(run[n] for run in large_runs), middle(run[n] for run in small_runs)) for n in ("seconds", "cpu")
    )
    third = rows // 3
    before = PEAKS.get(third) or _first(third)["peak_mb"]
    return [
        Figure(what=what, ours=wall[0], floor=wall[1], limit=1.3, note=_stages(large_runs[0])),
        Figure(what=f"{what}, processor time", ours=cpu[0], floor=cpu[1]),
        Figure(what=f"peak memory of {rows:,} beside {third:,}", ours=peak, floor=before, unit="MB", limit=1.15),
    ]


def _runs(size: int, number: int, repeat: int) -> tuple[list[dict[str, Any]], float]:
    """What each file of changes took, one after the other, and the peak memory of the load before them."""
    found = []
    with workplace() as folder:
        province = Province(dossiers=size, open_share=OPEN / size, days=365 if size <= 1_000_000 else 3 * 365)
        path = settled(folder, province)
        first = as_expected(folder, child("pipeline", str(path), province.as_of.isoformat()))
        for turn in range(repeat):
            as_of = changed(folder, province, number, 10 * turn)
            found.append(child("pipeline", str(path), as_of, "units", "dossiers"))
    return found, first["peak_mb"]


def _first(size: int) -> dict[str, Any]:
    with workplace() as folder:
        province = Province(dossiers=size)
        return child("pipeline", str(settled(folder, province)), province.as_of.isoformat())


def _stages(run: dict[str, Any]) -> str:
    return ", ".join(f"{stage} {run['stages'][stage][0]} s" for stage in ("pull dossiers", "load dossiers", "flag"))
