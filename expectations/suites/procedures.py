"""What a procedure of the catalogue must be like: its times allowed and the period in which they hold."""

import pandas as pd

from expectations.check_context import CheckContext
from expectations.rules import Rule
from expectations.shape import Sheet
from expectations.suites.common import common_rules, validity_rule
from expectations.suites.durations import duration_helpers, duration_rules
from tasks.rules.datasets import PROCEDURES


def rules(context: CheckContext) -> tuple[Rule, ...]:
    """All rules of the dataset."""
    return (*common_rules(PROCEDURES, context), *duration_rules(), *duration_rules("internal"), validity_rule())


def helpers(sheet: Sheet) -> dict[str, pd.Series]:
    """Helper columns of this suite."""
    return {
        **duration_helpers(sheet),
        **duration_helpers(sheet, "internal"),
        "validity__days": sheet.days_after("valid_to", "valid_from"),
    }
