"""The run lock: one holder among processes, named to the others, gone with its process."""

import threading
from contextvars import Context

import pytest
from sqlalchemy import text

from tests.processes import running
from warehouse.engine import sqlite_file, transaction
from warehouse.errors import LockBusyError, LockLostError
from warehouse.run_lock import run_lock

HOLD = """
    from warehouse.run_lock import run_lock
    with run_lock(engine, sys.argv[2]):
        say("held")
        wait()
    say("released")
    wait()
"""


@pytest.fixture
def url(engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def test_a_second_process_is_refused_and_told_who_holds_it(engine, url):
    with running(url, HOLD, "run-7 (morning)") as other:
        assert other.heard() == "held"
        with pytest.raises(LockBusyError, match=r"run-7 \(morning\) \(pid \d+\)"), run_lock(engine, "run-8"):
            pytest.fail("two holders")
        other.go_on()
        assert other.heard() == "released"
        with run_lock(engine, "run-8") as lock:
            lock.ensure()


def test_the_lock_dies_with_its_process(engine, url):
    with running(url, HOLD, "run-7") as other:
        assert other.heard() == "held"
        other.kill()
        with run_lock(engine, "run-8", wait=30.0):
            pass


def test_who_waits_gets_it_when_the_holder_ends(engine, url):
    with run_lock(engine, "run-8"):
        waiting = """
            from warehouse.run_lock import run_lock
            say("waiting")
            with run_lock(engine, "run-9", wait=60.0):
                say("held")
        """
        other = running(url, waiting)
        process = other.__enter__()
        assert process.heard() == "waiting"
    assert process.heard() == "held"
    assert process.ended() == 0
    other.__exit__(None, None, None)


def test_a_crowd_holds_it_one_after_the_other(engine, url):
    crowd = """
        from warehouse.run_lock import run_lock
        from sqlalchemy import text
        for _ in range(5):
            with run_lock(engine, "one of many", wait=60.0):
                with transaction(engine) as conn:
                    inside = conn.execute(text("SELECT count(*) FROM switches WHERE name = 'inside'")).scalar_one()
                    conn.execute(text("INSERT INTO switches (name, value, at, by, reason)"
                                      " VALUES ('inside', '', '2026-11-23T00:00:00.000000Z', '', '')"))
                if inside:
                    say("two inside")
                with transaction(engine) as conn:
                    conn.execute(text("DELETE FROM switches"))
        say("done")
    """
    with running(url, crowd) as a, running(url, crowd) as b, running(url, crowd) as c:
        assert [a.heard(), b.heard(), c.heard()] == ["done"] * 3


def test_stages_of_the_same_run_enter_again_and_release_nothing(engine, url):
    with run_lock(engine, "run-8") as outer:
        with run_lock(engine, "run-8: load") as inner:
            assert inner is outer
        with running(url, HOLD, "run-9") as other:
            assert other.heard() == ""
            assert other.ended() == 1


def test_a_task_thread_of_the_run_enters_again_but_another_run_in_the_process_does_not(engine):
    seen = []

    def enter():
        try:
            with run_lock(engine, "run-9"):
                seen.append("in")
        except LockBusyError as busy:
            seen.append(busy.holder.split(" (")[0])

    def in_thread(context: Context) -> None:
        thread = threading.Thread(target=context.run, args=(enter,))
        thread.start()
        thread.join()

    from contextvars import copy_context

    with run_lock(engine, "run-8"):
        in_thread(copy_context())
        in_thread(Context())
    in_thread(Context())
    assert seen == ["in", "run-8", "in"]


def test_it_is_free_again_after_an_error(engine):
    with pytest.raises(KeyError), run_lock(engine, "run-8"):
        raise KeyError
    with run_lock(engine, "run-9"):
        pass


def test_a_holder_whose_session_was_closed_learns_it(new_warehouse):
    engine = new_warehouse("postgresql")
    with run_lock(engine, "run-8") as lock:
        lock.ensure()
        with transaction(engine) as conn:
            others = "datname = current_database() AND pid <> pg_backend_pid()"
            conn.execute(text(f"SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE {others}"))
        with pytest.raises(LockLostError, match="run-8"):
            lock.ensure()
        with pytest.raises(LockLostError), run_lock(engine, "run-8: send"):
            pytest.fail("entered again without the lock")


def test_a_holder_whose_lock_file_was_taken_away_learns_it(new_warehouse):
    engine = new_warehouse("sqlite")
    path = sqlite_file(engine)
    with run_lock(engine, "run-8") as lock:
        path.with_name(path.name + ".lock").unlink()
        with pytest.raises(LockLostError, match="run-8"):
            lock.ensure()
        with running(engine.url.render_as_string(), HOLD, "run-9") as other:
            assert other.heard() == "held"
            with pytest.raises(LockLostError, match="run-8"):
                lock.ensure()


def test_two_warehouses_do_not_hinder_each_other(new_warehouse, database_kind):
    first, second = new_warehouse(database_kind), new_warehouse(database_kind)
    with run_lock(first, "run-1"), run_lock(second, "run-2"):
        pass


def test_the_lock_stands_beside_the_sqlite_file(new_warehouse):
    engine = new_warehouse("sqlite")
    path = sqlite_file(engine)
    with run_lock(engine, "run-8 (morning)"):
        assert path.with_name(path.name + ".lock").read_text().startswith("run-8 (morning) (pid ")


def test_desk_and_readers_work_while_a_run_holds_the_lock(engine):
    with run_lock(engine, "run-8"), transaction(engine) as conn:
        assert conn.execute(text("SELECT count(*) FROM mails")).scalar_one() == 0
