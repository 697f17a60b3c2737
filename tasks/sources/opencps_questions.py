"""What one pull asks OpenCPS for: the open sweep, windows of what finished and came in lately, months of history.

Pure. Both ends of every range are given, a day wider than meant: a server without an end matches oddly, and its index
may count days in another time zone. Ranges that overlap cost little: equal tellings are one.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from tasks.rules.timezone import HANOI

Question = tuple[str, dict[str, str]]  # a label for its bodies, and its parameters

_EVER: Final = date(2000, 1, 1)
_YEARS_AHEAD: Final = 5  # a receipt dated ahead must come in to be seen and refused, not stay invisible
_DAY: Final = timedelta(days=1)


def questions(
    as_of: datetime, window_days: int, history_from: date | None = None, agencies: tuple[str, ...] = ()
) -> list[Question]:
    """All open dossiers, those finished lately, those received lately or, of a history, in each month since it began.

    `agencies` widens what an account without global view gets.
    """
    today = as_of.astimezone(HANOI).date()
    begin = today - timedelta(days=window_days)
    common = {"systemId": "0,1,2"}
    if agencies:
        common["agency"] = ",".join(agencies)
    received = [("received", begin, today)]
    if history_from is not None and history_from < begin:
        received = [(f"received-{first:%Y-%m}", first, last) for first, last in _months(history_from, today)]
    return [
        ("open", common | _range("ReceiveNotDoneDate", _EVER, date(today.year + _YEARS_AHEAD, 12, 31))),
        ("finished", common | _range("ReleaseDate", begin - _DAY, today + _DAY)),
        *((label, common | _range("ReceiveDate", first - _DAY, last + _DAY)) for label, first, last in received),
    ]


def _months(first: date, today: date) -> Iterator[tuple[date, date]]:
    """The calendar months from that day to today, the first and the last one cut."""
    while first <= today:
        following = (first.replace(day=1) + timedelta(days=31)).replace(day=1)
        yield first, min(following - _DAY, today)
        first = following


def _range(name: str, begin: date, end: date) -> dict[str, str]:
    return {f"from{name}": begin.strftime("%d/%m/%Y"), f"to{name}": end.strftime("%d/%m/%Y")}
