"""W4, W5, W7, W8: others hold the writer's lock, load at the same time, lock rows crosswise, take all connections."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest
from sqlalchemy import func, insert, select, text

from tests.fault_stage import LATER, SOURCE
from tests.processes import running
from tests.warehouse_samples import MORNING
from warehouse.engine import open_engine, reading, transaction
from warehouse.errors import WarehouseBusyError
from warehouse.sessions import load_session
from warehouse.tables import VERSIONS, loads, switches

HOLD = """
    with transaction(engine) as conn:
        say("held")
        wait()
"""
DOSSIERS = VERSIONS["dossiers"]


def url_of(engine) -> str:
    return engine.url.render_as_string(hide_password=False)


@pytest.mark.slow
def test_a_run_that_waits_too_long_for_the_writer_ends_busy_and_loses_nothing(fault_stage, database_kind):
    stage = fault_stage(database_kind)
    before = stage.dump()
    with running(stage.url, HOLD) as other:
        assert other.heard() == "held"
        ended = stage.sync(busy=50)
        assert (ended.status, "Hãy thử lại sau một phút" in ended.sentence) == (75, True)
    assert stage.dump() == before
    assert stage.sync().status == 0


@pytest.mark.slow
def test_of_four_runs_at_once_one_works_and_the_others_end_busy(runs, fault_stage, database_kind):
    stage = fault_stage(database_kind)
    config = str(stage.village.config)
    told = runs.ask(config=config, at=LATER.isoformat(), source=SOURCE, crowd=4)
    assert sorted(ended.status for ended in told) == [0, 75, 75, 75]
    worker = next(ended.report["run_id"] for ended in told if ended.status == 0)
    named = [worker in ended.sentence for ended in told if ended.status == 75]
    assert any(named), "who asks before the worker has signed the lock reads no name"
    engine = open_engine(stage.url)
    with reading(engine) as conn:
        (row,) = conn.execute(select(loads).where(loads.c.run_id == worker)).mappings()
        parts = ("new", "changed", "unchanged", "quarantined", "duplicate", "ignored")
        assert row["pulled"] == sum(row[part] for part in parts) > 0
    engine.dispose()


def test_four_processes_that_merge_at_the_same_time_lose_nothing(engine):
    """Without any run lock: the queue of the writers alone."""
    merge = """
        from tests.warehouse_samples import MORNING, DAY, a_batch, a_dossier, load
        me, said = sys.argv[2], 0
        for n in range(5):
            rows = [a_dossier(f"{me}-{n}"), a_dossier("shared", content=f"{me}-{n}")]
            counts = load(engine, a_batch(rows, as_of=MORNING + n * DAY, run_id=f"{me}-{n}"))
            said += counts.new + counts.changed
        say(said)
    """
    with ExitStack() as stack:
        four = [stack.enter_context(running(url_of(engine), merge, who)) for who in "abcd"]
        said = sum(int(one.heard()) for one in four)
    with reading(engine) as conn:
        keys = conn.execute(select(DOSSIERS.c.record_key).where(DOSSIERS.c.known_to.is_(None))).scalars().all()
        assert len(keys) == len(set(keys)) == 21
        assert conn.execute(select(func.count()).select_from(DOSSIERS)).scalar_one() == said


@pytest.fixture
def server(new_warehouse):
    """A PostgreSQL warehouse that notices deadlocks at once, with two switches to fight for."""
    engine = new_warehouse("postgresql")
    with transaction(engine) as conn:
        conn.execute(text(f"ALTER DATABASE \"{engine.url.database}\" SET deadlock_timeout = '20ms'"))
        rows = [{"name": name, "value": "0", "at": MORNING, "by": "", "reason": ""} for name in "ab"]
        conn.execute(insert(switches), rows)
    engine.dispose()
    return engine


def raised(conn, name: str) -> None:
    conn.execute(text("UPDATE switches SET value = (value::int + 1)::text WHERE name = :n"), {"n": name})


class Stranger:
    """A session that is none of ours: it knows nothing of the writers' queue. It never notices a deadlock first."""

    def __init__(self, engine) -> None:
        self.conn = psycopg.connect(url_of(engine).replace("+psycopg", ""))
        self.conn.execute("SET deadlock_timeout = '60s'")
        self.waiting: threading.Thread | None = None

    def raise_(self, name: str) -> None:
        self.conn.execute("UPDATE switches SET value = (value::int + 1)::text WHERE name = %s", [name])

    def raise_and_end(self, name: str) -> None:
        self.raise_(name)
        self.conn.commit()

    def wait_for(self, name: str) -> None:
        """Wants that row, which another holds; back when it waits."""
        self.waiting = threading.Thread(target=self.raise_and_end, args=(name,))
        self.waiting.start()


