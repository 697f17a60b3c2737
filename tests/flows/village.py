"""A small province in a folder: two wards, four dossiers, one configuration. The stage of the flow and failure tests.

Monday 23/11/2026 is an ordinary working day of the story. All dates are as_of dates of a sandbox warehouse.
"""

import csv
import logging
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tasks.rules.timezone import HANOI
from tests.once import made_once

Run = Callable[..., dict[str, Any]]

MONDAY = datetime(2026, 11, 23, 7, 30, tzinfo=HANOI)
DAWN = MONDAY.replace(hour=6, minute=30)  # when the drops came and the templates were synced
WEDNESDAY = datetime(2026, 11, 25, 7, 30, tzinfo=HANOI)  # Tuesday 24/11 is a holiday
OPS, ALPHA, ALPHA_DEPUTY, BETA = (f"{who}@tinh.example.gov.vn" for who in ("ops", "ct.alpha", "pct.alpha", "ct.beta"))

UNITS = (
    {"unit_code": "TINH", "name": "UBND tỉnh", "kind": "office", "parent_code": ""},
    {"unit_code": "A", "name": "UBND xã Alpha", "kind": "commune", "parent_code": "TINH"},
    {"unit_code": "B", "name": "UBND xã Beta", "kind": "commune", "parent_code": "TINH"},
)
CONTACTS = tuple(
    {"unit_code": unit, "role": role, "name": "(không nêu)", "email": email, "title": title, "salutation": "Đồng chí"}
    for unit, role, email, title in (
        ("A", "head", ALPHA, "Chủ tịch UBND xã Alpha"),
        ("A", "deputy", ALPHA_DEPUTY, "Phó Chủ tịch UBND xã Alpha"),
        ("B", "head", BETA, "Chủ tịch UBND xã Beta"),
    )
)


def dossier(number: int, unit: str, status: str = "4", resolved: str = "", **more: str) -> dict[str, str]:
    """A dossier due 16/11, overdue since: the worst of what a head is asked about on Monday."""
    return {
        "dossier_code": f"H00.{unit}-{number:04d}",
        "unit_code": unit,
        "status": status,
        "received_at": "09/11/2026 09:00",
        "due_at": "16/11/2026",
        "duration_amount": "5",
        "duration_unit": "working_day",
        "resolved_at": resolved,
        "source_record_id": f"{unit}{number}",
    } | more


DOSSIERS = (dossier(1, "A"), dossier(2, "A"), dossier(1, "B"))

CONFIG = """\
locale = "{locale}"
[warehouse]
url = "sqlite:///var/dondoc.sqlite3"
sandbox = {sandbox}
[landing]
path = "var/landing"
{sources}
[mail]
mode = "{mode}"
host = "127.0.0.1"
port = {port}
security = "{security}"
sender = "dondoc@tinh.example.gov.vn"
ops = ["{ops}"]
rate_per_second = 1000
timeout_seconds = {timeout}
{mail}
[flags]
off = ["apology_missing", "stalled", "suspect_pause"]
"""
SOURCE = """
[[sources]]
name = "{name}"
kind = "files"
dataset = "{dataset}"
path = "drops/{name}-*.csv"
name_date = "%Y%m%d-%H%M"
"""


