"""Named reads: open work, events by code, landed bodies, freshness."""

from datetime import date

import pytest

from tests.warehouse_samples import DAY, MORNING, a_batch, a_dossier, load
from warehouse import current, landed
from warehouse.engine import reading, transaction
from warehouse.freshness import latest_loads
from warehouse.loads import load_of, record_failure, record_unchanged


def test_work_follows_what_is_open(engine):
    finished = [a_dossier(str(n), status=status) for n, status in enumerate(("3", "7", "9", "10"))]
    load(engine, a_batch([*finished, a_dossier("open", status="4"), a_dossier("paused", status="5")]))
    with reading(engine) as conn:
        assert [row["record_key"] for row in current.open_dossiers(conn)] == ["open", "paused"]
        assert current.open_keys(conn, "one-stop") == {"open", "paused"}
        assert [r["record_key"] for r in current.dossiers_by_key(conn, ["dossier/one-stop/0", "dossier/x/1"])] == ["0"]
        assert [r["record_key"] for r in current.dossiers_by_code(conn, [("one-stop", "Hopen")])] == ["open"]


def test_open_dossiers_are_found_by_the_index_of_open_ones(new_warehouse):
    engine = new_warehouse("sqlite")
    with reading(engine) as conn:
        sql = "SELECT record_key FROM dossiers WHERE known_to IS NULL AND dossiers.status NOT IN ('3', '7', '9', '10')"
        plan = " ".join(str(row) for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}"))
    assert "ix_dossiers__open" in plan


def test_events_come_by_code_in_order_of_time(engine):
    def event(key, code, at, what):
        return {
            **{"record_key": key, "content_hash": key, "source_ref": "sha256:ee#1"},
            **{"dossier_code": code, "at": at, "event": what},
        }

    rows = [
        event("a", "H1", MORNING, "resume"),
        event("b", "H1", MORNING - DAY, "pause"),
        event("c", "H2", MORNING, "pause"),
    ]
    load(engine, a_batch(rows, dataset="dossier_events", source="events"))
    many = [("one-stop", f"X{n}") for n in range(1200)]
    with reading(engine) as conn:
        found = current.events_for(conn, [*many, ("one-stop", "H1"), ("elsewhere", "H2")])
    assert [row["event"] for row in found] == ["pause", "resume"]


def test_the_book_of_loads_tells_the_last_success_beside_the_last_failure(engine):
    load(engine, a_batch([a_dossier("1")]))
    told = {"run_id": "r2", "source": "one-stop", "dataset": "dossiers", "as_of": MORNING + DAY}
    with transaction(engine) as conn:
        record_failure(conn, **told, state="failed", error_code="unreachable", error="Không kết nối được")
        state = latest_loads(conn)["one-stop"]
    assert (state.last_success_at, state.last_state, state.error) == (MORNING, "failed", "Không kết nối được")
    with transaction(engine) as conn:
        record_unchanged(conn, **told, data_moment=MORNING + DAY)
        state = latest_loads(conn)["one-stop"]
        assert (state.last_success_at, state.data_moment, state.error) == (MORNING + DAY, MORNING + DAY, "")
        assert load_of(conn, "r2", "one-stop")["state"] == "unchanged"
        assert load_of(conn, "r9", "one-stop") is None


def test_landed_bodies_are_promoted_with_their_load_only(engine):
    body = {"source": "one-stop", "path": "x.gz", "name": "page-1", "size": 10, "landed_at": MORNING}
    with transaction(engine) as conn:
        landed.register_landed(conn, sha256="aa", data_moment=MORNING, **body)
        landed.register_landed(conn, sha256="bb", data_moment=MORNING + DAY, **body)
        landed.register_landed(conn, sha256="aa", data_moment=MORNING + DAY, **body)
        assert landed.promoted_hashes(conn, "one-stop") == frozenset()
        assert landed.newest_promoted(conn, "one-stop") is None
    load(engine, a_batch([a_dossier("1")], landed=["aa"]))
    with transaction(engine) as conn:
        assert landed.promoted_hashes(conn, "one-stop") == {"aa"}
        assert landed.newest_promoted(conn, "one-stop") == MORNING
        assert landed.mark_deleted(conn, ["aa", "cc"], MORNING) == 1
        assert landed.promoted_hashes(conn, "one-stop") == {"aa"}


@pytest.mark.parametrize(
    ("on", "name"),
    [
        pytest.param(None, None, id="both bore it: nobody guesses"),
        pytest.param(date(2025, 6, 30), "UBND thị trấn Thạnh An", id="the last day of the old one"),
        pytest.param(date(2025, 7, 1), "UBND xã Thạnh An", id="the first day of the new one"),
    ],
)
def test_a_code_that_was_used_again_has_the_name_of_its_day(engine, on, name):
    def unit(key, code, name, begins=None, ends=None):
        marks = {"record_key": key, "content_hash": key, "source_ref": "sha256:ee#1"}
        return marks | {"unit_code": code, "name": name, "kind": "commune", "valid_from": begins, "valid_to": ends}

    rows = [
        unit("a", "31231", "UBND xã Thạnh An", begins=date(2025, 7, 1)),
        unit("b", "31231", "UBND thị trấn Thạnh An", ends=date(2025, 6, 30)),
        unit("c", "31240", "UBND xã Thạnh An", ends=date(2025, 6, 30)),
    ]
    load(engine, a_batch(rows, dataset="units", source="units"))
    with reading(engine) as conn:
        names = current.unit_names(conn, on)
    assert names.get("31231") == name
    assert names["31240"] == "UBND xã Thạnh An"  # gone, and still called what it was
