"""Databases that are away, slow, locked, silent or refuse: each is told in its words, in time, and without a secret."""

import socket
import sqlite3
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from tasks.intake.landing import Landing
from tests.reporting_view import Office, codes, fault, pull

SECRET = "Mat-Khau-Canary-7"
SLOW = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT CAST(MAX(i) AS text) FROM n",
    "postgresql": "SELECT pg_sleep(60)::text",
}
QUERY = "SELECT id, ma AS dossier_code, don_vi AS unit_code, trang_thai AS status, ({}) AS received_at FROM ho_so"


@pytest.fixture
def office(new_url: Callable[..., str], database_kind: str) -> Office:
    return Office(database_kind, new_url(database_kind)).add(1)


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "landing")


@pytest.fixture
def sqlite_office(new_url: Callable[..., str]) -> Office:
    return Office("sqlite", new_url("sqlite")).add(1)


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"timeout_seconds": 0.2}, "sql_timeout"),
        ({"timeout_seconds": 50, "deadline_seconds": 0.6}, "too_slow"),
    ],
)
def test_a_view_that_takes_too_long_is_stopped(
    office: Office, landing: Landing, limits: dict[str, float], code: str
) -> None:
    told = fault(office, landing, query=QUERY.format(SLOW[office.kind]), **limits)
    assert told.code == code
    assert told.params["seconds"] == f"{min(limits.values()):g}"
    assert codes(pull(office, landing)) == ["00001"], "and the source is none the worse"


def refused_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize(
    ("url", "code", "names"),
    [
        ("postgresql+psycopg://doc@127.0.0.1:{port}/bc", "sql_unreachable", "127.0.0.1"),
        ("postgresql://doc@khong-co.invalid/bc", "sql_unreachable", "khong-co.invalid"),
        ("sqlite:///{folder}/khong-co.sqlite3", "sql_unreachable", "khong-co.sqlite3"),
        ("sqlite:///{folder}/van-ban.txt", "sql_damaged", "van-ban.txt"),
        ("mssql+pyodbc://doc@may-chu/bc", "sql_no_driver", "pyodbc"),
        ("mysql://doc@may-chu/bc", "sql_no_driver", "MySQLdb"),
        ("oracle+oracledb://doc@may-chu/bc", "sql_no_driver", "oracledb"),
        ("la+hoac://doc@may-chu/bc", "sql_no_driver", "la+hoac"),
    ],
)
def test_what_is_not_there_is_named(
    sqlite_office: Office, landing: Landing, tmp_path: Path, url: str, code: str, names: str
) -> None:
    (tmp_path / "van-ban.txt").write_text("Đây không phải cơ sở dữ liệu. " * 100, encoding="utf-8")
    waited: list[float] = []
    given = url.format(port=refused_port(), folder=tmp_path)
    told = fault(sqlite_office, landing, url=given, password=SECRET, sleep=waited.append)
    assert told.code == code
    assert names in told.sentence("vi")
    assert told.transient == (code == "sql_unreachable")
    assert waited == ([1.0, 2.0] if code == "sql_unreachable" else []), "three tries where it may come back"
    assert SECRET not in repr(told) + told.sentence() + str(told)
    assert not (tmp_path / "khong-co.sqlite3").exists()


def test_login_and_database_are_told_apart(new_url: Callable[..., str], landing: Landing) -> None:
    office = Office("postgresql", new_url("postgresql"))
    url = make_url(office.url)
    stranger = url.set(username="nguoi_la").render_as_string(hide_password=False)
    assert fault(office, landing, url=stranger, password=SECRET).code == "sql_login_refused"
    elsewhere = url.set(database="khong_co").render_as_string(hide_password=False)
    assert fault(office, landing, url=elsewhere).code == "sql_no_database"


def test_a_locked_database_is_left_for_the_next_run(sqlite_office: Office, landing: Landing) -> None:
    sqlite_office.run("PRAGMA journal_mode = DELETE")
    with closing(sqlite3.connect(make_url(sqlite_office.url).database or "", isolation_level=None)) as product:
        product.execute("BEGIN EXCLUSIVE")
        told = fault(sqlite_office, landing, timeout_seconds=0.1)
        assert (told.code, told.transient) == ("sql_busy", True)
        product.execute("ROLLBACK")
    assert codes(pull(sqlite_office, landing)) == ["00001"]


READY = b"R\0\0\0\x08\0\0\0\0" + b"Z\0\0\0\x05I"
NO = b"N"  # to a question for encryption


def refusal(state: bytes, words: str) -> bytes:
    body = b"SFATAL\0VFATAL\0C" + state + b"\0M" + words.encode() + b"\0\0"
    return b"E" + struct.pack("!i", len(body) + 4) + body


@contextmanager
def server(answer: bytes) -> Iterator[str]:
    """Speaks just enough of PostgreSQL's protocol: no encryption, that answer to the login, then silence."""
    over = threading.Event()

    def serve(listener: socket.socket) -> None:
        while not over.is_set():
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line:
                line.settimeout(5)
                while line.recv(4096)[:8] in (struct.pack("!ii", 8, 80877103), struct.pack("!ii", 8, 80877104)):
                    line.sendall(NO)
                line.sendall(answer)
                while line.recv(4096):  # until the client hangs up
                    pass

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=serve, args=[listener])
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_a_server_that_falls_silent_is_left_at_the_deadline(sqlite_office: Office, landing: Landing) -> None:
    with server(READY) as address:
        told = fault(sqlite_office, landing, url=f"postgresql://doc@{address}/bc", deadline_seconds=0.5)
    assert told.code == "too_slow"


@pytest.mark.parametrize(
    ("state", "words", "code"),
    [
        (b"28P01", 'password authentication failed for user "doc"', "sql_login_refused"),
        (b"28000", 'no pg_hba.conf entry for host "10.0.0.9", user "doc"', "sql_login_refused"),
        (b"3D000", 'database "bc" does not exist', "sql_no_database"),
        (b"53300", "sorry, too many clients already", "sql_busy"),
        (b"57P03", "the database system is starting up", "sql_busy"),
    ],
)
def test_refusals_at_the_door(sqlite_office: Office, landing: Landing, state: bytes, words: str, code: str) -> None:
    with server(refusal(state, words)) as address:
        told = fault(sqlite_office, landing, url=f"postgresql://doc@{address}/bc", password=SECRET)
    assert told.code == code
    assert "doc" not in told.sentence()


def test_no_unencrypted_connection_to_another_machine(sqlite_office: Office, landing: Landing) -> None:
    with server(READY) as address:
        port = address.partition(":")[2]
        given: dict[str, Any] = {"url": f"postgresql://doc@may-chu.example:{port}/bc?hostaddr=127.0.0.1"}
        told = fault(sqlite_office, landing, **given, password=SECRET)
        assert told.code == "sql_no_tls"
        given["url"] += "&sslmode=prefer"
        assert fault(sqlite_office, landing, **given, deadline_seconds=0.5).code == "too_slow", "it went in"
