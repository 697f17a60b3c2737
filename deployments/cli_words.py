"""Vietnamese and English words of the desks' human output: one catalogue, never scattered in commands."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "no_flags": ("Không có cảnh báo nào đang mở.", "No open flags."),
    "no_mails": ("Chưa có thư nào.", "No mails yet."),
    "no_quarantine": ("Khu cách ly trống.", "The quarantine is empty."),
    "code": ("Mã", "Code"),
    "flag": ("Cảnh báo", "Flag"),
    "unit": ("Đơn vị", "Unit"),
    "due": ("Hạn", "Due"),
    "late": ("Quá hạn (ngày làm việc)", "Late (working days)"),
    "tier": ("Mức", "Tier"),
    "disputed": ("Có phản ánh", "Disputed"),
    "date": ("Ngày", "Date"),
    "audience": ("Loại", "Audience"),
    "recipient": ("Người nhận", "Recipient"),
    "state": ("Trạng thái", "State"),
    "subject": ("Tiêu đề", "Subject"),
    "source": ("Nguồn", "Source"),
    "dataset": ("Dữ liệu", "Dataset"),
    "key": ("Khóa", "Key"),
    "reason": ("Lý do", "Reason"),
    "moment": ("Số liệu đến", "Data moment"),
    "fresh": ("Còn mới", "Fresh"),
    "yes": ("có", "yes"),
    "no": ("không", "no"),
    "sources": ("NGUỒN DỮ LIỆU", "SOURCES"),
    "ledger": ("SỔ THƯ", "LEDGER"),
    "attention": ("CẦN NGƯỜI XỬ LÝ", "NEEDS ATTENTION"),
    "nothing_needed": ("Không có việc gì cần xử lý.", "Nothing needs a person."),
    "quarantine": ("Khu cách ly", "Quarantine"),
    "done": ("Đã ghi nhận.", "Recorded."),
    "mail_stopped": ("Đã dừng mọi thư, kể từ thư kế tiếp.", "All mail is stopped, from the next message on."),
    "mail_started": ("Thư được gửi trở lại.", "Mail goes out again."),
    "would_reach": ("Chế độ {mode} sẽ gửi thư tới:", "Mode {mode} will reach:"),
    "nobody": ("(không ai)", "(nobody)"),
    "reach_line": ("  {audience} · {post} <{address}>: {n} mục", "  {audience} · {post} <{address}>: {n} items"),
    "audience_head": ("người đứng đầu", "head"),
    "audience_superior": ("lãnh đạo cấp trên", "superior"),
    "audience_leadership": ("lãnh đạo tỉnh", "leadership"),
    "audience_inspecting": ("cơ quan kiểm tra", "inspecting office"),
    "reach_total": (
        "Buổi sáng {moment} sẽ gửi {mails} thư, {items} mục (tính thử trên số liệu đang có).",
        "The morning of {moment} would send {mails} mails with {items} items (rehearsed on the data at hand).",
    ),
    "reach_later": (
        "Ngoài ra, người có trong danh bạ có thể nhận thư về sau:",
        "Later on, others in the directory may be written to:",
    ),
    "confirm_live_ask": ("Chuyển sang gửi thật?", "Go live?"),
    "confirm_live": (
        "Chạy lại với --yes để xác nhận.",
        "Run again with --yes to confirm.",
    ),
    "mode_set": ("Chế độ gửi thư: {mode}.", "Mail mode: {mode}."),
    "attention_uncertain": (
        "Thư {id} ({recipient}) không rõ đã tới hay chưa: kiểm tra rồi ghi nhận bằng `dondoc outbox resolve {id}`",
        "Mail {id} ({recipient}): nobody knows whether it arrived. Find out, then `dondoc outbox resolve {id}`",
    ),
    "attention_refused": (
        "Thư {id} bị máy chủ từ chối ({recipient}): kiểm tra địa chỉ trong danh bạ",
        "Mail {id} was refused by the server ({recipient}): check the address in the directory",
    ),
    "attention_held": (
        "Thư {id} ({recipient}) đang được giữ lại ({reason}): cho gửi bằng `dondoc outbox approve {id}`, bỏ bằng "
        "`dondoc outbox cancel {id}`",
        "Mail {id} ({recipient}) is held back ({reason}): `dondoc outbox approve {id}` lets it go, "
        "`dondoc outbox cancel {id}` drops it",
    ),
    "attention_not_built": (
        "Thư {id} ({recipient}) không lập được, địa chỉ sai hoặc có thông tin cá nhân: sửa danh bạ hoặc dữ liệu nguồn",
        "Mail {id} ({recipient}) cannot be built, wrong address or personal data: correct the directory or the source",
    ),
    "attention_cap": (
        "{n} thư chờ gửi, vượt mức {cap} thư một lượt nên chưa gửi: xem `dondoc outbox list`",
        "{n} mails wait, more than the {cap} one run may send: see `dondoc outbox list`",
    ),
    "attention_too_late": (
        "{n} thư chưa đi khi hết khung giờ gửi. Gửi bù đến {catch_up} hôm nay: "
        '`dondoc run remind --outside-window --reason "lý do"`; sau đó thư hết hạn',
        "{n} mails had not gone out when the mail window closed. Until {catch_up} today: "
        '`dondoc run remind --outside-window --reason "why"`; then they lapse',
    ),
    "attention_source": (
        "Nguồn {name}: {error}",
        "Source {name}: {error}",
    ),
    "attention_stale": (
        "Nguồn {name}: số liệu đã cũ, các mục của nguồn này chưa được nhắc",
        "Source {name}: the data are stale, its items are kept out of the mails",
    ),
    "attention_no_recipient": (
        "Đơn vị {unit}: không xác định được người nhận, bổ sung địa chỉ người đứng đầu vào danh bạ",
        "Unit {unit}: no recipient; add the head's address to the directory",
    ),
    "attention_quarantine": (
        "{n} bản ghi trong khu cách ly: xem bằng `dondoc quarantine list`",
        "{n} records in quarantine: see `dondoc quarantine list`",
    ),
    "attention_quarantine_old": (
        "{n} bản ghi nằm trong khu cách ly quá {days} ngày làm việc: xem "
        "`dondoc quarantine list --older-than {days}`, giao người theo dõi bằng `dondoc quarantine assign`",
        "{n} records lie in quarantine for more than {days} working days: see "
        "`dondoc quarantine list --older-than {days}`, name an owner by `dondoc quarantine assign`",
    ),
    "attention_differences": (
        "Đối soát: {n} sai lệch đang mở, lâu nhất từ {since}: xem `dondoc differences list`",
        "Reconciliation: {n} differences are open, the oldest since {since}: see `dondoc differences list`",
    ),
    "attention_returned": (
        "Đối soát: {n} sai lệch đã khắc phục nay quay lại ({ids}): xem `dondoc differences explain MÃ`",
        "Reconciliation: {n} differences came back after they were fixed ({ids}): see `dondoc differences explain ID`",
    ),
    "attention_stopped": ("Thư đang bị dừng bởi {by}: {reason}", "Mail is stopped by {by}: {reason}"),
    "attention_dispute": (
        "Mục {code} đang được đơn vị phản ánh: trả lời bằng `dondoc dispute answer {code}`",
        "Item {code} is disputed: answer with `dondoc dispute answer {code}`",
    ),
    "not_found": ("Không tìm thấy {what}.", "{what} was not found."),
    "no_refused": (
        "Không có bản ghi số {id} trong khu cách ly. Xem `dondoc quarantine list`.",
        "The quarantine holds no row {id}. See `dondoc quarantine list`.",
    ),
    "several": (
        "Mã {code} thuộc nhiều mục: {keys}. Nêu rõ một mục.",
        "Code {code} names several items: {keys}. Name one of them.",
    ),
    "run_line": (
        "{flow} {as_of}: {state} (mã kết thúc {exit_status})",
        "{flow} {as_of}: {state} (exit status {exit_status})",
    ),
    "run_source": (
        "  {name}: nhận {pulled}, mới {new}, thay đổi {changed}, cách ly {quarantined}",
        "  {name}: pulled {pulled}, new {new}, changed {changed}, quarantined {quarantined}",
    ),
    "run_looked": ("  {name}: đã xem {pulled} bản ghi", "  {name}: {pulled} records looked at"),
    "run_flags": (
        "  cảnh báo: mở thêm {opened}, đóng {closed}, đang mở {open}",
        "  flags: {opened} opened, {closed} closed, {open} open",
    ),
    "run_mails": (
        "  thư: soạn {composed}, đã gửi {handed}, giữ lại {held}, bị từ chối {refused}, chưa rõ {uncertain}, "
        "gửi lại sau {retry}",
        "  mails: {composed} composed, {handed} handed, {held} held, {refused} refused, {uncertain} uncertain, "
        "{retry} to retry",
    ),
    "dry_run": ("  (chạy thử: không ghi gì, không gửi gì)", "  (dry run: nothing written, nothing sent)"),
    "why_idle_day_off": ("  hôm nay là ngày nghỉ", "  a day off"),
    "why_idle_overtaken": (
        "  lượt theo lịch đến muộn: một lượt khác đã làm việc này",
        "  a scheduled run that came late: another has done its work",
    ),
    "why_idle_no_report_due": ("  hôm nay không có báo cáo nào phải gửi", "  no report is due today"),
    "why_idle_slot_done": ("  buổi sáng này đã chạy xong", "  this morning is already done"),
    "previewed": ("{n} tệp trong {folder}", "{n} files in {folder}"),
    "traced": ("Trang truy vết: {path}", "Trace page: {path}"),
    "upgraded": ("Kho dữ liệu đã ở phiên bản mới nhất: {where}", "The warehouse is up to date: {where}"),
    "checked": ("Kho dữ liệu đúng phiên bản: {where}", "The warehouse has the right schema: {where}"),
    "by": ("Người phản ánh", "By"),
    "outcome": ("Kết quả", "Outcome"),
    "outcome_open": ("chờ trả lời", "waits for an answer"),
    "outcome_upheld": ("phản ánh đúng", "upheld"),
    "outcome_rejected": ("giữ nguyên số liệu", "rejected"),
    "no_disputes": ("Không có phản ánh nào đang chờ trả lời.", "No dispute waits for an answer."),
    "no_open_dispute": (
        "{item} không có phản ánh nào đang mở: xem `dondoc dispute list --all`.",
        "{item} has no open dispute: see `dondoc dispute list --all`.",
    ),
    "choose_outcome": (
        "Chọn đúng một: --upheld (phản ánh đúng) hoặc --rejected (giữ nguyên số liệu).",
        "Choose exactly one: --upheld or --rejected.",
    ),
    "dispute_opened": (
        "Đã ghi nhận phản ánh về {item}: mục này không được nhắc trong hai ngày làm việc tiếp theo.",
        "The dispute of {item} is recorded: it leaves all mails on the next two working days.",
    ),
    "dispute_upheld": (
        "Đã ghi nhận: phản ánh về {item} đúng, không nhắc đến khi nguồn sửa số liệu.",
        "Recorded: the dispute of {item} is upheld; it stays out of mails until its source row changes.",
    ),
    "dispute_rejected": (
        "Đã ghi nhận: giữ nguyên số liệu của {item}, mục này được nhắc trở lại.",
        "Recorded: the dispute of {item} is rejected; it returns to the mails.",
    ),
    "address_bounced": (
        "Đã ghi nhận: thư tới {address} bị trả lại, từ nay gửi cho cấp phó.",
        "Recorded: mail to {address} bounces, the deputy is written to from now on.",
    ),
    "address_reachable": ("Đã ghi nhận: {address} dùng lại được.", "Recorded: {address} works again."),
    "bad_moment": (
        "{option} {text!r}: viết dạng 2026-11-25T07:30.",
        "{option} {text!r}: write it as 2026-11-25T07:30.",
    ),
    "one_of": ("{option} {value!r}: chọn một trong {words}.", "{option} {value!r}: one of {words}."),
    "unreadable": (
        "Không đọc được tệp {path}: kiểm tra đường dẫn, lưu dạng CSV UTF-8.",
        "{path} cannot be read: check the path, save it as CSV UTF-8.",
    ),
    "doctor_config": ("Cấu hình đúng: {path}", "Configuration ok: {path}"),
    "doctor_warehouse": ("Kho dữ liệu mở được, đúng phiên bản", "Warehouse opens and has the right schema"),
    "doctor_no_warehouse": (
        "Chưa có kho dữ liệu: lần chạy đầu tiên sẽ tạo, hoặc chạy `dondoc db upgrade`",
        "No warehouse yet: the first run creates it, or run `dondoc db upgrade`",
    ),
    "doctor_year": ("Lịch làm việc năm {year} có đủ ({version})", "Working calendar {year} is known ({version})"),
    "doctor_year_provisional": (
        "Lịch làm việc năm {year} còn tạm tính: khi có thông báo chính thức, `dondoc calendar apply TỆP`",
        "Working calendar {year} is provisional: once announced, `dondoc calendar apply FILE`",
    ),
    "doctor_year_unknown": (
        "Chưa có lịch làm việc năm {year}: `dondoc calendar apply TỆP` với tệp ngày nghỉ của năm đó",
        "Working calendar {year} is unknown: `dondoc calendar apply FILE` with a file of its days off",
    ),
    "doctor_no_sources": (
        "Chưa khai nguồn nào: thêm [[sources]] vào cấu hình",
        "No source is configured: add [[sources]] to the configuration",
    ),
    "doctor_host": ("Nguồn {name}: {host}", "Source {name}: {host}"),
    "doctor_files": ("Nguồn {name}: có tệp", "Source {name}: files are there"),
    "doctor_no_files": (
        "Nguồn {name}: không có tệp nào khớp {path}; đặt tệp vào đó hoặc sửa `path`",
        "Source {name}: no file matches {path}; put one there or change `path`",
    ),
    "doctor_mode": ("Chế độ gửi thư: {mode}", "Mail mode: {mode}"),
    "doctor_mode_differs": (
        "Chế độ gửi thư đang là {mode}, cấu hình ghi {configured}: đổi bằng `dondoc mail mode` hoặc sửa cấu hình",
        "Mail mode in force is {mode}, configured is {configured}: change it with `dondoc mail mode` or configure it",
    ),
    "doctor_smtp": ("Máy chủ thư {where}: kết nối và đăng nhập được", "Mail server {where}: connected and logged in"),
    "doctor_smtp_shadow": (
        "Máy chủ thư {where}: chưa thử, vì chế độ shadow không gửi cho ai",
        "Mail server {where}: not tried, since shadow mode sends to nobody",
    ),
    "doctor_smtp_secret": (
        "Máy chủ thư {where}: không lấy được mật khẩu ({code}); xem password_env, password_file",
        "Mail server {where}: the password cannot be had ({code}); see password_env, password_file",
    ),
    "doctor_smtp_failed": (
        "Máy chủ thư {where}: không đăng nhập được ({kind}); kiểm tra host, port, security, tài khoản, chứng thư",
        "Mail server {where}: no login ({kind}); check host, port, security, account, certificate",
    ),
}


def say(key: str, locale: str, **params: object) -> str:
    """The words of that key in `vi` or `en`."""
    return WORDS[key][1 if locale == "en" else 0].format(**params)
