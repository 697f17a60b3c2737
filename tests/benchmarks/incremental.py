"""A run over a few changes on a large and on a small warehouse: it must cost what changed, not what is kept."""

from deployments.demo.province import Province
from tests.benchmarks.figures import Figure, middle
from tests.benchmarks.workshop import changed, child, settled, workplace

ROWS = 3_000_000
SMALL = 100_000
CHANGED = 10_000
OPEN = 10_000
TITLE = "Incremental run"
TOLD = """
Ten thousand changed dossiers (steps, results, some opened again, a fifth new) over a large and over a small warehouse
with the same number of open dossiers. Pull, load and flags together, on SQLite.
"""


def measure(rows: int = ROWS, repeat: int = 3, *, small: int = SMALL) -> list[Figure]:
    """The large one beside the small one."""
    number = min(CHANGED, small // 10)
    times = {size: _runs(size, number, repeat) for size in (small, rows)}
    wall, cpu = ({size: middle(pair[n] for pair in runs) for size, runs in times.items()} for n in (0, 1))
    what = f"{number:,} changes over {rows:,} dossiers beside {small:,}"
    return [
        Figure(what=what, ours=wall[rows], floor=wall[small], limit=1.3),
        Figure(what=f"{what}, processor time", ours=cpu[rows], floor=cpu[small]),
    ]


def _runs(size: int, number: int, repeat: int) -> list[tuple[float, float]]:
    """Seconds of the wall and of the processor for each file of changes, one after the other."""
    found = []
    with workplace() as folder:
        province = Province(dossiers=size, open_share=OPEN / size, days=365 if size <= 1_000_000 else 3 * 365)
        path = settled(folder, province)
        child("pipeline", str(path), province.as_of.isoformat())
        for turn in range(repeat):
            as_of = changed(folder, province, number, 10 * turn)
            run = child("pipeline", str(path), as_of, "units", "dossiers")
            found.append((run["seconds"], run["cpu"]))
    return found
