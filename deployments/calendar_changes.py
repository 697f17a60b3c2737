"""What a calendar file would change: days that count otherwise, and open dossiers whose date moves with them.

Two calendars in, plain values and text out; the commands are `cli_calendar`'s, reading a file `tasks/calendar_files`'.
"""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from deployments.cli_context import table_lines
from deployments.deadline_words import day_text, word
from deployments.exits import UsageFaultError
from tasks import records_from_rows as read
from tasks.rules.dossier_history import dates_of, state_at
from tasks.rules.office_hours import OfficeHours
from tasks.rules.records import DossierFile
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import CalendarDay, CalendarUnknownError, WorkingCalendar
from warehouse import current

SHOWN = 20


@dataclass(frozen=True, slots=True)
class MovedDay:
    """A day that another entry speaks of, or none."""

    day: date
    before: str  # DayKind, "working" or "weekend"; "" where its year was not known
    after: str
    entry: CalendarDay | None


@dataclass(frozen=True, slots=True)
class MovedDate:
    """An open dossier whose binding date changes; None: its year is not known."""

    code: str
    unit_code: str
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything a file would change."""

    days: list[MovedDay]
    moved: list[MovedDate]

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "days": [{"date": d.day, "before": d.before or None, "after": d.after or None} for d in self.days],
            "moved": [
                {"code": m.code, "unit_code": m.unit_code, "before": m.before, "after": m.after} for m in self.moved
            ],
        }


def changes_of(
    conn: Connection, before: WorkingCalendar, after: WorkingCalendar, hours: OfficeHours, now: datetime
) -> Changes:
    """Compare the two calendars, and the dates of all open dossiers under both."""
    days = [
        MovedDay(day, _kind(before, day), _kind(after, day), entry)
        for day in sorted({e.day for e in (*before.entries, *after.entries)})
        if (entry := _entry(after, day)) != _entry(before, day)
    ]
    moved = [one for file in _open_dossiers(conn) if (one := _moved(file, before, after, hours, now))]
    return Changes(days, sorted(moved, key=lambda one: (one.unit_code, one.code)))


def changes_text(found: Changes, locale: str) -> str:
    """The days and the first of the dossiers, as people read them."""
    return "\n".join(_lines(found, locale))


def put_into(folder: Path, file: Path, now: datetime) -> Path:
    """A copy in the folder, named so that what was applied later is laid over what was there. Nothing is overwritten.

    Raises UsageFaultError where it cannot be written.
    """
    target = folder / f"{now.astimezone(HANOI):%Y%m%d-%H%M%S}-{file.stem}.csv"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as copy:
            copy.write(file.read_bytes())
        Path(name).chmod(0o640)
        Path(name).replace(target)
    except OSError as error:
        raise UsageFaultError(f"{target}: {error.strerror}") from None
    return target


def _lines(found: Changes, locale: str) -> Iterator[str]:
    if not found.days:
        yield word("no_change", locale)
        return
    heads = tuple(word(key, locale) for key in ("day", "before", "after", "name", "document"))
    yield from table_lines(heads, [_row(one, locale) for one in found.days])
    yield ""
    yield word("dates_move", locale, n=len(found.moved))
    for one in found.moved[:SHOWN]:
        yield f"  {one.code}  {one.unit_code}  {_on(one.before, locale)} → {_on(one.after, locale)}"
    if len(found.moved) > SHOWN:
        yield "  " + word("more_dates", locale, n=len(found.moved) - SHOWN)


def _row(one: MovedDay, locale: str) -> tuple[str, ...]:
    kinds = (word(kind or "year_unknown", locale) for kind in (one.before, one.after))
    name, document = (one.entry.name, one.entry.document_no) if one.entry else ("", "")
    return day_text(one.day, locale), *kinds, name, document


def _on(day: date | None, locale: str) -> str:
    return day_text(day, locale) if day else word("year_unknown", locale)


def _open_dossiers(conn: Connection) -> list[DossierFile]:
    rows = current.open_dossiers(conn)
    events = current.events_for(conn, {(str(row["system"]), str(row["dossier_code"])) for row in rows})
    told_of = {(str(event["system"]), str(event["dossier_code"])) for event in events}
    catalogue = read.procedures(current.current_rows(conn, "procedures"))
    return read.dossier_files(rows, events, catalogue, {}, siblings=current.dossiers_by_code(conn, told_of))


def _entry(calendar: WorkingCalendar, day: date) -> CalendarDay | None:
    return next((entry for entry in calendar.entries if entry.day == day), None)


def _kind(calendar: WorkingCalendar, day: date) -> str:
    try:
        return calendar.why(day)
    except CalendarUnknownError:
        return ""


def _moved(
    file: DossierFile, before: WorkingCalendar, after: WorkingCalendar, hours: OfficeHours, now: datetime
) -> MovedDate | None:
    was, becomes = _due_on(file, before, hours, now), _due_on(file, after, hours, now)
    if was == becomes:
        return None
    return MovedDate(file.record.dossier_code, file.record.unit_code, was, becomes)


def _due_on(file: DossierFile, calendar: WorkingCalendar, hours: OfficeHours, now: datetime) -> date | None:
    try:
        return dates_of(file, state_at(file, now), calendar, hours).due_on
    except CalendarUnknownError:
        return None
