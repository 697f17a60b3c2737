"""Real runs in children that may be killed, starved of disk or made to wait less: what a faulty machine does to a sync.

One process imports once and forks a child for every run, so a run costs no start-up. A run here is the real one, from
its lock to its conclusion, only without Prefect's server. `FaultRuns` is the test's end, `main` the other.
"""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
IMPORTED_ONCE = (
    "tasks.loading",
    "tasks.pulling",
    "flows.conclusion",
    "expectations.run",
    "great_expectations",
    "psycopg",
    "alembic.command",
    "deployments.exits",
    "tests.pulls",
    "tests.fault_disks",
    "tests.fault_loads",
    "tests.fault_migrations",
)
PART = 10  # records a part: small loads have several


@dataclass(frozen=True)
class Ended:
    """How a run ended; `status` as its process would have said it, -9 when it was killed."""

    status: int
    sentence: str = ""  # of a refusal, or of the warehouse that broke it off
    report: Mapping[str, Any] | None = None
    places: int = 0  # fault points passed
    refused: bool = False  # it never began, or ended without a report

    @property
    def errors(self) -> dict[str, str]:
        """Sources that failed, with their sentences."""
        return {line["name"]: line["error"] for line in (self.report or {}).get("sources", ()) if line["error"]}


class FaultRuns:
    """Asks for runs, one after the other."""

    def __init__(self, process: "subprocess.Popen[str]", prefect: socket.socket) -> None:
        self._process, self._prefect = process, prefect

    def asked_prefect(self) -> bool:
        """Whether a run came to the Prefect server that is set."""
        try:
            self._prefect.accept()[0].close()
        except BlockingIOError:
            return False
        return True

    def run(self, config: Path, at: str, **asked: Any) -> Ended:
        """`source`; `kill_at`: the n-th fault point of the load; `file_limit`, `memory` in bytes; `busy` in ms."""
        return self.ask(config=str(config), at=at, **asked)[0]

    def ask(self, **asked: Any) -> list[Ended]:
        self.begin(**asked)
        return self.answer()

    def begin(self, **asked: Any) -> None:
        """Without waiting for the answer."""
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()

    def answer(self) -> list[Ended]:
        told: list[Ended] = []
        while (line := json.loads(self._process.stdout.readline())).keys() != {"ended"}:
            told.append(Ended(**line))
        return told if line["ended"] == 0 else [*told, Ended(line["ended"])]


@contextmanager
def fault_runs(**env: str) -> Iterator[FaultRuns]:
    """The process that forks runs; none of them may ask the Prefect server that is set."""
    prefect = socket.create_server(("127.0.0.1", 0))
    prefect.setblocking(False)
    quiet = {"GX_ANALYTICS_ENABLED": "false", "PREFECT_LOGGING_LEVEL": "CRITICAL"}
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.fault_runs"],
        cwd=ROOT,
        env=os.environ | quiet | {"PREFECT_API_URL": f"http://127.0.0.1:{prefect.getsockname()[1]}/api"} | env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with prefect, process:
        try:
            yield FaultRuns(process, prefect)
        finally:
            process.kill()


# In the child


class FaultPoints:
    """Counts statements, commits and single staged rows while armed; the chosen one is the last."""

    def __init__(self, last: int) -> None:
        self.last, self.passed, self.armed = last, 0, False

    def __call__(self, *_: Any) -> None:
        if self.armed:
            self.passed += 1
            if self.passed == self.last:
                os.kill(os.getpid(), signal.SIGKILL)

    def listen(self) -> None:
        from sqlalchemy import Engine, event

        from warehouse import staging

        event.listen(Engine, "before_cursor_execute", self)
        event.listen(Engine, "commit", self)
        for name in ("_execute_many", "_copy"):
            setattr(staging, name, self._by_row(getattr(staging, name)))

    def _by_row(self, write: Callable[..., None]) -> Callable[..., None]:
        def through(conn: Any, table: str, names: Any, rows: Any) -> None:
            write(conn, table, names, (self() or row for row in rows))

        return through


def run_once(asked: Mapping[str, Any]) -> Ended:
    """A sync as `dondoc run sync` does it, to its exit status."""
    from deployments.exits import refusal_of
    from flows.conclusion import told
    from tasks.run_book import REPORTS
    from tasks.run_context import Run, RunRequest

    points = FaultPoints(asked.get("kill_at", 0))
    points.listen()
    if asked.get("file_limit"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (asked["file_limit"], resource.RLIM_INFINITY))
    if asked.get("memory"):
        resource.setrlimit(resource.RLIMIT_AS, (_in_use() + asked["memory"], resource.RLIM_INFINITY))
    if asked.get("busy"):
        import warehouse.engine

        warehouse.engine.BUSY_MILLISECONDS = asked["busy"]

    def story(run: Run) -> None:
        from tasks.loading import load_source
        from tasks.pulling import pull_source

        meet(asked)
        for source in run.settings.sources:
            if asked.get("source", "") in ("", source.name) and pull_source.fn(run.run_id, source.name):
                run.kept[source.name] = _in_small_parts(run.kept[source.name], asked.get("part", PART))
                points.armed = True
                load_source.fn(run.run_id, source.name)
                points.armed = False

    REPORTS.clear()
    try:
        told(RunRequest(flow="sync", config=asked["config"], as_of=asked["at"]), story)
    except Exception as error:  # noqa: BLE001 - told to the test
        status, sentences = refusal_of(error) or (1, [f"a bug: {type(error).__name__} {error}"])
        return Ended(status, " ".join(sentences), None, points.passed, refused=True)
    (report,) = REPORTS.values()
    fault = report.get("warehouse_fault") or (report["why_idle"] if report["state"] == "busy" else "")
    return Ended(report["exit_status"], fault, report, points.passed)


def _in_use() -> int:
    """Bytes of address space that this process has."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()


def _in_small_parts(pulled: Any, size: int) -> Any:
    from tests.pulls import in_parts, records_of

    return replace(pulled, parts=in_parts((record for part in pulled.parts for record in records_of(part)), size))


def meet(asked: Mapping[str, Any]) -> None:
    """Whoever works waits here until all others of the crowd were turned away."""
    for _ in range(asked.get("crowd", 1) - 1):
        os.read(asked["meeting"][0], 1)


def say(told: Mapping[str, Any]) -> None:
    os.write(1, json.dumps(told).encode() + b"\n")


def warm_up() -> None:
    """Check a row: the first check of a process costs twice as much as the next. It leaves no thread behind."""
    from tqdm import tqdm

    from tests.unit.expectation_cases import good, report_on

    tqdm.monitor_interval = 0
    report_on("dossiers", good("dossiers"))


def main() -> None:
    from importlib import import_module

    for module in IMPORTED_ONCE:
        import_module(module)
    warm_up()
    for line in sys.stdin:
        asked = json.loads(line)
        crowd = asked.get("crowd", 1)
        asked["meeting"] = os.pipe()
        children = []
        for _ in range(crowd):
            children.append(os.fork())
            if not children[-1]:
                break
        if not children[-1]:
            act = import_module(asked["act"]).act if "act" in asked else lambda words: [run_once(words)]
            for ended in act(asked):
                say(vars(ended))
            os.write(asked["meeting"][1], b".")
            os._exit(0)
        worst = min(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)
        for end in asked["meeting"]:
            os.close(end)
        say({"ended": worst})


if __name__ == "__main__":
    main()
