"""Vietnamese and English words of an explained deadline and of a year's calendar."""

from collections.abc import Mapping
from datetime import date

WORDS: Mapping[str, tuple[str, str]] = {
    # headings
    "received": ("Tiếp nhận", "Received"),
    "day_zero": ("Coi như nhận ngày", "Counts as received on"),
    "allowed": ("Thời hạn", "Time allowed"),
    "paused_from_to": ("Tạm dừng", "Paused"),
    "due": ("Hạn trả", "Due"),
    "no_due": ("chưa có: hồ sơ đang tạm dừng", "none while a pause runs"),
    "still_running": ("đang tạm dừng", "still running"),
    "day": ("Ngày", "Day"),
    "counted": ("Tính", "Counted"),
    "reason": ("Vì sao", "Why"),
    "basis": ("Lịch {calendar}, quy tắc {rule}.", "Calendar {calendar}, rules {rule}."),
    "provisional": (
        "Lịch nghỉ năm {year} là dự kiến, chưa có thông báo chính thức: hạn có thể thay đổi.",
        "The days off of {year} are not announced yet: the date may still move.",
    ),
    # units
    "working_day": ("{n} ngày làm việc", "{n} working days"),
    "calendar_day": ("{n} ngày (theo lịch)", "{n} calendar days"),
    "working_hour": ("{n} giờ làm việc", "{n} working hours"),
    "policy_pause": ("", ""),
    "policy_restart": (" (tính lại từ đầu khi bổ sung xong)", " (counted anew once the supplement is complete)"),
    "policy_none": (" (không trừ thời gian tạm dừng)", " (pauses are not taken off)"),
    "minutes": ("{n} phút", "{n} min"),
    # why a day counted or not
    "receipt_day": ("ngày tiếp nhận (ngày 0)", "day of receipt (day 0)"),
    "received_after_hours": ("nhận sau giờ làm việc: tính từ ngày làm việc kế tiếp", "received after closing time"),
    "working": ("ngày làm việc", "working day"),
    "weekend": ("ngày nghỉ hằng tuần", "weekly day off"),
    "holiday": ("nghỉ lễ, tết", "public holiday"),
    "compensatory": ("nghỉ bù", "compensatory day off"),
    "swap_off": ("nghỉ hoán đổi", "swapped day off"),
    "makeup": ("ngày làm việc bù", "make-up working day"),
    "paused": ("tạm dừng", "paused"),
    "pause_running": ("đang tạm dừng, chưa tính tiếp", "pause still running, the count waits"),
    "before_restart": ("không tính nữa: thời hạn tính lại từ đầu", "void: the time was counted anew"),
    "restart": ("bổ sung xong: tính lại từ đầu", "supplement complete: counted anew from here"),
    "due_day": ("ngày làm việc", "working day"),
    "moved_to_working_day": (
        "ngày cuối là ngày nghỉ: chuyển sang ngày làm việc này",
        "the last day was a day off: moved to this working day",
    ),
    "after_cutoff": ("nhận sau giờ chốt của thủ tục trong ngày", "received after the same-day cut-off"),
    "is_due": ("HẾT HẠN {time}", "DUE {time}"),
    # a year's calendar
    "year": ("Lịch làm việc năm {year}: {days} ngày làm việc", "Working calendar {year}: {days} working days"),
    "kind": ("Loại", "Kind"),
    "name": ("Tên", "Name"),
    "document": ("Căn cứ", "Document"),
    "dated": ("{no} ngày {on}", "{no} of {on}"),
    "computed": ("tính theo luật", "computed from the law"),
    # what a calendar file would change
    "before": ("Đang là", "Now"),
    "after": ("Sẽ là", "Then"),
    "year_unknown": ("chưa có lịch", "year not known"),
    "no_change": ("Tệp này không làm thay đổi ngày nào.", "This file changes no day."),
    "dates_move": ("Hồ sơ đang mở đổi hạn: {n}", "Open dossiers whose date moves: {n}"),
    "more_dates": ("… và {n} hồ sơ khác (xem --json)", "… and {n} more (see --json)"),
    "apply_sure": ("Áp dụng tệp này?", "Apply this file?"),
    "apply_not": ("Chưa áp dụng: thêm --yes để đồng ý.", "Not applied: add --yes to agree."),
    "applied": (
        "Đã áp dụng: {path}. Lượt chạy sau tính theo lịch mới.",
        "Applied: {path}. The next run counts by the new calendar.",
    ),
    # faults of a file of cases
    "fault_value": (
        "dòng {line}, cột {column}: không hiểu {value}; hãy ghi {instead}",
        "line {line}, column {column}: {value} is not understood; write {instead}",
    ),
    "fault_column": (
        "dòng 1: thiếu cột {column}; dòng đầu phải có case_id,received_at,amount,unit,pauses",
        "line 1: column {column} is missing; the first line must name case_id,received_at,amount,unit,pauses",
    ),
    "fault_cells": (
        "dòng {line}: thừa ô; đặt giá trị có dấu phẩy trong ngoặc kép",
        "line {line}: more cells than columns; put values with a comma into quotes",
    ),
    "fault_year": (
        "dòng {line}, trường hợp {case}: không có lịch năm {year}; khai các ngày nghỉ trong tệp ở [calendar] files",
        "line {line}, case {case}: the calendar of {year} is not known; add its days off under [calendar] files",
    ),
    "fault_more": ("… và {n} lỗi khác", "… and {n} more"),
    "instead_case": ("một mã cho trường hợp, ví dụ G01", "a name of the case, for example G01"),
    "instead_instant": ("thời điểm như 2026-11-23T09:00:00+07:00", "an instant like 2026-11-23T09:00:00+07:00"),
    "instead_amount": ("số nguyên từ 0 trở lên, ví dụ 5", "a whole number from 0, for example 5"),
    "instead_pauses": (
        "từ/đến;từ/đến, ví dụ 2025-03-13T10:00:00+07:00/2025-03-20T15:00:00+07:00",
        "from/to;from/to, for example 2025-03-13T10:00:00+07:00/2025-03-20T15:00:00+07:00",
    ),
    "instead_one_of": ("một trong: {words}", "one of {words}"),
}

_WEEKDAYS = (("T2", "Mon"), ("T3", "Tue"), ("T4", "Wed"), ("T5", "Thu"), ("T6", "Fri"), ("T7", "Sat"), ("CN", "Sun"))


def word(key: str, locale: str, **params: object) -> str:
    """The words of that key in `vi` or `en`."""
    return WORDS[key][1 if locale == "en" else 0].format(**params)


def day_text(day: date, locale: str) -> str:
    """A day with its weekday, as people write it here: `T2 23/11/2026`."""
    return f"{_WEEKDAYS[day.weekday()][1 if locale == 'en' else 0]} {day:%d/%m/%Y}"
