"""What a contact must be like before a mail may go to it. Two heads at once are no fault of a row but a flag."""

import pandas as pd

from expectations.addresses import usable_address
from expectations.check_context import CheckContext
from expectations.rules import Rule
from expectations.shape import Sheet
from expectations.suites.common import HOUSE, common_rules, flag_rule, validity_rule
from tasks.rules.datasets import CONTACTS


def rules(context: CheckContext) -> tuple[Rule, ...]:
    """All rules of the dataset."""
    return (
        *common_rules(CONTACTS, context),
        flag_rule(
            "email_invalid",
            "email",
            "Địa chỉ thư điện tử không đúng dạng (một dấu @, không dấu tiếng Việt, không khoảng trắng); "
            "đề nghị kiểm tra và sửa lại.",
            "The e-mail address is not well formed (one @, plain letters, no spaces): please check and correct it.",
            HOUSE,
        ),
        validity_rule(),
    )


def helpers(sheet: Sheet) -> dict[str, pd.Series]:
    """Helper columns of this suite: of the address only whether it can be used."""
    addresses = sheet.words("email")
    return {
        "email_invalid__flag": addresses.notna() & ~addresses.map(usable_address).astype(bool),
        "validity__days": sheet.days_after("valid_to", "valid_from"),
    }
