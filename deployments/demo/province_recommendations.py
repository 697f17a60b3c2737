"""What inspections of a synthetic province asked its units to remedy, and how far that went."""

from datetime import timedelta

from deployments.demo.province_size import Province
from deployments.demo.province_units import INSPECTOR, old_code, unit_code

Row = dict[str, str]

_CONTENTS = (
    "Niêm yết công khai đầy đủ thủ tục hành chính đang có hiệu lực",
    "Ghi đầy đủ thông tin vào sổ theo dõi hồ sơ và lưu trữ đúng quy định",
    "Thực hiện việc xin lỗi và hẹn lại bằng văn bản đối với hồ sơ trễ hẹn",
    "Chấn chỉnh việc chấp hành thời giờ làm việc và đeo thẻ công chức",
    "Bố trí đủ biển chức danh và trang thiết bị tại nơi tiếp nhận hồ sơ",
)
_DUE_IN = (-40, -12, -3, -1, 2, 5, 14, 30, None, 60)  # days from `as_of`; None: nobody set a date
_WENT = ((), ("acknowledge",), ("acknowledge", "report"), ("acknowledge", "report", "verify", "close"))


def recommendations(province: Province) -> list[Row]:
    """One or two a unit; the first was issued to a commune of before the merger."""
    return [_recommendation(province, number) for number in range(province.recommendations)]


def recommendation_events(province: Province) -> list[Row]:
    """Their logs."""
    rows = []
    for number in range(province.recommendations):
        issued = province.as_of - timedelta(days=_age(number))
        for step, event in enumerate(_WENT[number % len(_WENT)]):
            rows.append(
                {
                    "event_id": f"NK-{number:05d}-{step}",
                    "recommendation_code": _code(number),
                    "at": (issued + timedelta(days=3 + 4 * step)).strftime("%Y-%m-%d %H:%M"),
                    "event": event,
                    "note": "",
                    "actor": "Văn phòng HĐND và UBND" if event in ("acknowledge", "report") else "Sở Nội vụ",
                }
            )
    return rows


def _recommendation(province: Province, number: int) -> Row:
    due_in = _DUE_IN[number % len(_DUE_IN)]
    due = "" if due_in is None else (province.as_of + timedelta(days=due_in)).strftime("%Y-%m-%d")
    issued = province.as_of - timedelta(days=_age(number))
    return {
        "recommendation_code": _code(number),
        "unit_code": unit_code(number % province.units) if number else old_code(),
        "content": _CONTENTS[number % len(_CONTENTS)],
        "issued_on": "2025-06-20" if not number else issued.strftime("%Y-%m-%d"),
        "inspecting_unit_code": INSPECTOR,
        "due_on": due,
        "document_no": f"{100 + number}/TB-SNV",
    }


def _code(number: int) -> str:
    return f"KN-2026-{number + 1:03d}"


def _age(number: int) -> int:
    """Days since it was issued."""
    return 45 + number % 60
