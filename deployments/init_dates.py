"""The dates of the samples, moved to the day of `init`: whole weeks, so that weekdays and distances stay.

The samples were written for Saturday 21/11/2026. Dates in cells, in dossier codes and years in other codes move alike.
"""

import re
from datetime import date, timedelta

WRITTEN_FOR = date(2026, 11, 21)
_DATE = re.compile(r"\b(\d{2})/(\d{2})/(\d{4})\b")
_CODE_DATE = re.compile(r"(?<=-)(2[5-7])(\d{2})(\d{2})(?=-\d{4}\b)")  # H00.01-261102-0001
_CODE_YEAR = re.compile(r"(?<=\b[KS][NTK]-)(20\d{2})(?=-)")  # KN-2026-001
_MIDDLE = (7, 1)  # the day of a year by which a year alone moves


def moved(text: str, to: date) -> str:
    """The sample as if it had been written for the last days before that one."""
    weeks = (to - WRITTEN_FOR) // timedelta(weeks=1)
    shift = timedelta(weeks=weeks)

    def day(found: re.Match[str]) -> str:
        return f"{date(int(found[3]), int(found[2]), int(found[1])) + shift:%d/%m/%Y}"

    def code_date(found: re.Match[str]) -> str:
        return f"{date(2000 + int(found[1]), int(found[2]), int(found[3])) + shift:%y%m%d}"

    def code_year(found: re.Match[str]) -> str:
        return str((date(int(found[1]), *_MIDDLE) + shift).year)

    return _CODE_YEAR.sub(code_year, _CODE_DATE.sub(code_date, _DATE.sub(day, text)))
