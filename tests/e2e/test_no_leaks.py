"""What is personal stays where it belongs.

The one-stop server of the story fills every field about the applicant with a canary; landing holds it as received, and
nothing else may know it.
"""

import base64
import gzip
import json
import pickle
import sqlite3
from pathlib import Path

import pytest

from deployments.demo.wire import CANARY
from tests.e2e.leaks import files_below, found_in
from tests.e2e.stagehands import PERSON, WAREHOUSE, Play

WORDS = (f"{CANARY}-", PERSON)
SLOW = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.mark.parametrize("hide", ["plain", "gzip", "pickle", "database", "escaped", "mail"])
def test_the_search_finds_what_is_hidden(tmp_path: Path, hide: str) -> None:
    path = tmp_path / ("a.eml" if hide == "mail" else "a.bin")
    secret = f"the head is {PERSON}, call later"
    if hide == "database":
        with sqlite3.connect(path) as conn:
            conn.execute("CREATE TABLE t (x)")
            conn.execute("INSERT INTO t VALUES (?)", (secret,))
        conn.close()
    else:
        encoded = base64.encodebytes(secret.encode()).decode()
        mail = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{encoded}"
        path.write_bytes(
            {
                "plain": secret.encode(),
                "gzip": gzip.compress(secret.encode()),
                "pickle": json.dumps({"data": base64.b64encode(pickle.dumps(secret)).decode()}).encode(),
                "escaped": json.dumps(secret).encode(),
                "mail": mail.encode(),
            }[hide]
        )
    assert found_in(files_below(tmp_path), WORDS) == [f"{path}: {PERSON}"]


class TestThePlays:
    pytestmark = SLOW

    def test_landing_holds_the_applicants_as_received(self, sqlite_play: Play) -> None:
        assert found_in(files_below(sqlite_play.folder / "var/landing"), [f"{CANARY}-NGUOI-NOP-"])

    def test_no_applicant_comes_into_the_warehouse(self, sqlite_play: Play, postgresql_play: Play) -> None:
        books = [sqlite_play.folder / "dumps", postgresql_play.folder / "dumps", sqlite_play.folder / WAREHOUSE]
        assert found_in(files_below(*books), [f"{CANARY}-", "@applicant.invalid"]) == []

    def test_mails_know_nobody(self, sqlite_play: Play, postgresql_play: Play) -> None:
        for play in (sqlite_play, postgresql_play):
            assert found_in(files_below(play.folder / "var/caught"), WORDS) == []

    def test_logs_know_nobody(self, sqlite_play: Play, postgresql_play: Play) -> None:
        for play in (sqlite_play, postgresql_play):
            assert "mails: 5 composed" in play.output  # the run's own voice is in it
            assert found_in([play.folder / "output.log"], WORDS) == []

    def test_prefect_knows_nobody(self, sqlite_play: Play, postgresql_play: Play) -> None:
        private, served = sqlite_play.folder / "prefect-home", (postgresql_play.folder / "server").resolve()
        for home in (private, served / "home"):
            with sqlite3.connect(f"file:{home / 'prefect.db'}?mode=ro", uri=True) as conn:
                assert conn.execute("SELECT count(*) FROM flow_run").fetchone()[0] >= 30
                assert conn.execute("SELECT count(*) FROM log").fetchone()[0] >= 100
                assert conn.execute("SELECT count(*) FROM artifact").fetchone()[0] >= 6
            conn.close()
        assert found_in(files_below(private, served), WORDS) == []

    def test_the_demo_shows_nobody(self, sqlite_play: Play) -> None:
        shown = [sqlite_play.folder / name for name in ("mails", "var/cards", "var/quality", "traces", "index.html")]
        assert found_in(files_below(*shown), WORDS) == []
