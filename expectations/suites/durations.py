"""Rules on an amount of time and its unit, shared by dossiers and procedures.

An amount without unit is no duration: "5" may be five working days or five calendar days, and the law differs.
"""

import pandas as pd

from expectations.rules import Rule, within
from expectations.shape import Sheet
from expectations.suites.common import HOUSE, flag_rule

LONGEST = 3650
_NAMES = {"duration": ("Thời hạn giải quyết", "time allowed"), "internal": ("Thời hạn nội bộ", "internal time")}
_CIVIL_CODE = "Bộ luật Dân sự 2015, Điều 145–148 (cách tính thời hạn)"


def duration_rules(stem: str = "duration") -> tuple[Rule, ...]:
    """`<stem>_amount` between 0 and 3650, and given together with `<stem>_unit`."""
    what_vi, what_en = _NAMES[stem]
    return (
        Rule(
            code=f"{stem}_out_of_range",
            column=f"{stem}_amount",
            expect=within(f"{stem}_amount__number", 0, LONGEST),
            text_vi=f"{what_vi} phải từ 0 đến {LONGEST}; đề nghị kiểm tra lại số ngày (giờ).",
            text_en=f"The {what_en} must be between 0 and {LONGEST}: please check the number.",
            basis=HOUSE,
        ),
        flag_rule(
            f"{stem}_incomplete",
            f"{stem}_unit",
            f"{what_vi} phải có cả số lượng và đơn vị tính (ngày làm việc, ngày hoặc giờ làm việc); "
            "đề nghị bổ sung phần còn thiếu.",
            f"The {what_en} needs both an amount and a unit (working days, calendar days or working hours): "
            "please add what is missing.",
            _CIVIL_CODE,
        ),
    )


def duration_helpers(sheet: Sheet, stem: str = "duration") -> dict[str, pd.Series]:
    """Helper columns of `duration_rules`."""
    one_is_missing = sheet.missing(f"{stem}_amount") != sheet.missing(f"{stem}_unit")
    return {
        f"{stem}_amount__number": sheet.numbers(f"{stem}_amount"),
        f"{stem}_incomplete__flag": one_is_missing,
    }
