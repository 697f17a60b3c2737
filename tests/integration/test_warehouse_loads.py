"""Loading: what becomes new, changed, unchanged, older, quarantined or ended, and that the counts always add up."""

import traceback
from dataclasses import asdict, replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.warehouse_samples import DAY, MORNING, a_bad_row, a_batch, a_dossier, a_unit, units_batch
from warehouse import current, landed, lineage, quarantine
from warehouse.dump import dump
from warehouse.engine import reading, transaction
from warehouse.errors import CountingLawError, DeskError, StagingError
from warehouse.freshness import latest_loads, loads_of
from warehouse.loads import load_of, merge, record_failure, record_unchanged
from warehouse.tables import VERSIONS, metadata

PARTS = ("new", "changed", "unchanged", "quarantined", "duplicate", "ignored")


def load(engine, batch):
    with transaction(engine) as conn:
        return merge(conn, batch)


def keys(engine, dataset="dossiers"):
    with reading(engine) as conn:
        return [row["record_key"] for row in current.current_rows(conn, dataset)]


def moved(counts):
    return {name: number for name, number in asdict(counts).items() if number and name in (*PARTS, "ended", "closed")}


def test_a_row_comes_back_as_it_went_in(engine):
    sent = a_dossier("1", resolved_at=MORNING - DAY, paused=True, holding_since=None)
    load(engine, a_batch([sent]))
    with reading(engine) as conn:
        (row,) = current.open_dossiers(conn)
    assert {name: row[name] for name in sent} == sent
    assert row["resolved_at"].tzinfo is not None
    assert (row["system"], row["data_moment"], row["known_from"]) == ("one-stop", MORNING, MORNING)


def test_new_changed_and_unchanged_rows(engine):
    load(engine, a_batch([a_dossier("1"), a_dossier("2")]))
    counts = load(
        engine,
        a_batch([a_dossier("1"), a_dossier("2", content="two"), a_dossier("3")], as_of=MORNING + DAY, run_id="r2"),
    )
    assert moved(counts) == {"new": 1, "changed": 1, "unchanged": 1}
    with reading(engine) as conn:
        old, new = lineage.versions_of(conn, "dossiers", "one-stop", "2")
    assert (old["known_from"], old["known_to"], new["known_from"], new["known_to"]) == (
        MORNING,
        MORNING + DAY,
        MORNING + DAY,
        None,
    )


def test_the_same_batch_again_changes_nothing(engine):
    batch = a_batch([a_dossier("1")], quarantined=[a_bad_row("9")], duplicate=2, ignored={"not_received": 3})
    first = load(engine, batch)
    before = dump(engine, run_log=True)
    again = load(engine, batch)
    assert dump(engine, run_log=True) == before
    assert replace(again, closed=first.closed) == first
    assert first.pulled == 7


def test_another_run_with_the_same_rows_leaves_all_but_the_run_log(engine):
    batch = a_batch([a_dossier("1")], quarantined=[a_bad_row("9")])
    load(engine, batch)
    before = dump(engine)
    counts = load(engine, replace(batch, run_id="run-2"))
    assert moved(counts) == {"unchanged": 1, "quarantined": 1}
    assert counts.quarantined_new == 0
    assert dump(engine) == before


def test_an_older_file_never_overwrites_a_newer_one(engine):
    load(engine, a_batch([a_dossier("1", content="new")], data_moment=MORNING))
    late = a_batch(
        [a_dossier("1", content="old"), a_dossier("2")], as_of=MORNING + DAY, run_id="r2", data_moment=MORNING - DAY
    )
    counts = load(engine, late)
    assert moved(counts) == {"ignored": 1, "new": 1}
    assert counts.ignored_reasons == {"older": 1}
    with reading(engine) as conn:
        assert current.rows_by_key(conn, "dossiers", [("one-stop", "1")])[0]["content_hash"] == "1-new"


def test_a_content_confirmed_later_wins_over_a_file_from_between(engine):
    load(engine, a_batch([a_dossier("1")], data_moment=MORNING - 2 * DAY))
    load(engine, a_batch([a_dossier("1")], run_id="r2", data_moment=MORNING))
    counts = load(engine, a_batch([a_dossier("1", content="between")], run_id="r3", data_moment=MORNING - DAY))
    assert moved(counts) == {"ignored": 1}


