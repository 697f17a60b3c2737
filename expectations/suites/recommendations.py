"""What a recommendation must be like. Without a due date it is good: a date is proposed and asked for (design §8)."""

import pandas as pd

from expectations.check_context import DAY_SECONDS, CheckContext
from expectations.rules import Rule, within
from expectations.shape import Sheet
from expectations.suites.common import DATES, common_rules, period_rule
from tasks.rules.datasets import RECOMMENDATIONS


def rules(context: CheckContext) -> tuple[Rule, ...]:
    """All rules of the dataset."""
    return (
        *common_rules(RECOMMENDATIONS, context),
        Rule(
            code="issued_in_future",
            column="issued_on",
            expect=within("issued_on__ahead", None, DAY_SECONDS),
            text_vi="Ngày ban hành kiến nghị ở trong tương lai; đề nghị kiểm tra lại ngày, tháng, năm.",
            text_en="The date of issue lies in the future: please check day, month and year.",
            basis=DATES,
        ),
        period_rule(
            "due_before_issued",
            "due_on",
            "due_on__after_issue",
            "Thời hạn thực hiện trước ngày ban hành kiến nghị; đề nghị kiểm tra văn bản kết luận và sửa lại.",
            "The due date is before the date of issue: please check the conclusion and correct it.",
        ),
    )


def helpers(sheet: Sheet) -> dict[str, pd.Series]:
    """Helper columns of this suite. Nothing is said of the order of dates when the issue lies in the future."""
    ahead = sheet.ahead("issued_on")
    return {
        "issued_on__ahead": ahead,
        "due_on__after_issue": sheet.days_after("due_on", "issued_on").mask(ahead > DAY_SECONDS),
    }
