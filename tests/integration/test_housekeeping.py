"""X8: what has had its time goes, and nothing open goes with it. Times are those of the injected clock.

Landing, pages and audit, the nightly run as a whole: `tests/flows/test_flow_housekeeping.py`.
"""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.processes import running
from tests.warehouse_samples import (
    DAY,
    MONDAY,
    MORNING,
    a_bad_row,
    a_batch,
    a_dossier,
    a_flag,
    a_mail,
    an_item,
    load,
    sent,
)
from warehouse import flag_store, quarantine_desk, retention, runs
from warehouse.dump import dump
from warehouse.engine import reading, transaction
from warehouse.report_rows import Known
from warehouse.retention import Ages
from warehouse.tables import VERSIONS, audit, loads, mails, quarantine

KEPT = timedelta(days=90)
dossiers, events = VERSIONS["dossiers"], VERSIONS["dossier_events"]


def ages(now) -> Ages:
    return Ages(versions=now - KEPT, quarantine=now - KEPT, runs=now - KEPT)


def sweep(engine, now) -> dict[str, int]:
    with transaction(engine) as conn:
        counted = retention.due(conn, ages(now))
    for kind in counted:
        after, more = None, True
        while more:
            with transaction(engine) as conn:
                _, after = retention.forget_some(conn, kind, ages(now), after)
            more = after is not None
    return counted


def pull(engine, rows, at, **changes):
    load(engine, a_batch(rows, as_of=at, run_id=f"run-{at:%Y%m%d%H%M}", **changes))


def an_event(key: str, dossier: str, content: str, at) -> dict:
    row = {"record_key": key, "content_hash": f"{key}-{content}", "source_ref": f"sha256:{'ef' * 32}#{key}"}
    return row | {"dossier_code": dossier, "at": at, "at_precision": "minute", "event": "status", "unit_code": "31157"}


@pytest.fixture
def told(engine):
    """Monday: two dossiers with an event each. Tuesday: both changed, one is finished. All was replaced once."""
    for number, day in enumerate((MORNING, MORNING + DAY)):
        finished = {"status": "9", "resolved_at": day} if number else {}
        open_one, other = a_dossier("1", content=f"c{number}"), a_dossier("2", content=f"c{number}", **finished)
        pull(engine, [open_one, other], day)
        logs = [an_event(f"e{n}", f"H{n}", f"c{number}", MORNING) for n in (1, 2)]
        pull(engine, logs, day + timedelta(minutes=1), source="events", dataset="dossier_events")
    return engine


def versions_of(engine, table, column) -> list[str]:
    with reading(engine) as conn:
        return sorted(conn.execute(select(table.c[column])).scalars())


@pytest.mark.parametrize(
    ("days", "left"), [(31, ["1", "1", "2", "2"]), (90, ["1", "1", "2", "2"]), (92, ["1", "1", "2"])]
)
def test_old_versions_go_with_their_time_save_those_of_open_dossiers(told, days, left):
    sweep(told, MORNING + timedelta(days=days))
    assert versions_of(told, dossiers, "record_key") == left
    assert versions_of(told, events, "dossier_code") == [f"H{key}" for key in left]


def test_how_far_back_nothing_can_be_told_any_more_is_known(told):
    """A report of Monday would count one dossier too few once the sweep was there."""
    now = MORNING + timedelta(days=92)
    cut = now - KEPT
    before = {at: codes_at(told, at) for at in (MORNING + timedelta(hours=1), cut)}
    with transaction(told) as conn:
        assert retention.forgotten_before(conn) is None
        retention.note(conn, "r", "2027-02-23", {"limits": {"versions_days": 90}, "counts": {"runs": 1}}, now + DAY)
        assert retention.forgotten_before(conn) is None
        counts = retention.due(conn, ages(now))
        retention.note(conn, "r", "2027-02-23", {"limits": {"versions_days": 90}, "counts": counts}, now)
    sweep(told, now)
    with reading(told) as conn:
        assert retention.forgotten_before(conn) == cut
    after = {at: codes_at(told, at) for at in before}
    assert (before.pop(MORNING + timedelta(hours=1)), after.pop(MORNING + timedelta(hours=1))) == (["1", "2"], ["1"])
    assert before == after


def codes_at(engine, at) -> list[str]:
    with reading(engine) as conn:
        return sorted(row["record_key"] for row in Known(conn, at).rows("dossiers"))


def test_a_dossier_that_was_opened_again_keeps_all_it_ever_was(told):
    pull(told, [a_dossier("2", content="again")], MORNING + 3 * DAY)
    sweep(told, MORNING + timedelta(days=400))
    assert versions_of(told, dossiers, "record_key") == ["1", "1", "2", "2", "2"]


def closed_rows(engine) -> None:
    """Two bad rows: one is corrected on Tuesday, the other is still open."""
    pull(engine, [], MORNING, quarantined=[a_bad_row("7"), a_bad_row("8")])
    pull(engine, [a_dossier("7")], MORNING + DAY, quarantined=[a_bad_row("8")])


def contents(engine) -> dict[str, tuple[bool, str]]:
    """key → whether its content is there, and the sentences of its reasons."""
    with reading(engine) as conn:
        rows = conn.execute(select(quarantine)).mappings().all()
    return {row["record_key"]: (bool(row["content"]), row["reasons"][0]["text"]) for row in rows}


