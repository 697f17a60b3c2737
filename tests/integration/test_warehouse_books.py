"""Runs, flags, lineage and the dump."""

import json
from datetime import UTC, timedelta

import pytest
from sqlalchemy import select

from tests.warehouse_samples import DAY, MONDAY, MORNING, a_bad_row, a_batch, a_dossier, a_flag, a_mail, an_item, merge
from warehouse import desk, flag_store, landed, ledger, lineage, runs
from warehouse.dump import dump
from warehouse.engine import reading, transaction
from warehouse.tables import flag_runs

FRAME = {"rule_version": "r1", "calendar_version": "c1"}


def flag(engine, rows, *, as_of=MORNING, run_id="run-1"):
    with transaction(engine) as conn:
        return flag_store.bring_into_line(conn, rows, as_of=as_of, business_date=as_of.date(), run_id=run_id, **FRAME)


def test_flags_open_stay_and_close(engine):
    first = flag(engine, [a_flag("T1"), a_flag("T4", "due_soon", tier=None, days_late=None)])
    second = flag(engine, [a_flag("T1", tier=2, days_late=6), a_flag("T2")], as_of=MORNING + 2 * DAY)
    assert (first.opened, first.closed, first.open) == (2, 0, 2)
    assert (second.opened, second.closed, second.open) == (1, 1, 2)
    with reading(engine) as conn:
        rows = flag_store.open_flags(conn)
        assert [(r["code"], r["tier"], r["since"]) for r in rows] == [("T1", 2, MORNING), ("T2", 1, MORNING + 2 * DAY)]
        assert flag_store.open_flags(conn, unit="31231") == []
        assert runs.last_flag_as_of(conn) == MORNING + 2 * DAY


def test_flagging_again_at_the_same_as_of_changes_nothing(engine):
    flag(engine, [a_flag("T1"), a_flag("T1", "due_mismatch")])
    before = dump(engine)
    again = flag(engine, [a_flag("T1", "due_mismatch"), a_flag("T1")], run_id="run-2")
    assert (again.opened, again.closed, again.open) == (0, 0, 2)
    assert dump(engine) == before
    with reading(engine) as conn:
        told = conn.execute(select(flag_runs)).one()
    assert (told.opened, told.closed, told.open) == (2, 0, 2)


def test_only_flags_that_say_something_else_are_written(engine):
    def runs_by_item():
        with reading(engine) as conn:
            return {row["code"]: row["run_id"] for row in flag_store.open_flags(conn)}

    same = {"late": [1, 2], "title": "Đăng ký"}
    flag(engine, [a_flag("T1", facts=same), a_flag("T2"), a_flag("T3"), a_flag("T4", tier=None, due_at=None)])
    later = [
        a_flag("T1", facts={"title": "Đăng ký", "late": (1, 2)}, due_at=a_flag("T1").due_at.astimezone(UTC)),
        a_flag("T2", facts={"title": "Khác"}),
        a_flag("T3", disputed=True),
        a_flag("T4", due_at=None),
    ]
    flag(engine, later, as_of=MORNING + DAY, run_id="run-2")
    assert runs_by_item() == {"T1": "run-1", "T2": "run-2", "T3": "run-2", "T4": "run-2"}
    with reading(engine) as conn:
        told = {row["code"]: (row["facts"], row["disputed"], row["tier"]) for row in flag_store.open_flags(conn)}
    assert told == {
        "T1": (same, False, 1),
        "T2": ({"title": "Khác"}, False, 1),
        "T3": (a_flag("T3").facts, True, 1),
        "T4": (a_flag("T4").facts, False, 1),
    }


def test_a_flag_that_comes_back_begins_anew(engine):
    flag(engine, [a_flag("T1")])
    flag(engine, [], as_of=MORNING + DAY)
    flag(engine, [a_flag("T1")], as_of=MORNING + 2 * DAY)
    with reading(engine) as conn:
        history = lineage.trace_item(conn, "dossier/one-stop/T1").flags
    assert [(f["since"], f["closed_at"]) for f in history] == [
        (MORNING, MORNING + DAY),
        (MORNING + 2 * DAY, None),
    ]


def test_no_flags_at_all_is_a_run_too(engine):
    assert flag(engine, []).open == 0
    with reading(engine) as conn:
        assert runs.last_flag_as_of(conn) == MORNING


