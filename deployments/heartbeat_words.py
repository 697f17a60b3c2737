"""What `dondoc heartbeat check` says of each thing that is missing: what, since when, what to do."""

from datetime import datetime

from tasks.rules.heartbeat import Missing
from tasks.rules.timezone import HANOI

WORDS = {
    "all_there": ("Đủ dấu hiệu hoạt động lúc {now}.", "All signs of life are there at {now}."),
    "day_off": (
        "Ngày nghỉ: không thiếu gì lúc {now}.",
        "A day off: nothing is missing at {now}.",
    ),
    "morning": (
        "Thư đôn đốc ngày {day} chưa đi lúc {time}: chưa có buổi sáng nào chạy xong. Xem `dondoc status`, rồi chạy "
        '`dondoc run morning`; sau khung giờ, đến {catch_up} cùng ngày: thêm --outside-window --reason "lý do".',
        "The expected digests of {day} did not go out by {time}: no morning has come to its end. See `dondoc status`, "
        'then `dondoc run morning`; after the window, until {catch_up} that day, with --outside-window --reason "why".',
    ),
    "not_out": (
        "{count} thư ngày {day} chưa đi lúc {time}. Xem `dondoc outbox list`; gửi bù đến {catch_up} cùng ngày: "
        '`dondoc run remind --outside-window --reason "lý do"`.',
        "{count} mails of {day} had not gone out by {time}. See `dondoc outbox list`; until {catch_up} that day: "
        '`dondoc run remind --outside-window --reason "why"`.',
    ),
    "refused": (
        "{count} thư ngày {day} bị máy chủ thư từ chối. Xem `dondoc outbox list`, sửa địa chỉ trong danh bạ.",
        "{count} mails of {day} were refused by the mail server. See `dondoc outbox list`, correct the addresses.",
    ),
    "uncertain": (
        "{count} thư ngày {day} không rõ đã tới hay chưa. Tìm hiểu rồi ghi nhận bằng `dondoc outbox resolve`.",
        "{count} mails of {day}: nobody knows whether they arrived. Find out, then `dondoc outbox resolve`.",
    ),
    "stopped": (
        "Mọi thư bị dừng từ {since}. Nếu không còn lý do: `dondoc mail start`.",
        "All mail has been stopped since {since}. If the reason is gone: `dondoc mail start`.",
    ),
    "bulletin": (
        "Chưa có bản tin vận hành hôm nay lúc {time}. Chạy `dondoc run bulletin`.",
        "There was no bulletin by {time} today. Run `dondoc run bulletin`.",
    ),
    "sync": (
        "Nguồn {job}: không lượt kéo nào chạy xong từ {since}. Xem `dondoc up` còn chạy không, rồi `dondoc run sync`.",
        "Source {job}: no pull has come to its end since {since}. Is `dondoc up` running? Then `dondoc run sync`.",
    ),
    "housekeeping": (
        "Dọn dẹp ban đêm chưa chạy xong lần nào từ {since}. Chạy `dondoc run housekeeping`.",
        "No housekeeping has come to its end since {since}. Run `dondoc run housekeeping`.",
    ),
    "up_silent": (
        "`dondoc up` không lên tiếng từ {since}. Kiểm tra máy chủ, khởi động lại `dondoc up`.",
        "`dondoc up` has been silent since {since}. Look at the machine, start `dondoc up` again.",
    ),
    "up_stopped": (
        "`dondoc up` đã bị dừng lúc {since}, không lịch nào chạy. Khởi động lại `dondoc up`.",
        "`dondoc up` was stopped at {since}, no schedule runs. Start `dondoc up` again.",
    ),
    "never": (
        "Kho này chưa có lượt chạy nào. Khởi động `dondoc up`, hoặc chạy `dondoc run morning`.",
        "Nothing has ever run in this warehouse. Start `dondoc up`, or `dondoc run morning`.",
    ),
    "warehouse": (
        "Không dùng được kho dữ liệu, mọi thứ khác không xem được: {why}",
        "The warehouse cannot be used, nothing else can be seen: {why}",
    ),
}


def say(code: str, locale: str, **words: object) -> str:
    """The words of that key in `vi` or `en`."""
    return WORDS[code][1 if locale == "en" else 0].format(**words)


def sentence(missing: Missing, locale: str, catch_up: str) -> str:
    """What is missing, since when, and what to do. `catch_up`: until when mails may go out after the window."""
    since = missing.since.astimezone(HANOI)
    words = {"job": missing.job, "count": missing.count, "catch_up": catch_up}
    return say(missing.code, locale, since=moment(since), day=f"{since:%d/%m/%Y}", time=f"{since:%H:%M}", **words)


def moment(at: datetime) -> str:
    """Hanoi time, for people."""
    return f"{at.astimezone(HANOI):%H:%M %d/%m/%Y}"
