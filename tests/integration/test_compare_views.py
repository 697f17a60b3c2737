"""A reporting view against the warehouse: only units and months that moved are read, what moves meanwhile is left."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tasks.comparing_sources import compare_source
from tasks.rules.difference_model import Asked, Comparison
from tasks.run_context import enter_run
from tasks.storing_differences import store_differences
from tests.compare_stage import NINE, VIEW, Stage, minutes, told
from tests.reporting_view import Office
from warehouse import difference_desk

SEPTEMBER, OCTOBER = "2026-09-10 08:15:00", "2026-10-12 09:00:00"
BEFORE = "2026-11-20 09:00:00"


@pytest.fixture
def office(new_url: Callable[..., str], database_kind: str) -> Office:
    """Six dossiers: three in September, three in October, of two units."""
    made = Office(database_kind, new_url(database_kind))
    made.add(1, 2, tiep_nhan=SEPTEMBER, changed=BEFORE, hen_tra="2026-12-02", don_vi="A")
    made.add(3, tiep_nhan=SEPTEMBER, changed=BEFORE, hen_tra="2026-12-02", don_vi="B")
    return made.add(4, 5, 6, tiep_nhan=OCTOBER, changed=BEFORE, hen_tra="2026-12-02", don_vi="B")


@pytest.fixture
def stage(tmp_path: Path, migrated_url: str, office: Office, monkeypatch: pytest.MonkeyPatch) -> Stage:
    url, password = make_url(office.url), ""
    if url.password:
        monkeypatch.setenv("OFFICE_PASSWORD", str(url.password))
        password = 'password_env = "OFFICE_PASSWORD"'
    sources = VIEW.format(url=url._replace(password=None).render_as_string(), password=password)
    made = Stage(tmp_path, migrated_url, "bao-cao").configure(sources)
    made.sync()
    return made


def read(comparison: Comparison) -> tuple[int, int, int]:
    """Segments there are, segments read, records read."""
    side = comparison.sides["bao-cao"]
    return side.segments, side.segments_read, side.read


def test_what_has_not_moved_since_is_not_read_again(stage: Stage, office: Office) -> None:
    first = stage.compare(store=True)
    assert (first.findings, read(first)) == ([], (3, 3, 6))
    second = stage.compare(NINE + minutes(1))
    assert (second.findings, read(second), second.sides["bao-cao"].requests) == ([], (3, 0, 0), 1)
    assert second.unread == {("bao-cao", unit, month) for unit, month in (("A", "2026-09"), ("B", "2026-09"))} | {
        ("bao-cao", "B", "2026-10")
    }
    office.run("UPDATE ho_so SET trang_thai = 9 WHERE id = 3")
    third = stage.compare(NINE + minutes(2))
    assert (told(third.findings), read(third)) == ({("field_differs", "3", "status", "")}, (3, 1, 1))


def test_rows_changed_by_hand_are_found_although_the_source_stands_still(stage: Stage) -> None:
    stage.compare(store=True)
    stage.by_hand("UPDATE dossiers SET due_at = received_at WHERE record_key = '4'")
    comparison = stage.compare(NINE + minutes(1), store=True)
    assert (told(comparison.findings), read(comparison)) == ({("field_differs", "4", "due_at", "altered")}, (3, 1, 3))
    again = stage.compare(NINE + minutes(2))
    assert (again.findings, read(again)) == ([], (3, 0, 0))  # it stands in the book, and need not be read again


def test_rows_that_lack_on_either_side(stage: Stage, office: Office) -> None:
    stage.compare(store=True)
    office.run("DELETE FROM ho_so WHERE id = 1")
    office.add(7, tiep_nhan=OCTOBER, changed=BEFORE, don_vi="A", hen_tra="2026-12-02")
    office.add(8, tiep_nhan=OCTOBER, changed="2026-11-23 08:00:00", don_vi="A", hen_tra="2026-12-02")
    comparison = stage.compare(NINE + minutes(1))
    assert told(comparison.findings) == {
        ("missing_in_source", "1", "", ""),
        ("missing_in_warehouse", "7", "", ""),
        ("missing_in_warehouse", "8", "", "behind"),
    }
    assert read(comparison) == (4, 2, 3)


def test_what_lacked_still_lacks_where_nothing_is_read_again(stage: Stage, office: Office) -> None:
    office.run("DELETE FROM ho_so WHERE id IN (1, 4)")
    office.add(7, 8, tiep_nhan=OCTOBER, changed=BEFORE, don_vi="B", hen_tra="2026-12-02")
    first = stage.compare(store=True)
    second = stage.compare(NINE + minutes(1))
    assert (second.findings, read(second)) == ([], (3, 0, 0))
    sides = [comparison.sides["bao-cao"] for comparison in (first, second)]
    assert [side.lacking for side in sides] == [{"1", "4"}] * 2
    assert [dict(side.extra) for side in sides] == [
        {"7": ("00007", "B", date(2026, 10, 12)), "8": ("00008", "B", date(2026, 10, 12))}
    ] * 2
    september = stage.compare(NINE + minutes(2), period_to=date(2026, 9, 30)).sides["bao-cao"]
    assert (september.lacking, dict(september.extra)) == ({"1"}, {})
    office.add(4, tiep_nhan=OCTOBER, changed=BEFORE, don_vi="B", hen_tra="2026-12-02")
    office.run("DELETE FROM ho_so WHERE id = 7")
    third = stage.compare(NINE + minutes(3)).sides["bao-cao"]
    assert (third.lacking, set(third.extra), third.segments_read) == ({"1"}, {"8"}, 1)


def test_a_dossier_that_lacked_and_comes_in_another_month_lacks_no_longer(stage: Stage, office: Office) -> None:
    office.run("DELETE FROM ho_so WHERE id = 1")
    stage.compare(store=True)
    office.add(1, tiep_nhan=OCTOBER, changed=BEFORE, don_vi="B", hen_tra="2026-12-02")
    comparison = stage.compare(NINE + minutes(1))
    assert {f.column for f in comparison.findings} == {"received_at", "unit_code"}
    assert (comparison.sides["bao-cao"].lacking, read(comparison)) == (frozenset(), (3, 1, 4))


def test_one_dossier_under_two_keys_is_found_across_a_month_that_is_not_read(stage: Stage, office: Office) -> None:
    """3 stands in September, known on both sides; 7 only at the source, found before; 8 and 9 are new in October."""
    office.add(7, tiep_nhan=SEPTEMBER, changed=BEFORE, don_vi="B", hen_tra="2026-12-02")
    stage.compare(store=True)
    office.add(8, tiep_nhan=OCTOBER, changed=BEFORE, don_vi="B", hen_tra="2026-12-02", ma="00003")
    office.add(9, tiep_nhan=OCTOBER, changed=BEFORE, don_vi="B", hen_tra="2026-12-02", ma="00007")
    comparison = stage.compare(NINE + minutes(1))
    assert read(comparison) == (3, 1, 5)
    twice = {f.key: f.facts["keys"] for f in comparison.findings if f.kind == "duplicate"}
    assert twice == {"00003|B|2026": ["3", "8"], "00007|B|2026": ["7", "9"]}


def test_a_dossier_that_left_its_month_is_not_told_twice(stage: Stage, office: Office) -> None:
    """What the source lacked when that month was read last does not stand beside the new key."""
    office.run("DELETE FROM ho_so WHERE id = 3")
    stage.compare(store=True)
    office.add(8, tiep_nhan=OCTOBER, changed=BEFORE, don_vi="B", hen_tra="2026-12-02", ma="00003")
    found = stage.compare(NINE + minutes(1)).findings
    assert told(found) == {("missing_in_warehouse", "8", "", "")}


def test_a_dossier_that_stands_in_another_month_by_now_is_not_missing(stage: Stage, office: Office) -> None:
    """Its old month moved for another reason too; the new one was compared before and is not read."""
    office.run(f"UPDATE ho_so SET tiep_nhan = '{OCTOBER}' WHERE id = 3")
    moved = ("field_differs", "3", "received_at", "")
    assert told(stage.compare(store=True).findings) == {moved}
    office.add(9, tiep_nhan=SEPTEMBER, changed=BEFORE, don_vi="B", hen_tra="2026-12-02")
    comparison = stage.compare(NINE + minutes(1))
    assert told(comparison.findings) == {moved, ("missing_in_warehouse", "9", "", "")}
    assert read(comparison) == (3, 1, 1)


def test_only_the_period_is_read_and_a_dossier_moved_out_of_it_is_not_missing(stage: Stage, office: Office) -> None:
    office.run(f"UPDATE ho_so SET tiep_nhan = '{OCTOBER}' WHERE id = 3")
    comparison = stage.compare(period_from=date(2026, 9, 1), period_to=date(2026, 9, 30))
    assert told(comparison.findings) == {("field_differs", "3", "received_at", "")}
    assert comparison.sides["bao-cao"].lacking == frozenset()
    assert comparison.sides["bao-cao"].read == 2


def test_what_the_source_changes_between_two_looks_is_no_difference(
    stage: Stage, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tasks.sources.sql import SqlSource

    office.run("UPDATE ho_so SET trang_thai = 9 WHERE id IN (1, 2, 4)")
    office.run("DELETE FROM ho_so WHERE id = 6")
    first_look = SqlSource.look

    def look(source, request, landing):
        looked = first_look(source, request, landing)
        office.run("UPDATE ho_so SET trang_thai = 10 WHERE id = 1")
        office.run("DELETE FROM ho_so WHERE id = 2")
        office.add(6, tiep_nhan=OCTOBER, changed=BEFORE, hen_tra="2026-12-02", don_vi="B")
        return looked

    monkeypatch.setattr(SqlSource, "look", look)
    comparison = stage.compare(store=True)
    assert told(comparison.findings) == {("field_differs", "4", "status", "")}
    assert comparison.sides["bao-cao"].moving == 3
    monkeypatch.undo()
    again = stage.compare(NINE + minutes(1))  # segments with anything moving are read again
    assert told(again.findings) >= {("field_differs", "1", "status", ""), ("missing_in_source", "2", "", "")}


def test_what_was_loaded_while_we_looked_is_no_difference(
    stage: Stage, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our look is older than what a sync promoted meanwhile."""
    from tasks.sources.sql import SqlSource

    first_look = SqlSource.look

    def look(source, request, landing):
        looked = first_look(source, request, landing)
        monkeypatch.undo()
        stage.by_hand("UPDATE dossiers SET known_to = known_from WHERE record_key = '1'")
        stage.by_hand(
            "INSERT INTO dossiers (source, system, record_key, content_hash, source_ref, data_moment, known_from,"
            " run_id, source_record_id, dossier_code, unit_code, status, received_at) SELECT source, system, '1', 'x',"
            " source_ref, data_moment, known_from, 'other', '1', dossier_code, unit_code, '9', received_at"
            " FROM dossiers WHERE record_key = '1'"
        )
        return looked

    monkeypatch.setattr(SqlSource, "look", look)
    comparison = stage.compare()
    assert (comparison.findings, comparison.sides["bao-cao"].moving) == ([], 1)


