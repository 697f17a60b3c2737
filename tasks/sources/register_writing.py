"""What the cells of a paper book may look like when a clerk has typed them off: days, places and units.

A day is read in a clerk's habits too, since nothing of a register is ever stored. Whatever does not look like the
number of a page, a book or a unit may be a person's name that slid into the wrong column: it is not repeated. Codes of
dossiers and everything else of a line are `registers`' part.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from tasks.intake.cells import days as read_days
from tasks.intake.text import clean, clean_code, clean_word, fold
from tasks.rules.register_model import UNSHOWN

_DAY: Final = re.compile(
    r"(?P<day>\d{1,2})\s?[-/.]\s?(?P<month>\d{1,2})\s?[-/.]\s?(?P<year>\d{4}|\d{2})"
    r"(?:[ T]\d{1,2}[:h]\d{0,2}(?::\d{2})?)?",
    re.ASCII,
)
_SERIAL: Final = re.compile(r"(\d{5})(?:[.,]\d{1,10})?", re.ASCII)  # the day as a spreadsheet counts it
_ZERO: Final = date(1899, 12, 30)
_CENTURY: Final = 100
_FIRST_YEAR: Final = 1990

_NUMBER: Final = r"\d{1,5}[^\W\d_]?(?:\s?[-–]\s?\d{1,5}[^\W\d_]?)?"
_PAGE: Final = re.compile(rf"(?:trang|tr|tờ|số)?[.:]?\s?({_NUMBER})\.?")
_LINE: Final = re.compile(r"\d{1,6}[^\W\d_]{0,4}\.?|\d{1,6}[^\W\d_]?\s?[-–]\s?\d{1,6}[^\W\d_]?\.?")
_BOOK: Final = re.compile(r"(?=.*\d)(?!.*\d{7})[\w ./()-]{1,24}")
_OF_BOOKS: Final = re.compile(
    r"\b(?:sổ|quyển|số|tập|năm|quý|tháng|theo dõi|tiếp nhận|hồ sơ|trả kết quả|và|liên thông|chuyển giao|hộ tịch|đất đai"
    r"|chứng thực|xây dựng|kinh doanh|book|no|register|tracking|transfer)\b",
    re.IGNORECASE,
)
_SIGN: Final = re.compile(r"\b[A-ZĐ]{1,4}\b")  # "LT", "TD": how books are marked
_UNIT: Final = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9._-]{0,19}|[A-Z][A-Z._-]{0,11}")


def days_of(column: Sequence[str | None], last_year: int) -> list[date | None]:
    """The days that can be read, up to that year; what is no day of an office's life is a slip of the pen."""
    usual = read_days(column, ()).values.tolist()
    read = [day if day is not None or not text else _habit(text) for day, text in zip(usual, column, strict=True)]
    return [day if day is not None and _FIRST_YEAR <= day.year <= last_year else None for day in read]


def page_of(text: str) -> str:
    """The number of a page: "12", "12a", "12-13"; `UNSHOWN` for anything else."""
    found = _PAGE.fullmatch(fold(text))
    return found[1] if found else UNSHOWN if clean_word(text) else ""


def line_of(text: str) -> str:
    """The running number of a line, "" for what is none."""
    word = clean_word(text)
    return word if _LINE.fullmatch(word) else ""


def book_of(text: str) -> str:
    """The number of a book, with the words that books are called by; `UNSHOWN` for anything else."""
    name = clean(text)
    rest = _SIGN.sub("", _OF_BOOKS.sub("", name), count=1)
    is_one = _BOOK.fullmatch(name) and not any(sign.isalpha() for sign in rest)
    return name if is_one or not name else UNSHOWN


def unit_of(text: str) -> str:
    """The code of a unit; "" for what does not look like one."""
    code = clean_code(text)
    return code if _UNIT.fullmatch(code) else ""


def _habit(text: str) -> date | None:
    """16/11/26, 16.11.2026, 46342: the day before the month, a century that is ours."""
    word = clean_word(text)
    if serial := _SERIAL.fullmatch(word):
        return _ZERO + timedelta(days=int(serial[1]))
    if not (found := _DAY.fullmatch(word)):
        return None
    year = int(found["year"])
    try:
        return date(year + (2000 if year < _CENTURY else 0), int(found["month"]), int(found["day"]))
    except ValueError:
        return None
