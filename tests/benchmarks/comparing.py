"""The comparison of the dossiers' source with the warehouse, timed: `… comparing CONFIG AS_OF EXPECTED`.

The function is the one the flow calls, in a real run that only reads. EXPECTED is a JSON file with what was seeded:
[class, key, column, cause]; what was found beyond it, or not found, is counted. Peak memory is that of this process.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any


def run(config: str, as_of: str, expected: str) -> dict[str, Any]:
    """Seconds, records read, findings, how many seeded ones were missed and how many are false, peak memory in MB."""
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR")
    from expectations.context import expectation_module
    from tasks.comparing_sources import compare_source
    from tasks.run_context import RunRequest, enter_run

    expectation_module()  # seconds of imports, whatever is read
    with enter_run(RunRequest(flow="reconcile", config=config, as_of=as_of, reads_only=True)) as (opened, _):
        wall, cpu = time.perf_counter(), time.process_time()
        told = compare_source.fn(opened.run_id, "dossiers")
        took = {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        if not told:
            raise SystemExit(f"the source was not read: {opened.sources['dossiers'].error}")
        findings = opened.comparison.findings
    seeded = {tuple(one) for one in json.loads(Path(expected).read_text(encoding="utf-8"))}
    found = {(f.kind.value, f.key, f.column, f.cause.value) for f in findings}
    return {
        **took,
        "read": told["read"],
        "found": len(findings),
        "missed": len(seeded - found),
        "false": len(found - seeded) + len(findings) - len(found),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    print(json.dumps(run(*sys.argv[1:4])))  # noqa: T201
