"""Dates as sources write them: a closed list of forms, day before month, never a guess.

Add a form here only when a product is known to send it and it cannot be mistaken for another one. Whether a date is
plausible is decided in `expectations`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from tasks.intake.text import clean_word
from tasks.rules.timezone import HANOI

MINUTE: Final = "minute"
DAY: Final = "day"

_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,9}))?)?"
_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"(?P<day>\d{{1,2}})(?P<sep>[/-])(?P<month>\d{{1,2}})(?P=sep)(?P<year>\d{{4}})(?:[ T]{_CLOCK})?",
        rf"(?P<year>\d{{4}})-(?P<month>\d{{2}})-(?P<day>\d{{2}})(?:[ T]{_CLOCK} ?(?P<zone>Z|[+-]\d{{2}}:?\d{{2}})?)?",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})",
    )
)


@dataclass(frozen=True, slots=True)
class Moment:
    """An aware instant and how exactly it was given: to the `minute`, or only the `day`."""

    at: datetime
    precision: str

    @property
    def day(self) -> date:
        """The day in the administration's time zone."""
        return self.at.astimezone(HANOI).date()


def parse_moment(text: str, fill: time, formats: tuple[str, ...] = ()) -> Moment | None:
    """Instant written as dd/MM/yyyy[ HH:mm[:ss]], ISO 8601 or yyyyMMddHHmmss; None when it is none of them.

    `fill` is the time of day a date alone means. Times without a zone are local. `formats` (strptime), when given,
    are the only ones accepted: so a source that writes the month first is declared, never guessed.
    """
    word = clean_word(text)
    try:
        return _by_formats(word, fill, formats) if formats else _by_forms(word, fill)
    except (ValueError, OverflowError):
        return None


def parse_day(text: str, formats: tuple[str, ...] = ()) -> date | None:
    """The day of `parse_moment`: a time of day is let go of."""
    moment = parse_moment(text, time(12), formats)
    return None if moment is None else moment.day


def check_formats(formats: tuple[str, ...]) -> None:
    """Raise ValueError for a format with a two-digit year: its century would be a guess."""
    for form in formats:
        if "%y" in form or "%Y" not in form:
            msg = f"date format {form!r} needs a four-digit year (%Y)"
            raise ValueError(msg)


def _by_forms(word: str, fill: time) -> Moment | None:
    for form in _FORMS:
        if found := form.fullmatch(word):
            return _moment(found.groupdict(), fill)
    return None


def _moment(parts: dict[str, str | None], fill: time) -> Moment:
    day = date(*(int(parts[name] or 0) for name in ("year", "month", "day")))
    if parts.get("hour") is None:
        return _checked(datetime.combine(day, fill, tzinfo=HANOI), DAY)
    fraction = ((parts.get("fraction") or "") + "000000")[:6]
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    zone = parts.get("zone")
    at = datetime.combine(day, time(hour, minute, second, int(fraction)), tzinfo=_zone(zone) if zone else HANOI)
    return _checked(at, MINUTE)


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    if minutes > 59 or offset > timedelta(hours=14):
        msg = "no such zone"
        raise ValueError(msg)
    return timezone(-offset if text[0] == "-" else offset)


def _by_formats(word: str, fill: time, formats: tuple[str, ...]) -> Moment | None:
    for form in formats:
        try:
            read = datetime.strptime(word, form)  # noqa: DTZ007 -- the zone follows below
        except ValueError:
            continue
        timed = "%H" in form or "%I" in form
        at = read if timed else datetime.combine(read.date(), fill)
        return _checked(at if at.tzinfo else at.replace(tzinfo=HANOI), MINUTE if timed else DAY)
    return None


def _checked(at: datetime, precision: str) -> Moment:
    at.astimezone(UTC)  # the first and last days of the era have no UTC: OverflowError
    return Moment(at, precision)
