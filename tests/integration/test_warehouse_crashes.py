"""Nothing lost, nothing half done: concurrent writers, and kill -9 in the middle of a load or of sending."""

import pytest
from sqlalchemy import insert, select, text, update

from tests.processes import running
from tests.warehouse_samples import DAY, MONDAY, MORNING, a_bad_row, a_batch, a_dossier, a_mail, an_item, merge
from warehouse import ledger, ledger_read
from warehouse.dump import dump
from warehouse.engine import open_engine, reading, transaction
from warehouse.errors import WarehouseBusyError
from warehouse.tables import switches

LOAD = """
    from dataclasses import replace
    from sqlalchemy import event
    from tests.warehouse_samples import DAY, MORNING, a_bad_row, a_batch, a_dossier
    from tests.warehouse_samples import merge
    stop = int(sys.argv[2])
    seen = 0
    def count(conn, cursor, statement, *_):
        global seen
        seen += 1
        if seen == stop:
            say("cut")
            wait()
    rows = [a_dossier(str(n), content="two") for n in range(200)]
    batch = a_batch(rows, as_of=MORNING + DAY, run_id="run-2", quarantined=[a_bad_row("x")], landed=["aa"])
    with transaction(engine) as conn:
        event.listen(engine, "before_cursor_execute", count)
        merge(conn, batch)
        seen = stop - 1
        count(None, None, "commit")
    say("done")
"""


def later_batch():
    rows = [a_dossier(str(n), content="two") for n in range(200)]
    return a_batch(rows, as_of=MORNING + DAY, run_id="run-2", quarantined=[a_bad_row("x")], landed=["aa"])


def url_of(engine) -> str:
    return engine.url.render_as_string(hide_password=False)


@pytest.mark.parametrize("statement", [2, 4, 6, 8, 10, 12, 1000], ids=lambda n: f"at statement {n}")
def test_a_load_killed_at_any_statement_leaves_nothing_and_is_done_again(engine, statement):
    with transaction(engine) as conn:
        merge(conn, a_batch([a_dossier(str(n)) for n in range(150)]))
    before = dump(engine, run_log=True)
    with running(url_of(engine), LOAD, str(statement)) as load:
        assert load.heard() == "cut"
        load.kill()
    assert dump(engine, run_log=True) == before
    with transaction(engine) as conn:
        counts = merge(conn, later_batch())
    assert (counts.changed, counts.new, counts.quarantined_new) == (150, 50, 1)


def test_a_load_that_is_not_killed_comes_to_its_end(engine):
    """The kill test cuts at real statements: the same snippet, let go on, loads."""
    with running(url_of(engine), LOAD, "5") as load:
        assert load.heard() == "cut"
        load.go_on()
        assert load.heard() == "cut"
        load.go_on()
        assert load.heard() == "done"
    with reading(engine) as conn:
        assert conn.execute(text("SELECT count(*) FROM dossiers")).scalar_one() == 200


def test_four_processes_that_read_and_write_back_lose_nothing(engine):
    with transaction(engine) as conn:
        conn.execute(insert(switches).values(name="counter", value="0", at=MORNING, by="", reason=""))
    add = """
        from sqlalchemy import text
        for _ in range(50):
            with transaction(engine) as conn:
                value = int(conn.execute(text("SELECT value FROM switches")).scalar_one())
                conn.execute(text("UPDATE switches SET value = :v"), {"v": str(value + 1)})
        say("done")
    """
    url = url_of(engine)
    with running(url, add) as a, running(url, add) as b, running(url, add) as c, running(url, add) as d:
        assert [p.heard() for p in (a, b, c, d)] == ["done"] * 4
    with reading(engine) as conn:
        assert conn.execute(select(switches.c.value)).scalar_one() == "200"


def test_a_mail_is_claimed_by_one_of_many(engine):
    with transaction(engine) as conn:
        ids = [ledger.plan(conn, a_mail(f"h{n}@example.gov.vn"), [an_item(f"T{n}")]) for n in range(20)]
    claim = """
        from tests.warehouse_samples import MONDAY, MORNING
        from warehouse import ledger, ledger_read
        from warehouse.errors import IllegalTransitionError
        got = 0
        for mail_id in range(1, 21):
            try:
                with transaction(engine) as conn:
                    ledger.claim(conn, mail_id, "run", MORNING)
                got += 1
            except IllegalTransitionError:
                pass
        say(got)
    """
    url = url_of(engine)
    assert ids == list(range(1, 21))
    with running(url, claim) as a, running(url, claim) as b, running(url, claim) as c:
        assert sum(int(p.heard()) for p in (a, b, c)) == 20


SEND = """
    from tests.warehouse_samples import MONDAY, MORNING
    from warehouse import ledger
    with transaction(engine) as conn:
        ledger.claim(conn, 1, "run-1", MORNING)
    if sys.argv[2] == "after the first byte":
        with transaction(engine) as conn:
            ledger.mark_in_data(conn, 1, MORNING, run_id="run-1")
    say("cut")
    wait()
"""


@pytest.mark.parametrize(("cut", "state"), [("before data", "planned"), ("after the first byte", "uncertain")])
def test_a_mail_whose_sender_was_killed_goes_back_or_is_in_doubt_and_never_both(engine, cut, state):
    with transaction(engine) as conn:
        mail_id = ledger.plan(conn, a_mail(), [an_item()])
    with running(url_of(engine), SEND, cut) as sender:
        assert sender.heard() == "cut"
        sender.kill()
    with transaction(engine) as conn:
        ledger.reclaim(conn, "run-2", MORNING)
        assert ledger_read.mail(conn, mail_id)["state"] == state
        assert ledger_read.sendable(conn, MONDAY, MORNING) == ([mail_id] if state == "planned" else [])


def test_a_writer_that_waits_too_long_is_told_so(engine, monkeypatch):
    monkeypatch.setattr("warehouse.engine.BUSY_MILLISECONDS", 50)
    hurried = open_engine(url_of(engine))
    with transaction(engine) as conn:
        conn.execute(update(switches).values(value="x"))
        with pytest.raises(WarehouseBusyError), transaction(hurried):
            pytest.fail("two writers")
    hurried.dispose()


def test_connections_are_returned(engine):
    for _ in range(30):
        with pytest.raises(KeyError), transaction(engine):
            raise KeyError
        with reading(engine) as conn:
            conn.execute(text("SELECT 1"))
    assert engine.pool.checkedout() == 0
