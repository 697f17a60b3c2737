"""Vietnamese and English words of an explained dossier or recommendation."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "dossier": ("Hồ sơ {code}: {title}", "Dossier {code}: {title}"),
    "recommendation": ("Kiến nghị {code}: {title}", "Recommendation {code}: {title}"),
    "key": ("Khóa", "Key"),
    "as_of": ("Xét tại", "As of"),
    "known_at": ("Theo dữ liệu biết đến", "As known at"),
    "unit": ("Đơn vị trên bản ghi", "Unit in the record"),
    "asked": ("Đơn vị được đôn đốc", "Unit asked"),
    "nobody": ("không xác định được", "unknown"),
    "holding": ("Đang giữ từ", "Held there since"),
    "status": ("Trạng thái", "Status"),
    "received": ("Tiếp nhận", "Received"),
    "issued": ("Ban hành", "Issued"),
    "finished": ("Đã có kết quả", "Resolved"),
    "appointment": (
        "Ngày hẹn trả (ngày nghỉ: ngày làm việc kế tiếp)",
        "Appointment (a day off: the next working day)",
    ),
    "own": ("Hạn theo quy định", "Due by the rules"),
    "no_duration": ("chưa rõ thời hạn, lấy ngày hẹn trả", "time allowed unknown, the appointment decides"),
    "original": ("Hạn ban đầu", "Original date"),
    "extension": ("Gia hạn theo", "Extended by"),
    "due": ("Hạn làm căn cứ", "Binding date"),
    "binding_own": ("hạn theo quy định muộn hơn", "the date by the rules is the later"),
    "binding_appointment": ("ngày hẹn trả muộn hơn", "the appointment is the later"),
    "binding_both": ("hai mốc trùng nhau", "both dates agree"),
    "binding_extension": ("theo văn bản gia hạn", "by the extension"),
    "binding_none": ("", ""),
    "binding_due": ("thời hạn ghi trong kiến nghị", "as set in the recommendation"),
    "no_due_paused": ("chưa có: đang tạm dừng", "none while paused"),
    "no_due": ("chưa có", "none"),
    "pause": ("Tạm dừng", "Paused"),
    "running": ("đang tạm dừng", "still running"),
    "flag": ("Cảnh báo", "Flag"),
    "flag_since": ("{flag}, từ {since}", "{flag}, since {since}"),
    "flag_none": ("không có", "none"),
    "versions": ("Số phiên bản đã biết", "Versions known"),
    "gone": (
        "Tại thời điểm ấy hệ thống chưa biết mục này.",
        "At that moment the system did not know this item.",
    ),
}


def item_word(key: str, locale: str, **params: object) -> str:
    """The words of that key in `vi` or `en`."""
    return WORDS[key][1 if locale == "en" else 0].format(**params)
