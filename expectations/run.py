"""The check: rows in, a plain report out (design §2 validate); part by part, and the keys when all parts are read.

Every refusal goes through an expectation and its list of row numbers, never through `success` of a suite. Whatever
breaks inside becomes an `EngineFault` without the values that broke it.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from expectations.check_context import CheckContext
from expectations.context import expectation_module, results_of
from expectations.folding import fold, superseded
from expectations.reading import RULE_META, crashed, rule_number, unexpected_rids
from expectations.report import EngineFault, KeyReport, Reason, Report, RuleResult
from expectations.rules import Rule, Severity
from expectations.shape import CONFLICT, Sheet, common_helpers, frame_must_keep_contract
from expectations.suites import SUITES
from expectations.suites.common import KEY_RULE
from tasks.rules.datasets import Dataset

__all__ = ["CheckContext", "check_keys", "check_rows", "check_source", "run_rules"]

Outcome = tuple[Rule, RuleResult, list[int]]  # a broken source rule has no row numbers


def check_source(dataset: Dataset, columns: Collection[str], rows: int, context: CheckContext) -> Report:
    """Check a pull as a whole: the columns it has and how many rows came. An empty delta is fine.

    Raises:
        EngineFault: the check could not be trusted; nothing may be promoted.
    """
    rules = [r for r in SUITES[dataset.name].rules(context) if r.severity is Severity.SOURCE]
    outline = pd.DataFrame(np.zeros((min(rows, 1), len(columns)), dtype=bool), columns=list(columns))
    outcomes = run_rules(outline, rules) if rules else []
    faults = tuple(rule.reason for rule, result, _ in outcomes if result.unexpected)
    return replace(_report(dataset, rows, outcomes), source_faults=faults)


def check_rows(dataset: Dataset, frame: pd.DataFrame, context: CheckContext) -> Report:
    """Check rows of a pull, each for itself; the frame is as `tasks/intake` normalises it and is not changed.

    Raises:
        EngineFault: the check could not be trusted; nothing may be promoted.
    """
    suite = SUITES[dataset.name]
    frame_must_keep_contract(dataset, frame)
    try:
        sheet = Sheet(dataset, frame, context)
        shapes = pd.DataFrame({**common_helpers(sheet), **suite.helpers(sheet)})
    except Exception as error:  # noqa: BLE001 - its text may hold a cell
        msg = f"{dataset.name}: rows could not be shaped ({type(error).__name__})"
        raise EngineFault(msg) from None
    return _report(
        dataset, len(frame), run_rules(shapes, [r for r in suite.rules(context) if r.severity is Severity.ROW])
    )


def check_keys(keys: pd.DataFrame) -> KeyReport:
    """Check the rows that share keys, all rows of a key at once.

    `keys` has rid, record_key (never empty), content_hash, updated_at and `faulty`: other reasons speak against it.
    """
    keys = keys.reset_index(drop=True)
    folding = fold(keys)
    shapes = pd.DataFrame({"rid": keys["rid"], CONFLICT: folding.conflict & ~folding.exact})
    ((_, _, in_doubt),) = run_rules(shapes, [KEY_RULE])
    duplicates = frozenset(int(rid) for rid in keys.loc[folding.exact, "rid"])
    older = superseded(keys, folding, frozenset(keys.loc[keys["faulty"], "rid"]))
    return KeyReport(dict.fromkeys(in_doubt, KEY_RULE.reason), duplicates, older)


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
    return rule, RuleResult(rule.code, rule.column, rule.severity, name, rows, broken, rule.basis), rids


def _report(dataset: Dataset, rows: int, outcomes: Sequence[Outcome]) -> Report:
    faults: dict[int, list[Reason]] = defaultdict(list)
    for rule, _, rids in outcomes:
        for rid in rids:
            faults[rid].append(rule.reason)
    return Report(
        dataset=dataset.name,
        rows=rows,
        ran=len(outcomes),
        row_faults={rid: tuple(reasons) for rid, reasons in sorted(faults.items())},
        results=tuple(result for _, result, _ in outcomes),
    )


def _numbered(expectation: Any, number: int) -> Any:
    expectation.meta = {RULE_META: number}
    return expectation
