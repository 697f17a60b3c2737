"""Reading both sides and no more, `… both_sides FILE URL`: the floor of a comparison.

It does: the source file as `floors.py` reads it (csv.reader in chunks, twenty columns as a frame, six of them typed by
pandas, the product's expectations on them); all current versions by the raw driver, every column, in chunks.

It does not: land the body, clean text, map units, accept more than one form of date, make keys or hashes, bring rows of
both sides together, compare anything.
"""

import csv
import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from expectations.context import results_of
from tasks.sources.base import PART_ROWS
from tests.benchmarks import floors

CURRENT = "SELECT * FROM dossiers WHERE known_to IS NULL"


def run(path: Path, url: str) -> dict[str, Any]:
    """Seconds in all and by step; rows read of each side."""
    expectations = floors._expectations()
    nothing = floors._frame([[""] * 20], floors._heading(path))
    results_of(pd.DataFrame(floors._helpers(nothing, expectations)), expectations)  # imports
    begun, cpu = time.perf_counter(), time.process_time()
    spent = {"read": 0.0, "type": 0.0, "check": 0.0, "warehouse": 0.0}
    rows = versions = 0
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        names = next(reader)
        for chunk in floors._timed(spent, "read", floors._chunks(reader)):
            at = time.perf_counter()
            helpers = pd.DataFrame(floors._helpers(floors._frame(chunk, names), expectations))
            spent["type"] += time.perf_counter() - at
            at = time.perf_counter()
            floors._found(helpers, expectations)
            spent["check"] += time.perf_counter() - at
            rows += len(chunk)
    at = time.perf_counter()
    for some in _versions(url):
        versions += len(some)
    spent["warehouse"] = time.perf_counter() - at
    took = {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - cpu}
    return {**took, "steps": spent, "rows": rows, "versions": versions}


def _versions(url: str) -> Iterator[list[Any]]:
    if url.startswith("sqlite"):
        raw: Any = sqlite3.connect(url.removeprefix("sqlite:///"))
        cursor = raw.execute(CURRENT)
    else:
        import psycopg

        raw = psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"))
        cursor = raw.cursor("versions")
        cursor.itersize = PART_ROWS
        cursor.execute(CURRENT)
    while some := cursor.fetchmany(PART_ROWS):
        yield some
    raw.close()


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), sys.argv[2])))  # noqa: T201
