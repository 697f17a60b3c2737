"""Where a run by hand finds Prefect: the server that is set, else a private one, else one that is thrown away.

Prefect is for watching: its trouble keeps no run from its work. What no interface will show is said on stderr.
"""

import atexit
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import httpx

from tasks.settings import Settings

TRIES, BETWEEN_SECONDS = 3, 1.0
LOCKED_SECONDS = 10.0
LEAST_FREE_BYTES = 50_000_000
RETRIES = "2"  # of one request: six seconds; with Prefect's five a server that died kept the run lock for minutes
SENTENCES = {
    "silent": (
        "Máy chủ Prefect {place} không trả lời. Lượt này vẫn chạy bình thường nhưng không hiện trên giao diện của máy "
        "chủ; kết quả ở `dondoc status`.",
        "The Prefect server {place} does not answer. This run works all the same, but its interface will not show it; "
        "see `dondoc status`.",
    ),
    "unusable": (
        "Cơ sở dữ liệu của Prefect {place} không dùng được ({why}). Lượt này vẫn chạy bình thường nhưng không để lại "
        "lịch sử trên giao diện; kết quả ở `dondoc status`. Hãy giải phóng đĩa hoặc dừng chương trình đang khóa tệp.",
        "Prefect's database {place} cannot be used ({why}). This run works all the same, but leaves no history for the "
        "interface; see `dondoc status`. Free the disk, or end the program that locks the file.",
    ),
}


def settle_place(settings: Settings) -> None:
    """Turn to another place where Prefect's usual one is in trouble; before the first import of Prefect."""
    server = os.environ.get("PREFECT_API_URL", "")
    if server and not _answers(server):
        _say(settings, "silent", place=server)
        del os.environ["PREFECT_API_URL"]
        server = ""
        os.environ["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] = "true"
    os.environ.setdefault("PREFECT_CLIENT_MAX_RETRIES", RETRIES)
    if server or os.environ.get("PREFECT_API_DATABASE_CONNECTION_URL"):
        return
    home = Path(os.environ["PREFECT_HOME"])
    why = _trouble(home)
    if why:
        _say(settings, "unusable", place=str(home), why=why)
        other = tempfile.mkdtemp(prefix="dondoc-prefect-")
        atexit.register(shutil.rmtree, other, ignore_errors=True)
        os.environ["PREFECT_HOME"] = other


def _answers(server: str) -> bool:
    """A server that is just starting again is given a moment."""
    for left in reversed(range(TRIES)):
        try:
            if httpx.get(f"{server.rstrip('/')}/health", timeout=5, trust_env=False).is_success:
                return True
        except httpx.HTTPError:
            pass
        if left:
            time.sleep(BETWEEN_SECONDS)
    return False


def _trouble(home: Path) -> str:
    """Why nothing can be kept there; "" where it can."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(home).free < LEAST_FREE_BYTES:
            return "disk full"
        with closing(sqlite3.connect(home / "prefect.db", timeout=LOCKED_SECONDS)) as book:
            book.execute("BEGIN IMMEDIATE")
            book.rollback()
    except (OSError, sqlite3.Error) as fault:
        return str(fault)
    return ""


def _say(settings: Settings, key: str, **words: str) -> None:
    vietnamese, english = SENTENCES[key]
    sys.stderr.write(f"dondoc: {(english if settings.locale == 'en' else vietnamese).format(**words)}\n")
