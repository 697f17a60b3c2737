"""Vietnamese and English words of the quarantine desk: headings, what to do about a row, why one is not released."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "age": ("Tuổi (ngày làm việc)", "Age (working days)"),
    "owner": ("Người theo dõi", "Owner"),
    "reason": ("Lý do", "Reason"),
    "key": ("Khóa", "Key"),
    "source": ("Nguồn", "Source"),
    "doubtful": ("Đang dùng bản cũ", "Older one in use"),
    "empty": ("Không có bản ghi nào bị cách ly.", "No record is in quarantine."),
    "title": ("Bản ghi cách ly số {id} · {dataset} · nguồn {source}", "Quarantined record {id} · {dataset} · {source}"),
    "came_from": ("Từ đâu: {name}, {place}", "Where from: {name}, {place}"),
    "came_from_unknown": ("Từ đâu: bản gốc không còn lưu", "Where from: the landed body is not kept any more"),
    "line": ("dòng {n}", "line {n}"),
    "record": ("bản ghi thứ {n}", "record {n}"),
    "why": ("VÌ SAO BỊ CÁCH LY", "WHY IT IS IN QUARANTINE"),
    "content": ("NỘI DUNG", "CONTENT"),
    "column": ("Cột", "Column"),
    "as_refused": ("Bản bị cách ly", "As refused"),
    "in_use": ("Đang dùng", "In use"),
    "no_current": (
        "Chưa có bản nào của khóa này trong kho dữ liệu.",
        "The warehouse has no version of this key.",
    ),
    "current_since": (
        "Kho dữ liệu đang dùng bản có số liệu đến {moment}; chỗ khác nhau có dấu *.",
        "The warehouse uses a version as of {moment}; * marks what differs.",
    ),
    "todo": ("VIỆC CẦN LÀM", "WHAT TO DO"),
    "ask": ("Hỏi: {whom}.", "Ask: {whom}."),
    "ask_unit": ("Hỏi: {unit} ({code}); nơi giữ dữ liệu: {whom}.", "Ask: {unit} ({code}); kept by: {whom}."),
    "mend": (
        "Sửa tại nguồn; lần nhận kế tiếp bản ghi tự ra khỏi khu cách ly.",
        "Correct it at the source: with the next pull the record leaves the quarantine by itself.",
    ),
    "or_release": (
        "Nếu đã xác minh là đúng như đang ghi: dondoc quarantine release {id} --by CHỨC_DANH --reason LÝ_DO",
        "Verified to be right as it stands: dondoc quarantine release {id} --by POST --reason WHY",
    ),
    "or_settle": (
        "Nếu nguồn không thể sửa và không cần dùng: dondoc quarantine settle {id} --by CHỨC_DANH --reason LÝ_DO",
        "If the source cannot mend it and it is not needed: dondoc quarantine settle {id} --by POST --reason WHY",
    ),
    "cannot_release": ("Không cho qua được: {why}", "It cannot be released: {why}"),
    "history": ("QUÁ TRÌNH", "HISTORY"),
    "first_seen": ("{at}: thấy lần đầu", "{at}: first seen"),
    "seen_again": ("{at}: còn thấy", "{at}: seen again"),
    "closed_corrected": ("{at}: tự đóng vì nguồn đã sửa", "{at}: closed, the source has corrected it"),
    "closed_gone": ("{at}: tự đóng vì nguồn không còn gửi bản này", "{at}: closed, the source tells it no more"),
    "closed_settled": ("{at}: được đóng, không dùng", "{at}: settled, not used"),
    "closed_released": ("{at}: được cho qua", "{at}: released"),
    "act_quarantine_release": ("{at}: {by} cho qua: {detail}", "{at}: {by} released it: {detail}"),
    "act_quarantine_settle": ("{at}: {by} đóng, không dùng: {detail}", "{at}: {by} settled it: {detail}"),
    "act_quarantine_assign": ("{at}: {by} giao cho {detail}", "{at}: {by} assigned it to {detail}"),
    "act_quarantine_promote": ("{at}: lượt {by} đã xử lý: {detail}", "{at}: run {by} took it up: {detail}"),
    "nobody": ("(chưa ai)", "(nobody)"),
    "assigned": ("Đã giao bản ghi {id} cho {owner}.", "Record {id} is assigned to {owner}."),
    "not_open": (
        "Bản ghi {id} không còn mở; xem `dondoc quarantine show {id}`.",
        "Record {id} is not open any more; see `dondoc quarantine show {id}`.",
    ),
    "needs_by": (
        'Cho qua hoặc đóng một bản ghi cần --by "chức danh" và --reason "lý do".',
        'Releasing or settling a record needs --by "post" and --reason "why".',
    ),
    "preview": (
        "Nếu cho qua, buổi sáng {moment} sẽ khác như sau (tính thử, chưa ghi gì):",
        "If it is released, the morning of {moment} differs like this (rehearsed, nothing written):",
    ),
    "flag_added": ("  thêm cảnh báo: {code} · {flag} · {unit}{late}", "  flag added: {code} · {flag} · {unit}{late}"),
    "flag_removed": ("  bớt cảnh báo: {code} · {flag} · {unit}", "  flag removed: {code} · {flag} · {unit}"),
    "flag_changed": (
        "  đổi cảnh báo: {code} · {flag} · {unit}{late}",
        "  flag changed: {code} · {flag} · {unit}{late}",
    ),
    "late": (", quá hạn {n} ngày làm việc", ", {n} working days late"),
    "mail_added": ("  thêm thư: {post}: {subject}", "  mail added: {post}: {subject}"),
    "mail_removed": ("  bớt thư: {post}: {subject}", "  mail removed: {post}: {subject}"),
    "mail_changed": (
        "  đổi thư: {post}: {subject} (trước: {before})",
        "  mail changed: {post}: {subject} (before: {before})",
    ),
    "no_difference": ("  không khác gì.", "  no difference."),
    "confirm": ("Chạy lại với --yes để xác nhận.", "Run again with --yes to confirm."),
    "confirm_ask": ("Cho bản ghi này qua?", "Release this record?"),
    "released": (
        "Đã ghi nhận: bản ghi {id} được cho qua, sẽ vào kho dữ liệu ở lượt nhận kế tiếp.",
        "Recorded: record {id} is released and comes in with the next sync.",
    ),
    "settled": (
        "Đã đóng bản ghi {id}: không dùng, và không mở lại khi nguồn gửi đúng nội dung này.",
        "Record {id} is settled: not used, and not opened again when the source brings the same content.",
    ),
}

# why a row cannot be let in as it stands (`tasks/rules/release`), and what to do instead
REFUSALS: Mapping[str, tuple[str, str]] = {
    "not_open": (
        "bản ghi không còn mở trong khu cách ly; xem quá trình của nó.",
        "it is not open in the quarantine any more; see its history.",
    ),
    "malformed_row": (
        "dòng bị lệch ô hoặc bị cắt nên không biết ô nào là gì; xuất lại dòng này từ phần mềm nguồn.",
        "its cells are shifted or cut, nobody can tell which is which; export the row again from the source.",
    ),
    "formula_cell": (
        "có ô công thức chưa có kết quả; dán giá trị rồi gửi lại tệp.",
        "a cell holds a formula without a result; paste values and send the file again.",
    ),
    "code_as_number": (
        "mã đã bị bảng tính làm hỏng; để cột mã ở dạng văn bản rồi gửi lại tệp.",
        "a spreadsheet has spoilt a code; format the column as text and send the file again.",
    ),
    "code_too_long": (
        "có mã dài quá 200 ký tự; kiểm tra các cột mã rồi gửi lại.",
        "a code has more than 200 characters; check the columns of codes and send it again.",
    ),
    "cell_missing": (
        "ô bắt buộc «{column}» để trống, không ai đoán thay được; bổ sung tại nguồn.",
        "the required cell “{column}” is empty and is never guessed; add it at the source.",
    ),
    "no_key": (
        "bản ghi không có khóa nên không biết là bản ghi nào; bổ sung mã định danh tại nguồn.",
        "the record has no key, nobody can tell which one it is; add its identifier at the source.",
    ),
    "unreadable": (
        "ô «{column}» không đọc được thành giá trị nên không lưu được; sửa ô này tại nguồn.",
        "the cell “{column}” cannot be read as a value and so cannot be stored; correct it at the source.",
    ),
    "word_unknown": (
        "từ ở ô «{column}» không có trong danh mục; sửa tại nguồn, hoặc khai status_map nếu là trạng thái.",
        "the word in “{column}” is not in the list; correct it at the source, or declare it in status_map if it is a "
        "status of the software.",
    ),
    "range": (
        "số ở ô «{column}» ngoài khoảng tính được; sửa tại nguồn.",
        "the number in “{column}” is outside what can be reckoned with; correct it at the source.",
    ),
    "legal_form": (
        "bước này phải có căn cứ («{column}»): văn bản, ngày, lý do hoặc người phê duyệt; bổ sung tại nguồn.",
        "this step needs its ground (“{column}”): document, date, reason or approver; add it at the source.",
    ),
    "already_there": (
        "kho dữ liệu đã có đúng nội dung này; không phải làm gì.",
        "the warehouse has this very content already; nothing is to be done.",
    ),
    "overtaken": (
        "sau đó nguồn đã gửi bản mới hơn và bản ấy đang được dùng; nếu bản mới sai, sửa tại nguồn.",
        "the source has told something newer since, which is in use; if that is wrong, correct it at the source.",
    ),
    "other_released": (
        "một bản khác của cùng khóa, cùng lần nhận đã được cho qua; chỉ một bản là đúng, sửa tại nguồn nếu chọn nhầm.",
        "another record of the same key and pull was released; only one can be right, correct it at the source.",
    ),
    "not_built": (
        "nội dung lưu lại không đủ để dựng lại đúng bản ghi; đề nghị nguồn gửi lại.",
        "what is kept does not suffice to rebuild the record exactly; ask the source to send it again.",
    ),
}


def say(key: str, locale: str, **words: object) -> str:
    """The words of that key in `vi` or `en`."""
    return WORDS[key][1 if locale == "en" else 0].format(**words)


def refusal_sentence(code: str, locale: str, column: str) -> str:
    """Why a row cannot be let in, and what to do instead."""
    return REFUSALS.get(code, REFUSALS["not_built"])[1 if locale == "en" else 0].format(column=column)
