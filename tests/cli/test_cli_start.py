"""How commands start: at once and without heavy company, or with a refusal that says what, where and what to do."""

import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Dondoc
from tests.flows.village import Village

HEAVY = ("prefect", "great_expectations", "sqlalchemy", "pandas", "alembic", "httpx", "yagmail")


@pytest.fixture
def village(tmp_path: Path) -> Village:
    return Village(tmp_path).settle()


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["init", "--help"]], ids=" ".join)
def test_help_brings_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys\n"
        f"sys.argv = ['dondoc', *{words!r}]\n"
        "from deployments.__main__ import main\n"
        "try: main()\n"
        "except SystemExit as end: status = end.code\n"
        "print('loaded:', *sorted({name.partition('.')[0] for name in sys.modules}))\n"
        "sys.exit(status)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0
    loaded = ended.stdout.rpartition("loaded:")[2].split()
    assert set(loaded) & set(HEAVY) == set()


def test_a_missing_configuration_says_how_to_get_one(dondoc: Dondoc) -> None:
    ended = dondoc("status")
    assert (ended.status, ended.out) == (2, "")
    assert str(dondoc.folder / "dondoc.toml") in ended.err
    assert "dondoc init" in ended.err


WRONG = """\
locale = "vi"
[warehouse]
url = "mysql://dondoc:Secret-Canary-5@db/x"
sandbox = "perhaps"
[mail]
port = 99999
password = "Secret-Canary-6"
sender = "nobody"
ops = []
[gates]
max_quarantine_ratio = 7
unknown_key = 1
[[sources]]
name = "x"
kind = "files"
dataset = "dosiers"
path = "drops/*.csv"
"""


@pytest.mark.parametrize("words", [["run", "morning"], ["status"], ["flags"]], ids=" ".join)
def test_every_fault_of_the_configuration_at_once_with_its_line(dondoc: Dondoc, words: list[str]) -> None:
    (dondoc.folder / "dondoc.toml").write_text(WRONG, encoding="utf-8")
    ended = dondoc("--json", *words)
    assert (ended.status, ended.out) == (2, "")
    lines = {int(n) for n in re.findall(r"dondoc\.toml:(\d+):", ended.err)}
    assert {3, 4, 6, 7, 8, 9, 11, 12, 16} <= lines
    assert "Secret-Canary" not in ended.err
    assert not (dondoc.folder / "var").exists()


def test_faults_speak_the_language_of_the_file(dondoc: Dondoc) -> None:
    (dondoc.folder / "dondoc.toml").write_text(WRONG.replace('"vi"', '"en"'), encoding="utf-8")
    told = dondoc("status").err
    assert "there is no such key" in told
    assert "không" not in told


def test_a_secret_that_is_not_there_is_a_fault_before_any_work(dondoc: Dondoc, village: Village) -> None:
    village.configure(mail='username = "x"\npassword_env = "NOWHERE_TO_BE_FOUND"', security="tls")
    ended = dondoc("run", "remind")
    assert ended.status == 2
    assert re.search(r"dondoc\.toml:\d+: mail\.password_env", ended.err)
    assert not (dondoc.folder / "var").exists()
    assert dondoc("dispute", "list").status == 2  # no warehouse yet, but the desk asks for no password
    assert "password" not in dondoc("dispute", "list").err


def test_anothers_database_is_left_alone(dondoc: Dondoc, village: Village) -> None:
    (village.folder / "var").mkdir()
    file = village.folder / "var" / "dondoc.sqlite3"
    with sqlite3.connect(file) as conn:
        conn.execute("CREATE TABLE citizens (id INTEGER)")
    before = file.read_bytes()
    for words in (["run", "morning"], ["flags"], ["db", "upgrade"], ["mail", "stop", "--reason", "x"]):
        ended = dondoc(*words)
        assert ended.status == 2, words
        assert "citizens" in ended.err
        assert str(file) in ended.err
    assert file.read_bytes() == before


def test_a_warehouse_that_cannot_be_made_is_named(dondoc: Dondoc, village: Village) -> None:
    (village.folder / "var").write_text("a file in the way")
    ended = dondoc("run", "morning")
    assert ended.status == 2
    assert "var" in ended.err
    assert "Traceback" not in ended.err


def test_a_damaged_warehouse_is_told_and_not_touched(dondoc: Dondoc, village: Village) -> None:
    (village.folder / "var").mkdir()
    file = village.folder / "var" / "dondoc.sqlite3"
    file.write_bytes(b"this is no database at all, it is a text" * 200)
    before = file.read_bytes()
    ended = dondoc("run", "morning")
    assert ended.status == 1
    assert str(file) in ended.err
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "morning", "--as-of", "soon"], "2026-11-23T07:30"),
        (["run", "morning", "--as-of", "2031-01-06T07:30"], "2031"),
        (["run", "remind", "--outside-window"], "--reason"),
        (["run", "sync", "--source", "nosuch"], "ho-so"),
        (["mail", "mode", "loud"], "shadow"),
        (["outbox", "list", "--date", "yesterday"], "YYYY-MM-DD"),
        (["outbox", "resolve", "1"], "--handed"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_said_before_any_work(
    dondoc: Dondoc, village: Village, words: list[str], told: str
) -> None:
    ended = dondoc(*words)
    assert (ended.status, ended.out) == (2, "")
    assert told in ended.err
    assert "Traceback" not in ended.err
    assert len(ended.err.splitlines()) == 1
    assert not (village.folder / "var").exists()


def test_there_is_no_such_flow(dondoc: Dondoc, village: Village) -> None:
    assert dondoc("run", "nothing").status == 2


def test_the_configuration_is_found_by_option_variable_or_folder(dondoc: Dondoc, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    Village(elsewhere).settle()
    for words, env in (
        (["--config", elsewhere / "dondoc.toml", "flags"], {}),
        (["flags"], {"DONDOC_CONFIG": str(elsewhere / "dondoc.toml")}),
    ):
        assert str(elsewhere / "var") in dondoc(*words, **env).err, "relative paths start at the file's folder"
    shutil.rmtree(elsewhere)
