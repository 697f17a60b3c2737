"""Real processes ended in the middle, woken after another had taken their turn, or started ten at a time."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.cli.test_cli_runs import LATER, NOW, PATIENCE, Gate, took
from tests.e2e.killing import Zygote
from tests.flows.village import ALPHA, BETA, DAWN, OPS, runner
from tests.prefect_server import Server
from tests.quarantine_stage import Stage
from tests.scripted_smtp import ScriptedSmtp
from warehouse import ledger_read, runs
from warehouse.dump import dump
from warehouse.engine import sqlite_file

pytestmark = pytest.mark.trial
CROWD = 10
SIGNALS = [(signal.SIGTERM, 143), (signal.SIGINT, 130)]


@pytest.fixture
def stage(database_kind: str, tmp_path: Path, new_url: Callable[..., str], prefect: Server) -> Iterator[Stage]:
    made = Stage(tmp_path / "village", new_url(database_kind, migrated=True))
    yield made
    made.engine.dispose()


def mail_through(stage: Stage, server: ScriptedSmtp) -> None:
    """Patient with that server from the next run on."""
    stage.village.configure(server.port, timeout="300")
    told = stage.config.read_text(encoding="utf-8")
    url = stage.engine.url.render_as_string(hide_password=False)
    stage.config.write_text(told.replace("sqlite:///var/dondoc.sqlite3", url), encoding="utf-8")


def remind_again(stage: Stage) -> Counter[str]:
    """What the next slot sends."""
    with ScriptedSmtp() as server:
        mail_through(stage, server)
        runner()(stage.village, "remind", LATER)
    return took(server)


def mails(stage: Stage) -> dict[str, str]:
    return {mail["address"]: mail["state"] for mail in stage.reading(ledger_read.mails_of)}


# --- ended by a signal --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(("sign", "status"), SIGNALS)
def test_a_message_on_its_way_is_finished_and_no_other_begun(zygote: Zygote, stage: Stage, sign, status) -> None:
    stage.sync()
    with Gate("DOT") as server:
        mail_through(stage, server)
        process = zygote.command("--config", stage.config, "run", "remind", *NOW)
        assert server.reached.wait(PATIENCE)
        os.kill(process, sign)
        server.opened.set()
        assert zygote.statuses() == [status]
        assert took(server) == {ALPHA: 1}
    assert mails(stage) == {ALPHA: "handed", BETA: "planned"}
    last = stage.reading(runs.recent_runs, 1)[0]
    assert (last["flow"], last["state"], last["exit_status"]) == ("remind", "failed", status)
    assert remind_again(stage) == {BETA: 1}


@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.parametrize(("sign", "status"), SIGNALS)
def test_a_load_is_rolled_back_and_done_by_the_next_run(
    zygote: Zygote, stage: Stage, new_url: Callable[..., str], tmp_path: Path, sign, status
) -> None:
    """In the middle of the merge, which waits for a lock of ours."""
    undisturbed = Stage(tmp_path / "alone", new_url("sqlite", migrated=True))
    undisturbed.sync()
    stage.acting(_wait_before_the_book_of_loads)
    with stage.engine.connect() as other:
        other.execution_options(dondoc_reading=True)
        other.execute(text("SELECT pg_advisory_lock(4711)"))
        process = zygote.command("--config", stage.config, "run", "sync", "--as-of", DAWN.isoformat())
        while not other.execute(WAITING).scalar_one():
            pass
        os.kill(process, sign)
        assert zygote.statuses() == [status]
        other.execute(text("SELECT pg_advisory_unlock(4711)"))
    assert stage.reading(lambda conn: conn.execute(text("SELECT count(*) FROM units")).scalar_one()) == 0
    stage.sync()
    assert dump(stage.engine) == dump(undisturbed.engine)
    undisturbed.engine.dispose()


WAITING = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 4711"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def _wait_before_the_book_of_loads(conn) -> None:
    conn.execute(
        text(
            "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " PERFORM pg_advisory_xact_lock(4711); RETURN NEW; END $$"
        )
    )
    conn.execute(text("CREATE TRIGGER wait BEFORE INSERT ON loads FOR EACH ROW EXECUTE FUNCTION wait()"))


# --- woken without the lock ---------------------------------------------------------------------------------------


def _lose_the_lock(stage: Stage) -> None:
    if path := sqlite_file(stage.engine):
        path.with_name(path.name + ".lock").unlink()
        return
    mine = "pid <> pg_backend_pid() AND application_name LIKE 'dondoc remind-%'"
    stage.acting(
        lambda conn: conn.execute(text(f"SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE {mine}"))
    )


@pytest.mark.parametrize(
    ("asleep_at", "left", "sent_by_another"),
    [
        ("RCPT", {ALPHA: "handed", BETA: "handed"}, {ALPHA: 1, BETA: 1}),
        ("DOT", {ALPHA: "uncertain", BETA: "handed"}, {BETA: 1}),
    ],
)
def test_who_wakes_when_another_has_had_his_turn_writes_and_sends_nothing(
    zygote: Zygote, stage: Stage, asleep_at, left, sent_by_another
) -> None:
    """Asleep before a message, or with one that was sent and not yet answered."""
    stage.sync()
    with Gate(asleep_at) as server:
        mail_through(stage, server)
        process = zygote.command("--config", stage.config, "run", "remind", *NOW)
        assert server.reached.wait(PATIENCE)
        os.kill(process, signal.SIGSTOP)
        _lose_the_lock(stage)
        assert remind_again(stage) == sent_by_another
        before = dump(stage.engine, run_log=True)
        server.opened.set()
        os.kill(process, signal.SIGCONT)
        assert zygote.statuses() == [75]
        assert took(server) == ({ALPHA: 1} if asleep_at == "DOT" else {})
    assert dump(stage.engine, run_log=True) == before
    assert mails(stage) == left


# --- the same slot many times -------------------------------------------------------------------------------------


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_of_ten_runs_at_the_same_second_one_works(zygote: Zygote, stage: Stage) -> None:
    stage.sync()
    with ScriptedSmtp() as server:
        mail_through(stage, server)
        zygote.crowd(CROWD, "--config", stage.config, "run", "morning", *NOW)
        ended = Counter(zygote.statuses())
        assert took(server) == {ALPHA: 1, BETA: 1, OPS: 1}
    assert (set(ended) <= {0, 75}, ended.total()) == (True, CROWD)
    states = Counter(run["state"] for run in stage.reading(runs.recent_runs, CROWD) if run["flow"] == "morning")
    assert states["done"] == 1
    assert states == Counter(done=1, nothing_to_do=ended[0] - 1) - Counter()
