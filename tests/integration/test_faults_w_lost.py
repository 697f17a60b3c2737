"""W6: the connection breaks, or PostgreSQL restarts, before, in and right after COMMIT: never twice, never lost."""

import threading

import pytest
from sqlalchemy import func, select, text

from tests.own_postgres import door, own_server
from tests.warehouse_samples import a_batch, a_dossier
from warehouse import loads, staging
from warehouse.engine import open_engine, reading, transaction
from warehouse.errors import LockLostError, WarehouseLostError
from warehouse.run_lock import run_lock
from warehouse.schema import upgrade
from warehouse.sessions import load_session
from warehouse.tables import VERSIONS

DOSSIERS = VERSIONS["dossiers"]
PULL = a_batch([a_dossier(str(n)) for n in range(5)])


def load(engine, in_merge=lambda conn: None, in_staging=lambda: None) -> loads.Counts:
    """What a load does with its session."""
    batch = PULL.batch

    def merge(conn):
        counts = loads.merge(conn, batch, staged)
        in_merge(conn)
        return counts

    with load_session(engine) as session:
        staged = session.step(lambda conn: staging.begin(conn, batch.dataset))
        in_staging()
        frame = staging.frame_of(batch.dataset, PULL.rows, batch.data_moment)
        session.step(lambda conn: staging.add(conn, staged, frame))
        session.step(lambda conn: staging.ready(conn, staged))
        return session.write(merge, lambda conn: loads.counts_of(conn, batch.run_id, batch.source))


def stored(engine) -> tuple[int, int]:
    """(rows, books of loads)."""
    with reading(engine) as conn:
        count = conn.execute(select(func.count()).select_from(DOSSIERS)).scalar_one()
        return count, conn.execute(text("SELECT count(*) FROM loads")).scalar_one()


@pytest.fixture
def server(new_warehouse):
    return new_warehouse("postgresql")


@pytest.mark.parametrize("word", [b"CREATE TEMPORARY", b"COPY", b"INSERT INTO dossiers", b"INSERT INTO loads"])
@pytest.mark.parametrize("passed_on", [False, True])
def test_a_connection_that_breaks_before_commit_loads_nothing_and_the_next_load_all(server, word, passed_on):
    with door(server.url) as way:
        engine = open_engine(way.url.render_as_string(hide_password=False))
        way.cut_at(word, passed_on=passed_on)
        with pytest.raises(WarehouseLostError):
            load(engine)
        assert (way.cuts, stored(engine)) == (1, (0, 0))
        assert load(engine).new == 5
        assert stored(engine) == (5, 1)
        assert engine.pool.checkedout() == 0
        engine.dispose()


@pytest.mark.parametrize(("passed_on", "happened"), [(False, False), (True, True)])
def test_an_answer_to_commit_that_never_came_is_looked_up_by_the_run(server, passed_on, happened):
    with door(server.url) as way:
        engine = open_engine(way.url.render_as_string(hide_password=False))
        arm = lambda conn: way.cut_at(b"COMMIT", passed_on=passed_on)  # noqa: E731
        if happened:
            assert load(engine, arm).new == 5
        else:
            with pytest.raises(WarehouseLostError):
                load(engine, arm)
            assert load(engine).new == 5
        assert (way.cuts, stored(engine)) == (1, (5, 1))
        engine.dispose()


def test_a_commit_that_is_still_on_its_way_is_waited_for(server):
    """Its server process goes on without us: who asks too early would believe that nothing had happened."""
    with transaction(server) as conn:
        conn.execute(
            text(
                "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$"
            )
        )
        conn.execute(
            text(
                "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON loads DEFERRABLE INITIALLY DEFERRED"
                " FOR EACH ROW EXECUTE FUNCTION slow()"
            )
        )
    with door(server.url) as way, server.connect() as holder:
        holder.execution_options(dondoc_reading=True)
        holder.execute(text("SELECT pg_advisory_lock(4711)"))
        engine = open_engine(way.url.render_as_string(hide_password=False))
        told = []
        loading = threading.Thread(
            target=lambda: told.append(load(engine, lambda conn: way.cut_at(b"COMMIT", passed_on=True)))
        )
        loading.start()
        waiting = text(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        while holder.execute(waiting).scalar_one() < 2 and not told:  # the commit, and who asks about it
            pass
        assert told == []
        holder.execute(text("SELECT pg_advisory_unlock(4711)"))
        loading.join()
        assert told[0].new == 5
        engine.dispose()
    assert stored(server) == (5, 1)


@pytest.mark.slow
def test_a_restarted_server_loses_what_was_not_committed_and_keeps_the_rest():
    with own_server() as own:
        engine = open_engine(own.url.render_as_string(hide_password=False))
        upgrade(engine)
        with run_lock(engine, "sync-1") as lock:
            with pytest.raises(WarehouseLostError):
                load(engine, in_merge=lambda conn: own.restart())
            with pytest.raises(LockLostError):
                lock.ensure()
        assert stored(engine) == (0, 0), "the pool finds out by itself that its connections are dead"
        assert load(engine).new == 5
        own.restart()
        assert stored(engine) == (5, 1), "a commit that was answered survives"
        assert load(engine).new == 5, "and the same load again is told what it did"
        assert stored(engine) == (5, 1)
        assert engine.pool.checkedout() == 0
        engine.dispose()