def test_the_book_of_runs(engine):
    with transaction(engine) as conn:
        assert runs.last_flag_as_of(conn) is None
        for run_id in ("dead", "mine"):
            runs.start_run(conn, run_id, "morning", MONDAY, MORNING, MORNING)
        assert runs.mark_killed(conn, "mine", MORNING) == ["dead"]
        assert runs.mark_killed(conn, "mine", MORNING) == []
        assert not runs.slot_done(conn, "morning", MONDAY)
        runs.finish_run(conn, "mine", "done", 0, {"flow": "morning"}, MORNING + timedelta(minutes=1))
        assert runs.slot_done(conn, "morning", MONDAY)
        assert not runs.slot_done(conn, "morning", MONDAY + DAY)
        assert not runs.slot_done(conn, "sync", MONDAY)
        states = {row["run_id"]: (row["state"], row["exit_status"]) for row in runs.recent_runs(conn)}
        assert states == {"dead": ("killed", None), "mine": ("done", 0)}
        assert runs.run_of(conn, "mine")["summary"] == {"flow": "morning"}
        assert runs.run_of(conn, "nobody") is None


def a_story(engine):
    """One dossier from its landed body to a mail, and a second version of it afterwards."""
    item = an_item("1", item_key="dossier/one-stop/1", code="H1")
    with transaction(engine) as conn:
        runs.start_run(conn, "run-1", "morning", MONDAY, MORNING, MORNING)
        landed.register_landed(
            conn,
            sha256="ab" * 32,
            source="one-stop",
            path="one-stop/ab.gz",
            name="page-1.json",
            size=100,
            data_moment=MORNING,
            landed_at=MORNING,
        )
        merge(conn, a_batch([a_dossier("1")], landed=["ab" * 32], quarantined=[a_bad_row("9")]))
    flag(engine, [a_flag("1", code="H1")])
    with transaction(engine) as conn:
        mail_id = ledger.plan(conn, a_mail(digest={"items": [{"code": "H1"}]}), [item])
        ledger.claim(conn, mail_id, "run-1", MORNING)
        ledger.mark_in_data(conn, mail_id, MORNING)
        ledger.mark_handed(conn, mail_id, MORNING)
        merge(conn, a_batch([a_dossier("1", content="two", status="9")], as_of=MORNING + DAY, run_id="run-2"))
        fix = an_item("1", role="corrected", corrects=[mail_id])
        digest = {"fix": {"told_on": ["2026-11-23"], "mails": [mail_id]}}
        ledger.plan(conn, a_mail(day=MONDAY + DAY, digest=digest), [fix])
    return mail_id


def test_a_mail_leads_back_to_the_source(engine):
    mail_id = a_story(engine)
    with reading(engine) as conn:
        trace = lineage.trace_mail(conn, mail_id)
        assert lineage.trace_mail(conn, trace.mail["message_id"]) == trace
        assert lineage.trace_mail(conn, 4711) is None
        assert (trace.run["flow"], trace.mail["digest"]) == ("morning", {"items": [{"code": "H1"}]})
        (key,) = lineage.item_keys_of(conn, "H1")
        item = lineage.trace_item(conn, trace.items[0]["item_key"])
    assert key == item.item_key == "dossier/one-stop/1"
    assert [(v["known_from"], v["known_to"]) for v in item.versions] == [
        (MORNING, MORNING + DAY),
        (MORNING + DAY, None),
    ]
    assert [b["name"] for b in item.bodies] == ["page-1.json"]
    assert [(t["role"], t["state"]) for t in item.told] == [("asked", "handed"), ("corrected", "planned")]
    assert ([f["flag"] for f in item.flags], [r["run_id"] for r in item.runs]) == (["overdue"], ["run-1"])


def test_an_unknown_item_has_an_empty_trace(engine):
    with reading(engine) as conn:
        trace = lineage.trace_item(conn, "unit/one-stop/31157")
        assert (trace.versions, trace.flags, trace.told, trace.runs) == ((), (), (), ())
        assert lineage.item_keys_of(conn, "nothing") == []


def test_both_databases_tell_the_same(new_warehouse):
    told = []
    for kind in ("sqlite", "postgresql"):
        engine = new_warehouse(kind)
        if kind == "postgresql":  # numbers differ, what they stand for does not
            with engine.connect() as conn, conn.begin() as attempt:
                ledger.plan(conn, a_mail(), [])
                attempt.rollback()
        a_story(engine)
        told.append(dump(engine, run_log=True))
    assert told[0] == told[1]
    assert len(told[0].splitlines()) > 10
    assert '"2026-11-23/head/h1@example.gov.vn/1"' in told[0]
    assert all(json.loads(line.split(" ", 1)[1]) for line in told[0].splitlines())


def test_reading_refuses_to_write_and_does_not_wait_for_a_writer(engine):
    with transaction(engine) as writer:
        desk.stop_mail(writer, "lan", "", MORNING)
        with reading(engine) as conn:
            assert not desk.mail_switch(conn).stopped
        with pytest.raises(Exception, match=r"(?i)read-?only"), reading(engine) as conn:
            desk.stop_mail(conn, "lan", "", MORNING)
    with transaction(engine) as conn:
        assert desk.mail_switch(conn).stopped
        desk.start_mail(conn, "lan", "", MORNING)
