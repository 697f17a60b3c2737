"""The sheet about one unit for the inspectors' briefcase: late dossiers, open recommendations, differences, mails.

One printed A4 page: each part shows its worst rows and says how many more there are. Pure; the books are read by
`tasks/reporting_unit`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from tasks.mail.guard import PersonalDataError, harmless, scan
from tasks.reports.period import template
from tasks.reports.period_speech import Speech, speech
from tasks.reports.reconciliation_speech import catalogue
from tasks.reports.trace import page_style
from tasks.reports.trace_speech import audience_text
from tasks.rules.model import Flag, ItemFacts
from tasks.rules.timezone import HANOI

LOOK_BACK = 90  # days of mails shown
_ROOM = {"late": 12, "elsewhere": 4, "remedies": 4, "differences": 4, "mails": 4, "disputes": 3}
_CONTENT = 110  # letters of a recommendation

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRemedy:
    """A recommendation that the unit still owes, or has reported. `days_late` None: not overdue, or not known to be."""

    code: str
    content: str
    due_on: date | None
    original_due_on: date | None
    reported: bool
    days_late: int | None
    in_doubt: bool = False  # a newer version lies in quarantine


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSheet:
    """What is known of the unit. `asked`: flags of dossiers asked of it; `elsewhere`: its own that others hold."""

    unit_code: str
    unit_name: str
    as_of: datetime
    known_at: datetime | None  # None: as_of
    asked: Sequence[ItemFacts]
    elsewhere: Sequence[ItemFacts]
    remedies: Sequence[OpenRemedy]
    differences: Sequence[Row]
    mails: Sequence[Row]  # oldest first
    disputes: Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    title: str
    heads: list[str]
    rows: Sequence[tuple[str, ...]]
    more: str
    notes: list[str]


def sheet_page(sheet: UnitSheet, locale: str) -> str:
    """The page. The same sheet makes the same characters."""
    told = speech(locale)
    moments = [told.say("title.moment", moment=told.moment(sheet.as_of))]
    if sheet.known_at:
        moments.append(told.say("title.known", moment=told.moment(sheet.known_at)))
    return template("unit_sheet.html.j2", told).render(
        locale=locale,
        style=Markup(page_style()),  # noqa: S704 (shipped with the code)
        w=told.words,
        title=told.say("unit.title", unit=f"{sheet.unit_name} ({sheet.unit_code})"),
        moments=moments,
        parts=[_late(sheet, told), _remedies(sheet, told), _differences(sheet, told), _mails(sheet, told)],
    )


def _late(sheet: UnitSheet, told: Speech) -> _Part:
    overdue = [one for one in sheet.asked if one.flag is Flag.OVERDUE]
    overdue.sort(key=lambda one: (-(one.days_late or 0), one.code))
    rows = [
        (one.code, _safe(one.field, told), _due(one, told), _days(one.days_late, told), _remark(one, told))
        for one in overdue
    ]
    counts = {
        name: told.number(sum(one.flag is flag for one in sheet.asked))
        for name, flag in (
            ("due_soon", Flag.DUE_SOON),
            ("paused", Flag.PAUSED_PAST_DUE),
            ("past", Flag.PAST_APPOINTMENT),
        )
    }
    notes = [told.say("unit.counts", **counts)]
    if sheet.elsewhere:
        names = [f"{one.code} ({one.unit_name})" for one in sheet.elsewhere[: _ROOM["elsewhere"]]]
        rest = len(sheet.elsewhere) - len(names)
        names += [told.say("unit.more", n=told.number(rest))] if rest else []
        notes.append(told.say("unit.elsewhere", names="; ".join(names)))
    return _part("late", rows, told, notes)


def _remedies(sheet: UnitSheet, told: Speech) -> _Part:
    ranked = sorted(sheet.remedies, key=lambda one: (-(one.days_late or 0), one.due_on or date.max, one.code))
    rows = [
        (one.code, _safe(one.content, told)[:_CONTENT], _remedy_due(one, told), _stands(one, told)) for one in ranked
    ]
    return _part("remedies", rows, told)


def _differences(sheet: UnitSheet, told: Speech) -> _Part:
    kinds = catalogue(told.locale)["kind"]
    rows = [
        (str(kinds.get(one["kind"], one["kind"])), _place(one, told), told.day(one["day"])) for one in sheet.differences
    ]
    return _part("differences", rows, told)


def _mails(sheet: UnitSheet, told: Speech) -> _Part:
    rows = [
        (
            told.day(one["business_date"]),
            audience_text(one["audience"], told.locale),
            one["subject"],
            told.mail.say(f"mail_state.{one['state']}"),
        )
        for one in reversed(sheet.mails)
    ]
    disputes = [
        told.say(
            "unit.dispute",
            code=one["code"],
            day=told.day(one["opened_on"]),
            outcome=told.say(f"unit.{one['outcome'] or 'open'}"),
        )
        for one in sheet.disputes[-_ROOM["disputes"] :]
    ]
    notes = [f"{told.say('unit.disputes')}: {'; '.join(disputes)}."] if disputes else []
    return _part("mails", rows, told, notes, days=LOOK_BACK)


def _part(
    name: str, rows: Sequence[tuple[str, ...]], told: Speech, notes: Sequence[str] = (), **values: object
) -> _Part:
    rest = len(rows) - _ROOM[name]
    return _Part(
        title=told.say(f"unit.{name}", n=told.number(len(rows)), **values),
        heads=told.say(f"unit.{name}_heads").split("|"),
        rows=rows[: _ROOM[name]],
        more=told.say("unit.more", n=told.number(rest)) if rest > 0 else "",
        notes=list(notes),
    )


def _due(one: ItemFacts, told: Speech) -> str:
    due = told.day(one.due_at.astimezone(HANOI).date()) if one.due_at else ""
    return f"{due} ({told.say('unit.first_due', day=told.day(one.original_due_on))})" if one.original_due_on else due


def _days(days: int | None, told: Speech) -> str:
    return told.say("unit.days", n=days) if days else told.say("unit.hours")


def _remark(one: ItemFacts, told: Speech) -> str:
    moved = one.recorded_unit_code != one.unit_code
    remarks = [told.say("unit.moved", unit=one.recorded_unit_name)] if moved else []
    return "; ".join([*remarks, *([told.say("unit.disputed")] if one.disputed else [])])


def _remedy_due(one: OpenRemedy, told: Speech) -> str:
    if one.due_on is None:
        return told.say("unit.no_date")
    first = told.say("unit.first_due", day=told.day(one.original_due_on)) if one.original_due_on else ""
    return f"{told.day(one.due_on)} ({first})" if first else told.day(one.due_on)


def _stands(one: OpenRemedy, told: Speech) -> str:
    if one.in_doubt:
        return told.say("unit.doubted")
    if one.reported:
        return told.say("unit.reported")
    if one.days_late is not None:
        return told.say("unit.late_by", days=_days(one.days_late, told))
    return told.say("unit.in_time") if one.due_on else ""


def _place(one: Row, told: Speech) -> str:
    place = told.say("unit.place", **{name: one[name] for name in ("book", "page", "line")}) if one["book"] else ""
    return "; ".join(filter(None, (one["code"], place)))


def _safe(text: str, told: Speech) -> str:
    """What somebody typed, unless it looks like a person's number or address."""
    try:
        scan(text, ())
    except PersonalDataError:
        return told.say("unit.hidden")
    return harmless(text)
