"""`dondoc up`: one command, one machine. A Prefect server, every flow on its schedule, and a clean end by a signal.

The server's process is `server`'s, the table of schedules `schedules`'; Prefect itself is spoken to by `flows.serving`.
"""

import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

from deployments.schedules import DEPLOYMENTS
from deployments.server import free_port, is_free, running_server, server_environment, ui_address
from tasks.settings import Settings

USUAL_PORT = 4200
EXIT_TERMINATED, EXIT_INTERRUPTED = 143, 130
WORDS = {
    "starting": ("Đang khởi động máy chủ Prefect…", "Starting the Prefect server …"),
    "ready": ("Giao diện: {url}    Dừng: Ctrl-C", "Open {url}    Stop with Ctrl-C"),
    "scheduled": ("Lịch chạy (giờ Hà Nội):", "Schedules (Hanoi time):"),
    "stopped": ("Đã dừng.", "Stopped."),
}


def serve_everything(config: Path, settings: Settings, port: int) -> int:
    """Serve until a signal; returns 143 after SIGTERM, 130 after Ctrl-C. Starting it again goes on where it ended.

    Raises:
        UsageFaultError: the port is taken, or the server did not start.
    """
    server_environment(settings, port)
    _say(settings, "starting")
    try:
        with running_server(settings, port):
            from flows.serving import serve_flows

            serve_flows(DEPLOYMENTS, str(config.absolute()), lambda: _say_scheduled(settings, port))
    except KeyboardInterrupt:
        return _stopped(settings, EXIT_INTERRUPTED)
    except SystemExit as ended:  # 0: the runner's own way to end after SIGTERM
        return _stopped(settings, EXIT_TERMINATED if ended.code in (0, EXIT_TERMINATED) else EXIT_TERMINATED)
    return _stopped(settings, 0)


def keep_server(settings: Settings) -> int:
    """Only the server, over what earlier runs left in `<var>/prefect`, until Ctrl-C."""
    port = USUAL_PORT if is_free(USUAL_PORT) else free_port()
    server_environment(settings, port)
    _say(settings, "starting")
    with suppress(KeyboardInterrupt), running_server(settings, port):
        _say(settings, "ready", url=ui_address(port))
        threading.Event().wait()
    return _stopped(settings, 0)


def _say_scheduled(settings: Settings, port: int) -> None:
    english = settings.locale == "en"
    _say(settings, "scheduled")
    for row in DEPLOYMENTS:
        _write(f"  {row.name:<10}{row.when[english]}")
    _say(settings, "ready", url=ui_address(port))


def _stopped(settings: Settings, status: int) -> int:
    _say(settings, "stopped")
    return status


def _say(settings: Settings, code: str, **words: str) -> None:
    vietnamese, english = WORDS[code]
    _write((english if settings.locale == "en" else vietnamese).format(**words))


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
