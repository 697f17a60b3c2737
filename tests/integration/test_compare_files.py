"""Files against the warehouse: what an absent row means, what is no difference, scope, and what moves meanwhile."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path

import pytest
import xlsxwriter

from tests.compare_stage import DAWN, MORNING, NINE, Stage, dossier, minutes, told

ROWS = [dossier(1), dossier(2, unit_code="B", received_at="02/10/2026"), dossier(3, status="9")]
COPY = """INSERT INTO dossiers (source, system, record_key, content_hash, source_ref, data_moment, known_from, run_id,
 source_record_id, dossier_code, unit_code, status, received_at, received_precision, due_at, due_precision,
 procedure_name, duration_amount, duration_unit)
 SELECT source, system, CAST(:as_key AS TEXT), 'x', source_ref, data_moment, known_from, 'other',
 CAST(:as_key AS TEXT), 'H90-000' || substr(CAST(:as_key AS TEXT), 2), unit_code, CAST(:status AS TEXT),
 received_at, received_precision, due_at, due_precision, procedure_name, duration_amount, duration_unit
 FROM dossiers WHERE record_key = :key AND version_id = (SELECT min(version_id) FROM dossiers WHERE record_key = :key)
"""


def loaded(folder: Path, url: str, more: str = "") -> Stage:
    made = Stage(folder, url).configure(more=more)
    made.drop(ROWS)
    made.sync()
    return made


@pytest.fixture
def stage(tmp_path: Path, played: Callable[..., str], database_kind: str) -> Stage:
    return Stage(tmp_path, played("compared-files", database_kind, loaded)).configure()


@pytest.fixture
def newest(tmp_path: Path, played: Callable[..., str], database_kind: str) -> Stage:
    """Where the newest file tells everything."""
    more = 'files = "newest"'
    url = played("compared-newest", database_kind, partial(loaded, more=more))
    return Stage(tmp_path, url).configure(more=more)


def test_sides_that_agree_and_nothing_is_touched(stage: Stage) -> None:
    before = stage.dump()
    comparison = stage.compare()
    assert (comparison.findings, comparison.notices, comparison.undecided) == ([], [], set())
    assert (comparison.sides["one-stop"].held, comparison.sides["one-stop"].read) == (3, 3)
    assert stage.dump() == before


def test_a_row_that_its_own_file_no_longer_has_is_missing(stage: Stage) -> None:
    stage.drop(ROWS[1:])
    comparison = stage.compare()
    assert told(comparison.findings) == {("missing_in_source", "r1", "", "")}
    assert comparison.sides["one-stop"].lacking == {"r1"}


def test_of_rows_whose_file_is_gone_nothing_is_said(stage: Stage) -> None:
    stage.drop(ROWS[1:]).rename(stage.folder / "drops" / "ho-so-20261123-0700.csv")
    comparison = stage.compare()
    assert comparison.findings == []
    assert [(one.code, one.params["n"]) for one in comparison.notices] == [("files_gone", 1)]
    assert comparison.sides["one-stop"].lacking == frozenset()


def test_a_file_that_lost_most_of_its_lines_says_nothing_of_them(stage: Stage) -> None:
    """Overwritten with what is new, as a delta may be, or cut: nobody is asked where seven hundred dossiers went."""
    stage.drop(ROWS[2:])
    comparison = stage.compare()
    assert comparison.findings == []
    assert [(one.code, one.params["n"]) for one in comparison.notices] == [("files_gone", 2)]


def test_a_difference_stands_when_its_file_is_gone(stage: Stage) -> None:
    stage.drop(ROWS[1:])
    stage.compare(store=True)
    stage.drop(ROWS[1:]).rename(stage.folder / "drops" / "ho-so-20261123-0700.csv")
    assert stage.compare(NINE + minutes(1)).undecided == {("one-stop", "r1")}


@pytest.mark.parametrize("how", ["gone", "refused"])
def test_a_difference_told_by_a_file_that_is_gone_or_refused_stands(stage: Stage, how: str) -> None:
    double = dossier(8, dossier_code="H90-0003")
    path = stage.drop([dossier(7), dossier(7), dossier(1, status="9"), double], DAWN + minutes(30))
    body = path.read_bytes()
    keys = {"r1", "r7", "r8", "H90-0003|A|2026"}
    assert {f.key for f in stage.compare(store=True).findings} == keys
    path.unlink()
    if how == "refused":
        path.write_text("khong phai so\n1\n", encoding="utf-8")
    comparison = stage.compare(NINE + minutes(5), store=True)
    assert (comparison.findings, comparison.undecided) == ([], {("one-stop", key) for key in keys})
    assert stage.states() == {"open": 5}
    path.write_bytes(body)
    stage.compare(NINE + minutes(9), store=True)
    assert stage.states() == {"open": 5}
    stage.drop(ROWS[:1], DAWN + minutes(45))  # a newer file says as the warehouse does
    path.unlink()
    stage.compare(NINE + minutes(12), store=True)
    assert stage.states() == {"open": 4, "fixed": 1}
    stage.drop(ROWS, DAWN + minutes(30))  # and the file says so itself
    stage.compare(NINE + minutes(15), store=True)
    assert stage.states() == {"fixed": 5}


def test_where_the_newest_file_tells_everything_an_absent_row_is_missing(newest: Stage) -> None:
    newest.drop(ROWS[1:], DAWN + minutes(30))
    assert told(newest.compare().findings) == {("missing_in_source", "r1", "", "")}


def test_a_file_without_a_line_is_not_believed(newest: Stage) -> None:
    path = newest.drop(ROWS, DAWN + minutes(30))
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    comparison = newest.compare()
    assert (comparison.findings, comparison.sides["one-stop"].judged) == ([], False)
    assert [one.code for one in comparison.notices] == ["source_not_read"]


def test_an_older_word_overrules_nothing(stage: Stage) -> None:
    """The newer file has gone; what the older one says was overtaken."""
    newer = stage.drop([dossier(1, status="9")], DAWN + minutes(30))
    stage.sync(MORNING + minutes(5))
    newer.unlink()
    assert stage.compare().findings == []


def test_rows_not_received_yet_are_no_difference(stage: Stage) -> None:
    stage.drop([*ROWS, dossier(7, status="1")])
    assert stage.compare().findings == []


def test_a_late_file_that_no_pull_will_take_is_not_waited_for(stage: Stage) -> None:
    stage.drop([dossier(7)], DAWN - minutes(60))
    assert told(stage.compare().findings) == {("missing_in_warehouse", "r7", "", "")}
    stage.drop([dossier(8)], DAWN + minutes(60))
    assert ("missing_in_warehouse", "r8", "", "behind") in told(stage.compare().findings)


def test_a_dossier_that_is_held_here_and_not_received_any_more_differs(stage: Stage) -> None:
    """A load leaves such a row out: the next pull does not bring it."""
    stage.drop([*ROWS[:2], dossier(3, status="1", procedure_name="Khác")])
    assert told(stage.compare().findings) == {("field_differs", "r3", c, "") for c in ("status", "procedure_name")}
    stage.drop([*ROWS[:2], dossier(3, status="1", updated_at="23/11/2026 08:00")], DAWN + minutes(30))
    assert told(stage.compare().findings) == {("field_differs", "r3", "status", "")}


def test_what_a_load_would_refuse_is_told_with_its_reasons_and_without_its_cells(stage: Stage) -> None:
    private = dossier(8, status="chờ bà Nguyễn Thị Riêng Tư", procedure_name="Riêng Tư")
    keyless = dossier(9, source_record_id="", dossier_code="", procedure_name="Riêng Tư")
    stage.drop([*ROWS, private, keyless])
    found = stage.compare().findings
    assert {(f.kind.value, f.key[:2], f.cause.value) for f in found} == {
        ("missing_in_warehouse", "r8", "quarantined"),
        ("missing_in_warehouse", f.key[:2], "quarantined") if (f := _keyless(found)) else (),
    }
    assert all(f.facts["reasons"] for f in found)
    assert "Riêng" not in repr(found)


def test_numbers_of_persons_in_the_wrong_cells_are_not_repeated(stage: Stage) -> None:
    shifted = dossier(8, status="x", dossier_code="079085001234", unit_code="0912345678")
    nameless = dossier(9, status="x", source_record_id="", dossier_code="079085001234", procedure_name="Nguyen")
    stage.drop([*ROWS[:2], dossier(3, status="079085001234"), shifted, shifted | {"due_at": ""}, nameless])
    comparison = stage.compare()
    assert {f.kind.value for f in comparison.findings} == {"missing_in_warehouse", "field_differs", "duplicate"}
    told_of = repr((comparison.findings, comparison.sides))
    assert not any(number in told_of for number in ("079085001234", "0912345678"))


def _keyless(found):
    return next(f for f in found if f.key.startswith("?"))


def test_a_changed_row_that_is_refused_differs_in_what_it_says(stage: Stage) -> None:
    stage.drop([dossier(1, status="chờ bà Riêng Tư", due_at="01/12/2026"), *ROWS[1:]])
    found = stage.compare().findings
    assert told(found) == {("field_differs", "r1", c, "quarantined") for c in ("status", "due_at")}
    assert {f.column: f.facts["source"] for f in found}["status"] == "?"


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ({}, {"r1", "r2", "r3"}),
        ({"units": ("B",)}, {"r2"}),
        ({"period_from": date(2026, 11, 1)}, {"r1", "r3"}),
        ({"period_to": date(2026, 10, 2)}, {"r2"}),
        ({"period_from": date(2026, 10, 3), "period_to": date(2026, 10, 31)}, set()),
    ],
)
def test_only_what_is_asked_for_is_told(stage: Stage, asked: dict, keys: set[str]) -> None:
    stage.drop([row | {"procedure_name": "Khác"} for row in ROWS])
    comparison = stage.compare(**asked)
    assert {f.key for f in comparison.findings} == keys
    assert comparison.sides["one-stop"].held == len(keys)


def test_one_dossier_whose_code_is_written_in_two_ways_is_a_double(stage: Stage) -> None:
    rows = [dossier(30, dossier_code="h90-0003"), dossier(31, dossier_code="h90-8"), dossier(32, dossier_code="H90-8")]
    path = stage.drop(rows, DAWN + minutes(30))
    doubles = {("duplicate", f"{code}|A|2026", "", "") for code in ("H90-0003", "H90-8")}
    missing = {("missing_in_warehouse", f"r{n}", "", "behind") for n in (30, 31, 32)}
    assert told(stage.compare().findings) == doubles | missing
    stage.sync(MORNING + minutes(5))
    path.unlink()
    assert told(stage.compare().findings) == doubles


def test_a_copy_of_a_file_says_nothing_twice(stage: Stage) -> None:
    stage.drop(ROWS, DAWN + minutes(30))
    assert stage.compare().findings == []


def test_rows_changed_by_hand_are_told_apart(stage: Stage) -> None:
    stage.by_hand("UPDATE dossiers SET due_at = received_at WHERE record_key = 'r1'")
    assert told(stage.compare().findings) == {("field_differs", "r1", "due_at", "altered")}


def test_what_changed_at_the_source_while_we_looked_is_no_difference(stage: Stage) -> None:
    """The moment of change lies between the beginning of the run and the end of the look."""
    now = f"{NINE:%Y-%m-%dT%H:%M:%S}.000001+07:00"
    stage.drop([dossier(1, status="9", updated_at=now), *ROWS[1:], dossier(5, updated_at=now)])
    comparison = stage.compare()
    assert (comparison.findings, comparison.sides["one-stop"].moving) == ([], 2)
    later = f"{NINE + minutes(60):%d/%m/%Y %H:%M}"  # a wrong date is no sign of that
    stage.drop([dossier(1, status="9", updated_at=later), *ROWS[1:]])
    assert {f.key for f in stage.compare().findings} == {"r1"}


def test_what_a_sync_loads_between_reading_and_judging_is_no_difference(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1 is changed by the sync to what the file says, 2 to something else, 3 ends, 7 comes; 8 is told only here."""
    from tasks.side_reading import Side

    really = Side.settle

    def settle(side: Side, *, in_bodies: bool) -> None:
        really(side, in_bodies=in_bodies)
        monkeypatch.undo()
        for key, status in (("r1", "10"), ("r2", "5")):
            stage.by_hand("UPDATE dossiers SET known_to = known_from WHERE record_key = :key", key=key)
            stage.by_hand(COPY, as_key=key, status=status, key=key)
        stage.by_hand("UPDATE dossiers SET known_to = known_from WHERE record_key = 'r3'")
        stage.by_hand(COPY, as_key="r7", status="4", key="r1")

    monkeypatch.setattr(Side, "settle", settle)
    news = [dossier(1, status="10"), ROWS[1] | {"status": "9"}, dossier(3, status="10"), dossier(7), dossier(8)]
    stage.drop(news, DAWN + minutes(30))
    comparison = stage.compare()
    assert told(comparison.findings) == {("missing_in_warehouse", "r8", "", "behind")}
    assert comparison.sides["one-stop"].moving >= 2


