"""What a person types beside a name and a reason is shown to many: no citizen's numbers or addresses in it.

Pages and results tell such texts as they were typed. What looks personal is the rule of the mails' last look
(`tasks/mail/guard`); here any number as long as those of identity papers counts too, since a reason needs none.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from tasks.mail.guard import PersonalDataError, scan

_LONG: Final = re.compile(r"(?<!\d)\d{9,12}(?!\d)")
_SHORTEST: Final = 6  # characters of a code that may stand in a text: a shorter one might be part of any number

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "number": (
        "{option} có dãy 9–12 chữ số, có thể là số giấy tờ hoặc số điện thoại của công dân. Lời ghi này hiện trên "
        "trang tra cứu: bỏ dãy số, chỉ nêu mã hồ sơ hoặc số văn bản.",
        "{option} has a number of 9 to 12 digits, perhaps of a citizen's papers or telephone. The text is shown on "
        "trace pages: leave the number out and name the dossier's code or a document's number.",
    ),
    "telephone": (
        "{option} có số điện thoại. Lời ghi này hiện trên trang tra cứu: bỏ số điện thoại, chỉ nêu chức danh, đơn vị.",
        "{option} has a telephone number. The text is shown on trace pages: leave it out and name the post and unit.",
    ),
    "address": (
        "{option} có địa chỉ thư điện tử. Lời ghi này hiện trên trang tra cứu: bỏ địa chỉ, chỉ nêu chức danh, đơn vị.",
        "{option} has an e-mail address. The text is shown on trace pages: leave it out and name the post and unit.",
    ),
}


def refused(typed: Mapping[str, str], codes: Iterable[str], locale: str) -> str:
    """What to leave out of the texts, by option; "" where nothing looks personal. `codes`: may stand in them."""
    known = [code for code in codes if len(code) >= _SHORTEST and not code.isdigit()]
    for option, text in typed.items():
        if kind := _kind(unicodedata.normalize("NFKC", text), known):
            return WORDS[kind][1 if locale == "en" else 0].format(option=option)
    return ""


def _kind(text: str, known: Iterable[str]) -> str:
    codes = sorted(known, key=len, reverse=True)
    for code in codes:
        text = text.replace(code, " ")
    try:
        scan(text, ())
    except PersonalDataError as fault:
        return fault.kind if fault.kind in WORDS else "number"
    return "number" if _LONG.search(text) else ""
