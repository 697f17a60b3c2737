"""What a unit must be like. Codes are reused: a unit is a code and the day it begins, never a name."""

import pandas as pd

from expectations.check_context import CheckContext
from expectations.rules import Rule
from expectations.shape import Sheet
from expectations.suites.common import common_rules, validity_rule
from tasks.rules.datasets import UNITS


def rules(context: CheckContext) -> tuple[Rule, ...]:
    """All rules of the dataset."""
    return (*common_rules(UNITS, context), validity_rule())


def helpers(sheet: Sheet) -> dict[str, pd.Series]:
    """Helper columns of this suite."""
    return {"validity__days": sheet.days_after("valid_to", "valid_from")}
