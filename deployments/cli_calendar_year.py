"""`calendar show`: a year's days off and make-up days with their documents, for machines and for people."""

from datetime import date
from typing import Any

from deployments.cli_explain_deadline import columns
from deployments.deadline_words import day_text, word
from tasks.rules.working_calendar import Basis, CalendarDay, CalendarUnknownError, WorkingCalendar


def calendar_year(calendar: WorkingCalendar, year: int) -> dict[str, Any]:
    """The year as plain JSON values. Raises CalendarUnknownError."""
    entries = _entries(calendar, year)
    return {
        "year": year,
        "calendar_version": calendar.version,
        "provisional": calendar.is_provisional(year),
        "working_days": _working_days(calendar, year),
        "days": [
            {
                "date": entry.day.isoformat(),
                "kind": entry.kind.value,
                "name": entry.name,
                "document_no": entry.document_no,
                "document_on": entry.document_on.isoformat() if entry.document_on else None,
                "basis": entry.basis.value,
                "provisional": entry.provisional,
            }
            for entry in entries
        ],
    }


def calendar_text(calendar: WorkingCalendar, year: int, locale: str = "vi") -> str:
    """The year as a table. Raises CalendarUnknownError."""
    rows = [tuple(word(heading, locale) for heading in ("day", "kind", "name", "document"))]
    rows += [_row(entry, locale) for entry in _entries(calendar, year)]
    title = word("year", locale, year=year, days=_working_days(calendar, year))
    notes = [word("provisional", locale, year=year)] if calendar.is_provisional(year) else []
    return "\n".join([title, *notes, "", *columns(rows)])


def _entries(calendar: WorkingCalendar, year: int) -> list[CalendarDay]:
    if year not in calendar.years:
        raise CalendarUnknownError(year)
    return [entry for entry in calendar.entries if entry.day.year == year]


def _working_days(calendar: WorkingCalendar, year: int) -> int:
    return calendar.working_days_between(date(year - 1, 12, 31), date(year, 12, 31))


def _row(entry: CalendarDay, locale: str) -> tuple[str, ...]:
    document = entry.document_no
    if entry.document_on is not None:
        document = word("dated", locale, no=entry.document_no, on=f"{entry.document_on:%d/%m/%Y}")
    if entry.basis is Basis.COMPUTED:
        document = f"{document} ({word('computed', locale)})".strip()
    return day_text(entry.day, locale), word(entry.kind.value, locale), entry.name, document
