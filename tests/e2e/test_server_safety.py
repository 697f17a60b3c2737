"""A server that other machines reach: who gets in, what a foreign page gets, and that our own clients still work.

One real server for the whole file, started as `dondoc up` starts it. What `up` does with its runs is tested beside it.
"""

import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import prefect
import pytest
from typer.testing import CliRunner
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from deployments.cli_init import write_starter
from deployments.init_dates import WRITTEN_FOR
from deployments.schedules import DEPLOYMENTS
from deployments.server import HOST, free_port
from tests.integration.test_up import PATIENCE, children, csrf_token, eventually
from tests.prefect_server import with_database
from tests.repo.tree import ROOT

pytestmark = pytest.mark.trial
OPEN = {("get", "/health"), ("get", "/ready")}  # for whoever watches the machine; they say true or false
FOREIGN = "https://example.org"
SOCKETS = ("events/in", "events/out", "logs/out", "task_runs/subscriptions/scheduled", "work_pools/x/workers/connect")
KEEPER = """
import os, pathlib, sys
from deployments.server import Place, running_server, server_environment
from tasks.settings import load_settings
settings = load_settings(pathlib.Path(sys.argv[1]), os.environ, secrets=False)
place = Place(int(sys.argv[2]), "0.0.0.0")
print(server_environment(settings, place))
with running_server(settings, place):
    print("ready", flush=True)
    sys.stdin.read()
"""
RUNNER = """
from deployments.schedules import Deployment
from flows import deploying, serving
deploying.SILENT_SECONDS = 10
row = Deployment("hanging", "tests.e2e.hanging.hanging_run", (), ("", ""), "")
serving.serve_flows([row], "/nowhere", lambda: print("ready", flush=True), lambda: True)
"""


