"""Plays the seven mornings in a process of its own and writes down what it saw: `python -m tests.e2e.driver FOLDER`.

Prefect takes its settings at import, so every variant of the story (private or running server, SQLite or PostgreSQL) is
a process with its own environment. What is right about the findings is decided by the tests that read them.
"""

import argparse
import difflib
import json
import logging
import os
import sys
from contextlib import nullcontext
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx

from deployments.demo import afternoon, config
from deployments.demo.stage import quieten, set_the_scene, theatre
from deployments.demo.story import HOLIDAY, LOST_ANSWER_DAY, MORNINGS
from deployments.running import call_flow
from tests.e2e import records, stagehands
from tests.prefect_server import without_events
from warehouse import difference_desk, flag_store, quarantine_desk
from warehouse.dump import dump
from warehouse.engine import open_engine, reading

REPEATED = ("morning", "sync", "flag", "remind", "bulletin")
ON_A_DAY_OFF = ("morning", "remind", "bulletin")  # a sync would bring what happened on Monday, and may
ON_MOST_DAYS = ("morning",)  # which runs the other four


class Player:
    """One play: the folder it happens in, its servers, and what has been seen so far."""

    def __init__(self, folder: Path, settings: Any, api: Any, catcher: Any, *, briefly: bool) -> None:
        self.folder, self.settings, self.api, self.catcher, self.briefly = folder, settings, api, catcher, briefly
        self.findings: dict[str, Any] = {"mornings": {}}

    def play(self, at: datetime) -> None:
        """One morning, then everything of it again: the repetitions must find nothing to do."""
        day = at.date().isoformat()
        self.keep(f"before-{day}")
        set_the_scene(self.folder, self.settings, self.api, at)
        before = len(self.catcher.caught)
        report = self.run("morning", at)
        after = self.dump()
        (self.folder / "dumps" / f"{day}.txt").write_text(after, encoding="utf-8")
        self.findings["mornings"][day] = {
            "report": report,
            "mails": [records.told(caught) for caught in self.catcher.caught[before:]],
            **self.open_rows(),
            "again": [self.again(flow, at, after) for flow in self.repeated(at.date())],
        }
        self.keep(f"after-{day}")

    def play_afternoon(self) -> None:
        """The reconciliation after the last morning, twice."""
        before = self.dump()
        played = [afternoon.play_afternoon(self.folder, self.settings, self.api) for _ in range(2)]
        self.findings["afternoon"] = {"report": played[0], "again": played[1], **self.found()}
        changes = difflib.unified_diff(before.splitlines(), self.dump().splitlines(), lineterm="", n=0)
        self.findings["afternoon"]["changes"] = sorted({line.split()[0] for line in changes if line[1:2].isalpha()})

    def found(self) -> dict[str, Any]:
        """The differences as the book holds them now."""
        engine = open_engine(self.settings.warehouse.url)
        with reading(engine) as conn:
            rows = [records.difference(row) for row in difference_desk.listed(conn)]
        engine.dispose()
        return {"differences": sorted(rows)}

    def repeated(self, day: date) -> tuple[str, ...]:
        if day == LOST_ANSWER_DAY:
            return REPEATED
        if self.briefly:
            return ()
        return ON_A_DAY_OFF if day == HOLIDAY else ON_MOST_DAYS

    def again(self, flow: str, at: datetime, expected: str) -> dict[str, Any]:
        """Run a flow once more; what it reported, sent and changed."""
        before = len(self.catcher.caught)
        report = self.run(flow, at)
        changes = list(difflib.unified_diff(expected.splitlines(), self.dump().splitlines(), lineterm="", n=0))
        sent = [caught.subject for caught in self.catcher.caught[before:]]
        return {"flow": flow, "report": report, "sent": sent, "changes": changes}

    def run(self, flow: str, at: datetime) -> dict[str, Any]:
        chosen = getattr(import_module(f"flows.{flow}_run"), f"{flow}_run")
        return call_flow(chosen, config=str(self.folder / config.CONFIG_NAME), as_of=at.isoformat())

    def dump(self) -> str:
        engine = open_engine(self.settings.warehouse.url)
        try:
            return dump(engine)
        finally:
            engine.dispose()

    def open_rows(self) -> dict[str, Any]:
        """Open flags and quarantine as the books hold them now."""
        engine = open_engine(self.settings.warehouse.url)
        with reading(engine) as conn:
            flags = [records.flag(row) for row in flag_store.open_flags(conn)]
            rows = [records.refused(row) for row in quarantine_desk.open_rows(conn)]
        engine.dispose()
        return {"flags": flags, "quarantine": rows}

    def keep(self, name: str) -> None:
        """The state on disk, for tests that start in the middle of the story (SQLite only)."""
        if self.settings.warehouse.url.startswith("sqlite"):
            stagehands.keep(self.folder, self.folder / "kept" / name)


def flow_runs(folder: Path) -> list[dict[str, str]]:
    """How the running server saw the mornings of this play, oldest first."""
    url = os.environ.get("PREFECT_API_URL")
    if not url:
        return []
    wanted = {"sort": "START_TIME_ASC", "flows": {"name": {"any_": ["morning"]}}}
    found = httpx.post(f"{url}/flow_runs/filter", json=wanted, timeout=60).raise_for_status().json()
    ours = [run for run in found if run["parameters"]["config"] == str(folder / config.CONFIG_NAME)]
    return [{"as_of": run["parameters"]["as_of"], "state": run["state_name"]} for run in ours]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--database-url")
    parser.add_argument("--briefly", action="store_true", help="repeat every flow on one morning only")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    (asked.folder / "dumps").mkdir()
    telling = without_events() if asked.briefly else nullcontext()
    with telling, theatre(asked.folder, asked.database_url) as (settings, api, catcher):
        quieten(settings, verbose=True)
        logging.basicConfig(stream=sys.stderr, level=logging.INFO)
        stagehands.name_the_contacts(asked.folder)
        player = Player(asked.folder, settings, api, catcher, briefly=asked.briefly)
        for at in MORNINGS:
            player.play(at)
        player.play_afternoon()
        from deployments.demo.gallery import hang_pictures

        hang_pictures(asked.folder, settings)
    player.findings["flow_runs"] = flow_runs(asked.folder)
    path = asked.folder / "findings.json"
    path.with_suffix(".part").write_text(json.dumps(player.findings, ensure_ascii=False, indent=1, default=str))
    path.with_suffix(".part").replace(path)


if __name__ == "__main__":
    main()
