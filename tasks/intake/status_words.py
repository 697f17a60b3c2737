"""The words that one-stop exports use for a dossier's status, as codes 1-10 of the national portal.

Only words seen in use and with one meaning. A word that is not here stays text, and validation quarantines its row;
a source with other words declares them in its `status_map`.
"""

from collections.abc import Mapping

from tasks.intake.text import fold

_WORDS: dict[str, tuple[str, ...]] = {
    "1": ("Mới đăng ký", "Mới nộp", "Chờ tiếp nhận"),
    "2": ("Được tiếp nhận", "Đã tiếp nhận", "Mới tiếp nhận"),
    "3": ("Không được tiếp nhận", "Từ chối tiếp nhận", "Không tiếp nhận", "Không đủ điều kiện giải quyết"),
    "4": ("Đang xử lý", "Đang giải quyết", "Đang xử lý liên thông"),
    "5": ("Yêu cầu bổ sung giấy tờ", "Yêu cầu bổ sung", "Chờ bổ sung", "Chờ bổ sung hồ sơ", "Tạm dừng xử lý"),
    "6": ("Yêu cầu thực hiện nghĩa vụ tài chính", "Chờ thực hiện nghĩa vụ tài chính", "Chờ thanh toán"),
    "7": ("Công dân yêu cầu rút hồ sơ", "Rút hồ sơ", "Đã rút", "Đã hủy"),
    "8": ("Dừng xử lý",),
    "9": ("Đã xử lý xong", "Đã có kết quả", "Chờ trả kết quả", "Đã giải quyết xong"),
    "10": ("Đã trả kết quả", "Đã trả"),
}

STATUS_WORDS: Mapping[str, str] = {fold(word): code for code, words in _WORDS.items() for word in words}


def status_map(overrides: Mapping[str, str | int]) -> dict[str, str]:
    """Folded word to code: the shipped words with a source's own on top."""
    return {**STATUS_WORDS, **{fold(word): str(code) for word, code in overrides.items()}}