def test_a_quick_look_reads_only_where_the_numbers_differ(stage: Stage, office: Office) -> None:
    office.run("UPDATE ho_so SET trang_thai = 9 WHERE id = 1")
    office.run("DELETE FROM ho_so WHERE id = 4")
    comparison = stage.compare(depth="counts")
    assert told(comparison.findings) == {("missing_in_source", "4", "", "")}
    assert read(comparison) == (3, 1, 2)
    assert [one.code for one in comparison.notices] == ["counts_only"]
    assert {unit for _, unit, _ in comparison.unread} == {"A", "B"}


def test_what_a_person_calls_mended_while_a_run_is_at_work_is_found_by_the_next(stage: Stage, office: Office) -> None:
    office.run("UPDATE ho_so SET trang_thai = 9 WHERE id = 3")
    found = stage.compare(store=True).findings
    stage.by_hand("DELETE FROM compared_segments")
    asked = stage.request("reconcile", NINE + minutes(5), reads_only=True, asked=Asked())
    with enter_run(asked) as (run, _):
        compare_source.fn(run.run_id, stage.name)
        with run.store.transaction() as conn:
            difference_desk.resolve(conn, found[0].id, "Ban quản trị", "đã sửa", NINE + minutes(6))
        store_differences.fn(run.run_id)
    assert stage.states() == {"fixed": 1}
    assert told(stage.compare(NINE + minutes(10), store=True).findings) == told(found)
    assert stage.states() == {"open": 1}


def test_nothing_is_written_at_the_source_or_here(stage: Stage, office: Office) -> None:
    office.run("UPDATE ho_so SET trang_thai = 9 WHERE id = 3")
    rows, tables = office.rows(), stage.dump()
    assert len(stage.compare().findings) == 1
    assert (office.rows(), stage.dump()) == (rows, tables)
