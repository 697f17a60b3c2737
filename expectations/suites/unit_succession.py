"""What a line of the succession table must be like.

Old and new code may be equal: a code can be reused for a bigger territory. Whether the units exist is the directory's
question (tasks/rules/directory.py), asked when somebody must answer.
"""

import pandas as pd

from expectations.check_context import CheckContext
from expectations.rules import Rule
from expectations.shape import Sheet
from expectations.suites.common import common_rules
from tasks.rules.datasets import UNIT_SUCCESSION


def rules(context: CheckContext) -> tuple[Rule, ...]:
    """All rules of the dataset: the common ones."""
    return common_rules(UNIT_SUCCESSION, context)


def helpers(sheet: Sheet) -> dict[str, pd.Series]:  # noqa: ARG001 - one signature for all suites
    """No helper columns of its own."""
    return {}
