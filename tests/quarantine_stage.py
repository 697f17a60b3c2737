"""A village whose quarantine has something in it, on either database; runs of its stages without a server."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tasks.run_context import Run, RunRequest, enter_run
from tests.flows.village import DAWN, DOSSIERS, Village, dossier
from tests.once import made_once
from warehouse import quarantine_desk
from warehouse.engine import open_engine, reading, transaction

EARLY = dossier(7, "B", due_at="02/11/2026", received_at="09/11/2026")  # due before it was received
UNREADABLE = dossier(8, "B", received_at="32/13/2026")
UNKNOWN_WORD = dossier(9, "A", status="chờ ý kiến")
UNITLESS = dossier(10, "")
GOOD = (*DOSSIERS, *(dossier(number, "A") for number in (3, 4)))  # more than half of a drop must be good
BAD = (EARLY, UNREADABLE, UNKNOWN_WORD, UNITLESS)


class Stage:
    """A configured village and its warehouse."""

    def __init__(self, folder: Path, url: str = "") -> None:
        """A village as it is when it was settled before, else a new one; its warehouse elsewhere where a URL says."""
        self.village = Village(folder)
        if not self.village.config.exists():
            self.village.settle()
        if url:
            text = self.village.config.read_text(encoding="utf-8")
            self.village.config.write_text(text.replace("sqlite:///var/dondoc.sqlite3", url), encoding="utf-8")
        self.engine: Engine = open_engine(url or self.village.url)

    @classmethod
    def with_bad_rows(cls, factory: pytest.TempPathFactory, folder: Path) -> "Stage":
        """Four rows in quarantine, synced once a session and copied."""

        def make(made: Path) -> None:
            stage = cls(made)
            stage.drop(*BAD)
            stage.sync()
            stage.engine.dispose()

        shutil.copytree(made_once(factory, "quarantine", make), folder)
        return cls(folder)

    @property
    def config(self) -> Path:
        return self.village.config

    def drop(self, *rows: dict[str, str], at: datetime = DAWN) -> None:
        """The good dossiers of the village with these beside them or, where they bear the same code, instead."""
        told = {row["dossier_code"] for row in rows}
        everything = [*(row for row in GOOD if row["dossier_code"] not in told), *rows]
        headings = dict.fromkeys(name for row in everything for name in row)
        self.village.drop("ho-so", [dict.fromkeys(headings, "") | row for row in everything], at)

    def sync(self, at: datetime = DAWN, *stages: Callable[[Run], Any], **asked: Any) -> Run:
        """One run: released rows, then every source, then whatever else is to happen in it; as it was asked for."""
        from tasks.loading import load_source
        from tasks.pulling import pull_source
        from tasks.releasing import promote_released_rows
        from tasks.run_book import close_book, open_book

        with enter_run(RunRequest(flow="sync", config=str(self.config), as_of=at.isoformat(), **asked)) as (run, _):
            open_book(run)
            promote_released_rows.fn(run.run_id)
            for source in run.settings.sources:
                if pull_source.fn(run.run_id, source.name):
                    load_source.fn(run.run_id, source.name)
            for stage in stages:
                stage(run)
            close_book(run)
        return run

    def reading(self, query: Callable[..., Any], *words: Any) -> Any:
        with reading(self.engine) as conn:
            return query(conn, *words)

    def acting(self, act: Callable[..., Any], *words: Any) -> Any:
        with transaction(self.engine) as conn:
            return act(conn, *words)

    def row_of(self, cells: dict[str, str]) -> dict[str, Any]:
        """The open quarantine row of that dossier."""
        rows = self.reading(quarantine_desk.open_rows)
        (found,) = [row for row in rows if row["content"]["dossier_code"] == cells["dossier_code"]]
        return dict(found)
