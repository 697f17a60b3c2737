"""A village with a warehouse on which loads fail: what lies there, what the next drop brings, how it must look then."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from pathlib import Path

from tests.fault_runs import Ended, FaultRuns
from tests.flows.village import DAWN, DOSSIERS, MONDAY, Village, dossier
from tests.quarantine_stage import BAD, EARLY, UNREADABLE
from warehouse.dump import dump
from warehouse.engine import open_engine

LATER = MONDAY + timedelta(minutes=30)
BEFORE = (*DOSSIERS, *(dossier(n, "A") for n in range(3, 6)), EARLY, UNREADABLE)
CLOSED = dossier(1, "A", "9", "23/11/2026 07:00")
NEXT = (
    CLOSED,
    *BEFORE[1:6],
    dossier(7, "B"),  # was due before it was received
    *BAD[1:3],
    *(dossier(n, "B") for n in range(20, 26)),
    dossier(20, "B"),  # told twice
    *(dossier(26, "B", due_at=day) for day in ("17/11/2026", "18/11/2026")),  # which of them?
)
SOURCE = "ho-so"


class FaultStage:
    """The village, synced at dawn with `BEFORE`, unless it is a copy of one that was; `NEXT` waits in its drops."""

    def __init__(self, folder: Path, url: str, runs: FaultRuns, following: Collection[dict[str, str]] = NEXT) -> None:
        copied = (folder / "dondoc.toml").exists()
        self.village = Village(folder).configure() if copied else Village(folder).settle()
        config = self.village.config
        text = config.read_text(encoding="utf-8").replace("sqlite:///var/dondoc.sqlite3", url)
        config.write_text(text + "\n[gates]\nmax_quarantine_ratio = 0.49\n", encoding="utf-8")
        self.url, self.runs = url, runs
        if not copied:
            self.drop(BEFORE, DAWN)
            assert self.sync(at=DAWN, source="").status == 0
        if following:
            self.drop(following, MONDAY)

    def drop(self, rows: Iterable[dict[str, str]], at) -> None:
        rows = list(rows)
        headings = dict.fromkeys(name for row in rows for name in row)
        self.village.drop(SOURCE, [dict.fromkeys(headings, "") | row for row in rows], at)

    def sync(self, at=LATER, source: str = SOURCE, **asked) -> Ended:
        return self.runs.run(self.village.config, at.isoformat(), source=source, **asked)

    def dump(self, *, landed: bool = True) -> str:
        """All that is stored; `landed`: with the book of bodies, which is written before a load begins."""
        engine = open_engine(self.url)
        try:
            lines = dump(engine).splitlines(keepends=True)
        finally:
            engine.dispose()
        return "".join(line for line in lines if landed or not line.startswith("landed "))