def test_the_content_of_settled_quarantine_goes_and_comes_back_with_the_row(engine):
    closed_rows(engine)
    said = "Trạng thái không có trong danh mục"
    assert sweep(engine, MORNING + timedelta(days=90)) == {}
    assert sweep(engine, MORNING + timedelta(days=92)) == {"quarantine": 1}
    assert contents(engine) == {"7": (False, ""), "8": (True, said)}
    assert sweep(engine, MORNING + timedelta(days=92)) == {}
    pull(engine, [], MORNING + timedelta(days=93), quarantined=[a_bad_row("7"), a_bad_row("8")])
    assert contents(engine) == {"7": (True, said), "8": (True, said)}


def test_a_released_row_that_still_waits_keeps_what_is_to_be_let_in(engine):
    closed_rows(engine)
    with transaction(engine) as conn:
        (row,) = quarantine_desk.open_rows(conn)
        quarantine_desk.release(conn, row["id"], "lan", MORNING + DAY, "đúng như thế")
    assert sweep(engine, MORNING + timedelta(days=92)) == {"quarantine": 1}
    assert contents(engine)["8"][0]
    with transaction(engine) as conn:
        quarantine_desk.taken_up(conn, row["id"], "run-9", MORNING + 2 * DAY, "new")
    assert sweep(engine, MORNING + timedelta(days=92)) == {"quarantine": 1}
    assert not contents(engine)["8"][0]


def a_run(engine, name: str, at, state: str) -> None:
    with transaction(engine) as conn:
        runs.start_run(conn, name, "sync", at.date(), at, at)
        runs.finish_run(conn, name, state, 0, {}, at)


def test_runs_that_found_nothing_go_save_the_last(engine):
    for number, state in enumerate(["done", "nothing_to_do", "nothing_to_do"]):
        a_run(engine, f"run-{number}", MORNING + number * DAY, state)
    assert sweep(engine, MORNING + timedelta(days=400)) == {"runs": 1}
    with reading(engine) as conn:
        assert [row["run_id"] for row in runs.recent_runs(conn)] == ["run-2", "run-0"]


def test_loads_that_brought_nothing_go_save_what_others_count_from(engine):
    """Kept: an empty first one, the first with records, the one an open bad row was last seen in, the newest."""
    for day in range(-1, 5):
        bad = [a_bad_row("7")] if day == 2 else []
        pull(engine, [a_dossier("1")] if day >= 0 else [], MORNING + day * DAY, quarantined=bad)
    with transaction(engine) as conn:
        conn.execute(loads.update().where(loads.c.as_of != MORNING).values(state="unchanged"))
    before = dump(engine)
    assert sweep(engine, MORNING + timedelta(days=400)) == {"loads": 2}
    with reading(engine) as conn:
        left = conn.execute(select(loads.c.as_of).order_by(loads.c.as_of)).scalars()
        assert [(at - MORNING).days for at in left] == [-1, 0, 2, 4]
    assert dump(engine) == before


def test_ledger_flags_and_audit_stay_however_old(told):
    sent(told, a_mail(), [an_item()])
    with transaction(told) as conn:
        versions = {"rule_version": "1", "calendar_version": "1"}
        told_flag = {"as_of": MORNING, "business_date": MONDAY, "run_id": "run-1", **versions}
        flag_store.bring_into_line(conn, [a_flag("1")], **told_flag)
        retention.note(conn, "run-1", "2026-11-23", {"counts": {}}, MORNING)
    kept = ("mails", "mail_items", "flags", "flag_runs", "audit")
    before = [line for line in dump(told).splitlines() if line.startswith(kept)]
    sweep(told, MORNING + timedelta(days=5000))
    assert [line for line in dump(told).splitlines() if line.startswith(kept)] == before
    with reading(told) as conn:
        assert [conn.execute(select(func.count()).select_from(t)).scalar() for t in (mails, audit)] == [1, 1]


KILLED = """
from datetime import datetime
from warehouse import retention
before = datetime.fromisoformat(sys.argv[2])
retention.PIECE = 7
ages, after = retention.Ages(versions=before, quarantine=before, runs=before), None
for piece in range(3):
    with transaction(engine) as conn:
        _, after = retention.forget_some(conn, "dossiers", ages, after)
        if piece == 2:
            say("in the third piece")
            wait()
"""


def test_a_sweep_that_is_killed_is_finished_by_the_next(engine, new_warehouse):
    other, now = new_warehouse(engine.dialect.name), MORNING + timedelta(days=400)
    for place in (engine, other):
        for number in range(3):
            finished = {"status": "9", "resolved_at": MORNING}
            pull(
                place,
                [a_dossier(str(key), content=f"c{number}", **finished) for key in range(30)],
                MORNING + number * DAY,
            )
    url = engine.url.render_as_string(hide_password=False)
    with running(url, KILLED, (now - KEPT).isoformat()) as process:
        assert process.heard() == "in the third piece"
        process.kill()
    assert sweep(engine, now)["dossiers"] == 60 - 14
    assert sweep(other, now)["dossiers"] == 60
    assert dump(engine) == dump(other)
