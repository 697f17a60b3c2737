"""A database's values as text, one form for one value whatever the database, and its moments as instants.

Only how a value is written lives here; what the text means is `tasks/intake`'s business.
"""

import math
import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final
from uuid import UUID

from tasks.intake.dates import parse_moment
from tasks.rules.timezone import HANOI

LONGEST_CELL: Final = 32_768  # characters, as in files
_MIDNIGHT: Final = time(0)
_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class NoTextError(Exception):
    """A value has no text to be trusted; `code` says why (`bad_shape`, `field_too_long`). The value is not inside."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def as_text(value: object) -> str | None:
    """None as None, text as it is, numbers without exponent, days and times in ISO form; a time with zone in Hanoi's.

    Raises NoTextError for bytes, lists and the like, and for text longer than a cell may be.
    """
    if value is None:
        return None
    if isinstance(value, str):
        if len(value) > LONGEST_CELL:
            raise NoTextError("field_too_long")
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return _rarer(value)


def _rarer(value: object) -> str:
    if isinstance(value, datetime):
        return (value.astimezone(HANOI) if value.tzinfo else value).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    if isinstance(value, UUID):
        return str(value)
    raise NoTextError("bad_shape")


def as_moment(value: object) -> datetime | None:
    """When that was, for a column of times of change; a time without zone is Hanoi's. None: no time at all."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=HANOI)
    if isinstance(value, date):
        return datetime.combine(value, _MIDNIGHT, HANOI)
    if isinstance(value, str) and _ISO_DAY.match(value):
        moment = parse_moment(value, _MIDNIGHT)
        return None if moment is None else moment.at
    return None