def test_a_run_that_waited_for_the_lock_cannot_end_a_version_before_it_began(engine):
    load(engine, a_batch([a_dossier("1")], as_of=MORNING + DAY, data_moment=MORNING))
    load(engine, a_batch([a_dossier("1", content="two")], as_of=MORNING, run_id="r2"))
    with reading(engine) as conn:
        old, new = lineage.versions_of(conn, "dossiers", "one-stop", "1")
    assert old["known_to"] == old["known_from"] == new["known_from"] == MORNING + DAY


def test_a_row_missing_from_a_complete_snapshot_ends_at_its_data_moment(engine):
    load(engine, units_batch([a_unit("31157"), a_unit("31231")]))
    told = MORNING + DAY
    counts = load(engine, units_batch([a_unit("31157")], as_of=told + DAY, data_moment=told, run_id="r2"))
    assert (counts.ended, counts.unchanged) == (1, 1)
    with reading(engine) as conn:
        (gone,) = lineage.versions_of(conn, "units", "one-stop", "31231|")
    assert gone["known_to"] == told


@pytest.mark.parametrize("why", ["incomplete", "other source", "delta dataset", "in quarantine", "older snapshot"])
def test_what_does_not_end_a_row(engine, why):
    load(engine, units_batch([a_unit("31157"), a_unit("31231")]))
    load(engine, a_batch([a_dossier("1"), a_dossier("2")]))
    later = {"as_of": MORNING + DAY, "run_id": "r2"}
    batch = {
        "incomplete": units_batch([a_unit("31157")], **later, complete=False),
        "other source": units_batch([a_unit("31157")], **later, source="units-2"),
        "delta dataset": a_batch([a_dossier("1")], **later, complete=True),
        "in quarantine": units_batch([a_unit("31157")], **later, quarantined=[a_bad_row("31231|")]),
        "older snapshot": units_batch([a_unit("31157")], **later, data_moment=MORNING - DAY),
    }[why]
    assert load(engine, batch).ended == 0
    assert keys(engine, "units") == ["31157|", "31231|"]
    assert keys(engine) == ["1", "2"]


def test_an_older_snapshot_does_not_bring_back_what_has_ended(engine):
    load(engine, units_batch([a_unit("31157"), a_unit("31243")], data_moment=MORNING - 2 * DAY))
    load(engine, units_batch([a_unit("31157")], run_id="r2", data_moment=MORNING))
    counts = load(
        engine,
        units_batch([a_unit("31157"), a_unit("31243")], run_id="r3", data_moment=MORNING - DAY, as_of=MORNING + DAY),
    )
    assert moved(counts) == {"unchanged": 1, "ignored": 1}
    assert keys(engine, "units") == ["31157|"]


def test_a_bad_row_is_new_once_and_closes_when_mended(engine):
    first = load(engine, a_batch([], quarantined=[a_bad_row("1"), a_bad_row("2")]))
    again = load(engine, a_batch([], as_of=MORNING + DAY, run_id="r2", quarantined=[a_bad_row("1"), a_bad_row("2")]))
    mended = load(engine, a_batch([a_dossier("1")], as_of=MORNING + 2 * DAY, run_id="r3", quarantined=[a_bad_row("2")]))
    assert (first.quarantined_new, again.quarantined_new, mended.closed) == (2, 0, 1)
    with reading(engine) as conn:
        (still,) = quarantine.open_rows(conn)
        closed = quarantine.row(conn, still["id"] - 1)
    assert (still["record_key"], still["first_seen_at"], still["last_seen_at"]) == ("2", MORNING, MORNING + 2 * DAY)
    assert (closed["closed_reason"], closed["closed_at"]) == ("corrected", MORNING + 2 * DAY)


def test_a_bad_row_that_comes_back_is_opened_again(engine):
    load(engine, a_batch([], quarantined=[a_bad_row("1")]))
    load(engine, a_batch([a_dossier("1")], as_of=MORNING + DAY, run_id="r2"))
    counts = load(engine, a_batch([], as_of=MORNING + 2 * DAY, run_id="r3", quarantined=[a_bad_row("1")]))
    assert counts.quarantined_new == 1
    with reading(engine) as conn:
        assert quarantine.open_count(conn) == 1
        assert quarantine.doubtful_keys(conn) == {("one-stop", "dossiers"): frozenset({"1"})}