def values(engine) -> dict[str, str]:
    with reading(engine) as conn:
        return dict(conn.execute(select(switches.c.name, switches.c.value)).tuples().all())


def test_a_deadlock_is_tried_again_and_both_come_through(server):
    stranger, tries = Stranger(server), []
    stranger.raise_("b")

    def act(conn):
        raised(conn, "a")
        if not tries:
            stranger.wait_for("a")
        tries.append(1)
        raised(conn, "b")
        return "done"

    with load_session(server) as session:
        assert session.write(act, lambda _: None) == "done"
    stranger.waiting.join()
    stranger.conn.close()
    assert (len(tries), values(server)) == (2, {"a": "2", "b": "2"})


@pytest.mark.parametrize(("rivals", "told"), [(1, "done"), (9, "busy")])
def test_a_serialization_failure_is_tried_again_but_not_for_ever(server, rivals, told):
    with transaction(server) as conn:
        name = server.url.database
        conn.execute(text(f"ALTER DATABASE \"{name}\" SET default_transaction_isolation = 'repeatable read'"))
    server.dispose()
    stranger, tries = Stranger(server), []

    def act(conn):
        conn.execute(text("SELECT count(*) FROM switches"))  # its snapshot
        if len(tries) < rivals:
            stranger.raise_and_end("a")
        tries.append(1)
        raised(conn, "a")
        return "done"

    with load_session(server) as session:
        if told == "busy":
            with pytest.raises(WarehouseBusyError):
                session.write(act, lambda _: None)
        else:
            assert session.write(act, lambda _: None) == "done"
    stranger.conn.close()
    assert (len(tries), values(server)["a"]) == ((2, "2") if told == "done" else (3, "3"))
    assert server.pool.checkedout() == 0


@pytest.fixture
def clerk(new_warehouse, postgres) -> Iterator[str]:
    """The URL of a warehouse for somebody who may have two connections."""
    engine = new_warehouse("postgresql")
    name = f"clerk_{engine.url.database}"
    postgres.run(f"CREATE ROLE {name} LOGIN CONNECTION LIMIT 2 IN ROLE pg_read_all_data, pg_write_all_data")
    engine.dispose()
    yield engine.url.set(username=name).render_as_string(hide_password=False)
    postgres.run(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{name}'", f"DROP ROLE {name}"
    )


def test_who_finds_no_connection_free_waits_and_is_told_busy(clerk, monkeypatch):
    monkeypatch.setattr("warehouse.engine.BUSY_MILLISECONDS", 50)
    engine, others = open_engine(clerk), [psycopg.connect(clerk.replace("+psycopg", "")) for _ in range(2)]
    with pytest.raises(WarehouseBusyError), transaction(engine):
        pytest.fail("a third connection")
    monkeypatch.setattr("warehouse.engine.BUSY_MILLISECONDS", 30_000)
    leaving = threading.Timer(0, others[0].close)
    leaving.start()
    with transaction(engine) as conn:
        assert conn.execute(text("SELECT 1")).scalar_one() == 1
    assert engine.pool.checkedout() == 0
    leaving.join()
    others[1].close()
    engine.dispose()


@pytest.mark.slow
def test_a_run_that_finds_no_connection_free_ends_busy(fault_stage, clerk):
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(psycopg.connect(clerk.replace("+psycopg", "")))
        stage = fault_stage("sqlite")
        config = stage.village.config
        config.write_text(config.read_text().replace(stage.url, clerk))
        ended = stage.sync(busy=50)
        assert (ended.status, "hết kết nối trống" in ended.sentence) == (75, True)
