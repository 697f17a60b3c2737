"""`dondoc up` as a person starts it: a real process, a real Prefect server, real runs, and its end."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from deployments.cli_init import write_starter
from deployments.init_dates import WRITTEN_FOR
from deployments.schedules import DEPLOYMENTS
from deployments.server import HOST, free_port, is_free
from tests.prefect_server import with_database
from tests.repo.tree import ROOT

SCHEDULED = {row.name for row in DEPLOYMENTS if row.crons}
PATIENCE = 180.0


def eventually(ask: Callable[[], Any], what: str) -> Any:
    """The first true answer before the deadline."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if answer := ask():
            return answer
        time.sleep(0.1)
    pytest.fail(f"never happened: {what}")


def _heed_interrupts() -> None:
    """As in a terminal: a background job of a shell inherits that Ctrl-C is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def csrf_token(api: httpx.Client) -> dict[str, str]:
    """What a page of the server itself sends along."""
    given = api.get("/csrf-token", params={"client": "test"}).raise_for_status().json()
    return {"Prefect-Csrf-Token": given["token"], "Prefect-Csrf-Client": "test"}


class Up:
    """A `dondoc up`, or another keeper of a server, for a folder of its own; started from elsewhere."""

    def __init__(self, folder: Path, port: int, *command: str) -> None:
        self.folder, self.port = folder, port
        self.output = folder / "up.txt"
        self.systemd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.listening = TemporaryDirectory(prefix="up-")  # the address of a socket must be short
        self.systemd.bind(f"{self.listening.name}/told")
        self.api = httpx.Client(base_url=f"http://{HOST}:{port}/api", timeout=20, trust_env=False)
        config = str(folder / "dondoc.toml")
        self.command = command or ("-m", "deployments", "--config", config, "up", "--port", str(port))
        self.start()

    def start(self) -> None:
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "DONDOC"))}
        with self.output.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, *self.command],
                cwd=self.folder.parent,
                env=ours | {"PYTHONPATH": str(ROOT), "NOTIFY_SOCKET": f"{self.listening.name}/told"},
                stdout=out,
                stderr=subprocess.STDOUT,
                preexec_fn=_heed_interrupts,
            )

    def until_ready(self) -> str:
        """Wait until it says where to look; returns what it said."""
        eventually(lambda: f"http://{HOST}:{self.port}" in self.said() or self.process.poll() is not None, "ready")
        assert self.process.poll() is None, self.said()
        return self.said()

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def post(self, path: str, **body: Any) -> Any:
        """With a token against forged requests; again while the server is busy with itself, as Prefect's clients do."""
        answer = eventually(
            lambda: (a := self.api.post(path, json=body, headers=csrf_token(self.api))).status_code != 503 and a,
            f"an answer: {path}",
        )
        assert answer.is_success, answer.text
        return answer.json()

    def deployment(self, name: str) -> dict[str, Any]:
        answer = self.api.get(f"/deployments/name/{name}/{name}")
        assert answer.is_success, answer.text
        return answer.json()

    def run(self, run_id: str) -> dict[str, Any]:
        return self.api.get(f"/flow_runs/{run_id}").json()

    def state_on_disk(self, run_id: str) -> str:
        """What Prefect last wrote about a run, once there is no server to ask."""
        with closing(sqlite3.connect(self.folder / "var" / "prefect" / "prefect.db")) as book:
            return str(book.execute("SELECT state_type FROM flow_run WHERE id = ?", (run_id,)).fetchone()[0])

    def scheduled(self) -> set[str]:
        """Deployments with a run in the future."""
        runs = self.post("/flow_runs/filter", flow_runs={"state": {"type": {"any_": ["SCHEDULED"]}}}, limit=200)
        names = {self.deployment(name)["id"]: name for name in SCHEDULED}
        return {names[run["deployment_id"]] for run in runs if run["deployment_id"] in names}

    def stop(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@contextmanager
def started(folder: Path, *command: str, port: int | None = None) -> Iterator[Up]:
    """Over a fresh starter; nothing of it is left afterwards."""
    write_starter(folder, WRITTEN_FOR)
    port = port or free_port()
    config = folder / "dondoc.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("port = 4200", f"port = {port}"), encoding="utf-8")
    up = Up(folder, port, *command)
    yield up
    up.process.kill()
    up.process.wait()
    up.api.close()
    up.systemd.close()
    up.listening.cleanup()


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    with started(tmp_path / "tỉnh mẫu") as one:
        yield one


@pytest.mark.trial
def test_from_the_first_start_to_the_last_signal(up: Up) -> None:
    said = up.until_ready()
    for row in DEPLOYMENTS:
        assert row.when[0] in said
    assert re.search(r"Sẵn sàng sau \d+ giây\.", said)
    assert f"http://{HOST}:{up.port}/api" in said
    assert up.systemd.recv(64) == b"READY=1"
    assert up.api.get("/health").json() is True
    assert forms(up) == {"flag": "Chạy thử", "morning": "Chạy thử"}

    config = up.deployment("sync")["parameters"]["config"]
    assert Path(config) == up.folder / "dondoc.toml"
    dead = up.post(f"/deployments/{up.deployment('sync')['id']}/create_flow_run", state={"type": "RUNNING"})
    asked = up.post(
        f"/deployments/{up.deployment('flag')['id']}/create_flow_run", parameters={"as_of": "2026-11-23T07:30"}
    )
    assert eventually(up.scheduled, "a scheduled run") <= SCHEDULED
    eventually(lambda: up.scheduled() == SCHEDULED, "a scheduled run for every cron")
    ended = eventually(lambda: (run := up.run(asked["id"]))["end_time"] and run, "the flag run ends")
    assert (ended["state"]["type"], ended["state"]["message"]) == ("COMPLETED", "nothing_to_do (exit status 0)")

    assert up.stop(signal.SIGKILL) == -signal.SIGKILL
    eventually(lambda: is_free(up.port), "the server follows a killed parent")
    up.start()
    up.until_ready()
    assert up.run(dead["id"])["state"]["type"] == "CRASHED"
    assert up.run(asked["id"])["state"]["type"] == "COMPLETED"
    cut_short = up.post(f"/deployments/{up.deployment('bulletin')['id']}/create_flow_run")
    engine = eventually(lambda: [one for one in children(up.process.pid) if "prefect.engine" in one[1]], "a run begins")

    assert up.stop(signal.SIGTERM) == 143
    assert "Đã dừng." in up.said()
    assert is_free(up.port)
    assert not [pid for pid, _ in engine if is_running(pid)]
    assert up.state_on_disk(cut_short["id"]) == "CANCELLED"  # ended, not waited for


def forms(up: Up) -> dict[str, str]:
    """Title of the dry-run switch in two of the forms; every other field has one that is not its name."""
    found = {}
    for name in ("flag", "morning"):
        fields = up.deployment(name)["parameter_openapi_schema"]["properties"]
        assert not [key for key, field in fields.items() if field["title"] == key]
        found[name] = fields["dry_run"]["title"]
    return found


def children(parent: int) -> list[tuple[int, str]]:
    """(pid, command line) of the processes it started."""
    if Path("/proc/self/stat").exists():  # not every small machine has ps
        rows = [(int(path.parent.name), *_from_proc(path)) for path in Path("/proc").glob("[0-9]*/stat")]
    else:
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
        rows = [(int(pid), int(of), args) for pid, of, args in (r.split(None, 2) for r in listed.stdout.splitlines())]
    return [(pid, args) for pid, of, args in rows if of == parent]


def _from_proc(stat: Path) -> tuple[int, str]:
    try:
        parent = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
        return int(parent), (stat.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (OSError, IndexError):  # it has just ended
        return 0, ""


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.trial
def test_the_demo_served_until_ctrl_c(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every form is there, at the story's time, and nothing runs by itself."""
    folder, port = tmp_path / "mẫu", free_port()
    with_database(tmp_path_factory, folder / "var" / "prefect")
    with started(folder, "-m", "deployments.demo.serving", str(folder / "dondoc.toml"), port=port) as demo:
        assert f"http://{HOST}:{port}" in demo.until_ready()
        for row in DEPLOYMENTS:
            deployed = demo.deployment(row.name)
            assert deployed["schedules"] == []
            asked = deployed["parameter_openapi_schema"]["properties"]
            assert set(deployed["parameters"]) <= set(asked), row.name
            assert "as_of" not in asked or deployed["parameters"]["as_of"].startswith("2026-12-01T15:00")
        assert demo.stop(signal.SIGINT) == 0
        assert is_free(port)


def test_a_busy_port_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        with started(tmp_path / "mẫu", port=taken.getsockname()[1]) as up:
            assert up.process.wait(PATIENCE) == 2
    assert f"Cổng {up.port} đang có chương trình khác dùng" in up.said()
    assert "Traceback" not in up.said()


def test_a_port_that_cannot_be_is_a_usage_fault() -> None:
    from typer.testing import CliRunner

    from deployments.cli import app

    told = CliRunner().invoke(app, ["up", "--port", "70000"])
    assert told.exit_code == 2
    assert "--port" in told.output
