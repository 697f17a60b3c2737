"""A Prefect server of our own on this machine: its settings, its process, and waiting until it answers.

What is served on it is `up`'s; settings shared with every other command are `running`'s.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from deployments.exits import UsageFaultError
from deployments.running import prefect_environment, var_folder
from tasks.settings import Settings

HOST = "127.0.0.1"
PATIENCE_SECONDS = 180.0  # the first start on a slow machine also builds its database
GRACE_SECONDS = 15.0
KEPT_LOG_BYTES = 10_000_000
KEEP_RUNS_SECONDS = 90 * 24 * 3600
SENTENCES = {
    "busy": (
        "Cổng {port} đang có chương trình khác dùng. Chọn cổng khác: dondoc up --port {other}",
        "Port {port} is in use. Choose another one: dondoc up --port {other}",
    ),
    "silent": (
        "Máy chủ Prefect không khởi động được; xem {log}",
        "The Prefect server did not start; see {log}",
    ),
}


def ui_address(port: int) -> str:
    """Where a browser on this machine finds the server."""
    return f"http://{HOST}:{port}"


def server_environment(settings: Settings, port: int) -> None:
    """Prefect's settings for a real server and for everything started beside it; before the first import of Prefect."""
    os.environ |= {
        "PREFECT_API_URL": f"{ui_address(port)}/api",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    }
    wanted = {
        # other web pages in the same browser have no business with the server
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"{ui_address(port)},http://localhost:{port}",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(KEEP_RUNS_SECONDS),
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    }
    if "PREFECT_SERVER_API_AUTH_STRING" in os.environ:
        wanted["PREFECT_API_AUTH_STRING"] = os.environ["PREFECT_SERVER_API_AUTH_STRING"]
    for name, value in wanted.items():
        os.environ.setdefault(name, value)
    prefect_environment(settings)


@contextmanager
def running_server(settings: Settings, port: int) -> Iterator[Callable[[], bool]]:
    """A server that answers, gone when the block is left; yields a function that tells whether it still lives.

    Raises:
        UsageFaultError: the port is taken, or the server did not start.
    """
    if not is_free(port):
        raise UsageFaultError(sentence("busy", settings, port=port, other=free_port()))
    path = log_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > KEPT_LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    with path.open("ab") as log:
        child = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "deployments.server_child", HOST, str(port)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the parent, which stops runs first and the server last
        )
    try:
        _wait_until_healthy(child, settings, port)
        yield lambda: child.poll() is None
    finally:
        _end(child)


def _wait_until_healthy(child: subprocess.Popen[bytes], settings: Settings, port: int) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and child.poll() is None:
        try:
            if httpx.get(f"{ui_address(port)}/api/health", timeout=5, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise UsageFaultError(sentence("silent", settings, log=log_path(settings)))


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def log_path(settings: Settings) -> Path:
    """Where the server's own words go."""
    return var_folder(settings) / "prefect" / "server.log"


def sentence(code: str, settings: Settings, **words: object) -> str:
    """A sentence of this module in the configured language."""
    vietnamese, english = SENTENCES[code]
    return (english if settings.locale == "en" else vietnamese).format(**words)


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
