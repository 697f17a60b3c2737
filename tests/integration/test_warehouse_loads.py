"""Loading: what becomes new, changed, unchanged, older or ended, and what is refused as a whole."""

import traceback
from dataclasses import asdict, replace
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests.warehouse_samples import DAY, MORNING, a_bad_row, a_batch, a_dossier, a_unit, load, units_batch
from warehouse import current, lineage
from warehouse.dump import dump
from warehouse.engine import reading
from warehouse.errors import CountingLawError
from warehouse.tables import VERSIONS

PARTS = ("new", "changed", "unchanged", "quarantined", "duplicate", "ignored")


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
    counts = load(engine, a_batch(batch.rows, quarantined=[a_bad_row("9")], run_id="run-2"))
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


def test_a_key_that_comes_twice_is_refused_without_its_content(engine):
    """Keys are settled before the merge (`repeats`); whoever forgets it gets nothing in."""
    with pytest.raises(IntegrityError) as refused:
        load(engine, a_batch([a_dossier("1"), a_dossier("1", content="two")]))
    assert "khai sinh" not in str(refused.value)
    with reading(engine) as conn:
        assert current.current_rows(conn, "dossiers") == []


def test_naive_instants_are_refused(engine):
    with pytest.raises(ValueError, match="timezone"):
        load(engine, a_batch([a_dossier("1", received_at=MORNING.replace(tzinfo=None))]))


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


def test_nothing_is_ever_deleted(engine):
    for number, content in enumerate("abca"):
        load(engine, a_batch([a_dossier("1", content=content)], as_of=MORNING + number * DAY, run_id=f"r{number}"))
    with reading(engine) as conn:
        assert conn.execute(select(func.count()).select_from(VERSIONS["dossiers"])).scalar_one() == 4
        at = lineage.known_at(conn, "dossiers", "one-stop", "1", MORNING + 1.5 * DAY)
        assert at["content_hash"] == "1-b"
        assert lineage.known_at(conn, "dossiers", "one-stop", "1", MORNING - DAY) is None


def test_a_row_ends_at_the_data_moment_but_never_before_it_began(engine):
    load(engine, units_batch([a_unit("1"), a_unit("2")], data_moment=MORNING - DAY))
    load(engine, units_batch([a_unit("1")], data_moment=MORNING - DAY / 2, as_of=MORNING + DAY, run_id="r2"))
    load(engine, units_batch([], data_moment=MORNING + DAY, as_of=MORNING + 2 * DAY, run_id="r3"))
    with reading(engine) as conn:
        (late,) = lineage.versions_of(conn, "units", "one-stop", "2|")
        (plain,) = lineage.versions_of(conn, "units", "one-stop", "1|")
    assert (late["known_from"], late["known_to"]) == (MORNING, MORNING)
    assert (plain["known_from"], plain["known_to"]) == (MORNING, MORNING + DAY)
