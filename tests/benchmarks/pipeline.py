"""The product's stages, timed one by one, without Prefect's engine: `… pipeline CONFIG AS_OF [SOURCE…]`.

The functions are those the flows call (`pull_source`, `load_source`, `flag_open_items`), in a real run under its lock;
only the tasks' wrapping and the progress shown in Prefect are left out. Master data is loaded first and not counted:
with it everything is imported.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

COUNTED = ("pull dossiers", "load dossiers", "flag")
_PARTS = ("pulled", "new", "changed", "unchanged", "quarantined", "duplicate", "ignored")


def run(config: str, as_of: str, sources: tuple[str, ...] = ()) -> dict[str, Any]:
    """Seconds by stage, counts of the dossiers' load, peak memory of this process in MB."""
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR")
    from expectations.context import expectation_module
    from tasks.flagging import flag_open_items
    from tasks.loading import load_source
    from tasks.pulling import pull_source
    from tasks.run_context import RunRequest, enter_run

    expectation_module()  # seconds of imports, whatever is loaded
    spent: dict[str, tuple[float, float]] = {}
    with enter_run(RunRequest(flow="sync", config=config, as_of=as_of)) as (opened, _):
        names = sources or tuple(s.name for s in opened.settings.sources)
        for name in sorted(names, key=lambda name: name == "dossiers"):
            with _timed(f"pull {name}", spent):
                there = pull_source.fn(opened.run_id, name)
            if there:
                with _timed(f"load {name}", spent):
                    load_source.fn(opened.run_id, name)
        with _timed("flag", spent):
            flags = flag_open_items.fn(opened.run_id)
        line = opened.sources["dossiers"]
    if line.state != "promoted":
        raise SystemExit(f"the dossiers were not loaded: {line.state} {line.error}")
    counted = [spent[stage] for stage in COUNTED]
    return {
        "seconds": sum(wall for wall, _ in counted),
        "cpu": sum(cpu for _, cpu in counted),
        "stages": {stage: [round(t, 2) for t in both] for stage, both in spent.items()},
        "counts": {part: getattr(line, part) for part in _PARTS},
        "flags": flags["open"],
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


@contextmanager
def _timed(stage: str, spent: dict[str, tuple[float, float]]) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    spent[stage] = time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], sys.argv[2], tuple(sys.argv[3:]))))  # noqa: T201
