"""A folder with one configuration: a source is loaded, changed behind our back, and compared, without Prefect."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tasks.rules.difference_model import Asked, Comparison, Finding
from tasks.rules.timezone import HANOI
from warehouse.dump import dump
from warehouse.engine import open_engine, transaction

MORNING = datetime(2026, 11, 23, 7, 30, tzinfo=HANOI)
DAWN = MORNING.replace(hour=6, minute=0)
NINE = MORNING.replace(hour=9, minute=0)
CONFIG = """\
[warehouse]
url = "{url}"
sandbox = true
[landing]
path = "var/landing"
{sources}
[mail]
mode = "shadow"
host = "127.0.0.1"
port = 1
security = "none"
sender = "dondoc@tinh.example.gov.vn"
ops = ["ops@tinh.example.gov.vn"]
"""
FILES = """
[[sources]]
name = "one-stop"
kind = "files"
dataset = "dossiers"
path = "drops/ho-so-*"
name_date = "%Y%m%d-%H%M"
{more}
"""
VIEW = """
[[sources]]
name = "bao-cao"
kind = "sql"
dataset = "dossiers"
system = "one-stop"
url = "{url}"
view = "v_ho_so"
key = "id"
updated_column = "cap_nhat"
columns = {{ source_record_id = "id", updated_at = "cap_nhat" }}
{password}
"""


def dossier(number: int, **changes: str) -> dict[str, str]:
    return {
        "source_record_id": f"r{number}",
        "dossier_code": f"H90-{number:04d}",
        "unit_code": "A",
        "status": "4",
        "received_at": "16/11/2026 08:15",
        "due_at": "30/11/2026",
        "procedure_name": "Đăng ký khai sinh",
        "duration_amount": "5",
        "duration_unit": "working_day",
        "updated_at": "20/11/2026 10:05",
    } | changes


@dataclass
class Stage:
    """`name`: the source that is loaded and compared."""

    folder: Path
    url: str
    name: str = "one-stop"

    def configure(self, sources: str = "", more: str = "") -> "Stage":
        told = sources or FILES.format(more=more)
        (self.folder / "dondoc.toml").write_text(CONFIG.format(url=self.url, sources=told), encoding="utf-8")
        return self

    def drop(self, rows: Iterable[Mapping[str, str]], at: datetime = DAWN) -> Path:
        """A file with the moment in its name."""
        told = list(rows)
        path = self.folder / "drops" / f"ho-so-{at:%Y%m%d-%H%M}.csv"
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(told[0]))
            writer.writeheader()
            writer.writerows(told)
        return path

    def request(self, flow: str, as_of: datetime, **more: Any) -> Any:
        from tasks.run_context import RunRequest

        return RunRequest(flow=flow, config=str(self.folder / "dondoc.toml"), as_of=as_of.isoformat(), **more)

    def sync(self, as_of: datetime = MORNING) -> dict[str, int]:
        from tasks.loading import load_source
        from tasks.pulling import pull_source
        from tasks.run_context import enter_run

        with enter_run(self.request("sync", as_of)) as (run, _):
            assert pull_source.fn(run.run_id, self.name), run.sources
            return load_source.fn(run.run_id, self.name)

    def compare(self, as_of: datetime = NINE, *, store: bool = False, **asked: Any) -> Comparison:
        from tasks.comparing_sources import compare_source
        from tasks.run_context import enter_run
        from tasks.storing_differences import store_differences

        with enter_run(self.request("reconcile", as_of, reads_only=True, asked=Asked(**asked))) as (run, _):
            compare_source.fn(run.run_id, self.name)
            if store:
                store_differences.fn(run.run_id)
            return run.comparison

    def by_hand(self, statement: str, **values: Any) -> None:
        """What nobody may do to our tables."""
        engine = open_engine(self.url)
        with transaction(engine) as conn:
            assert conn.execute(text(statement), values).rowcount
        engine.dispose()

    def states(self) -> dict[str, int]:
        """How many differences of the book are in which state."""
        engine = open_engine(self.url)
        with transaction(engine) as conn:
            found = conn.execute(text("SELECT state, count(*) FROM differences GROUP BY state")).tuples()
            told = dict(found.all())
        engine.dispose()
        return told

    def dump(self) -> str:
        engine = open_engine(self.url)
        told = dump(engine, run_log=True)
        engine.dispose()
        return told


def told(findings: Iterable[Finding]) -> set[tuple[str, str, str, str]]:
    """Class, key, column and cause; each finding is one difference."""
    listed: Sequence[tuple[str, str, str, str]] = [(f.kind.value, f.key, f.column, f.cause.value) for f in findings]
    assert len(set(listed)) == len(listed)
    return set(listed)


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)
