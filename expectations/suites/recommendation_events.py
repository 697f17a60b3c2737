"""What an event of a recommendation must carry: who leaves the straight way says why and who allowed it (design §8)."""

import pandas as pd

from expectations.check_context import CheckContext
from expectations.rules import Rule
from expectations.shape import Sheet
from expectations.suites.common import common_rules, flag_rule
from expectations.suites.extensions import extension_helpers, extension_rules
from tasks.rules.datasets import RECOMMENDATION_EVENTS

SIDE_EXITS = ("partial", "return", "supersede", "not_applicable", "accept_risk", "transfer", "cancel")
_FOLLOW_UP = (
    "Nghị định 33/2015/NĐ-CP (áp dụng tương tự: theo dõi, đôn đốc việc thực hiện kết luận); quy trình kiến nghị"
)


def rules(context: CheckContext) -> tuple[Rule, ...]:
    """All rules of the dataset."""
    return (
        *common_rules(RECOMMENDATION_EVENTS, context),
        *extension_rules("new_due_on", _FOLLOW_UP),
        flag_rule(
            "side_exit_without_reason",
            "reason",
            "Sự kiện đưa kiến nghị ra khỏi trình tự thông thường (hủy, thay thế, chuyển, trả lại, không áp dụng, "
            "chấp nhận rủi ro, thực hiện một phần) phải nêu lý do; đề nghị bổ sung.",
            "An event that takes a recommendation off the straight way (cancel, supersede, transfer, return, "
            "not applicable, accept risk, partial) needs a reason: please add it.",
            _FOLLOW_UP,
        ),
        flag_rule(
            "side_exit_without_approver",
            "approver",
            "Sự kiện đưa kiến nghị ra khỏi trình tự thông thường phải có người phê duyệt; đề nghị bổ sung.",
            "An event that takes a recommendation off the straight way needs an approver: please add one.",
            _FOLLOW_UP,
        ),
        flag_rule(
            "risk_without_expiry",
            "expires_on",
            "Chấp nhận rủi ro phải có ngày hết hiệu lực; đề nghị bổ sung.",
            "An accepted risk needs an expiry date: please add one.",
            _FOLLOW_UP,
        ),
    )


def helpers(sheet: Sheet) -> dict[str, pd.Series]:
    """Helper columns of this suite."""
    leaves = sheet.equals("event", *SIDE_EXITS)
    return {
        **extension_helpers(sheet, "new_due_on"),
        "side_exit_without_reason__flag": leaves & sheet.missing("reason"),
        "side_exit_without_approver__flag": leaves & sheet.missing("approver"),
        "risk_without_expiry__flag": sheet.equals("event", "accept_risk") & sheet.missing("expires_on"),
    }
