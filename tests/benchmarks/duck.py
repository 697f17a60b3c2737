"""The same job as a DuckDB script: `… duck FILE [URL]`; what a person who knows the data would write in an hour.

Read as text, dates by the forms in use, the same kinds of faults as conditions, duplicates by key, late ones counted.
With a URL the good rows also go into that database (executemany, COPY); without one they stay in DuckDB's own table.
"""

import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.floors import DATES

_CHUNK = 50_000
_FORMS = "['%d/%m/%Y %H:%M', '%d/%m/%Y', '%Y-%m-%d %H:%M', '%Y-%m-%dT%H:%M:%S%z', '%Y%m%d%H%M%S']"
_FAULTS = """
    received_at IS NULL OR (due_at IS NULL AND due_text <> '') OR unit_code IS NULL OR trim(unit_code) = ''
    OR dossier_code IS NULL OR status NOT IN ('1','2','3','4','5','6','7','8','9','10') OR status IS NULL
    OR received_at NOT BETWEEN TIMESTAMP '2000-01-01' AND TIMESTAMP '2026-11-24 07:30'
    OR due_at > TIMESTAMP '2031-12-31' OR due_at < date_trunc('day', received_at)
    OR resolved_at < date_trunc('day', received_at) OR returned_at < date_trunc('day', received_at)
    OR (coalesce(duration_amount, '') = '') <> (coalesce(duration_unit, '') = '')
    OR try_cast(duration_amount AS INTEGER) NOT BETWEEN 0 AND 3650
    OR coalesce(paused, '') NOT IN ('', '0', '1') OR source_record_id LIKE '%E+%'
"""


def run(path: Path, url: str = "") -> dict[str, Any]:
    """Seconds, rows kept."""
    import duckdb

    begun, cpu = time.perf_counter(), time.process_time()
    conn = duckdb.connect()
    conn.execute("SET threads = 2")
    others = "* EXCLUDE (" + ", ".join(DATES) + ")"
    dates = ", ".join(f"try_strptime({name}, {_FORMS}) AS {name}" for name in DATES)
    lenient = "all_varchar = true, header = true, ignore_errors = true, null_padding = true, max_line_size = 4000000"
    columns = f"{others}, {dates}, coalesce(due_at, '') AS due_text"
    conn.execute(f"CREATE TABLE raw AS SELECT {columns} FROM read_csv(?, {lenient})", [str(path)])
    conn.execute(f"CREATE TABLE good AS SELECT * EXCLUDE (due_text) FROM raw WHERE NOT coalesce(({_FAULTS}), false)")
    newest = "row_number() OVER (PARTITION BY source_record_id ORDER BY updated_at DESC NULLS LAST) = 1"
    conn.execute(f"CREATE TABLE kept AS SELECT * FROM good QUALIFY {newest}")
    late = (
        "SELECT unit_code, count(*) FROM kept WHERE resolved_at IS NULL AND due_at < TIMESTAMP '2026-11-23' GROUP BY 1"
    )
    conn.execute(late).fetchall()
    kept = conn.execute("SELECT count(*) FROM kept").fetchone()[0]
    if url:
        _write(conn, url)
    return {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - cpu, "kept": kept}


def _write(conn: Any, url: str) -> None:
    names = [name for name, *_ in conn.execute("DESCRIBE kept").fetchall()]
    columns = ", ".join(f"strftime({n}, '%Y-%m-%dT%H:%M:%S')" if n in DATES else n for n in names)
    rows = _rows(conn.execute(f"SELECT {columns} FROM kept"))
    if url.startswith("sqlite"):
        raw: Any = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("BEGIN IMMEDIATE")
        raw.execute(f"CREATE TABLE duck ({', '.join(f'{n} TEXT' for n in names)})")
        raw.executemany(f"INSERT INTO duck VALUES ({', '.join('?' * len(names))})", rows)
        raw.execute("COMMIT")
        raw.close()
        return
    import psycopg

    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://")) as raw:
        kinds = ", ".join(f"{n} {'TIMESTAMP' if n in DATES else 'TEXT'}" for n in names)
        raw.execute(f"CREATE TABLE duck ({kinds})")
        with raw.cursor() as cursor, cursor.copy("COPY duck FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _rows(found: Any) -> Iterator[tuple[Any, ...]]:
    while chunk := found.fetchmany(_CHUNK):
        yield from chunk


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), *sys.argv[2:])))  # noqa: T201
