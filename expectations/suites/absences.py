"""What an absence must be like. An open end is allowed; an absence without delegate is a flag, not a fault."""

import pandas as pd

from expectations.addresses import usable_address
from expectations.check_context import CheckContext
from expectations.rules import Rule
from expectations.shape import Sheet
from expectations.suites.common import HOUSE, common_rules, flag_rule, period_rule
from tasks.rules.datasets import ABSENCES


def rules(context: CheckContext) -> tuple[Rule, ...]:
    """All rules of the dataset."""
    return (
        *common_rules(ABSENCES, context),
        period_rule(
            "to_before_from",
            "to_on",
            "absence__days",
            "Ngày kết thúc vắng mặt trước ngày bắt đầu; đề nghị kiểm tra và sửa lại hai ngày này.",
            "The absence ends before it begins: please check and correct the two dates.",
        ),
        flag_rule(
            "delegate_email_invalid",
            "delegate_email",
            "Địa chỉ thư điện tử của người được ủy quyền không đúng dạng (một dấu @, không dấu tiếng Việt, "
            "không khoảng trắng); đề nghị kiểm tra và sửa lại.",
            "The delegate's e-mail address is not well formed (one @, plain letters, no spaces): please correct it.",
            HOUSE,
        ),
    )


def helpers(sheet: Sheet) -> dict[str, pd.Series]:
    """Helper columns of this suite."""
    addresses = sheet.words("delegate_email")
    return {
        "absence__days": sheet.days_after("to_on", "from_on"),
        "delegate_email_invalid__flag": addresses.notna() & ~addresses.map(usable_address).astype(bool),
    }
