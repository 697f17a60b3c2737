"""What OpenCPS is asked for: by a pull the open sweep, what finished and came in lately, months of history; by a look
what was received in each month. Which months a look needs is opencps_looking.py's part.

Pure. Both ends of every range are given, a day wider than meant: a server without an end matches oddly, and its index
may count days in another time zone. Ranges that overlap cost little: equal tellings are one.
"""

from collections.abc import Collection, Iterator
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
    common = _common(agencies)
    windows = [("received", begin, today)]
    if history_from is not None and history_from < begin:
        windows = [(f"received-{first:%Y-%m}", first, last) for first, last in months_between(history_from, today)]
    return [
        ("open", still_open(as_of, agencies)),
        ("finished", common | _range("ReleaseDate", begin - _DAY, today + _DAY)),
        *((label, received(first, last, agencies)) for label, first, last in windows),
    ]


def still_open(as_of: datetime, agencies: Collection[str] = ()) -> dict[str, str]:
    """Received at any time, and not done: also those whose day of receipt no list by days can hold."""
    return _common(agencies) | _range("ReceiveNotDoneDate", _EVER, _far_ahead(as_of.astimezone(HANOI).date()))


def beyond(as_of: datetime, first: date | None, last: date | None) -> Iterator[tuple[str, date, date]]:
    """The days before the first month that is asked for, and those after the last one: next to nothing lies there."""
    if first is not None and first > _EVER:
        yield "received-before", _EVER, first - _DAY
    if last is not None:
        yield "received-ahead", last + _DAY, _far_ahead(as_of.astimezone(HANOI).date())


def received(first: date, last: date, agencies: Collection[str] = ()) -> dict[str, str]:
    """What was received on those days, for reading: a day wider."""
    return received_exactly(first - _DAY, last + _DAY, agencies)


def received_exactly(first: date, last: date, agencies: Collection[str] = ()) -> dict[str, str]:
    """The same for counting: a day more would count the neighbours' too."""
    return _common(agencies) | _range("ReceiveDate", first, last)


def ever_received(as_of: datetime, agencies: Collection[str] = ()) -> dict[str, str]:
    """All that was ever received."""
    return received_exactly(_EVER, _far_ahead(as_of.astimezone(HANOI).date()), agencies)


def _common(agencies: Collection[str]) -> dict[str, str]:
    return {"systemId": "0,1,2"} | ({"agency": ",".join(agencies)} if agencies else {})


def _far_ahead(today: date) -> date:
    return date(today.year + _YEARS_AHEAD, 12, 31)


def months_between(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The calendar months from that day to the other, the first and the last one cut."""
    while first <= last:
        following = (first.replace(day=1) + timedelta(days=31)).replace(day=1)
        yield first, min(following - _DAY, last)
        first = following


def _range(name: str, begin: date, end: date) -> dict[str, str]:
    return {f"from{name}": begin.strftime("%d/%m/%Y"), f"to{name}": end.strftime("%d/%m/%Y")}
