"""The check can be trusted: crashes are no faults of the data, every bad row is found, no value of a cell gets out."""

import gc
import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pandas as pd
import pytest

from expectations.context import RESULT_FORMAT, expectation_module
from expectations.reading import crashed, unexpected_rids
from expectations.report import EngineFault
from expectations.rules import Rule, Severity, never_null, one_of, within
from expectations.run import check_rows, check_source, run_rules
from expectations.suites import SUITES
from tasks.rules.datasets import DATASETS
from tests.unit.expectation_cases import CONTEXT, GOOD, codes_of, frame_of, good, report_on

CANARY = "Chimhoàngyến 001099012345"


def rule(expect, severity=Severity.ROW) -> Rule:
    return Rule(code="c", column="x", expect=expect, text_vi="", text_en="", basis="", severity=severity)


def thousand() -> pd.DataFrame:
    return pd.DataFrame({"rid": range(1000), "x": [1.0] * 1000})


# --- a broken engine is not broken data


@pytest.mark.parametrize("column", ["status", "received_at", "unit_code"])
def test_a_file_without_a_required_column_is_a_fault_of_the_source(column) -> None:
    columns = frame_of("dossiers", good("dossiers")).columns.drop(column)
    report = check_source(DATASETS["dossiers"], columns, 1, CONTEXT)
    assert [(r.code, r.column) for r in report.source_faults] == [(f"{column}_column_missing", column)]
    assert report.refused


@pytest.mark.parametrize(
    "column", ["rid", "malformed", "content_hash", "due_at", "received_at__bad", "received_precision"]
)
def test_a_frame_the_normaliser_could_not_have_made_is_an_engine_fault(column) -> None:
    frame = frame_of("dossiers", good("dossiers")).drop(columns=column)
    with pytest.raises(EngineFault, match=column):
        check_rows(DATASETS["dossiers"], frame, CONTEXT)


def test_row_numbers_must_be_unique() -> None:
    frame = frame_of("dossiers", good("dossiers"), good("dossiers", source_record_id="2")).assign(rid=0)
    with pytest.raises(EngineFault, match="row numbers"):
        check_rows(DATASETS["dossiers"], frame, CONTEXT)


@pytest.mark.parametrize("expect", [never_null("gone"), one_of("gone", (1,)), within("gone", 0, 1)])
def test_an_expectation_on_an_absent_column_crashes_and_is_an_engine_fault(expect) -> None:
    with pytest.raises(EngineFault, match="crashed"):
        run_rules(thousand(), [rule(never_null("x")), rule(expect)])


def test_an_expectation_on_mixed_types_crashes_and_is_an_engine_fault() -> None:
    frame = pd.DataFrame({"rid": [0, 1], "x": pd.Series([1, CANARY], dtype=object)})
    with pytest.raises(EngineFault, match="crashed") as caught:
        run_rules(frame, [rule(within("x", 0, 5))])
    assert CANARY not in str(caught.value)


def test_no_expectations_at_all_is_an_engine_fault() -> None:
    with pytest.raises(EngineFault, match="empty suite"):
        run_rules(thousand(), [])


def test_an_expectation_that_cannot_be_built_is_an_engine_fault() -> None:
    with pytest.raises(EngineFault, match="the engine failed"):
        run_rules(thousand(), [rule(lambda gxe: gxe.ExpectColumnValuesToBeInSet(column=None))])


@pytest.mark.parametrize("cell", [object(), "not a date"])
def test_a_cell_of_the_wrong_type_is_an_engine_fault_without_the_cell(cell) -> None:
    frame = frame_of("dossiers", good("dossiers"))
    frame["due_at"] = pd.Series([cell if cell != "not a date" else CANARY], dtype=object)
    with pytest.raises(EngineFault, match="could not be shaped") as caught:
        check_rows(DATASETS["dossiers"], frame, CONTEXT)
    assert CANARY not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        (None, False),
        ({}, False),
        ({"raised_exception": False, "exception_message": None}, False),
        ({"raised_exception": True, "exception_message": "…"}, True),
        ({"MetricConfigurationID(…)": {"raised_exception": True}}, True),
    ],
)
def test_both_shapes_of_a_crash(info, expected) -> None:
    assert crashed(info) is expected


@pytest.mark.parametrize(
    ("case", "success", "told"),
    [
        ("no list", False, {"unexpected_count": 1}),
        ("a shortened list", False, {"unexpected_count": 300, "unexpected_index_list": [{"rid": list(range(200))}]}),
        ("bad rows, yet a success", True, {"unexpected_count": 1, "unexpected_index_list": [{"rid": [7]}]}),
        ("no bad rows, yet no success", False, {"unexpected_count": 0, "unexpected_index_list": []}),
    ],
)
def test_a_result_that_contradicts_itself_is_an_engine_fault(case, success, told) -> None:
    with pytest.raises(EngineFault):
        unexpected_rids("c", SimpleNamespace(success=success, result=told))