@dataclass
class Village:
    """A folder with configuration and drops; `port` is where its mails go."""

    folder: Path
    port: int = 1  # nobody listens there
    options: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.folder / "dondoc.toml"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'var' / 'dondoc.sqlite3'}"

    @property
    def drops(self) -> Path:
        return self.folder / "drops"

    def configure(self, port: int | None = None, **options: str) -> "Village":
        """Write dondoc.toml; options: mode, security, locale, sandbox, timeout, more lines of `mail`, the `sources`."""
        self.port = self.port if port is None else port
        self.options |= options
        files = (("don-vi", "units"), ("danh-ba", "contacts"), ("ho-so", "dossiers"))
        usual = {
            "locale": "vi",
            "sandbox": "true",
            "mode": "live",
            "security": "none",
            "timeout": "5",
            "mail": "",
            "ops": OPS,
            "sources": "".join(SOURCE.format(name=name, dataset=dataset) for name, dataset in files),
        }
        self.config.write_text(CONFIG.format(**(usual | self.options), port=self.port), encoding="utf-8")
        return self

    def drop(self, name: str, rows: Iterable[dict[str, str]], at: datetime = DAWN, encoding: str = "utf-8") -> Path:
        """A file of that source, its moment in the name."""
        rows = list(rows)
        path = self.drops / f"{name}-{at:%Y%m%d-%H%M}.csv"
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    def settle(self) -> "Village":
        """The whole village as it stands on Monday morning."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.drop("don-vi", UNITS)
        self.drop("danh-ba", CONTACTS)
        self.drop("ho-so", DOSSIERS)
        return self.configure()

    def copied(self, to: Path) -> "Village":
        """The same village elsewhere: every path in it is relative."""
        shutil.copytree(self.folder, to)
        return Village(to, self.port, dict(self.options))

    # what the books say

    def reading(self, query: Any) -> Any:
        from warehouse.engine import open_engine, reading

        engine = open_engine(self.url)
        try:
            with reading(engine) as conn:
                return query(conn)
        finally:
            engine.dispose()

    def acting(self, act: Any) -> Any:
        """One act at the desk."""
        from warehouse.engine import open_engine, transaction

        engine = open_engine(self.url)
        try:
            with transaction(engine) as conn:
                return act(conn)
        finally:
            engine.dispose()

    def mails(self, audience: str | None = "head") -> dict[str, tuple[str, ...]]:
        """Address → states of its mails, revision by revision."""
        from warehouse import ledger_read

        out: dict[str, tuple[str, ...]] = {}
        for mail in self.reading(lambda conn: ledger_read.mails_of(conn, audience=audience)):
            out[mail["address"]] = (*out.get(mail["address"], ()), mail["state"])
        return out

    def mail_id(self, address: str, revision: int = 0, day: datetime | None = None) -> int:
        """The one mail to that address, of that revision and day where given."""
        from warehouse import ledger_read

        rows = self.reading(ledger_read.mails_of)
        mine = [m for m in rows if m["address"] == address and revision in (0, m["revision"])]
        (found,) = [m["id"] for m in mine if day is None or m["business_date"] == day.date()]
        return int(found)

    def codes_of(self, address: str, revision: int = 0, day: datetime | None = None) -> list[str]:
        """The dossiers that mail asks for."""
        from warehouse import ledger_read

        number = self.mail_id(address, revision, day)
        items = self.reading(lambda conn: ledger_read.items_of(conn, [number]))
        return sorted(i["code"] for i in items if i["role"] == "asked")

    def codes(self) -> list[str]:
        """The open dossiers the warehouse knows."""
        from warehouse import current

        return sorted(d["dossier_code"] for d in self.reading(current.open_dossiers))

    def open_flags(self) -> list[str]:
        from warehouse import flag_store

        return sorted(f"{f['code']} {f['flag']}" for f in self.reading(flag_store.open_flags))

    def dump(self, *, run_log: bool = False) -> str:
        from warehouse.dump import dump
        from warehouse.engine import open_engine

        engine = open_engine(self.url)
        try:
            return dump(engine, run_log=run_log)
        finally:
            engine.dispose()

    def files(self) -> dict[str, bytes]:
        """Every file but Prefect's own, and SQLite's side files, which may come and go with readers."""
        found = (p for p in sorted(self.folder.rglob("*")) if p.is_file() and "prefect" not in p.parts)
        kept = (p for p in found if not p.name.endswith(("-wal", "-shm")))
        return {str(p.relative_to(self.folder)): p.read_bytes() for p in kept}


def runner() -> Run:
    """Runs flows in this process; Prefect must have a server by then."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    from deployments.running import call_flow

    def run(village: Village, flow: str, at: datetime | str = MONDAY, **parameters: Any) -> dict[str, Any]:
        chosen = getattr(import_module(f"flows.{flow}_run"), f"{flow}_run")
        logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
        as_of = at if isinstance(at, str) else at.isoformat()
        return call_flow(chosen, config=str(village.config), as_of=as_of, **parameters)

    return run


def synced_village(factory: pytest.TempPathFactory, run: Run) -> Village:
    """The village after a sync and a flag run at dawn, nothing composed yet; made once a session."""

    def make(folder: Path) -> None:
        village = Village(folder).settle()
        assert run(village, "sync", DAWN)["exit_status"] == 0
        assert run(village, "flag", DAWN)["flags"]["open"] == 3

    return Village(made_once(factory, "village", make))
