"""Refusals in the words of people: what happened, where, what to do; Vietnamese and English.

One entry for each class of refusal, with `:code` where the class knows several cases; `exits` decides the status.
Sentences of the configuration, of sources, of the warehouse and of what a reconciliation refuses (`sentence` of the
refusal itself) have catalogues of their own.
"""

from typing import Any

from warehouse.fault_words import WORDS as WAREHOUSE_WORDS

WORDS: dict[str, tuple[str, str]] = {
    **WAREHOUSE_WORDS,
    "CalendarUnknownError": (
        "Chưa có lịch làm việc năm {year}: khai tệp ngày nghỉ của năm đó ở [calendar] files.",
        "The working calendar of {year} is not known: name a file of its days off under [calendar] files.",
    ),
    "IllegalTransitionError": (
        "Không làm được với thư {mail_id}: thư đang ở trạng thái {found}. Xem `dondoc outbox list`.",
        "That cannot be done with mail {mail_id}: it is {found}. See `dondoc outbox list`.",
    ),
    "IllegalTransitionError:unknown": (
        "Không có thư số {mail_id} trong sổ thư: xem `dondoc outbox list`.",
        "The ledger holds no mail {mail_id}: see `dondoc outbox list`.",
    ),
    "DeskError:already_disputed": (
        "{target} đang có phản ánh chưa trả lời: xem `dondoc dispute list`.",
        "{target} has an open dispute already: see `dondoc dispute list`.",
    ),
    "DeskError:no_open_dispute": (
        "{target} không có phản ánh nào đang mở: xem `dondoc dispute list --all`.",
        "{target} has no open dispute: see `dondoc dispute list --all`.",
    ),
    "DeskError:no_message": (
        "{target} chưa lập được nội dung nên không có gì để gửi: sửa địa chỉ hoặc dữ liệu nguồn, thư được soạn lại ở "
        "lượt sau.",
        "{target} could not be built, there is nothing to send: correct the address or the source's data, the next run "
        "composes it anew.",
    ),
    "DeskError:too_late": (
        "{target} thuộc ngày khác nên không gửi lại được: chọn --handed hoặc --not-handed, các mục sẽ vào thư kế tiếp.",
        "{target} is of another day and is not sent again: choose --handed or --not-handed; "
        "its items come with the next mail.",
    ),
    "DeskError:lapsed": (
        "{target} thuộc ngày khác nên không gửi nữa; nếu vẫn còn tồn, ngày làm việc sau sẽ có thư mới chờ duyệt.",
        "{target} is of another day and goes out no more; if the matter is still open, a new one waits for approval on "
        "the next working day.",
    ),
    "DeskError:already_fixed": (
        "{target} đã khắc phục rồi: xem `dondoc differences explain {target}`.",
        "{target} is fixed already: see `dondoc differences explain {target}`.",
    ),
    "DeskError:no_difference": (
        "Không có sai lệch {target} trong sổ: xem `dondoc differences list`.",
        "The book holds no difference {target}: see `dondoc differences list`.",
    ),
    "MemoryError": (
        "Máy hết bộ nhớ, lượt chạy dừng giữa chừng; những gì đã ghi vẫn đúng, lượt sau làm tiếp. Hãy đóng bớt chương "
        "trình hoặc thêm bộ nhớ.",
        "The machine ran out of memory and the run ended halfway; what is stored is sound, the next run goes on. End "
        "other programs or add memory.",
    ),
    "DropNotExplainedError": (
        "Chấp nhận số liệu giảm nhiều thì phải nêu đúng một nguồn và lý do.",
        "A drop is accepted for one named source and with a reason.",
    ),
    "as_of": (
        "--as-of {text!r}: viết dạng 2026-11-23T07:30.",
        "--as-of {text!r}: write it as 2026-11-23T07:30.",
    ),
    "as_of_back": (
        "--as-of {as_of}: kho này đã xác định quá hạn đến {last}; hãy chọn thời điểm từ đó trở đi.",
        "--as-of {as_of}: this warehouse has flags as of {last}; choose that moment or a later one.",
    ),
    "source": (
        "--source {name!r}: cấu hình không có nguồn này; các nguồn: {known}.",
        "--source {name!r} is not configured; there are: {known}.",
    ),
    "reason": (
        '--outside-window cần kèm --reason "lý do".',
        '--outside-window needs --reason "why".',
    ),
    "accept_drop": (
        '--accept-drop cần kèm --source NGUỒN và --reason "lý do".',
        '--accept-drop needs --source NAME and --reason "why".',
    ),
    "no_folder": (
        "không tạo được thư mục {folder}",
        "the folder {folder} cannot be made",
    ),
    "landing": (
        "Không ghi được vào thư mục {folder}. Hãy sửa [landing] path hoặc cấp quyền ghi.",
        "Nothing can be written to {folder}. Correct [landing] path or give the right to write there.",
    ),
}


def refusal(key: str, locale: str, **words: object) -> str:
    """The sentence of that key in `vi` or `en`."""
    return WORDS[key][1 if locale == "en" else 0].format(**words)


def sentence_of(error: BaseException, locale: str) -> str | None:
    """The sentence of a refusal in the catalogue, filled from the error's own attributes; None: not in it."""
    name = type(error).__name__
    values: dict[str, Any] = {k: v for k, v in vars(error).items() if not k.startswith("_")}
    if name == "IllegalTransitionError":
        from tasks.mail.wording import wording

        state, words = f"mail_state.{values['found']}", wording(locale)
        values |= {"found": words.say(state)} if words.has(state) else {"code": "unknown"}
    if name == "DeskError":
        values["target"] = _target(str(values["target"]), locale)
    for key in (f"{name}:{values.get('code', '')}", name):
        if key in WORDS:
            return refusal(key, locale, **values)
    return None


def _target(target: str, locale: str) -> str:
    """What a refusal is about, as people call it: a mail by its number, an item by its code."""
    if target.startswith("mail "):
        return target.replace("mail", "Mail" if locale == "en" else "Thư", 1)
    return target.rsplit("/", 1)[-1].partition("|")[0]
