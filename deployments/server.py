"""A Prefect server of our own on this machine: its settings, its process, and waiting until it answers.

What is served on it is `up`'s; who may come in `server_login`'s; settings shared with other commands are `running`'s.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from deployments.exits import UsageFaultError
from deployments.running import prefect_environment, var_folder
from deployments.server_login import GIVEN as GIVEN_LOGIN
from deployments.server_login import login_of
from tasks.rules.loopback import is_loopback
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


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server listens."""

    port: int
    host: str = HOST

    @property
    def address(self) -> str:
        """How this machine reaches it."""
        host = HOST if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not listened on
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def is_exposed(self) -> bool:
        """Whether other machines reach it too."""
        return not is_loopback(self.host)

    @property
    def origins(self) -> list[str]:
        """Under which addresses its own pages are opened."""
        return [self.address] if self.is_exposed else [self.address, f"http://localhost:{self.port}"]


def server_environment(settings: Settings, place: Place) -> str:
    """Prefect's settings for a real server and for everything started beside it; before the first import of Prefect.

    Returns:
        Where its login stands, empty where it asks for none. Beyond this machine there is no server without one.

    Raises:
        UsageFaultError: the login is not fit for use.
    """
    os.environ |= {
        "PREFECT_API_URL": f"{place.address}/api",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    }
    wanted = {
        # other web pages in the same browser have no business with the server
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": ",".join([*place.origins, *filter(None, [settings.server.public_url])]),
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_UI_API_URL": "/api",  # whatever the address under which a browser found the page
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(KEEP_RUNS_SECONDS),
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    }
    for name, value in wanted.items():
        os.environ.setdefault(name, value)
    stands = ""
    reached = place.is_exposed or settings.server.public_url  # a proxy on this machine lets the others in
    if reached or settings.server.login or os.environ.get(GIVEN_LOGIN):
        login, stands = login_of(settings)
        os.environ |= {GIVEN_LOGIN: login, "PREFECT_API_AUTH_STRING": login}
    prefect_environment(settings)
    return stands


@contextmanager
def running_server(
    settings: Settings, place: Place, meanwhile: Callable[[], object] = lambda: None
) -> Iterator[Callable[[], bool]]:
    """A server that answers, gone when the block is left; yields a function that tells whether it still lives.

    `meanwhile` is called while it starts.

    Raises:
        UsageFaultError: the port is taken, or the server did not start.
    """
    if not is_free(place.port, place.host):
        raise UsageFaultError(sentence("busy", settings, port=place.port, other=free_port()))
    path = log_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > KEPT_LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    with path.open("ab") as log:
        child = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "deployments.server_child", place.host, str(place.port)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the parent, which stops runs first and the server last
        )
    try:
        meanwhile()
        _wait_until_healthy(child, settings, place)
        yield lambda: child.poll() is None
    finally:
        _end(child)


def _wait_until_healthy(child: subprocess.Popen[bytes], settings: Settings, place: Place) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and child.poll() is None:
        try:
            if httpx.get(f"{place.address}/api/health", timeout=5, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise UsageFaultError(sentence("silent", settings, log=log_path(settings)))


def is_free(port: int, host: str = HOST) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
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
