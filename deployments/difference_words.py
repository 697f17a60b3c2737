"""Vietnamese and English words of the desk of differences: headings, where a side stands, what to do, the history.

What a class, a cause, a state or a column is called stands in `tasks/reports/reconciliation_words`, once for all.
"""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "empty": ("Không có sai lệch nào như vậy trong sổ.", "The book holds no such difference."),
    "never_run": (
        "Chưa có lần đối soát nào được ghi: chạy `dondoc run reconcile`.",
        "No reconciliation has been stored yet: run `dondoc run reconcile`.",
    ),
    "more": (
        "… và {n} dòng nữa: thu hẹp bằng --unit, --kind, --owner, hoặc lấy đủ bằng --json.",
        "… and {n} more: narrow it by --unit, --kind, --owner, or take all by --json.",
    ),
    "title": ("Sai lệch {id} · {kind} · {state}", "Difference {id} · {kind} · {state}"),
    "unit": ("Đơn vị", "Unit"),
    "owner": ("Ai xử lý", "Who acts"),
    "code": ("Hồ sơ, thủ tục", "Dossier, procedure"),
    "key": ("Khóa", "Key"),
    "column": ("Cột", "Column"),
    "received": ("Tiếp nhận", "Received"),
    "age": ("Tuổi", "Age"),
    "age_days": ("{n} ngày làm việc", "{n} working days"),
    "cause": ("Nguyên nhân", "Cause"),
    "sides": ("CÁC BÊN", "THE SIDES"),
    "side": ("Bên", "Side"),
    "says": ("Ghi gì", "What it says"),
    "place": ("Ở đâu", "Where"),
    "absent": ("không có", "not there"),
    "present": ("có", "there"),
    "nothing": ("(trống)", "(empty)"),
    "now": ("{found}; hiện nay: {now}", "{found}; by now: {now}"),
    "now_there": ("{found}; hiện nay: có", "{found}; by now: there"),
    "in_file": ("{name}, bản ghi thứ {n}", "{name}, record {n}"),
    "in_body": ("dữ liệu gốc {sha}, bản ghi thứ {n}", "body {sha}, record {n}"),
    "of_version": (
        "phiên bản {n}, {place}; số liệu đến {moment}, kho biết từ {since}",
        "version {n}, {place}; as of {moment}, known here since {since}",
    ),
    "on_paper": (
        "quyển {book}, trang {page}, số {line}; tệp {file}, dòng {row}",
        "book {book}, page {page}, line {line}; {file}, row {row}",
    ),
    "illegible_cell": (
        "Vận hành: đề nghị người nhập kiểm tra lại bản nhập theo sổ giấy; chữ trong sổ không đọc được thì hỏi đơn vị.",
        "Operators: have whoever typed the book off check it against the paper; ask the unit what nobody can read.",
    ),
    "missing_line": ("thiếu số {n}", "number {n} is missing"),
    "missing_page": ("thiếu trang {n}", "page {n} is missing"),
    "in_book": ("quyển {book}; tệp {file}", "book {book}; {file}"),
    "after_line": ("sau trang {page}, số {line}", "after page {page}, line {line}"),
    "before_line": ("trước trang {page}, số {line}", "before page {page}, line {line}"),
    "facts": ("CHI TIẾT", "DETAILS"),
    "todo": ("VIỆC CẦN LÀM", "WHAT TO DO"),
    "see_quarantine": ("Xem vì sao bị cách ly: dondoc quarantine show {id}", "Why: dondoc quarantine show {id}"),
    "sync": (
        "Nhận lại từ nguồn: dondoc run sync --source {source}",
        "Pull from the source: dondoc run sync --source {source}",
    ),
    "altered": (
        "Có người sửa thẳng trong cơ sở dữ liệu: tìm ai, vì sao, rồi phục hồi từ bản sao lưu hoặc để nguồn gửi lại.",
        "Somebody wrote into the database by hand: find out who and why, then restore a backup or have the source "
        "tell it again.",
    ),
    "trace": (
        "Toàn bộ quá trình của hồ sơ: dondoc trace {code}",
        "All that is known of the dossier: dondoc trace {code}",
    ),
    "or_explain": (
        "Nếu đúng là như vậy: dondoc differences explain {id} --by CHỨC_DANH --reason LÝ_DO",
        "If it is right so: dondoc differences explain {id} --by POST --reason WHY",
    ),
    "or_resolve": (
        "Nếu đã khắc phục: dondoc differences resolve {id} --by CHỨC_DANH --reason LÝ_DO",
        "If it is mended: dondoc differences resolve {id} --by POST --reason WHY",
    ),
    "nothing_to_do": ("Đã khắc phục; không còn việc gì.", "It is fixed; nothing is to be done."),
    "history": ("QUÁ TRÌNH", "HISTORY"),
    "act_first_seen": ("{at}: thấy lần đầu (lượt {detail})", "{at}: first seen (run {detail})"),
    "act_last_seen": ("{at}: thấy gần nhất (lượt {detail})", "{at}: last seen (run {detail})"),
    "act_fixed": ("{at}: lượt đối soát không còn thấy, coi là đã khắc phục", "{at}: looked for and gone: fixed"),
    "act_returned": (
        "{at}: thấy lại sau khi đã khắc phục (lần thứ {detail})",
        "{at}: back after it was fixed ({detail} times by now)",
    ),
    "act_difference_explain": ("{at}: {by} giải trình: {detail}", "{at}: {by} explained it: {detail}"),
    "act_difference_resolve": ("{at}: {by} ghi nhận đã khắc phục: {detail}", "{at}: {by} said it is mended: {detail}"),
    "changed_since": (
        "Nội dung đã khác so với lời giải trình của {by}: “{reason}”",
        "Its facts have changed since {by} explained it: “{reason}”",
    ),
    "explained": (
        "Đã ghi nhận giải trình cho {id}; sai lệch mở lại khi nội dung thay đổi.",
        "The explanation of {id} is recorded; it opens again when its facts change.",
    ),
    "resolved": (
        "Đã ghi nhận {id} được khắc phục; lượt đối soát sau còn thấy thì mở lại và báo động.",
        "{id} is recorded as mended; if the next reconciliation still finds it, it opens again with an alarm.",
    ),
    "unknown": ("Không có sai lệch {id} trong sổ.", "The book holds no difference {id}."),
    "near": (
        "Không có sai lệch {id} trong sổ; có phải: {near}?",
        "The book holds no difference {id}; perhaps: {near}?",
    ),
    "needs_by": (
        'Giải trình hoặc ghi nhận đã khắc phục cần --by "chức danh" và --reason "lý do".',
        'To explain or resolve a difference give --by "post" and --reason "why".',
    ),
    "unknown_word": ("{option} {value!r}: một trong {known}.", "{option} {value!r}: one of {known}."),
}


def say(key: str, locale: str, **words: object) -> str:
    """The words of that key in `vi` or `en`."""
    return WORDS[key][1 if locale == "en" else 0].format(**words)
