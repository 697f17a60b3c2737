"""Which source may miss which dossier: two sources of one system, a source renamed, rows deleted behind a view."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.fault_http import FaultServer
from tests.flows.village import DAWN, dossier
from tests.opencps_server import OneStop, row
from tests.quarantine_stage import Stage
from warehouse import current, missed

ONE_STOP = """
[[sources]]
name = "{name}"
kind = "opencps"
dataset = "dossiers"
system = "mot-cua"
base_url = "{url}"
group_id = 55853
page_size = 50
requests_per_second = 0
"""
SNAPSHOT = """
[[sources]]
name = "{name}"
kind = "files"
dataset = "dossiers"
system = "s"
mode = "snapshot"
path = "drops/{name}-*.csv"
name_date = "%Y%m%d-%H%M"
"""
VIEW = """
[[sources]]
name = "sql"
kind = "sql"
dataset = "dossiers"
url = "sqlite:///{path}"
view = "ho_so"
key = ["id"]
updated_column = "cap_nhat"
"""
WORD = {"accept_drop": True, "reason": "Đã chuyển sang phần mềm mới"}
ALL = [row(n) for n in range(30)]
OTHERS = [row(n) for n in range(100, 130)]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "village")


def gone(stage: Stage, sweeps: int = 1) -> set[str]:
    return {key for _, key in stage.reading(missed.keys_missed, sweeps)}


def owner(stage: Stage, key: str) -> str:
    (found,) = [r["source"] for r in stage.reading(current.open_dossiers) if r["record_key"] == key]
    return str(found)


def sweep(stage: Stage, at: int, word: dict | None = None, **answers: list[dict]) -> dict[str, str]:
    """Source → state, after a run against servers that list these open dossiers."""
    with ExitStack() as servers:
        urls = {name: servers.enter_context(FaultServer(OneStop(open=rows))).url for name, rows in answers.items()}
        stage.village.configure(sources="".join(ONE_STOP.format(name=n, url=url) for n, url in urls.items()))
        run = stage.sync(DAWN + timedelta(minutes=30 * at), **(word or {}))
    return {name: line.state for name, line in run.sources.items()}


@pytest.mark.parametrize(("a", "b"), [(ALL, OTHERS), (ALL, [*OTHERS, *ALL[:28]])], ids=["apart", "overlapping"])
def test_two_sources_of_one_system_miss_nothing_of_each_other(stage: Stage, a: list[dict], b: list[dict]) -> None:
    for n in range(3):
        assert sweep(stage, n, a=a, b=b) == {"a": "promoted", "b": "promoted"}
        assert gone(stage) == set()
    sweep(stage, 3, a=a, b=b[1:])
    assert gone(stage) == {"100"}
    sweep(stage, 4, a=[*a, OTHERS[0]], b=b[1:])
    assert (gone(stage), owner(stage, "100")) == (set(), "a"), "another source of the system has it"


def test_many_gone_are_accepted_once(stage: Stage) -> None:
    assert sweep(stage, 0, a=ALL) == {"a": "promoted"}
    assert sweep(stage, 1, a=ALL[5:]) == {"a": "refused"}
    assert sweep(stage, 2, word=WORD | {"source": "a"}, a=ALL[5:]) == {"a": "promoted"}
    assert [sweep(stage, n, a=ALL[5:]) for n in (3, 4)] == [{"a": "promoted"}] * 2
    assert gone(stage, 2) == {str(n) for n in range(5)}
    assert sweep(stage, 5, a=ALL[8:]) == {"a": "refused"}, "the word was given for those five"


def test_the_history_is_not_asked_for_every_half_hour_that_a_gate_refuses(stage: Stage) -> None:
    asked = []
    december = DAWN.replace(month=12, day=1)
    moments = [DAWN, december, december + timedelta(minutes=30), december + timedelta(days=1)]
    for at, rows in zip(moments, (ALL, ALL[5:], ALL[5:], ALL), strict=True):
        with FaultServer(OneStop(open=rows)) as server:
            config = ONE_STOP.format(name="a", url=server.url) + "history_from = 2026-09-15\n"
            stage.village.configure(sources=config)
            stage.sync(at)
        asked.append(len([one for one in server.asked if "fromReceiveDate" in one.query]))
    assert asked == [3, 4, 1, 4]


def dropped(stage: Stage, name: str, at: int, rows: list[dict[str, str]], **asked: object) -> str:
    moment = DAWN + timedelta(hours=at)
    stage.village.configure(sources=SNAPSHOT.format(name=name))
    stage.village.drop(name, [*rows, dossier(900 + at, "B")], moment)  # never the same file twice
    return stage.sync(moment, **asked).sources[name].state


def test_a_renamed_source_takes_over_what_it_tells(stage: Stage) -> None:
    rows = [dossier(n, "A") for n in range(60)]
    for at, some in enumerate((rows, rows[1:], rows[1:])):
        dropped(stage, "cu", at, some)
    assert "A0" in gone(stage, 2)
    dropped(stage, "moi", 4, rows)
    assert not {"A0", "A1"} & gone(stage)
    assert (owner(stage, "A0"), owner(stage, "A1")) == ("moi", "moi")
    dropped(stage, "moi", 5, rows[1:])
    assert "A0" in gone(stage)


def test_finished_dossiers_leave_a_full_list_without_a_word(stage: Stage) -> None:
    done = [dossier(n, "A", status="10", resolved="16/11/2026 08:00") for n in range(20)]
    opened = [dossier(100 + n, "A") for n in range(20)]
    assert dropped(stage, "ho-so", 0, [*done, *opened]) == "promoted"
    assert dropped(stage, "ho-so", 1, opened) == "promoted"


def test_a_full_list_is_accepted_once(stage: Stage) -> None:
    rows = [dossier(n, "A") for n in range(40)]
    assert dropped(stage, "ho-so", 0, rows) == "promoted"
    assert dropped(stage, "ho-so", 1, rows[:30]) == "refused"
    assert dropped(stage, "ho-so", 2, rows[:30], source="ho-so", **WORD) == "promoted"
    assert {dropped(stage, "ho-so", n, rows[:30]) for n in (3, 4)} == {"promoted"}
    assert {f"A{n}" for n in range(30, 40)} <= gone(stage, 2)


@pytest.fixture
def view(tmp_path: Path, stage: Stage) -> Iterator[sqlite3.Connection]:
    """Forty open dossiers behind a view that says when each changed."""
    path = tmp_path / "one-stop.sqlite"
    stage.village.configure(sources=VIEW.format(path=path))
    names = "source_record_id, dossier_code, unit_code, status, received_at, due_at, cap_nhat"
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute(f"CREATE TABLE ho_so (id INTEGER PRIMARY KEY, {names})")
    told = ("A", "4", "2026-11-09 09:00:00", "2026-11-16", "2026-11-10 09:00:00")
    conn.executemany("INSERT INTO ho_so VALUES (?,?,?,?,?,?,?,?)", [(n, str(n), f"H{n}", *told) for n in range(40)])
    yield conn
    conn.close()


def looked(stage: Stage, at: datetime, **asked: object) -> str:
    return stage.sync(at, **asked).sources["sql"].state


def test_rows_deleted_behind_a_view_are_missed_by_the_sweep_of_the_day(stage: Stage, view: sqlite3.Connection) -> None:
    day = [DAWN + timedelta(days=n) for n in range(6)]
    assert looked(stage, day[0]) == "promoted"
    view.execute("DELETE FROM ho_so WHERE id = 7")
    looked(stage, day[0] + timedelta(hours=1))
    assert gone(stage) == set(), "that was no sweep"
    looked(stage, day[1])
    assert (gone(stage), gone(stage, 2)) == ({"7"}, set())
    looked(stage, day[2])
    assert gone(stage, 2) == {"7"}
    assert len(stage.reading(current.open_keys, "sql")) == 40, "what the source no longer tells is not closed by us"
    view.execute("DELETE FROM ho_so")
    assert looked(stage, day[3]) == "refused"
    assert looked(stage, day[3] + timedelta(hours=1), source="sql", **WORD) == "promoted"
    assert [looked(stage, one) for one in day[4:]] == ["promoted"] * 2
