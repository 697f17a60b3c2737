"""The shape of a rule, and the few kinds of expectation that rules are made of.

A suite is a tuple of rules; add a kind here only when none of these can say it. `mostly` is never used: a rule
holds for every row, and how many bad rows a source may have is the gate's business (`tasks/rules/gates.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from expectations.report import Reason

Expect = Callable[[Any], Any]  # the module `great_expectations.expectations` → one expectation


class Severity(StrEnum):
    """What a broken rule costs: the row, or the whole pull of that source."""

    ROW = "row"
    SOURCE = "source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: what is expected, and what an official is told when it is broken.

    `column` is the canonical column to be corrected, "" for the whole row. `basis` is the law or the rule of the house.
    """

    code: str
    column: str
    expect: Expect
    text_vi: str
    text_en: str
    basis: str
    severity: Severity = Severity.ROW

    @property
    def reason(self) -> Reason:
        """The rule as a reason of refusal."""
        return Reason(self.code, self.column, self.text_vi, self.basis)


def never_null(helper: str) -> Expect:
    """Every row has a value."""
    return lambda gxe: gxe.ExpectColumnValuesToNotBeNull(column=helper)


def one_of(helper: str, words: tuple[object, ...]) -> Expect:
    """Every value given is one of these."""
    return lambda gxe: gxe.ExpectColumnValuesToBeInSet(column=helper, value_set=list(words))


def not_flagged(helper: str) -> Expect:
    """The flag is false in every row."""
    return one_of(helper, (False,))


def within(helper: str, lowest: float | None, highest: float | None) -> Expect:
    """Every number given lies between the two, both included."""
    return lambda gxe: gxe.ExpectColumnValuesToBeBetween(column=helper, min_value=lowest, max_value=highest)


def has_rows() -> Expect:
    """There is at least one row."""
    return lambda gxe: gxe.ExpectTableRowCountToBeBetween(min_value=1)


def has_column(name: str) -> Expect:
    """The frame has that column."""
    return lambda gxe: gxe.ExpectColumnToExist(column=name)
