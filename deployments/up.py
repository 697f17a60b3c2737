"""`dondoc up`: one command, one machine. A Prefect server, every flow on its schedule, and a clean end by a signal.

The server's process is `server`'s, the table of schedules `schedules`'; Prefect itself is spoken to by `flows.serving`.
"""

import sys
import threading
from contextlib import suppress
from pathlib import Path

from deployments.exits import EXIT_BUG
from deployments.schedules import DEPLOYMENTS
from deployments.server import free_port, is_free, log_path, running_server, server_environment, ui_address
from tasks.settings import Settings

USUAL_PORT = 4200
EXIT_TERMINATED, EXIT_INTERRUPTED = 143, 130
WORDS = {
    "starting": ("Đang khởi động máy chủ Prefect…", "Starting the Prefect server …"),
    "ready": ("Giao diện: {url}    Dừng: Ctrl-C", "Open {url}    Stop with Ctrl-C"),
    "scheduled": ("Lịch chạy (giờ Hà Nội):", "Schedules (Hanoi time):"),
    "lost": ("Máy chủ Prefect tự dừng; xem {log}", "The Prefect server ended by itself; see {log}"),
    "stopped": ("Đã dừng.", "Stopped."),
}


def serve_everything(config: Path, settings: Settings, port: int) -> int:
    """Serve until a signal. Starting it again goes on where it ended.

    Returns:
        143 after SIGTERM, 130 after Ctrl-C, 1 when the server or the runner ended by itself.

    Raises:
        UsageFaultError: the port is taken, or the server did not start.
    """
    server_environment(settings, port)
    _say(settings, "starting")
    status = EXIT_BUG
    try:
        with running_server(settings, port) as is_alive:
            from flows.serving import serve_flows

            serve_flows(DEPLOYMENTS, str(config.absolute()), lambda: _say_scheduled(settings, port), is_alive)
        _say(settings, "lost", log=str(log_path(settings)))
    except KeyboardInterrupt:
        status = EXIT_INTERRUPTED
    except SystemExit:  # how the command line answers SIGTERM
        status = EXIT_TERMINATED
    _say(settings, "stopped")
    return status


def keep_server(settings: Settings) -> int:
    """Only the server, over what earlier runs left in `<var>/prefect`, until Ctrl-C."""
    port = USUAL_PORT if is_free(USUAL_PORT) else free_port()
    server_environment(settings, port)
    _say(settings, "starting")
    with suppress(KeyboardInterrupt), running_server(settings, port):
        _say(settings, "ready", url=ui_address(port))
        threading.Event().wait()
    _say(settings, "stopped")
    return 0


def _say_scheduled(settings: Settings, port: int) -> None:
    english = settings.locale == "en"
    _say(settings, "scheduled")
    for row in DEPLOYMENTS:
        _write(f"  {row.name:<10}{row.when[english]}")
    _say(settings, "ready", url=ui_address(port))


def _say(settings: Settings, code: str, **words: str) -> None:
    vietnamese, english = WORDS[code]
    _write((english if settings.locale == "en" else vietnamese).format(**words))


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