def test_a_bad_row_replaced_by_another_bad_one_does_not_stay_open_beside_it(engine):
    load(engine, a_batch([], quarantined=[a_bad_row("1", content="a")]))
    counts = load(engine, a_batch([], as_of=MORNING + DAY, run_id="r2", quarantined=[a_bad_row("1", content="b")]))
    assert (counts.quarantined_new, counts.closed) == (1, 1)
    with reading(engine) as conn:
        assert [row["content_hash"] for row in quarantine.open_rows(conn)] == ["1-b"]


def test_a_complete_pull_without_the_bad_row_closes_it_and_an_incomplete_one_does_not(engine):
    load(engine, a_batch([], quarantined=[a_bad_row("1")]))
    partial = load(engine, a_batch([a_dossier("2")], as_of=MORNING + DAY, run_id="r2"))
    full = load(engine, a_batch([a_dossier("2")], as_of=MORNING + 2 * DAY, run_id="r3", complete=True))
    assert (partial.closed, full.closed) == (0, 1)


def test_a_released_row_stays_released(engine):
    load(engine, a_batch([], quarantined=[a_bad_row("1")]))
    with transaction(engine) as conn:
        (row,) = quarantine.open_rows(conn)
        quarantine.release(conn, row["id"], "ops", MORNING)
        with pytest.raises(DeskError):
            quarantine.release(conn, row["id"], "ops", MORNING)
    counts = load(engine, a_batch([], as_of=MORNING + DAY, run_id="r2", quarantined=[a_bad_row("1")]))
    with reading(engine) as conn:
        assert (counts.quarantined_new, quarantine.open_count(conn)) == (0, 0)
        assert quarantine.known_identities(conn, "one-stop") == {("1", "1-bad")}


def test_quarantine_reads_for_ops(engine):
    load(engine, a_batch([], quarantined=[a_bad_row("1"), a_bad_row("2", reason="other")]))
    with reading(engine) as conn:
        assert quarantine.reason_counts(conn) == [("Trạng thái không có trong danh mục", 2)]
        assert quarantine.open_rows(conn, source="elsewhere") == []
        assert quarantine.open_rows(conn)[0]["content"] == {"dossier_code": "H1", "status": "abc"}


def test_counts_that_do_not_add_up_load_nothing(engine):
    empty = dump(engine, run_log=True)
    with pytest.raises(CountingLawError, match="one-stop"):
        load(engine, a_batch([a_dossier("1")], quarantined=[a_bad_row("9")], pulled=3, landed=["aa"]))
    assert dump(engine, run_log=True) == empty


@pytest.mark.parametrize(
    "rows",
    [
        [a_dossier("1"), a_dossier("1", content="two", procedure_name="Bí Mật")],
        [a_dossier("1", received_at="Bí Mật")],
        [a_dossier("1", procedure_name="Bí Mật", unit_code=None)],
    ],
    ids=["one key twice", "text for an instant", "a required column empty"],
)
def test_rows_that_validation_let_through_wrongly_load_nothing_and_tell_nothing(engine, rows):
    empty = dump(engine, run_log=True)
    with pytest.raises(Exception) as fault:  # noqa: PT011 - three kinds, none may quote the row
        load(engine, a_batch(rows))
    assert "Bí Mật" not in "".join(traceback.format_exception_only(fault.value))
    assert dump(engine, run_log=True) == empty


def test_a_key_that_comes_twice_is_named_by_its_dataset_only(engine):
    with pytest.raises(StagingError, match="dossiers"):
        load(engine, a_batch([a_dossier("1"), a_dossier("1", content="two")]))


def test_naive_instants_are_refused(engine):
    with pytest.raises(ValueError, match="timezone"):
        load(engine, a_batch([a_dossier("1", received_at=MORNING.replace(tzinfo=None))]))


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
        assert [row["source"] for row in loads_of(conn, "r2")] == ["one-stop"]
        assert load_of(conn, "r9", "one-stop") is None


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


