"""Reads Great Expectations' results, and refuses to be fooled by them.

A crashed expectation says `success: false` like a broken rule, in one of two shapes; an empty suite says
`success: true`. Rows are counted from index lists only: `unexpected_list` stops at 200.
"""

from collections.abc import Mapping
from typing import Any

from expectations.report import EngineFault

RULE_META = "rule"


def rule_number(result: Any) -> int:
    """Which rule of the suite the result belongs to."""
    meta = result.expectation_config.meta or {}
    return int(meta[RULE_META])


def crashed(exception_info: Mapping[str, Any] | None) -> bool:
    """True in both shapes of a crash: a `raised_exception`, or a dict keyed by metric id."""
    if not exception_info:
        return False
    if "raised_exception" in exception_info:
        return bool(exception_info["raised_exception"])
    return True


def unexpected_rids(code: str, result: Any) -> list[int]:
    """Row numbers that broke a row rule.

    Raises:
        EngineFault: the index list is absent, or does not agree with the count or with `success`.
    """
    told = result.result
    if "unexpected_index_list" not in told or "unexpected_count" not in told:
        msg = f"{code}: the result has no list of row numbers"
        raise EngineFault(msg)
    rids: list[int] = []
    for part in told["unexpected_index_list"] or ():
        found = part["rid"]
        rids.extend(int(rid) for rid in (found if isinstance(found, list) else [found]))
    if len(rids) != told["unexpected_count"] or bool(rids) == bool(result.success):
        msg = f"{code}: the result contradicts itself"
        raise EngineFault(msg)
    return rids
