"""The check: a normalised frame in, a plain report out (design §2 validate).

Every refusal goes through an expectation and its list of row numbers, never through `success` of a suite. Whatever
breaks inside becomes an `EngineFault` without the values that broke it.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from expectations.check_context import CheckContext
from expectations.context import expectation_module, results_of
from expectations.folding import Folding, superseded
from expectations.reading import RULE_META, crashed, rule_number, unexpected_rids
from expectations.report import EngineFault, Reason, Report, RuleResult
from expectations.rules import Rule, Severity
from expectations.shape import Sheet, common_helpers, frame_must_keep_contract
from expectations.suites import SUITES
from tasks.rules.datasets import Dataset

__all__ = ["CheckContext", "check", "run_rules"]

Outcome = tuple[Rule, RuleResult, list[int]]  # a broken source rule has no row numbers


def check(dataset: Dataset, frame: pd.DataFrame, context: CheckContext) -> Report:
    """Check one pull of a dataset; the frame is as `tasks/intake` normalises it and is not changed.

    An empty frame is fine for a delta dataset; for a snapshot it is a source fault. When a required column is absent,
    rows are not looked at.

    Raises:
        EngineFault: the check could not be trusted; nothing may be promoted.
    """
    suite = SUITES[dataset.name]
    rules = suite.rules(context)
    frame_must_keep_contract(dataset, frame)
    source_outcomes = run_rules(_outline(frame), [r for r in rules if r.severity is Severity.SOURCE])
    faults = tuple(rule.reason for rule, result, _ in source_outcomes if result.unexpected)
    if not set(dataset.required) <= set(frame.columns):
        return _report(dataset, frame, source_outcomes, faults)
    try:
        sheet = Sheet(dataset, frame, context)
        folding = sheet.folding()
        shapes = pd.DataFrame({**common_helpers(sheet, folding), **suite.helpers(sheet)})
    except Exception as error:  # noqa: BLE001 - its text may hold a cell
        msg = f"{dataset.name}: rows could not be shaped ({type(error).__name__})"
        raise EngineFault(msg) from None
    outcomes = run_rules(shapes, [r for r in rules if r.severity is Severity.ROW])
    return _report(dataset, sheet.frame, [*source_outcomes, *outcomes], faults, folding)


def run_rules(frame: pd.DataFrame, rules: Sequence[Rule]) -> list[Outcome]:
    """Run rules on a reduced frame, one outcome for each, in their order.

    Raises:
        EngineFault: no rules, an expectation crashed or is missing from the results, or a result contradicts itself.
    """
    if not rules:
        msg = "no expectations to run: an empty suite would pass everything"
        raise EngineFault(msg)
    try:
        module = expectation_module()
        expectations = [_numbered(rule.expect(module), number) for number, rule in enumerate(rules)]
        results = {rule_number(result): result for result in results_of(frame, expectations)}
    except Exception as error:  # noqa: BLE001 - its text may hold a cell
        msg = f"the engine failed ({type(error).__name__})"
        raise EngineFault(msg) from None
    if set(results) != set(range(len(rules))):
        msg = f"{len(rules)} expectations were due, {len(results)} ran"
        raise EngineFault(msg)
    return [_outcome(rule, results[number], len(frame)) for number, rule in enumerate(rules)]


def _outcome(rule: Rule, result: Any, rows: int) -> Outcome:
    if crashed(result.exception_info):
        msg = f"{rule.code}: the expectation crashed"
        raise EngineFault(msg)
    rids = unexpected_rids(rule.code, result) if rule.severity is Severity.ROW else []
    broken = len(rids) if rule.severity is Severity.ROW else int(not result.success)
    name = str(result.expectation_config.type)
    return rule, RuleResult(rule.code, rule.column, rule.severity, name, rows, broken), rids


def _report(
    dataset: Dataset,
    frame: pd.DataFrame,
    outcomes: Sequence[Outcome],
    source_faults: tuple[Reason, ...],
    folding: Folding | None = None,
) -> Report:
    faults: dict[int, list[Reason]] = defaultdict(list)
    for rule, _, rids in outcomes:
        for rid in rids:
            faults[rid].append(rule.reason)
    duplicates: frozenset[int] = frozenset()
    older: frozenset[int] = frozenset()
    if folding is not None:
        duplicates = frozenset(int(rid) for rid in frame.loc[folding.exact, "rid"])
        older = superseded(frame, folding, faults.keys())
    folded = duplicates | older
    return Report(
        dataset=dataset.name,
        rows=len(frame),
        ran=len(outcomes),
        row_faults={rid: tuple(reasons) for rid, reasons in sorted(faults.items()) if rid not in folded},
        duplicates=duplicates,
        superseded=older,
        source_faults=source_faults,
        results=tuple(result for _, result, _ in outcomes),
    )


def _numbered(expectation: Any, number: int) -> Any:
    expectation.meta = {RULE_META: number}
    return expectation


def _outline(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns and number of rows of a frame without a single value of it."""
    return pd.DataFrame(np.zeros(frame.shape, dtype=bool), columns=frame.columns)
