"""When appointment and rules lie apart, and what the source probably counted."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.mail.bulletin import needs_of
from tasks.mail.phrases import Voice
from tasks.mail.wording import LOCALES, wording
from tasks.rules.dossier_flags import World, dossier_flags
from tasks.rules.dossier_history import dates_of, state_at
from tasks.rules.mismatch import mismatches_of
from tasks.rules.model import Duration, DurationUnit, Flag, Mismatches
from tasks.rules.office_hours import DEFAULT_HOURS
from tasks.rules.records import DossierEvent, FlagRules, Procedure
from tasks.rules.words import MismatchCause
from tests.unit import story_world as story
from tests.unit.test_mail_bulletin import CALM

MONDAY = date(2026, 11, 23)
OFF = frozenset({"stalled"})


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=story.HANOI)


def a_dossier(received, appointment, amount, unit="working_day", procedure=None, events=()):
    item = story.dossier("T1", MONDAY)
    record = replace(
        item.record,
        received_at=at(*received),
        due_at=at(*appointment, 17),
        duration=Duration(amount=amount, unit=DurationUnit(unit)) if amount is not None else None,
        procedure_code="1.004884",
    )
    log = tuple(
        DossierEvent(dossier_code="T1", at=at(*when), event=event, **more) for event, when, more in (events or ())
    )
    days = Duration(amount=procedure, unit=DurationUnit.WORKING_DAY) if procedure is not None else None
    return replace(
        item, record=record, events=log, procedure=Procedure(procedure_code="1.004884", name="x", duration=days)
    )


def causes(item, as_of=None) -> list[str]:
    moment = as_of or item.record.due_at - timedelta(days=1)
    world = World(story.DIRECTORY, story.CALENDAR, DEFAULT_HOURS, FlagRules(off=OFF), moment)
    return [f.cause for f in dossier_flags(item, world) if f.flag is Flag.DUE_MISMATCH]


EXTENDED = ("extend", (2026, 11, 10, 9), {"new_due_at": at(2026, 11, 27, 17)})
PAUSED = (("pause", (2026, 11, 10, 9), {}), ("resume", (2026, 11, 17, 9), {}))


@pytest.mark.parametrize(
    ("case", "item", "cause"),
    [
        ("the same day", a_dossier((2026, 11, 9, 9), (2026, 11, 16), 5), None),
        ("one working day apart", a_dossier((2026, 11, 9, 9), (2026, 11, 17), 5), None),
        ("one working day apart over a weekend", a_dossier((2026, 11, 9, 9), (2026, 11, 13), 5), None),
        ("no duration known", a_dossier((2026, 11, 9, 9), (2026, 11, 25), None), None),
        ("counted with the procedure's time", a_dossier((2026, 11, 9, 9), (2026, 11, 20), 5, procedure=9), "duration"),
        ("the holidays of Tết ignored", a_dossier((2026, 2, 11, 9), (2026, 2, 18), 5), "holiday_ignored"),
        ("Saturdays counted", a_dossier((2026, 3, 2, 9), (2026, 3, 24), 19), "holiday_ignored"),
        ("holidays ignored and Saturdays counted", a_dossier((2026, 2, 11, 9), (2026, 2, 21), 9), "holiday_ignored"),
        ("calendar days for working days", a_dossier((2026, 11, 2, 9), (2026, 11, 17), 15), "calendar_days"),
        (
            "working days for calendar days",
            a_dossier((2026, 11, 2, 9), (2026, 11, 23), 15, unit="calendar_day"),
            "working_days",
        ),
        (
            "counted from the first day of Tết, when it came",
            a_dossier((2026, 2, 14, 9), (2026, 3, 2), 16, unit="calendar_day"),
            "received",
        ),
        ("extended without a document", a_dossier((2026, 11, 9, 9), (2026, 11, 27), 5, events=[EXTENDED]), "extension"),
        ("later than any slip", a_dossier((2026, 11, 9, 9), (2026, 12, 10), 5), "pause_unknown"),
        ("earlier than any slip", a_dossier((2026, 11, 2, 9), (2026, 11, 4), 15), "unexplained"),
        ("hours, later", a_dossier((2026, 11, 9, 9), (2026, 11, 13), 4, unit="working_hour"), "pause_unknown"),
        ("the source did not follow the pause", a_dossier((2026, 11, 9, 9), (2026, 11, 16), 5, events=PAUSED), None),
        ("the source followed the pause", a_dossier((2026, 11, 9, 9), (2026, 11, 23), 5, events=PAUSED), None),
        (
            "a pause explains not everything",
            a_dossier((2026, 11, 9, 9), (2026, 12, 22), 5, events=PAUSED),
            "pause_unknown",
        ),
    ],
)
def test_causes(case, item, cause):
    found = causes(item)
    assert len(found) == (cause is not None), case
    assert all(f.startswith(cause) for f in found), (case, found)


def test_an_extension_with_a_document_is_no_mismatch():
    event, when, more = EXTENDED
    approved = (event, when, more | {"document_no": "7"})
    assert causes(a_dossier((2026, 11, 9, 9), (2026, 11, 27), 5, events=[approved])) == []


@given(
    st.integers(0, 20_000),
    st.integers(1, 40),
    st.integers(0, 60),
    st.sampled_from(list(DurationUnit)),
)
def test_every_mismatch_has_a_cause_and_lies_more_than_a_working_day_apart(hour, amount, later, unit):
    item = a_dossier((2025, 7, 2), (2025, 7, 2), amount, unit=unit.value)
    received = item.record.received_at + timedelta(hours=hour / 3)
    item = replace(item, record=replace(item.record, received_at=received, due_at=received + timedelta(days=later)))
    as_of = item.record.received_at + timedelta(days=1)
    dates = dates_of(item, state_at(item, as_of), story.CALENDAR, DEFAULT_HOURS)
    first, last = sorted((dates.appointment_on, dates.own_on))
    apart = story.CALENDAR.working_days_between(first, last)
    found = causes(item, as_of)
    assert bool(found) is (apart > 1)
    assert all(MismatchCause(cause) for cause in found)


# --- summed up for ops


def test_mismatches_are_summed_up_by_procedure_and_cause():
    world = World(story.DIRECTORY, story.CALENDAR, DEFAULT_HOURS, FlagRules(off=OFF), at(2026, 11, 12, 7, 30))
    items = [
        a_dossier((2026, 11, 9, 9), (2026, 12, 10), 5),
        a_dossier((2026, 11, 9, 9), (2026, 12, 11), 5),
        a_dossier((2026, 11, 9, 9), (2026, 11, 20), 5, procedure=9),
    ]
    facts = [f for item in items for f in dossier_flags(item, world)]
    assert mismatches_of(facts) == (
        Mismatches(procedure_code="1.004884", cause="pause_unknown", count=2),
        Mismatches(procedure_code="1.004884", cause="duration_differs", count=1),
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_ops_read_the_five_most_frequent_and_how_many_more(locale):
    told = [Mismatches(procedure_code=f"1.00{n}", cause=c, count=9 - n) for n, c in enumerate([*MismatchCause][:7])]
    told.append(Mismatches(procedure_code="079123456789", cause="unexplained", count=1))
    bulletin = replace(CALM, mismatches=(told[-1], *told[:-1]), not_enforced=12)
    lines = list(needs_of(Voice(wording(locale), "", bulletin.business_date), bulletin))
    assert len(lines) == 5 + 1 + 1
    assert "079123456789" not in " ".join(lines)
    assert ("(chưa rõ mã)" if locale == "vi" else "(code unknown)") in lines[0]
    assert "12" in lines[-1]
    assert not any("{" in line for line in lines)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_cause_has_words(locale):
    assert all(wording(locale).has(f"cause.{cause}") for cause in MismatchCause)
