"""What a posting must be like: which procedure a unit displays, and the day on which somebody saw it.

Whether that procedure is still in force is reconciliation's to say, never a fault of the row.
"""

import pandas as pd

from expectations.check_context import DAY_SECONDS, CheckContext
from expectations.rules import Rule, within
from expectations.shape import Sheet
from expectations.suites.common import DATES, common_rules
from tasks.rules.datasets import POSTINGS


def rules(context: CheckContext) -> tuple[Rule, ...]:
    """All rules of the dataset. The newest day seen stands for the unit, so none may lie in the future."""
    return (
        *common_rules(POSTINGS, context),
        Rule(
            code="seen_in_future",
            column="seen_on",
            expect=within("seen_on__ahead", None, DAY_SECONDS),
            text_vi="Ngày ghi nhận niêm yết ở trong tương lai; đề nghị kiểm tra lại ngày, tháng, năm.",
            text_en="The display was seen on a day in the future: please check day, month and year.",
            basis=DATES,
        ),
    )


def helpers(sheet: Sheet) -> dict[str, pd.Series]:
    """Helper columns of this suite."""
    return {"seen_on__ahead": sheet.ahead("seen_on")}