# --- every bad row, and nothing but rows


@pytest.mark.parametrize("dataset", ["dossiers", "contacts", "recommendations"])
def test_what_is_kept_during_a_check_changes_none_of_its_results(monkeypatch, dataset) -> None:
    rows = [good(dataset), *({**good(dataset), name: None} for name in good(dataset))]
    kept = report_on(dataset, *rows)
    monkeypatch.setattr("expectations.context._worked_out_once", nullcontext)
    assert report_on(dataset, *rows) == kept
    assert kept.row_faults


def test_a_thousand_bad_rows_are_all_found() -> None:
    """`unexpected_list` of the engine stops at 200."""
    rows = [good("dossiers", source_record_id=str(n), status="abc" if n % 2 else "4") for n in range(2000)]
    report = report_on("dossiers", *rows)
    assert sorted(report.row_faults) == list(range(1, 2000, 2))
    assert report.counts() == {"status_unknown": 1000}


def test_row_numbers_and_not_positions_are_told() -> None:
    frame = frame_of("dossiers", good("dossiers"), good("dossiers", source_record_id="2", status="abc"))
    frame["rid"] = [70, 40]
    frame.index = [5, 5]
    report = check_rows(DATASETS["dossiers"], frame, CONTEXT)
    assert codes_of(report) == {40: ["status_unknown"]}


def test_the_frame_is_left_as_it_was() -> None:
    frame = frame_of("dossiers", good("dossiers", status="abc"), good("dossiers"))
    before = frame.copy(deep=True)
    check_rows(DATASETS["dossiers"], frame, CONTEXT)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_every_rule_of_a_suite_runs_once(name) -> None:
    report = report_on(name, good(name))
    rules = SUITES[name].rules(CONTEXT)
    results = [*report.source.results, *report.by_row.results]
    assert report.source.ran + report.by_row.ran == len(rules) == len(results)
    assert {(r.code, r.column) for r in results} == {(r.code, r.column) for r in rules}


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_no_rule_tolerates_a_share_of_bad_rows(name) -> None:
    module = expectation_module()
    for each in SUITES[name].rules(CONTEXT):
        assert getattr(each.expect(module), "mostly", 1) == 1, each.code


@pytest.mark.slow
def test_checks_side_by_side_do_not_mix_their_rows() -> None:
    def run(number: int) -> dict[int, list[str]]:
        rows = [good("dossiers", source_record_id=str(n), status="abc" if n == number else "4") for n in range(10)]
        return codes_of(report_on("dossiers", *rows))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(8))) == [{n: ["status_unknown"]} for n in range(8)]


# --- no value of a cell gets out


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_no_cell_reaches_report_or_log(name, caplog, capfd) -> None:
    """Every cell holds the canary, once among good rows and once alone."""
    caplog.set_level(logging.DEBUG)
    poisoned = {column.name: f"{CANARY} {column.name}" for column in DATASETS[name].columns}
    report = report_on(name, poisoned, good(name), dict.fromkeys(poisoned, CANARY))
    out, err = capfd.readouterr()
    everything = repr(report) + caplog.text + out + err
    for part in CANARY.split():
        assert part not in everything
    assert report.row_faults


def test_the_engine_itself_is_shown_no_personal_cell() -> None:
    """Even its raw results and the frame it sees are free of names and addresses."""
    from expectations.shape import Sheet, common_helpers

    for name in DATASETS:
        frame = frame_of(name, {**GOOD[name], **{c.name: CANARY for c in DATASETS[name].columns if c.kind == "text"}})
        sheet = Sheet(DATASETS[name], frame, CONTEXT)
        shapes = pd.DataFrame({**common_helpers(sheet), **SUITES[name].helpers(sheet)})
        assert "Chimhoàngyến" not in shapes.to_csv()
        assert "@" not in shapes.to_csv()
    assert RESULT_FORMAT["exclude_unexpected_values"] is True


# --- light until used


def test_importing_the_room_does_not_load_the_engine() -> None:
    program = (
        "import sys, expectations.run, expectations.report, expectations.sentences as s; s.sentence('status_unknown');"
        "sys.exit(any(m.split('.')[0] in ('great_expectations', 'prefect', 'sqlalchemy') for m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": "."}, check=False)
    assert done.returncode == 0


def test_sentences_load_not_even_pandas() -> None:
    program = "import sys, expectations.sentences, expectations.report; sys.exit('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": "."}, check=False)
    assert done.returncode == 0


def test_nothing_of_a_frame_is_kept_after_its_check():
    def kept() -> int:
        gc.collect()
        return sum(isinstance(one, pd.Series) for one in gc.get_objects())

    report_on("dossiers", good("dossiers"))
    before = kept()
    report_on("dossiers", good("dossiers"), context=replace(CONTEXT, now=CONTEXT.now + timedelta(days=1)))
    assert kept() == before
