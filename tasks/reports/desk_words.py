"""The words of the desks, Vietnamese and English: headings, how each desk is worked, and why mails are held."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("Bàn việc cần người xử lý", "Desks: what needs a person"),
    "as_of": ("Tình trạng lúc {moment}.", "As of {moment}."),
    "empty": ("Không có việc: {names}.", "Nothing lies on: {names}."),
    "more": ("Và {n} việc khác.", "And {n} more."),
    "age": (" ({n} ngày làm việc)", " ({n} working days)"),
    "unnamed": ("không nêu", "not named"),
    "answer": ("NỘI_DUNG", "ANSWER"),
    "head_what": ("Việc", "Matter"),
    "head_why": ("Lý do", "Why"),
    "head_since": ("Từ ngày", "Since"),
    "head_command": ("Lệnh xử lý", "Command"),
    "desk_uncertain": ("Thư chưa rõ đã tới hay chưa", "Mails nobody knows the fate of"),
    "desk_held": ("Thư đang giữ lại", "Held mails"),
    "desk_no_recipient": ("Đơn vị chưa có người nhận", "Units without a recipient"),
    "desk_quarantine": ("Khu cách ly", "Quarantine"),
    "desk_disputes": ("Phản ánh chờ trả lời", "Disputes waiting for an answer"),
    "desk_mismatches": ("Ngày hẹn lệch với quy định", "Appointments apart from the rules"),
    "what_mail": ("Thư {about}: {where}", "Mail {about}: {where}"),
    "several_mails": ("{n} thư", "{n} mails"),
    "what_no_recipient": ("{where} ({about})", "{where} ({about})"),
    "what_quarantine": ("Bản ghi {about}: {where}", "Record {about}: {where}"),
    "what_disputes": ("{about}", "{about}"),
    "what_mismatches": (
        "Thủ tục {where}: {n} hồ sơ, ví dụ {about}",
        "Procedure {where}: {n} dossiers, such as {about}",
    ),
    "why_uncertain": ("mất kết nối khi đang gửi", "the connection broke while it was being sent"),
    "why_held": ("không nêu", "not told"),
    "why_no_recipient": (
        "danh bạ chưa có địa chỉ người đứng đầu",
        "the directory has no address of the head",
    ),
    "why_quarantine": ("không nêu", "not told"),
    "why_disputes": ("đơn vị phản ánh số liệu", "the unit disputes the data"),
    "how_uncertain": (
        "Hỏi người nhận, rồi ghi nhận: `--handed` đã tới, `--not-handed` chưa tới, `--resend` gửi lại trong ngày.",
        "Ask the recipient, then record: `--handed` it arrived, `--not-handed` it did not, `--resend` send it again.",
    ),
    "how_held": (
        "Cho gửi bằng `approve`, bỏ bằng `cancel`; thư không lập được thì sửa danh bạ hoặc dữ liệu nguồn.",
        "`approve` lets it go, `cancel` drops it; for one that cannot be built correct the directory or the source.",
    ),
    "how_no_recipient": (
        "Bổ sung người đứng đầu vào danh bạ, rồi nhận lại danh bạ.",
        "Add the head to the directory, then pull it again.",
    ),
    "how_quarantine": (
        "Sửa tại nguồn thì bản ghi tự ra; đúng như đang ghi: `quarantine release`; không dùng: `quarantine settle`.",
        "Mended at the source it leaves by itself; right as it is: `quarantine release`; not needed: `settle`.",
    ),
    "how_disputes": (
        "Đối chiếu với đơn vị, rồi trả lời: `--rejected` giữ nguyên số liệu, `--upheld` phản ánh đúng.",
        "Compare with the unit, then answer: `--rejected` the data stand, `--upheld` the unit is right.",
    ),
    "how_mismatches": (
        "Xem từng bước tính hạn của hồ sơ nêu làm ví dụ, báo đơn vị quản lý phần mềm một cửa sửa cách tính.",
        "See how the example's deadline is counted, have the keeper of the one-stop software mend its counting.",
    ),
}

REASONS: Mapping[str, tuple[str, str]] = {
    "shadow": ("chế độ shadow: không gửi cho ai", "shadow mode: sent to nobody"),
    "ops_only": ("chế độ ops: chỉ gửi bản tin vận hành", "ops mode: only the bulletin goes out"),
    "approval": ("chờ người có thẩm quyền duyệt", "waits for an approval"),
    "by_person": ("người phụ trách giữ lại", "held by a person"),
    "restored": (
        "từ bản sao lưu, có thể đã gửi rồi: xem nhật ký máy chủ thư, đã gửi thì `cancel`, chưa thì `approve`",
        "from a backup, it may have gone out: see the mail server's log; gone: `cancel`, not gone: `approve`",
    ),
    "cancelled": ("người phụ trách đã hủy", "cancelled by a person"),
    "resolved_not_handed": ("người phụ trách ghi nhận là chưa tới", "recorded as not arrived"),
    "killed_in_data": ("lượt chạy bị ngắt khi đang gửi", "the run was cut off while sending it"),
    "reply": ("máy chủ thư trả lời {code}", "the mail server said {code}"),
    "no_answer": ("máy chủ thư không trả lời", "the mail server gave no answer"),
    "no_connection": ("không kết nối được máy chủ thư", "the mail server cannot be reached"),
    "dropped": ("máy chủ thư ngắt kết nối", "the mail server broke the connection"),
    "AddressRefusedError": ("địa chỉ không dùng được", "the address cannot be used"),
    "PersonalDataError": ("nội dung có vẻ là thông tin cá nhân", "its text looks like personal data"),
}
