"""A workbook cell becomes text for a column of a known kind, or a reason why it cannot be trusted.

Spreadsheets change what people type: codes become numbers or dates, long numbers lose digits, formulas may have no
result. Nothing of that is repaired here. Text that stays text is understood by `tasks/intake`.
"""

import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from tasks.intake.text import clean_word
from tasks.rules.datasets import Kind
from tasks.sources.table import Cell

CODE_AS_NUMBER: Final = "code_as_number"
CELL_ERROR: Final = "cell_error"
_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+\d{2,}", re.ASCII)  # 1.09E+11: most digits are gone
_EXACT = 10**15  # spreadsheets keep fifteen digits
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 -- a serial is a local date without zone
_SERIALS = (36_526, 73_415)  # 2000 to 2100: anything else in a date column is no serial
_DATED = (Kind.INSTANT, Kind.DAY)


def shown(cell: Cell) -> str:
    """A cell as a person reads it, for headings and for telling records from furniture."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Mapping):
        return next(iter(cell.values()), "")
    return _plain(cell)


def cell_text(cell: Cell, kind: Kind, shift: int = 0) -> tuple[str, str]:
    """The text of a cell in a column of that kind, and what is wrong with it ("" when nothing is).

    `shift`: days to add to a serial (workbooks that count from 1904).
    """
    if isinstance(cell, str):
        return cell, CODE_AS_NUMBER if kind is Kind.CODE and _lost_digits(cell) else ""
    if isinstance(cell, Mapping):
        return _marked(cell, kind)
    if isinstance(cell, float) and not math.isfinite(cell):
        return "", CELL_ERROR
    if kind is Kind.CODE and not isinstance(cell, bool):
        exact = cell == int(cell) and abs(cell) < _EXACT
        return (_plain(cell), "") if exact else ("", CODE_AS_NUMBER)
    if kind in _DATED and not isinstance(cell, bool) and _SERIALS[0] <= cell + shift < _SERIALS[1]:
        return _day_of_serial(cell + shift), ""
    return _plain(cell), ""


def _marked(cell: Mapping[str, str], kind: Kind) -> tuple[str, str]:
    """`date`, `time`: real date cells. `padded`: a number shown with leading zeros. `wrong`: formula or error."""
    if "wrong" in cell:
        return "", cell["wrong"]
    if "padded" in cell:
        return cell["padded"], ""
    return ("", CODE_AS_NUMBER) if kind is Kind.CODE else (shown(cell), "")


def _lost_digits(text: str) -> bool:
    return "+" in clean_word(text) and _SCIENTIFIC.fullmatch(clean_word(text)) is not None


def _plain(number: float | bool) -> str:
    if isinstance(number, bool):
        return "true" if number else "false"
    if isinstance(number, float) and math.isfinite(number) and number == int(number) and abs(number) < 2**53:
        return str(int(number))
    return str(number)


def _day_of_serial(serial: float) -> str:
    """Serials count days; their fraction is the time of day, to the second."""
    at = _EPOCH + timedelta(days=int(serial), seconds=round((serial - int(serial)) * 86_400))
    return at.date().isoformat() if serial == int(serial) else at.isoformat(sep=" ")
