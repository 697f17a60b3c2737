"""A pull of many records over HTTP beside a bare client that fetches the same pages with as many threads."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deployments.demo.province import Province
from tests.benchmarks.figures import Figure, middle
from tests.benchmarks.workshop import PROJECT, child, workplace

ROWS = 100_000
PAGE = 100
CONCURRENCY = 4
LATENCY_MS = 100
TITLE = "Pull over HTTP"
TOLD = f"""
One-stop software that takes {LATENCY_MS} ms for every page of {PAGE} records, asked {CONCURRENCY} times at once
(what was agreed with its operator). Ours: ask, land on disk, look through each page and prove that the list was read
whole. Floor: a bare httpx client that fetches as many pages with as many threads and throws them away: the server's own
time. Reading the landed records for the load is part of the load and told in the note.
"""


def measure(rows: int = ROWS, repeat: int = 3) -> list[Figure]:
    """The product's pull beside the bare client."""
    runs = []
    with workplace() as folder, _server(rows) as url:
        for turn in range(repeat):
            bare = child("http_pull", "bare", url, str(rows), str(folder))
            runs.append((child("http_pull", "ours", url, str(rows), str(folder / f"landing{turn}")), bare))
    ours, floor = (middle(pair[n]["seconds"] for pair in runs) for n in (0, 1))
    note = (
        f"then {middle(one['parts'] for one, _ in runs):.1f} s to read the records, peak {runs[0][0]['peak_mb']:.0f} MB"
    )
    return [Figure(what=f"HTTP pull of {rows:,} records", ours=ours, floor=floor, limit=1.2, note=note)]


@contextmanager
def _server(rows: int) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.benchmarks.http_server", str(rows), str(LATENCY_MS)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT)
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.wait()


def _ours(url: str, rows: int, folder: Path) -> dict[str, Any]:
    from tasks.intake.landing import Landing
    from tasks.sources.base import PullRequest
    from tasks.sources.http_pace import Politeness
    from tasks.sources.opencps import OpenCpsSource

    polite = Politeness(concurrency=CONCURRENCY, per_second=0)
    source = OpenCpsSource(name="b", base_url=url, group_id=1, page_size=PAGE, politeness=polite)
    begun = time.perf_counter()
    pulled = source.pull(PullRequest(as_of=Province().as_of), Landing(folder))
    seconds = time.perf_counter() - begun
    read = sum(len(part) for part in pulled.parts)
    assert read + sum(pulled.ignored.values()) == rows
    return {"seconds": seconds, "parts": time.perf_counter() - begun - seconds}


def _bare(url: str, rows: int, _folder: Path) -> dict[str, Any]:
    import httpx

    with httpx.Client(base_url=f"{url}/o/rest/v2", headers={"Accept-Encoding": "identity"}, timeout=60) as client:

        def fetch(start: int) -> int:
            asked = {"start": str(start), "end": str(start + PAGE), "toReceiveNotDoneDate": "31/12/2031"}
            return len(client.get("/dossiers", params=asked).content)

        begun = time.perf_counter()
        with ThreadPoolExecutor(CONCURRENCY) as pool:
            size = sum(pool.map(fetch, range(0, rows, PAGE)))
    return {"seconds": time.perf_counter() - begun, "bytes": size}


if __name__ == "__main__":
    import resource

    import tasks.sources.opencps  # noqa: F401 - imports are not counted

    told = {"ours": _ours, "bare": _bare}[sys.argv[1]](sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
    print(json.dumps(told | {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))  # noqa: T201
