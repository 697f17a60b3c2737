"""The memory of the volume band and of the sweeps, on both databases."""

from datetime import timedelta

from sqlalchemy import insert

from tests.warehouse_samples import DAY, MORNING, a_flag
from warehouse import desk, flag_history, flag_store, freshness, loads
from warehouse.engine import reading, transaction
from warehouse.missed import keys_missed
from warehouse.tables import missed

FRAME = {"rule_version": "r1", "calendar_version": "c1"}


def flag(engine, as_of, by_source, rows=()):
    day = as_of.date()
    with transaction(engine) as conn:
        flag_store.bring_into_line(
            conn, list(rows), as_of=as_of, business_date=day, run_id="run", by_source=by_source, **FRAME
        )


def test_figures_are_kept_one_set_a_flag_run(engine):
    assert_held(engine, {})
    flag(engine, MORNING, {"one-stop": {"flagged": 40, "state": "passed"}})
    flag(engine, MORNING + DAY, None)
    flag(engine, MORNING + 2 * DAY, {"one-stop": {"flagged": 90, "state": "held", "why": "zu viel"}}, [a_flag("T1")])
    with reading(engine) as conn:
        found = flag_history.figures(conn)
        assert [(at, told["one-stop"]["flagged"]) for at, _, told in found] == [(MORNING, 40), (MORNING + 2 * DAY, 90)]
        assert len(flag_store.open_flags(conn)) == 1, "flags are stored all the same"
    assert_held(engine, {"one-stop": "zu viel"})
    flag(engine, MORNING + 2 * DAY, {"one-stop": {"flagged": 90, "state": "accepted"}})
    assert_held(engine, {})
    with reading(engine) as conn:
        assert len(flag_history.figures(conn)) == 2, "the same moment again is the same run"


def assert_held(engine, expected):
    with reading(engine) as conn:
        assert flag_history.held_sources(conn) == expected


def test_what_a_person_accepted_counts_from_then_on_that_day(engine):
    with transaction(engine) as conn:
        desk.note_accepted_drop(conn, "one-stop", "run", "đã kiểm tra", MORNING)
    with reading(engine) as conn:

        def accepted(since, until):
            return flag_history.accepted_sources(conn, since, until)

        assert accepted(MORNING, MORNING) == {"one-stop"}
        assert accepted(MORNING - DAY, MORNING + DAY) == {"one-stop"}
        assert accepted(MORNING - DAY, MORNING - timedelta(seconds=1)) == frozenset()
        assert accepted(MORNING + timedelta(seconds=1), MORNING + DAY) == frozenset()


def test_a_record_is_gone_once_two_sweeps_missed_it(engine):
    rows = [
        {
            "source": source,
            "record_key": key,
            "system": "one-stop",
            "since": since,
            "last_at": MORNING,
            "sweeps": sweeps,
        }
        for source, key, since, sweeps in (
            ("a", "1", MORNING - DAY, 1),
            ("a", "2", MORNING - DAY, 2),
            ("a", "3", MORNING - DAY, 7),
            ("b", "3", MORNING - 3 * DAY, 2),
        )
    ]
    with transaction(engine) as conn:
        conn.execute(insert(missed), rows)
    with reading(engine) as conn:
        assert keys_missed(conn) == {("one-stop", "2"): MORNING - DAY, ("one-stop", "3"): MORNING - 3 * DAY}
        assert set(keys_missed(conn, sweeps=1)) == {("one-stop", key) for key in "123"}


def test_the_first_load_of_a_source_is_its_first_success(engine):
    with transaction(engine) as conn:
        told = {"source": "one-stop", "dataset": "dossiers"}
        loads.record_failure(conn, run_id="1", as_of=MORNING, state="failed", error_code="x", error="x", **told)
        for n in (1, 2):
            at = MORNING + n * DAY
            loads.record_unchanged(conn, run_id=f"{n + 1}", as_of=at, data_moment=at, **told)
    with reading(engine) as conn:
        assert freshness.first_loads(conn) == {"one-stop": MORNING + DAY}
