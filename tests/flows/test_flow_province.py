"""A small province with every kind of dirt through the real flow: each row ends as its maker said, on both databases.

This is the table of record faults (R1-R10) as a whole. That the number of task runs follows sources, not records, is
here too.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from deployments.demo import config
from deployments.demo.mail_catcher import MailCatcher
from deployments.demo.province import Province, Written, write_changes, write_province
from deployments.demo.province_config import write_province_config
from deployments.demo.province_faults import KINDS
from tests.flows.village import Run
from warehouse import flag_store
from warehouse.dump import dump
from warehouse.engine import open_engine, reading
from warehouse.tables import VERSIONS, quarantine

DIRTY = Province(seed=3, units=2, dossiers=300, dirt=1 / 3, open_share=0.3, recommendations=6, procedures=20)
LATER = DIRTY.as_of.replace(hour=9)
KINDS_OF_DATABASES = ("sqlite", "postgresql")
GATES = "\n[gates]\nmax_quarantine_ratio = 0.49\n"  # a third of it is dirt: on purpose


@dataclass
class Place:
    """A province's folder with its database."""

    folder: Path
    url: str
    province: Province
    written: Written

    @property
    def config(self) -> Path:
        return self.folder / config.CONFIG_NAME

    def reading(self, query: Callable[[Any], Any]) -> Any:
        engine = open_engine(self.url)
        try:
            with reading(engine) as conn:
                return query(conn)
        finally:
            engine.dispose()

    def dump(self) -> str:
        engine = open_engine(self.url)
        try:
            return dump(engine)
        finally:
            engine.dispose()


def place(folder: Path, province: Province, url: str, port: int = 1) -> Place:
    written = write_province(folder / config.DROPS, province)
    write_province_config(folder, province, smtp_port=port, database_url=url, more=GATES)
    return Place(folder, url, province, written)


def line_of(report: dict[str, Any], name: str) -> dict[str, Any]:
    return next(line for line in report["sources"] if line["name"] == name)


def reasons(conn: Any) -> Counter[str]:
    rows = conn.execute(select(quarantine.c.reasons).where(quarantine.c.closed_at.is_(None))).scalars()
    return Counter("+".join(reason["code"] for reason in row) for row in rows)


def test_a_dirty_province_ends_as_its_maker_said_on_both_databases(
    run: Run, tmp_path: Path, new_url: Callable[..., str]
) -> None:
    dumps = {}
    with MailCatcher() as catcher:
        for kind in KINDS_OF_DATABASES:
            made = place(tmp_path / kind, DIRTY, new_url(kind), catcher.port)
            every_row_is_where_it_belongs(made, run(made, "morning", DIRTY.as_of))
            changes_come_in(made, run)
            dumps[kind] = made.dump().splitlines()
    odd_texts_arrived_as_meant(made)
    assert set(dumps["sqlite"]) ^ set(dumps["postgresql"]) == set()
    assert dumps["sqlite"] == dumps["postgresql"]


def every_row_is_where_it_belongs(made: Place, report: dict[str, Any]) -> None:
    """The counts of the load and the reasons in the quarantine are those the generator expects."""
    told = made.written.dossiers
    assert set(told.kinds) == {kind.name for kind in KINDS}
    assert report["exit_status"] == 0
    line = line_of(report, "dossiers")
    counts = {name: line[name] for name in ("pulled", "new", "quarantined", "duplicate", "ignored")}
    assert counts == {
        "pulled": told.rows,
        "new": told.loaded,
        "quarantined": told.bad,
        "duplicate": told.duplicate,
        "ignored": told.ignored,
    }
    assert made.reading(reasons) == told.quarantined
    others = {line["name"]: line["quarantined"] for line in report["sources"] if line["name"] != "dossiers"}
    assert set(others.values()) == {0}
    assert report["mails"]["handed"] > 0


def changes_come_in(made: Place, run: Run) -> None:
    """Nothing comes in twice; of a file of changes, what changed and what is new."""
    again = run(made, "sync", DIRTY.as_of, source="dossiers")
    assert [(line["new"], line["changed"], line["quarantined"]) for line in again["sources"]] == [(0, 0, 0)]
    changes = write_changes(made.folder / config.DROPS, DIRTY, 60, LATER)
    line = line_of(run(made, "sync", LATER, source="dossiers"), "dossiers")
    assert (line["new"], line["changed"]) == (changes.dossiers.new, 48)
    run(made, "remind", LATER)


def odd_texts_arrived_as_meant(made: Place) -> None:
    """Words for nothing are texts, codes keep their zeros, odd letters of keys are plain, nobody guesses a unit."""
    table = VERSIONS["dossiers"]
    rows = [row._mapping for row in made.reading(lambda conn: conn.execute(select(table)).all())]
    assert {row["procedure_name"] for row in rows} >= {"NA"}
    assert {row["step_name"] for row in rows} >= {"None", "Thẩm định 📄 hồ sơ"}
    assert {row["officer_post"] for row in rows} >= {"null"}
    assert "000123" in {row["procedure_code"] for row in rows}
    assert all(row["record_key"].isascii() for row in rows)
    assert {row["unit_code"] for row in rows} == {"90001", "90002", "?H99.999"}
    flags = made.reading(flag_store.open_flags)
    assert {flag["unit_code"] for flag in flags if flag["flag"] == "unknown_unit"} == {"?H99.999"}
    assert {flag["tier"] for flag in flags if flag["flag"] == "overdue"} == {1, 2, 3}


def test_task_runs_follow_the_sources_not_the_records(run: Run, tmp_path: Path) -> None:
    numbers, ended = [], _Ended()
    logging.getLogger("prefect.task_runs").addHandler(ended)
    for dossiers in (1_000, 20_000):
        folder = tmp_path / str(dossiers)
        made = place(folder, Province(dossiers=dossiers), f"sqlite:///{folder / 'warehouse.sqlite3'}")
        before = ended.count
        assert run(made, "sync", Province().as_of, source="dossiers")["exit_status"] == 0
        numbers.append(ended.count - before)
    logging.getLogger("prefect.task_runs").removeHandler(ended)
    assert 0 < numbers[0] == numbers[1] < 10


class _Ended(logging.Handler):
    """Counts task runs that have ended."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += "Finished in state" in record.getMessage()
