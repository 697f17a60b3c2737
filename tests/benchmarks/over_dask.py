"""A full load with Dask workers beside the same load alone: what is left to the one process that holds the lock.

As a program, `… over_dask CONFIG AS_OF`: one such load as a flow on a server of its own, told as JSON.
"""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from deployments.demo.province import Province
from tests.benchmarks.figures import Figure
from tests.benchmarks.workshop import KINDS, as_expected, child, postgres, settled, workplace

ROWS = 1_000_000
WORKERS = 2
TITLE = "A full load over Dask workers"
TOLD = """
The file of the full load, synced as a flow, its parts understood and checked by two worker processes of this machine.
Ours: with them. Floor: the same flow without. Where workers have processors of their own, what they cannot take off
the one process that holds the lock is what bounds a load; on two cores they share them with it. Processor time of the
workers includes their start.
"""


def measure(rows: int = ROWS, repeat: int = 1, *, kinds: tuple[str, ...] = KINDS) -> list[Figure]:
    """Seconds of the wall, and of the processor in the process that holds the lock."""
    del repeat
    figures: list[Figure] = []
    with workplace() as folder, postgres() as new_database:
        province, home = Province(dossiers=rows), folder / "province"
        settled(home, province)
        for kind in kinds:
            alone, helped = (
                _one(home, province, new_database(what) if kind == "postgresql" else f"sqlite:///{folder}/{what}.db", n)
                for what, n in (("alone", 0), ("helped", WORKERS))
            )
            label = f"{rows:,} dossiers, {kind}"
            note = f"workers {helped['workers_cpu']:.1f} s of processor time, peak {helped['peak_mb']:.0f} MB here"
            figures += [
                Figure(what=f"{label}, {WORKERS} workers", ours=helped["seconds"], floor=alone["seconds"], note=note),
                Figure(what=f"{label}, processor time of the run itself", ours=helped["cpu"], floor=alone["cpu"]),
            ]
    return figures


def _one(home: Path, province: Province, url: str, workers: int) -> dict[str, Any]:
    path = settled(home, province, url)
    if workers:
        with path.open("a", encoding="utf-8") as config:
            config.write(f"\n[scale]\ndask = true\nworkers = {workers}\n")
    return as_expected(home, child("over_dask", str(path), province.as_of.isoformat()))


def run(config: str, as_of: str) -> dict[str, Any]:
    """One load of the dossiers; master data is loaded before and not counted: with it everything is imported."""
    from deployments.running import call_flow
    from flows.sync_run import sync_run
    from tests.prefect_server import private_prefect

    with private_prefect():
        for name in ("units", "contacts"):
            call_flow(sync_run, config=config, as_of=as_of, source=name)
        wall, cpu = time.perf_counter(), time.process_time()
        report = call_flow(sync_run, config=config, as_of=as_of, source="dossiers")
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": wall,
        "cpu": cpu,
        "workers_cpu": workers.ru_utime + workers.ru_stime,
        "counts": report["sources"][0],
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], sys.argv[2])))  # noqa: T201