def test_noise_of_a_workbook_is_no_difference(stage: Stage) -> None:
    """Real dates and numbers as spreadsheets keep them, capitals, spaces, decomposed letters."""
    path = stage.folder / "drops" / "ho-so-20261123-0600.xlsx"
    (stage.folder / "drops" / "ho-so-20261123-0600.csv").unlink()
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, dated = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for column, name in enumerate(ROWS[0]):
            sheet.write(0, column, name)
            for line, row in enumerate(ROWS, 1):
                cell = row[name]
                if name in ("received_at", "due_at", "updated_at"):
                    form = "%d/%m/%Y %H:%M" if ":" in cell else "%d/%m/%Y"
                    sheet.write_datetime(line, column, datetime.strptime(cell, form), dated)  # noqa: DTZ007
                elif cell.isdigit():
                    sheet.write_number(line, column, float(cell))
                else:
                    sheet.write_string(line, column, f" {cell.upper()}  ")
    comparison = stage.compare()
    assert (comparison.findings, comparison.sides["one-stop"].read) == ([], 3)


def test_of_too_many_findings_the_first_are_kept_and_all_are_counted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.side_look.MOST", 2)
    stage.drop([*(row | {"procedure_name": "Khác"} for row in ROWS[:2]), dossier(8), dossier(9)])
    comparison = stage.compare()
    side = comparison.sides["one-stop"]
    assert (len(comparison.findings), comparison.capped) == (2, {"one-stop"})
    told = {one.code: dict(one.params) for one in comparison.notices}
    assert told == {"findings_capped": {"source": "one-stop", "found": 5, "kept": 2}}
    assert (side.lacking, set(side.extra)) == ({"r3"}, {"r8", "r9"})


def test_a_source_that_cannot_be_read_is_not_judged(stage: Stage) -> None:
    before = stage.dump()
    (stage.folder / "drops" / "ho-so-20261123-0600.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    comparison = stage.compare()
    assert (comparison.findings, comparison.sides["one-stop"].judged) == ([], False)
    assert [one.code for one in comparison.notices] == ["source_not_read"]
    assert stage.dump() == before
