"""`dondoc up`: one command, one machine. A Prefect server, every flow on its schedule, and a clean end by a signal.

The server's process is `server`'s, the table of schedules `schedules`'; Prefect itself is spoken to by `flows.serving`.
"""

import os
import socket
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from deployments.exits import EXIT_BUG
from deployments.schedules import DEPLOYMENTS, Deployment
from deployments.server import Place, log_path, running_server, server_environment
from tasks.settings import Settings

EXIT_TERMINATED, EXIT_INTERRUPTED = 143, 130
WORDS = {
    "root": (
        "Cảnh báo: đang chạy bằng tài khoản root. Nên dùng một tài khoản riêng; nếu cố ý: dondoc up --allow-root",
        "Warning: running as root. Better use an account of its own; if this is meant: dondoc up --allow-root",
    ),
    "starting": ("Đang khởi động máy chủ Prefect…", "Starting the Prefect server …"),
    "scheduled": ("Lịch chạy (giờ Hà Nội):", "Schedules (Hanoi time):"),
    "healthy": ("Sẵn sàng sau {seconds:.0f} giây.", "Ready after {seconds:.0f} seconds."),
    "login": (
        "Đăng nhập: dán nguyên giá trị trong {where} (chỉ tài khoản chạy lệnh này đọc được).",
        "Login: paste the whole value of {where} (only the account that runs this can read it).",
    ),
    "plain": (
        "Máy khác vào được và đường truyền chưa mã hóa: đặt một máy chủ https phía trước, rồi ghi [server] public_url.",
        "Other machines reach this, unencrypted: put an https server in front and set [server] public_url.",
    ),
    "api": ("Giao diện lập trình: {url}/api", "API: {url}/api"),
    "ready": ("Giao diện: {url}    Dừng: Ctrl-C", "Open {url}    Stop with Ctrl-C"),
    "lost": ("Máy chủ Prefect tự dừng; xem {log}", "The Prefect server ended by itself; see {log}"),
    "stopped": ("Đã dừng.", "Stopped."),
}


def serve_everything(
    config: Path,
    settings: Settings,
    place: Place,
    *,
    rows: Sequence[Deployment] = DEPLOYMENTS,
    root_is_meant: bool = False,
) -> int:
    """Serve `rows` until a signal. Starting it again goes on where it ended.

    Returns:
        143 after SIGTERM, 130 after Ctrl-C, 1 when the server or the runner ended by itself.

    Raises:
        UsageFaultError: the port is taken, the login is not fit for use, or the server did not start.
    """
    began = time.monotonic()
    login = server_environment(settings, place)
    if os.geteuid() == 0 and not root_is_meant:
        _say(settings, "root")
    _say(settings, "starting")

    def ready() -> None:
        _say_scheduled(settings, rows)
        _say(settings, "healthy", seconds=time.monotonic() - began)
        _say_places(settings, place, login=login)
        _tell_systemd("READY=1")

    status = EXIT_BUG
    try:
        with running_server(settings, place, lambda: _import_flows(rows)) as is_alive:
            from flows.serving import serve_flows

            serve_flows(rows, str(config.absolute()), ready, is_alive)
        _say(settings, "lost", log=str(log_path(settings)))
    except KeyboardInterrupt:
        status = EXIT_INTERRUPTED
    except SystemExit:  # how the command line answers SIGTERM
        status = EXIT_TERMINATED
    _say(settings, "stopped")
    return status


def _import_flows(rows: Sequence[Deployment]) -> None:
    for module in ("flows.serving", *(row.entrypoint.rpartition(".")[0] for row in rows)):
        import_module(module)


def _say_scheduled(settings: Settings, rows: Sequence[Deployment]) -> None:
    english = settings.locale == "en"
    _say(settings, "scheduled")
    for row in rows:
        _write(f"  {row.name:<13}{row.when[english]}")


def _say_places(settings: Settings, place: Place, *, login: str) -> None:
    if login:
        _say(settings, "login", where=login)
    if place.is_exposed and not settings.server.public_url:
        _say(settings, "plain")
    url = settings.server.public_url or place.address
    _say(settings, "api", url=url)
    _say(settings, "ready", url=url)


def _tell_systemd(word: str) -> None:
    """Where systemd started this, it waits for the word (Type=notify)."""
    address = os.environ.pop("NOTIFY_SOCKET", "")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.sendto(word.encode(), "\0" + address[1:] if address.startswith("@") else address)


def _say(settings: Settings, code: str, **words: object) -> None:
    vietnamese, english = WORDS[code]
    _write((english if settings.locale == "en" else vietnamese).format(**words))


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