class Guarded:
    """The server, its login, and a client that has it."""

    def __init__(self, folder: Path, port: int, login: str) -> None:
        self.folder, self.port, self.login = folder, port, login
        self.url = f"http://{HOST}:{port}/api"
        name, _, secret = login.partition(":")
        self.inside = httpx.Client(base_url=self.url, auth=(name, secret), timeout=30, trust_env=False)
        self.outside = httpx.Client(base_url=self.url, timeout=30, trust_env=False)

    def environment(self) -> dict[str, str]:
        """For a client of ours."""
        return ours() | {"PREFECT_API_URL": self.url, "PREFECT_API_AUTH_STRING": self.login}

    def post(self, path: str, body: Any) -> Any:
        answer = self.inside.post(path, json=body, headers=csrf_token(self.inside))
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def sync(self, *words: str) -> list[str]:
        """What `dondoc deployments sync` says, in this process: another would import everything anew."""
        from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

        from deployments.cli import app

        asked = ["--config", str(self.folder / "dondoc.toml"), "deployments", "sync", *words]
        inside = {PREFECT_API_URL: self.url, PREFECT_API_AUTH_STRING: self.login}
        with pytest.MonkeyPatch.context() as patch, temporary_settings(inside):
            patch.setattr(os, "environ", self.environment())  # what the command sets is forgotten afterwards
            done = CliRunner().invoke(app, asked, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout.splitlines()


def ours() -> dict[str, str]:
    """This process's environment with nothing of Prefect or of ours in it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "DONDOC"))}
    return kept | {"PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder, port = tmp_path_factory.mktemp("guarded") / "tỉnh mẫu", free_port()
    write_starter(folder, WRITTEN_FOR)
    with_database(tmp_path_factory, folder / "var" / "prefect")
    with process("-c", KEEPER, str(folder / "dondoc.toml"), str(port), env=ours()) as keeper:
        said = [keeper.stdout.readline().strip() for _ in range(2)]
        auth = folder / "var" / "prefect" / "auth"
        assert said == [str(auth), "ready"]
        assert stat.S_IMODE(auth.stat().st_mode) == 0o600
        yield Guarded(folder, port, auth.read_text(encoding="utf-8").strip())


@contextmanager
def process(*words: str, env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Python with these words, in a group of its own; gone afterwards with all it started."""
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    one = subprocess.Popen([sys.executable, *words], cwd=ROOT, env=env, start_new_session=True, **pipes)
    try:
        yield one
    finally:
        if one.poll() is None:
            one.stdin.close()
            one.terminate()
        one.wait(PATIENCE)


def routes(guarded: Guarded) -> list[tuple[str, str]]:
    """(method, path) of everything the API offers, names in it filled in."""
    paths = guarded.inside.get("/openapi.json").raise_for_status().json()["paths"]
    filled = {path: re.sub(r"\{[^}]*\}", str(uuid4()), path) for path in paths}
    return [(method, filled[path]) for path, methods in paths.items() for method in methods]


def test_no_route_is_open_but_two(guarded: Guarded) -> None:
    assert guarded.outside.get("/openapi.json").status_code == 401
    token = csrf_token(guarded.inside)  # the stronger case: whoever is outside has got hold of one
    found = {(method, path): ask(guarded.outside, method, path, token) for method, path in routes(guarded)}
    assert len(found) > 150
    assert {route for route, answer in found.items() if answer.status_code not in (401, 403)} == OPEN
    assert {found[route].text for route in OPEN} == {"true", '{"message":"OK"}'}
    wrong = httpx.BasicAuth("dondoc", "x" * 43)
    assert guarded.outside.get("/version", auth=wrong).status_code == 401


def ask(client: httpx.Client, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
    body = None if method in ("get", "delete") else {}
    return client.request(method, path, json=body, headers=headers)


def test_every_socket_of_the_server_is_known_here() -> None:
    source = Path(prefect.__file__).parent / "server"
    found = sum(path.read_text(encoding="utf-8").count(".websocket(") for path in source.rglob("*.py"))
    assert found == len(SOCKETS)


@pytest.mark.parametrize("path", SOCKETS)
def test_no_socket_talks_without_the_login(guarded: Guarded, path: str) -> None:
    assert hello(guarded, path, guarded.login) == '{"type":"auth_success"}'
    for token in (None, "dondoc:" + "x" * 43):
        with pytest.raises(ConnectionClosed, match="1008"):
            hello(guarded, path, token)
    with pytest.raises((InvalidStatus, ConnectionClosed)):
        hello(guarded, path, guarded.login, subprotocols=None)


def hello(guarded: Guarded, path: str, token: str | None, subprotocols: Any = ("prefect",)) -> str:
    """The server's answer to our introduction."""
    address = f"ws://{HOST}:{guarded.port}/api/{path}"
    with connect(address, subprotocols=subprotocols, proxy=None, open_timeout=PATIENCE) as socket:
        socket.send(f'{{"type":"auth","token":"{token}"}}' if token else '{"type":"auth"}')
        return str(socket.recv(timeout=PATIENCE))


def test_a_foreign_page_reads_nothing(guarded: Guarded) -> None:
    asked = {"Origin": FOREIGN, "Access-Control-Request-Method": "POST"}
    answers = [
        guarded.inside.get("/version", headers=asked),
        guarded.outside.get("/version", headers=asked),
        guarded.outside.get("/health", headers=asked),
        guarded.outside.options("/flow_runs/filter", headers=asked),
        guarded.inside.post("/flow_runs/filter", json={}, headers=asked),
    ]
    assert [one.status_code for one in answers] == [200, 401, 200, 400, 403]
    assert not [one.headers for one in answers if "access-control-allow-origin" in one.headers]
    own = f"http://{HOST}:{guarded.port}"
    assert guarded.inside.get("/version", headers={"Origin": own}).headers["access-control-allow-origin"] == own
    # Prefect's own refusal of a wrong token may be read by anybody; it says nothing else.
    forged = {**asked, "Prefect-Csrf-Token": "x", "Prefect-Csrf-Client": "test"}
    refused = guarded.inside.post("/flow_runs/filter", json={}, headers=forged)
    assert (refused.status_code, list(refused.json())) == (403, ["detail"])


def test_a_change_needs_the_token_of_our_own_page(guarded: Guarded) -> None:
    refused = guarded.inside.post("/flow_runs/filter", json={})
    assert (refused.status_code, refused.json()["detail"]) == (403, "Missing CSRF token.")
    assert guarded.post("/flow_runs/filter", {"limit": 0}) == []


def test_the_login_stands_nowhere_else(guarded: Guarded) -> None:
    secret = guarded.login.partition(":")[2]
    assert len(secret) >= 32
    settings = guarded.inside.get("/admin/settings").text
    written = [path for path in guarded.folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
    assert secret not in settings
    assert [path.name for path in written] == ["auth"]


def test_our_own_clients_bring_the_table_and_take_away_what_it_no_longer_names(guarded: Guarded) -> None:
    names = [row.name for row in DEPLOYMENTS]
    assert guarded.sync() == [f"Thêm: {', '.join(names)}"]
    there = deployed(guarded)
    flow, pool = there["sync"]["flow_id"], there["sync"]["work_pool_name"]
    guarded.post("/deployments/", {"flow_id": flow, "name": "gone", "tags": ["dondoc"], "work_pool_name": pool})
    guarded.post("/deployments/", {"flow_id": flow, "name": "not ours", "work_pool_name": pool})
    guarded.post(f"/deployments/{there['flag']['id']}/schedules", [{"schedule": {"cron": "0 3 * * *"}}])

    told = ["Đổi lịch: flag", f"Giữ nguyên lịch: {', '.join(name for name in names if name != 'flag')}", "Gỡ bỏ: gone"]
    assert guarded.sync("--dry-run") == [*told, "Chạy thử: chưa thay đổi gì."]
    assert deployed(guarded).keys() == {*names, "gone"}
    assert guarded.sync() == told
    now = deployed(guarded)
    assert {name: crons(one) for name, one in now.items()} == {row.name: set(row.crons) for row in DEPLOYMENTS}
    assert "not ours" in deployed(guarded, tags=[])
    assert {one["enforce_parameter_schema"] for one in now.values()} == {True}
    assert len(guarded.post("/automations/filter", {})) == 1


def deployed(guarded: Guarded, *, tags: Any = ("dondoc",)) -> dict[str, Any]:
    """Deployments of the pool that bear the tags, by name."""
    asked = {"deployments": {"tags": {"all_": list(tags)}}} if tags else {}
    found = guarded.post("/deployments/filter", asked)
    return {one["name"]: one for one in found if one["work_pool_name"] == "dondoc"}


def crons(deployment: dict[str, Any]) -> set[str]:
    return {one["schedule"]["cron"] for one in deployment["schedules"]}


def test_a_run_that_lost_its_machine_is_marked_and_not_run_again(guarded: Guarded) -> None:
    with process("-c", RUNNER, env=guarded.environment()) as runner:
        assert runner.stdout.readline() == "ready\n"
        number = guarded.inside.get("/deployments/name/hanging/hanging").json()["id"]
        guarded.post(f"/deployments/{number}/create_flow_run", {})
        eventually(lambda: hanging(guarded) == ["RUNNING", "RUNNING"], "it runs, and what is inside it")
        eventually(lambda: heartbeats(guarded) >= 2, "both give a sign of life")
        engines = [pid for pid, _ in children(runner.pid)]
        for pid in (runner.pid, *engines):
            os.kill(pid, signal.SIGKILL)
    eventually(lambda: hanging(guarded) == ["CRASHED", "CRASHED"], "both are marked")
    assert {run["state"]["message"] for run in hanging_runs(guarded)} == {"no sign of life from its process"}


def hanging_runs(guarded: Guarded) -> list[dict[str, Any]]:
    return list(guarded.post("/flow_runs/filter", {"flows": {"name": {"any_": ["hanging", "hanging-inside"]}}}))


def hanging(guarded: Guarded) -> list[str]:
    """Types of the states of the run and of what it runs inside."""
    return [run["state_type"] for run in hanging_runs(guarded)]


def heartbeats(guarded: Guarded) -> int:
    asked = {"filter": {"event": {"name": ["prefect.flow-run.heartbeat"]}}}
    return int(guarded.post("/events/filter", asked)["total"])
