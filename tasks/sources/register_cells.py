"""What clerks write into cells beside codes, numbers and days: remarks, cancellations, what nobody could read.

Texts in, texts out; which cells of a line count is registers.py's part. Only what is surely no name is repeated.
"""

import re
from typing import Final

from tasks.intake.text import clean, clean_word, fold

UNREADABLE: Final = frozenset(
    {"?", "x?", "mờ", "nhòe", "nhoè", "rách", "không rõ", "không đọc được", "không đọc rõ", "tẩy xóa", "illegible"}
)
_MARKS: Final = "()[]{}.,;:*/ -"
_CANCELLED: Final = re.compile(r"(?:đã |bị )?(?:hủy|huỷ|cancelled)(?: bỏ| số| dòng| hồ sơ)?|gạch bỏ|bỏ số")
_NUMBER_CANCELLED: Final = re.compile(rf"(?P<number>\d{{1,6}}[^\W\d_]?)?[\s(\[.,;:-]*(?:{_CANCELLED.pattern})[\s)\].]*")
_IN_BRACKETS: Final = re.compile(r"(?P<code>[^()\[\]]*\d[^()\[\]]*)[(\[](?P<remark>[^()\[\]]{0,60})[)\]]?")
_WHOLE_CODE: Final = re.compile(r"(?P<code>[A-Za-z]\d{2}(?:\.\d+)*\s?-\s?\d{6}\s?-\s?\d{4,6})(?P<remark>[\s,;(\[].*)")
_DATE_WORDS: Final = re.compile(r"\b(?:ngày|tháng|năm|thg|th|giờ|phút|h|x+)\b")
_MONTHS: Final = re.compile(r"\btháng (?:giêng|một|hai|ba|tư|năm|sáu|bảy|tám|chín|mười(?: một| hai)?|chạp)\b")
_HARMLESS: Final = re.compile(r"[\d\s?./,:;()\[\]_…–—*'\"-]*", re.ASCII)
_TIME: Final = re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?\b")
_DAY_OR_YEAR: Final = re.compile(r"\d{1,2}|[012]\d{3}")
_MOST_DIGITS: Final = 8  # of a day; more may be a person's number
_LONGEST: Final = 40


def is_unreadable(text: str | None) -> bool:
    """Whether somebody says that the cell cannot be read."""
    return text is not None and fold(text).strip(_MARKS) in UNREADABLE


def is_cancelled(text: str | None) -> bool:
    """Whether a cell says nothing but that its line is cancelled."""
    return text is not None and _CANCELLED.fullmatch(fold(text).strip(_MARKS)) is not None


def number_of_cancelled(text: str | None) -> str | None:
    """The number in a cell of numbers that also says "hủy", "" when it says only that; None when it does not."""
    found = _NUMBER_CANCELLED.fullmatch(fold(text)) if text else None
    return None if found is None else found["number"] or ""


def without_remark(text: str) -> tuple[str, str]:
    """A cell of codes as code and remark: "H00.01-261103-0003 (TC)"; the remark is never repeated."""
    word = clean_word(text)
    found = _WHOLE_CODE.fullmatch(word) or _IN_BRACKETS.fullmatch(word)
    return (found["code"].strip(), found["remark"].strip(_MARKS)) if found else (text, "")


def as_typed(text: str) -> str:
    """What stands in a cell that cannot be read, when it is harmless: digits of a day, marks, words of dates."""
    told = clean(text)
    if len(told) > _LONGEST:
        return ""
    if is_unreadable(told):
        return told
    bare = _TIME.sub(" ", _DATE_WORDS.sub(" ", _MONTHS.sub(" ", fold(told))))
    digits = re.findall(r"\d+", bare)
    is_day = sum(map(len, digits)) <= _MOST_DIGITS and all(
        len(d) <= 2 or (len(d) == 4 and d[0] in "012") for d in digits
    )
    return told if _HARMLESS.fullmatch(bare) and is_day else ""
