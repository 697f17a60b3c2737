"""What a dossier must be like to be believed: dates in an order that can have happened, a time allowed with its unit.

Add rules about one dossier row here. Whether its unit is known, its due date right or its status odd is not a fault of
the row but a flag (design §7).
"""

import pandas as pd

from expectations.check_context import DAY_SECONDS, CheckContext
from expectations.rules import Rule, within
from expectations.shape import Sheet
from expectations.suites.common import DATES, common_rules
from expectations.suites.durations import duration_helpers, duration_rules
from tasks.rules.datasets import DOSSIERS

FUTURE_TOLERANCE = DAY_SECONDS  # clocks differ, and registrations are made the evening before
LATER = ("due_at", "resolved_at", "returned_at")
_MIDNIGHT = 0
_APPOINTMENT = (
    "Nghị định 118/2025/NĐ-CP; Thông tư 03/2025/TT-VPCP, Phụ lục I mẫu số 01 (Giấy tiếp nhận hồ sơ và hẹn trả kết quả)"
)


def rules(context: CheckContext) -> tuple[Rule, ...]:
    """All rules of the dataset."""
    return (
        *common_rules(DOSSIERS, context),
        Rule(
            code="received_in_future",
            column="received_at",
            expect=within("received_at__ahead", None, FUTURE_TOLERANCE),
            text_vi="Ngày tiếp nhận ở trong tương lai; đề nghị kiểm tra lại ngày, tháng, năm tiếp nhận.",
            text_en="The date of receipt lies in the future: please check day, month and year.",
            basis=DATES,
        ),
        _not_before_receipt(
            "due_before_received",
            "due_at",
            "Ngày hẹn trả trước ngày tiếp nhận; đề nghị kiểm tra giấy tiếp nhận hồ sơ và sửa lại.",
            "The appointment is before the receipt: please check the slip of receipt and correct it.",
            _APPOINTMENT,
        ),
        _not_before_receipt(
            "resolved_before_received",
            "resolved_at",
            "Ngày có kết quả trước ngày tiếp nhận; đề nghị kiểm tra và sửa lại.",
            "The result is dated before the receipt: please check and correct it.",
            DATES,
        ),
        _not_before_receipt(
            "returned_before_received",
            "returned_at",
            "Ngày trả kết quả trước ngày tiếp nhận; đề nghị kiểm tra và sửa lại.",
            "The result was handed out before the receipt: please check and correct it.",
            DATES,
        ),
        *duration_rules(),
    )


def helpers(sheet: Sheet) -> dict[str, pd.Series]:
    """Helper columns of this suite."""
    return {
        "received_at__ahead": sheet.ahead("received_at"),
        **{f"{later}__after_receipt": after_receipt(sheet, later) for later in LATER},
        **duration_helpers(sheet),
    }


def after_receipt(sheet: Sheet, later: str) -> pd.Series:
    """Seconds from the receipt to `later`, whole days where either has no time of day.

    A date without time stands for closing time, so a receipt at 17:20 and a result "on the same day" are in order.
    Nothing is said of receipts in the future: that reason comes first.
    """
    by_day = sheet.days_after(later, "received_at") * DAY_SECONDS
    by_second = sheet.seconds(later) - sheet.seconds("received_at")
    exact = sheet.frame["received_precision"].eq("minute") & _has_time_of_day(sheet, later)
    gap = by_day.mask(exact & by_day.eq(0), by_second)
    return gap.mask(sheet.ahead("received_at") > FUTURE_TOLERANCE)


def _has_time_of_day(sheet: Sheet, column: str) -> pd.Series:
    if f"{column.removesuffix('_at')}_precision" in sheet.frame.columns:
        told = sheet.frame[f"{column.removesuffix('_at')}_precision"].eq("minute")
    else:
        told = pd.Series(data=True, index=sheet.frame.index)
    closing = sheet.context.closing
    stand_ins = (_MIDNIGHT, closing.hour * 3600 + closing.minute * 60)
    return told & ~sheet.time_of_day(column).isin(stand_ins)


def _not_before_receipt(code: str, column: str, text_vi: str, text_en: str, basis: str) -> Rule:
    expect = within(f"{column}__after_receipt", 0, None)
    return Rule(code=code, column=column, expect=expect, text_vi=text_vi, text_en=text_en, basis=basis)