def test_dates_and_text_survive(engine):
    load(
        engine,
        units_batch([a_unit("31243", valid_from=date(2020, 2, 29), valid_to=date(2025, 6, 30), name="Xã Thạnh Thắng")]),
    )
    with reading(engine) as conn:
        (row,) = current.units(conn)
    assert (row["valid_from"], row["valid_to"], row["name"]) == (date(2020, 2, 29), date(2025, 6, 30), "Xã Thạnh Thắng")


def test_rows_may_be_a_stream(engine):
    batch = replace(a_batch([], pulled=3), rows=(a_dossier(str(n)) for n in range(3)))
    assert load(engine, batch).new == 3


_content = st.sampled_from(["a", "b", "c"])
_pull = st.fixed_dictionaries(
    {
        "rows": st.dictionaries(st.sampled_from("12345"), _content, max_size=5),
        "bad": st.sets(st.sampled_from("12345"), max_size=2),
        "duplicate": st.integers(0, 3),
        "ignored": st.integers(0, 3),
        "moment": st.integers(0, 4),
    }
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pulls=st.lists(_pull, min_size=1, max_size=5))
def test_any_sequence_of_pulls_obeys_the_law_and_keeps_the_newest_statement(engine, pulls):
    """The law holds, one version is current per key, and it is what the newest data moment said last."""
    newest: dict[str, tuple[int, str]] = {}
    with engine.connect() as conn, conn.begin() as attempt:
        for number, pull in enumerate(pulls):
            good = {key: content for key, content in pull["rows"].items() if key not in pull["bad"]}
            batch = a_batch(
                [a_dossier(key, content=content) for key, content in good.items()],
                run_id=f"run-{number}",
                as_of=MORNING + number * DAY,
                data_moment=MORNING + pull["moment"] * DAY,
                quarantined=[a_bad_row(key) for key in sorted(pull["bad"])],
                duplicate=pull["duplicate"],
                ignored={"not_received": pull["ignored"]},
            )
            counts = merge(conn, batch)
            assert counts.pulled == sum(getattr(counts, part) for part in PARTS)
            for key, content in good.items():
                before = newest.get(key, (-1, ""))
                if pull["moment"] >= before[0]:
                    newest[key] = (pull["moment"], content)
        rows = current.current_rows(conn, "dossiers")
        assert {r["record_key"]: r["content_hash"] for r in rows} == {k: f"{k}-{c}" for k, (_, c) in newest.items()}
        open_keys = {row["record_key"] for row in quarantine.open_rows(conn)}
        assert open_keys >= pulls[-1]["bad"]
        attempt.rollback()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pulls=st.lists(_pull, min_size=1, max_size=3))
def test_loading_twice_is_loading_once(engine, pulls):
    def contents(conn):
        tables = [t for t in metadata.sorted_tables if t.name not in ("runs", "loads")]
        return {t.name: conn.execute(select(t).order_by(*t.primary_key)).all() for t in tables}

    with engine.connect() as conn, conn.begin() as attempt:
        for number, pull in enumerate(pulls):
            rows = [a_dossier(k, content=c) for k, c in pull["rows"].items() if k not in pull["bad"]]
            bad = [a_bad_row(key) for key in sorted(pull["bad"])]
            batch = a_batch(rows, run_id=f"run-{number}", as_of=MORNING + number * DAY, quarantined=bad)
            merge(conn, batch)
            before = contents(conn)
            merge(conn, replace(batch, run_id=f"again-{number}"))
            assert contents(conn) == before
        attempt.rollback()


def test_nothing_is_ever_deleted(engine):
    for number, content in enumerate("abca"):
        load(engine, a_batch([a_dossier("1", content=content)], as_of=MORNING + number * DAY, run_id=f"r{number}"))
    with reading(engine) as conn:
        assert conn.execute(select(func.count()).select_from(VERSIONS["dossiers"])).scalar_one() == 4
        at = lineage.known_at(conn, "dossiers", "one-stop", "1", MORNING + 1.5 * DAY)
        assert at["content_hash"] == "1-b"
        assert lineage.known_at(conn, "dossiers", "one-stop", "1", MORNING - DAY) is None
