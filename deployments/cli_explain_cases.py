"""`explain deadlines --csv`: a file of cases in, their due instants out; every fault told at once.

The form is `case_id,received_at,amount,unit,pauses[,schedule][,policy]`, columns found by their heading, other
columns left alone. One deadline in words is `cli_explain_deadline`'s business.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

from deployments.cli_explain_deadline import parse_moment, parse_pause
from deployments.deadline_words import word
from tasks.rules.deadlines import deadline
from tasks.rules.model import Duration, DurationUnit, SupplementPolicy
from tasks.rules.office_hours import SCHEDULES, OfficeHours
from tasks.rules.working_calendar import CalendarUnknownError, WorkingCalendar

REQUIRED = ("case_id", "received_at", "amount", "unit")
TOLD_AT_ONCE = 20
_Value = TypeVar("_Value")


class CasesError(ValueError):
    """Faults of a file of cases, each with line, column and what to write instead."""

    def __init__(self, faults: list[str], locale: str) -> None:
        self.faults = faults
        told = faults[:TOLD_AT_ONCE]
        if len(faults) > len(told):
            told.append(word("fault_more", locale, n=len(faults) - len(told)))
        super().__init__("\n".join(told))


def explain_csv(
    lines: Iterable[str],
    calendar: WorkingCalendar,
    schedules: Mapping[str, OfficeHours] = SCHEDULES,
    locale: str = "vi",
) -> Iterator[str]:
    """Lines of a CSV `case_id,due_at` in the order of the cases; `due_at` is empty while a pause runs.

    Nothing comes out of a file with faults: raises CasesError before the first line. `schedules` holds the office
    hours by name, `default` among them.
    """
    cases = _Cases(calendar, schedules, locale)
    dues = [(row["case_id"], cases.due(row, line)) for line, row in cases.rows(lines)]
    if cases.faults:
        raise CasesError(cases.faults, locale)
    yield "case_id,due_at"
    for case_id, due in dues:
        yield _line(case_id or "", due.isoformat(timespec="seconds") if due else "")


class _Cases:
    """Reads cases and gathers their faults."""

    def __init__(self, calendar: WorkingCalendar, schedules: Mapping[str, OfficeHours], locale: str) -> None:
        self.calendar, self.schedules, self.locale = calendar, schedules, locale
        self.faults: list[str] = []

    def rows(self, lines: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
        """Line number and cells by heading, blank lines left out."""
        reader = csv.reader(lines)
        names = [name.strip().lstrip("\ufeff").lower() for name in next(reader, [])]
        missing = [name for name in REQUIRED if name not in names]
        if missing:
            self.faults += [word("fault_column", self.locale, column=name) for name in missing]
            return
        for cells in reader:
            if len(cells) > len(names) and any(cells[len(names) :]):
                self.faults.append(word("fault_cells", self.locale, line=reader.line_num))
            elif any(cell.strip() for cell in cells):
                given = zip(names, (cell.strip() for cell in cells), strict=False)
                yield reader.line_num, dict.fromkeys(names, "") | dict(given)

    def due(self, row: dict[str, str], line: int) -> datetime | None:
        """The due instant of one case; None while a pause runs or when a fault was noted."""
        before = len(self.faults)
        self._read(row, line, "case_id", _not_empty, self._instead("case"))
        schedule = self._word(row, line, "schedule", self.schedules, "default")
        hours = self.schedules.get(schedule, next(iter(self.schedules.values())))
        received_at = self._read(
            row, line, "received_at", lambda text: parse_moment(text, hours), self._instead("instant")
        )
        amount = self._read(row, line, "amount", _whole, self._instead("amount"))
        unit = self._word(row, line, "unit", {u.value: u for u in DurationUnit}, "")
        policy = self._word(row, line, "policy", {p.value: p for p in SupplementPolicy}, "pause")
        pauses = self._read(
            row,
            line,
            "pauses",
            lambda text: [parse_pause(pause, hours) for pause in text.split(";") if pause.strip()],
            self._instead("pauses"),
        )
        if len(self.faults) > before:
            return None
        assert received_at is not None
        assert amount is not None
        duration = Duration(amount=amount, unit=DurationUnit(unit))
        try:
            found = deadline(
                received_at, duration, self.calendar, hours, pauses=pauses or (), policy=SupplementPolicy(policy)
            )
        except CalendarUnknownError as unknown:
            fault = word("fault_year", self.locale, line=line, case=row["case_id"], year=unknown.year)
            self.faults.append(fault)
            return None
        return found.due_at

    def _read(
        self, row: dict[str, str], line: int, column: str, read: Callable[[str], _Value], instead: str
    ) -> _Value | None:
        text = row.get(column, "")
        try:
            return read(text)
        except (ValueError, OverflowError):
            fault = word("fault_value", self.locale, line=line, column=column, value=repr(text), instead=instead)
            self.faults.append(fault)
            return None

    def _word(self, row: dict[str, str], line: int, column: str, known: Mapping[str, object], otherwise: str) -> str:
        def read(text: str) -> str:
            if (text or otherwise) not in known:
                raise ValueError(text)
            return text or otherwise

        instead = word("instead_one_of", self.locale, words=", ".join(known))
        return self._read(row, line, column, read, instead) or ""

    def _instead(self, what: str) -> str:
        return word(f"instead_{what}", self.locale)


def _not_empty(text: str) -> str:
    if not text:
        raise ValueError(text)
    return text


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError(text)
    return int(text)


def _line(*cells: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()
