"""The words of the common reasons: names of columns in both languages and sentences that fit any of them.

Add a column's name when a dataset gains one. Sentences of particular rules stand beside their rule in `suites/`.
"""

from expectations.check_context import EVENT_YEARS_AHEAD, FIRST_EVENT_DAY, FIRST_VALIDITY_DAY, VALIDITY_COLUMNS
from tasks.rules.datasets import Kind

LABELS: dict[str, tuple[str, str]] = {
    "approver": ("người phê duyệt", "approver"),
    "at": ("thời điểm của sự kiện", "moment of the event"),
    "content": ("nội dung kiến nghị", "text of the recommendation"),
    "document_no": ("số văn bản", "document number"),
    "dossier_code": ("mã hồ sơ", "dossier code"),
    "due_at": ("ngày hẹn trả", "appointment date"),
    "due_on": ("thời hạn thực hiện", "due date"),
    "duration_amount": ("thời hạn giải quyết", "time allowed"),
    "duration_unit": ("đơn vị tính thời hạn giải quyết", "unit of the time allowed"),
    "effective_from": ("ngày hiệu lực của việc sắp xếp đơn vị", "date the succession takes effect"),
    "email": ("địa chỉ thư điện tử", "e-mail address"),
    "event": ("loại sự kiện", "kind of event"),
    "expires_on": ("ngày hết hiệu lực", "expiry date"),
    "from_on": ("ngày bắt đầu vắng mặt", "first day of absence"),
    "holding_since": ("ngày bắt đầu giữ hồ sơ", "date the dossier was handed over"),
    "internal_amount": ("thời hạn nội bộ", "internal time"),
    "internal_unit": ("đơn vị tính thời hạn nội bộ", "unit of the internal time"),
    "issued_on": ("ngày ban hành kiến nghị", "date of issue"),
    "kind": ("loại đơn vị", "kind of unit"),
    "name": ("tên gọi", "name"),
    "new_code": ("mã đơn vị mới", "code of the new unit"),
    "new_due_at": ("ngày hẹn trả mới", "new appointment date"),
    "new_due_on": ("thời hạn mới", "new due date"),
    "old_code": ("mã đơn vị cũ", "code of the old unit"),
    "online": ("ô “trực tuyến”", "“online” mark"),
    "paused": ("ô “tạm dừng”", "“paused” mark"),
    "procedure_code": ("mã thủ tục hành chính", "procedure code"),
    "received_at": ("ngày tiếp nhận", "date of receipt"),
    "recommendation_code": ("mã kiến nghị", "recommendation code"),
    "resolved_at": ("ngày có kết quả", "date of the result"),
    "returned_at": ("ngày trả kết quả", "date the result was handed out"),
    "role": ("vai trò của đầu mối", "role of the contact"),
    "seen_on": ("ngày ghi nhận niêm yết", "day the display was seen"),
    "share": ("phần kế thừa", "share of the succession"),
    "status": ("trạng thái", "status"),
    "submitted_at": ("ngày nộp hồ sơ", "date of submission"),
    "supplement_policy": ("cách tính thời hạn khi bổ sung hồ sơ", "rule for supplements"),
    "to_on": ("ngày kết thúc vắng mặt", "last day of absence"),
    "unit_code": ("mã đơn vị", "unit code"),
    "updated_at": ("ngày cập nhật", "date of the last update"),
    "valid_from": ("ngày bắt đầu hiệu lực", "first day of validity"),
    "valid_to": ("ngày hết hiệu lực", "last day of validity"),
}


def missing(column: str) -> tuple[str, str]:
    """The sentences for an empty required cell."""
    vi, en = LABELS[column]
    return (
        f"Thiếu {vi}; đề nghị bổ sung tại nguồn rồi gửi lại.",
        f"The {en} is missing: please add it at the source and send the record again.",
    )


def unreadable(column: str, kind: Kind) -> tuple[str, str]:
    """The sentences for a cell whose text cannot be understood."""
    vi, en = LABELS[column]
    if kind is Kind.NUMBER:
        return (
            f"{_upper(vi)} không phải là một số nguyên đọc được; đề nghị chỉ ghi chữ số.",
            f"The {en} is not a readable whole number: please write digits only.",
        )
    if kind is Kind.BOOLEAN:
        return (
            f"{_upper(vi)} không rõ là có hay không; đề nghị ghi “có”, “không” hoặc để trống.",
            f"The {en} is neither yes nor no: please write yes or no, or leave it empty.",
        )
    return (
        f"{_upper(vi)} không có trong lịch hoặc không đọc được; đề nghị kiểm tra và ghi lại theo dạng ngày/tháng/năm.",
        f"The {en} is not in the calendar or cannot be read: please check it and write day/month/year.",
    )


def implausible(column: str) -> tuple[str, str]:
    """The sentences for a date outside its window."""
    vi, en = LABELS[column]
    if column in VALIDITY_COLUMNS:
        since = FIRST_VALIDITY_DAY
        return (
            f"{_upper(vi)} không hợp lý (trước {since:%d/%m/%Y} hoặc quá xa trong tương lai); đề nghị sửa lại, "
            "nếu chưa có thì để trống.",
            f"The {en} is implausible (before {since:%d/%m/%Y} or far in the future): please correct it, or leave it "
            "empty if there is none.",
        )
    return (
        f"{_upper(vi)} không hợp lý (trước {FIRST_EVENT_DAY:%d/%m/%Y} hoặc sau hôm nay quá {EVENT_YEARS_AHEAD} năm); "
        "đề nghị kiểm tra năm và sửa lại.",
        f"The {en} is implausible (before {FIRST_EVENT_DAY:%d/%m/%Y} or more than {EVENT_YEARS_AHEAD} years ahead): "
        "please check the year and correct it.",
    )


def unknown_word(column: str) -> tuple[str, str]:
    """The sentences for a word outside the closed list."""
    vi, en = LABELS[column]
    return (
        f"{_upper(vi)} không có trong danh mục đã thống nhất; đề nghị ghi đúng giá trị trong danh mục "
        "hoặc bổ sung bảng quy đổi của nguồn.",
        f"The {en} is not in the agreed list: please use a value of the list or extend the source's conversion table.",
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
