"""`explain deadline`: one deadline as a value for machines and as a day-by-day table for people.

Pure functions: arguments in, values and text out. Files of many cases are `cli_explain_cases`, a year's calendar is
`cli_calendar_year`; the commands that call them stay in `cli_explain`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from deployments.deadline_words import day_text, word
from tasks.rules.deadline_trail import TrailStep
from tasks.rules.deadlines import RULE_VERSION, deadline
from tasks.rules.model import Duration, DurationUnit, Pause, SupplementPolicy
from tasks.rules.office_hours import DEFAULT_HOURS, OfficeHours
from tasks.rules.timezone import HANOI
from tasks.rules.working_calendar import DayKind, WorkingCalendar

OFF = frozenset(kind.value for kind in DayKind)


def explain_one(
    received_at: datetime,
    amount: int,
    unit: DurationUnit | str,
    calendar: WorkingCalendar,
    hours: OfficeHours = DEFAULT_HOURS,
    *,
    pauses: Sequence[Pause] = (),
    policy: SupplementPolicy | str = SupplementPolicy.PAUSE,
) -> dict[str, Any]:
    """The deadline with its trail as plain JSON values; `due_at` is null while a pause runs.

    Raises CalendarUnknownError, and ValueError for arguments that make no sense.
    """
    duration = Duration(amount=amount, unit=DurationUnit(unit))
    found = deadline(received_at, duration, calendar, hours, pauses=pauses, policy=SupplementPolicy(policy))
    years = {step.day.year for step in found.steps}
    return {
        "due_at": found.due_at.isoformat(timespec="seconds") if found.due_at else None,
        "received_on": found.received_on.isoformat(),
        "steps": [_step(step, calendar) for step in found.steps],
        "calendar_version": calendar.version,
        "rule_version": RULE_VERSION,
        "received_at": received_at.astimezone(HANOI).isoformat(timespec="seconds"),
        "amount": amount,
        "unit": duration.unit.value,
        "policy": SupplementPolicy(policy).value,
        "pauses": [_pause(pause) for pause in pauses],
        "provisional_years": sorted(year for year in years if year in calendar.years and calendar.is_provisional(year)),
    }


def explain_text(explained: Mapping[str, Any], locale: str = "vi") -> str:
    """What `explain_one` found, for people: the result first, then every day and why it counted."""
    due = datetime.fromisoformat(explained["due_at"]) if explained["due_at"] else None
    allowed = word(explained["unit"], locale, n=explained["amount"]) + word(f"policy_{explained['policy']}", locale)
    facts = [
        (word("received", locale), _moment(explained["received_at"], locale)),
        (word("day_zero", locale), day_text(date.fromisoformat(explained["received_on"]), locale)),
        (word("allowed", locale), allowed),
        *((word("paused_from_to", locale), _span(pause, locale)) for pause in explained["pauses"]),
        (word("due", locale), _moment(explained["due_at"], locale) if due else word("no_due", locale)),
    ]
    width = max(len(name) for name, _ in facts)
    days = [(word("day", locale), word("counted", locale), word("reason", locale))]
    days += [_row(step, due, locale) for step in explained["steps"]]
    notes = [word("provisional", locale, year=year) for year in explained["provisional_years"]]
    notes.append(word("basis", locale, calendar=explained["calendar_version"], rule=explained["rule_version"]))
    return "\n".join([*(f"{name:<{width}}  {text}" for name, text in facts), "", *columns(days), "", *notes])


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with their cells under each other."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]


def parse_moment(text: str, hours: OfficeHours = DEFAULT_HOURS) -> datetime:
    """ISO 8601; without time of day the start of office, without offset Hanoi's clock. Raises ValueError."""
    text = text.strip()
    try:
        return hours.opening_on(date.fromisoformat(text))
    except ValueError:
        moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=HANOI)


def parse_pause(text: str, hours: OfficeHours = DEFAULT_HOURS) -> Pause:
    """`FROM/TO`; `FROM/` while the pause runs. Raises ValueError."""
    start, separator, end = text.partition("/")
    if not separator:
        msg = f"{text!r} is no pause: write FROM/TO, or FROM/ while it runs"
        raise ValueError(msg)
    pause = Pause(start=parse_moment(start, hours), end=parse_moment(end, hours) if end.strip() else None)
    if pause.end is not None and pause.end < pause.start:
        msg = f"{text!r}: a pause cannot end before it starts"
        raise ValueError(msg)
    return pause


def _step(step: TrailStep, calendar: WorkingCalendar) -> dict[str, Any]:
    entry = calendar.entry(step.day) if step.day.year in calendar.years else None
    return {
        "date": step.day.isoformat(),
        "counted": step.counted,
        "why": str(step.why),
        "detail": step.detail,
        "name": entry.name if entry else "",
        "document_no": entry.document_no if entry else "",
    }


def _pause(pause: Pause) -> dict[str, str | None]:
    start, end = pause.start.astimezone(HANOI), pause.end and pause.end.astimezone(HANOI)
    return {"from": start.isoformat(timespec="seconds"), "to": end.isoformat(timespec="seconds") if end else None}


def _row(step: Mapping[str, Any], due: datetime | None, locale: str) -> tuple[str, str, str]:
    details = dict(part.partition("=")[::2] for part in step["detail"].split(";"))
    counted = "–"
    if step["counted"]:
        counted = details.get("day") or word("minutes", locale, n=details.get("minutes", "0"))
    why = [_reason(step, locale)]
    if "after_cutoff" in details:
        why.append(", " + word("after_cutoff", locale))
    if "due" in details and due is not None:
        why.append(" — " + word("is_due", locale, time=f"{due:%H:%M}"))
    return day_text(date.fromisoformat(step["date"]), locale), counted, "".join(why)


def _reason(step: Mapping[str, Any], locale: str) -> str:
    """What the day was; a day of the table with its name and document."""
    reason = word(step["why"], locale)
    if step["why"] not in OFF or not step["name"]:
        return reason
    named = step["name"] if step["name"].lower().startswith(reason) else f"{reason}: {step['name']}"
    return f"{named} ({step['document_no']})" if step["document_no"] else named


def _moment(iso: str, locale: str) -> str:
    moment = datetime.fromisoformat(iso)
    return f"{moment:%H:%M} {day_text(moment.date(), locale)}"


def _span(pause: Mapping[str, str | None], locale: str) -> str:
    end = _moment(pause["to"], locale) if pause["to"] else word("still_running", locale)
    return f"{_moment(pause['from'] or '', locale)} – {end}"
