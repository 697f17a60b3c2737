"""Refusals of a request before any work: what was asked cannot be done so, in the words of people. Vietnamese, English.

A usage fault (exit 2) each. Whoever starts the run, a form or the command line, tells `sentence(locale)`. Refusals of
the configuration, of sources and of the warehouse have catalogues of their own.
"""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "not_a_moment": (
        "Thời điểm {text!r} không đọc được: viết dạng 2026-11-23T07:30, hoặc để trống là bây giờ.",
        "{text!r} is no moment: write it as 2026-11-23T07:30, or leave it empty for now.",
    ),
    "before_last_flags": (
        "Thời điểm {as_of} sớm hơn lần xác định quá hạn gần nhất của kho này ({last}): chọn từ thời điểm đó trở đi.",
        "{as_of} lies before the last flag run of this warehouse ({last}): choose that moment or a later one.",
    ),
    "day_over": (
        "Ngày của thời điểm tính đã hết trong lúc chờ lượt khác: chạy lại và để trống thời điểm tính.",
        "The day of that moment ended while another run was at work: run again and leave the moment empty.",
    ),
    "needs_by": (
        "Sửa dữ liệu phải nêu người yêu cầu (--by) và lý do (--reason).",
        "A repair needs the person who asks for it (--by) and a reason (--reason).",
    ),
    "no_preview": (
        "Không có bản xem trước {run_id}: chạy `dondoc run reconcile --repair` (không kèm --dry-run), đọc kết quả rồi "
        "xác nhận mã lượt đó.",
        "There is no preview {run_id}: run `dondoc run reconcile --repair` (without --dry-run), read it, then confirm "
        "its run id.",
    ),
    "preview_old": (
        "Bản xem trước {run_id} lập ngày {day}, dữ liệu có thể đã khác: xem trước lại trong ngày.",
        "Preview {run_id} is of {day} and the data may have moved on: preview again today.",
    ),
    "too_many": (
        "Bản xem trước có {dossiers} hồ sơ, vượt giới hạn {limit}: thu hẹp đơn vị hoặc kỳ, hay xem trước lại với "
        "--limit lớn hơn.",
        "The preview holds {dossiers} dossiers, more than the limit of {limit}: narrow units or period, or preview "
        "again with a larger --limit.",
    ),
    "source_gone": (
        "Nguồn {name} không còn trong cấu hình: xem trước lại.",
        "Source {name} is no longer configured: preview again.",
    ),
    "unit_unknown": (
        "Không có đơn vị nào mang mã {unit}, cũng không hồ sơ nào ghi mã này: hãy sửa mã đơn vị.",
        "No unit has the code {unit} and no dossier names it: correct the code of the unit.",
    ),
    "unit_near": (
        "Không có đơn vị nào mang mã {unit}, cũng không hồ sơ nào ghi mã này; có phải {near}?",
        "No unit has the code {unit} and no dossier names it; is it {near}?",
    ),
    "source_unknown": (
        "Không có nguồn hồ sơ nào tên {name}; đang có: {known}.",
        "No source of dossiers is called {name}; there are: {known}.",
    ),
    "not_a_source": (
        "Cấu hình không có nguồn nào tên {name}; đang có: {known}.",
        "No source is called {name}; there are: {known}.",
    ),
    "period_turned": (
        "Kỳ đối soát bắt đầu ngày {first}, sau khi kết thúc ngày {last}: hãy đổi lại.",
        "The period begins on {first}, after its end on {last}: turn them round.",
    ),
    "forgotten": (
        "Lịch sử hồ sơ trước ngày {day} đã hết thời hạn lưu ([retention] versions_days) và đã xóa: không lập được báo "
        "cáo đúng cho thời điểm xa hơn. Dùng tệp báo cáo đã lưu, hoặc khôi phục một bản sao lưu cũ ở nơi khác.",
        "The history of dossiers before {day} was older than [retention] versions_days and is gone: no right report "
        "can be made of an earlier moment. Use the report that was filed, or restore an old backup elsewhere.",
    ),
    "folder_unwritable": (
        "Không ghi được kết quả vào {folder}: đó không phải thư mục, hoặc không có quyền ghi. Hãy chọn thư mục khác.",
        "Results cannot be written to {folder}: it is no folder, or may not be written to. Choose another one.",
    ),
}


class RequestRefusedError(ValueError):
    """What was asked cannot be done so. `code`: of WORDS; the rest is what its sentence names."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(f"{code}: {self.sentence()}")

    def sentence(self, locale: str = "vi") -> str:
        """What is wrong and what to do instead."""
        return WORDS[self.code][1 if locale == "en" else 0].format(**self.params)


class AsOfRefusedError(RequestRefusedError):
    """A moment that cannot be used in this warehouse."""


class RepairRefusedError(RequestRefusedError):
    """A repair that may not be done."""
