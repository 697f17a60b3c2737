"""What an event of a dossier must carry: an extension without a document number is only a wish (design §6)."""

import pandas as pd

from expectations.check_context import CheckContext
from expectations.rules import Rule
from expectations.shape import Sheet
from expectations.suites.common import common_rules
from expectations.suites.extensions import extension_helpers, extension_rules
from tasks.rules.datasets import DOSSIER_EVENTS

_APOLOGY = "Thông tư 03/2025/TT-VPCP, Phụ lục I mẫu số 04 (Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết)"


def rules(context: CheckContext) -> tuple[Rule, ...]:
    """All rules of the dataset."""
    return (*common_rules(DOSSIER_EVENTS, context), *extension_rules("new_due_at", _APOLOGY))


def helpers(sheet: Sheet) -> dict[str, pd.Series]:
    """Helper columns of this suite."""
    return extension_helpers(sheet, "new_due_at")
