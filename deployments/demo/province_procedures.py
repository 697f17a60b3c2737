"""The procedures of a synthetic province and the time each allows: working days, calendar days, hours, or not known."""

import random
from dataclasses import dataclass

from deployments.demo.province_size import Province

_FIELDS = (
    "Hộ tịch",
    "Đất đai",
    "Hộ kinh doanh",
    "Bảo trợ xã hội",
    "Chứng thực",
    "Lưu thông hàng hóa",
    "Xây dựng",
    "Môi trường",
    "Giáo dục",
    "Y tế",
    "Lao động",
    "Người có công",
)
_ACTS = (
    "Đăng ký",
    "Đăng ký lại",
    "Cấp",
    "Cấp lại",
    "Cấp đổi",
    "Điều chỉnh",
    "Gia hạn",
    "Thu hồi",
    "Xác nhận",
    "Công nhận",
)
_THINGS = (
    "giấy chứng nhận",
    "giấy phép",
    "quyết định",
    "hồ sơ",
    "chế độ",
    "thông tin",
    "mã số",
    "danh mục",
    "kết quả",
    "giấy xác nhận",
)
_WORKING_DAYS = (1, 2, 3, 3, 5, 5, 5, 7, 10, 10, 15, 20, 30)


@dataclass(frozen=True, slots=True)
class MadeProcedure:
    """One procedure. `days`: about how many working days it takes, for any unit. `unit` "": duration not known."""

    code: str
    name: str
    field: str
    amount: int
    unit: str
    days: int
    told: bool  # whether dossiers carry the duration themselves

    @property
    def row(self) -> dict[str, str]:
        """As the catalogue has it."""
        return {
            "procedure_code": self.code,
            "name": self.name,
            "field": self.field,
            "duration_amount": str(self.amount) if self.unit else "",
            "duration_unit": self.unit,
            "supplement_policy": "pause",
            "status": "active",
        }


def procedures(province: Province) -> list[MadeProcedure]:
    """All procedures, the same for the same seed and number."""
    stream = random.Random(province.seed * 1_000_003 + 17)  # noqa: S311 - a story, no secret
    return [_procedure(number, stream) for number in range(province.procedures)]


def _procedure(number: int, stream: random.Random) -> MadeProcedure:
    field = _FIELDS[number % len(_FIELDS)]
    act, thing = _ACTS[number % 10], _THINGS[number // 10 % 10]
    name = f"{act} {thing} về {field.lower()} (mẫu {number + 1})"
    code = f"{1 + number % 2}.{1_000 + 37 * number:06d}"
    draw = stream.random()
    if draw < 0.10:
        amount = 4 if draw < 0.05 else 8
        return MadeProcedure(code, name, field, amount, "working_hour", 1, told=True)
    if draw < 0.20:
        amount = 10 + int(stream.random() * 20)
        return MadeProcedure(code, name, field, amount, "calendar_day", amount * 5 // 7, told=True)
    days = _WORKING_DAYS[int(stream.random() * len(_WORKING_DAYS))]
    if draw < 0.24:
        return MadeProcedure(code, name, field, 0, "", days, told=False)
    return MadeProcedure(code, name, field, days, "working_day", days, told=draw > 0.32)
