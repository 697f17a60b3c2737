"""The demo's data against the story: who is open on which morning, when each item is due, which rows are bad."""

from collections import Counter
from datetime import date, datetime

import pytest

from deployments.demo.bad_rows import BAD_ROWS
from deployments.demo.dossiers import DOSSIERS, T2, T5, T6
from deployments.demo.paper import DOSSIER_EVENTS
from deployments.demo.posts import UNIT_MAP
from deployments.demo.story import HOLIDAY, MORNINGS, at, open_items
from tasks.calendar_files import shipped_calendar
from tasks.rules.deadlines import deadline
from tasks.rules.model import Duration, DurationUnit, Pause
from tasks.rules.office_hours import DEFAULT_HOURS
from tasks.rules.timezone import HANOI

ALL = {dossier.item: dossier for dossier in DOSSIERS}


@pytest.mark.parametrize(
    ("day", "still_open"),
    [
        (date(2026, 11, 23), "T1 T2 T3 T4 T5 T6 A1 A2 Q1 L1 S1 S2"),
        (date(2026, 11, 24), "T1 T2 T3 T5 T6 A1 A2 L1 S2"),
        (date(2026, 11, 25), "T1 T2 T3 T5 T6 A1 A2 L1 S2"),
        (date(2026, 11, 26), "T1 T2 T5 T6 A1 A2 L1 S2"),
        (date(2026, 11, 27), "T5 T6 A1 A2 L1"),
        (date(2026, 11, 30), "T5 A2 L1"),
        (date(2026, 12, 1), "L1"),
    ],
)
def test_who_is_open_on_which_morning(day, still_open):
    assert open_items(DOSSIERS, datetime(day.year, day.month, day.day, 7, 30, tzinfo=HANOI)) == tuple(
        still_open.split()
    )


@pytest.mark.parametrize(
    ("item", "unit", "received", "days", "appointment"),
    [
        ("T1", "31157", "09/11 09:10", 5, "16/11"),
        ("T2", "31157", "13/11 17:20", 5, "20/11"),
        ("T3", "31157", "19/11 09:00", 3, "24/11"),
        ("T4", "31157", "02/11 10:15", 10, "23/11"),
        ("T5", "31157", "10/11 08:40", 5, "17/11"),
        ("T6", "31157", "05/11 14:00", 7, "16/11"),
        ("T7", "31157", "02/11 08:05", 5, "09/11"),
        ("A1", "31231", "26/10 08:30", 3, "29/10"),
        ("A2", "31231", "20/11 10:00", 5, "30/11"),
        ("Q1", "31246", "12/11 13:45", 5, "19/11"),
        ("L1", "31309", "11/11 09:00", 5, "18/11"),
        ("S1", "SNNMT", "16/11 16:30", 5, "23/11"),
        ("S2", "SNNMT", "20/11 15:00", 2, "25/11"),
    ],
)
def test_a_dossier_is_as_the_story_tells_it(item, unit, received, days, appointment):
    dossier = ALL[item]
    view = dossier.view(MORNINGS[0])
    assert (UNIT_MAP[dossier.agency], dossier.received.strftime("%d/%m %H:%M"), dossier.days) == (unit, received, days)
    assert view is not None
    assert view.due.strftime("%d/%m") == appointment


OUR_DUE = """T1 16/11,T2 23/11,T3 25/11,T4 23/11,T5 02/12,T6 16/11,T7 09/11,
A1 29/10,A2 30/11,Q1 19/11,L1 18/11,S1 23/11,S2 25/11"""


@pytest.mark.parametrize(("item", "due"), [pair.split() for pair in OUR_DUE.split(",")])
def test_the_data_lead_to_the_due_dates_of_the_story(item, due):
    dossier = ALL[item]
    moments = {(e.row["dossier_code"], e.row["event"]): e.known_from for e in DOSSIER_EVENTS}
    begins, ends = (moments.get((dossier.code, event)) for event in ("pause", "resume"))
    found = deadline(
        dossier.received,
        Duration(amount=dossier.days, unit=DurationUnit.WORKING_DAY),
        shipped_calendar(),
        DEFAULT_HOURS,
        pauses=[Pause(start=begins, end=ends)] if begins else [],
    )
    assert found.due_on is not None
    assert found.due_on.strftime("%d/%m") == due


@pytest.mark.parametrize(
    ("item", "resolved"),
    [
        ("T1", at(26, 11, 15)),
        ("T2", at(20, 11, 16, 30)),
        ("T3", at(25, 11, 16)),
        ("T5", at(30, 11, 16, 30)),
        ("T6", at(27, 11, 11)),
        ("A1", at(27, 11, 16)),
        ("S2", at(26, 11, 16)),
    ],
)
def test_resolved_when_the_story_says_so(item, resolved):
    assert ALL[item].views[-1].released == resolved


def test_everything_happens_in_office_hours_of_working_days_but_the_late_receipt():
    moments = {moment for d in DOSSIERS for v in d.views for moment in (v.since, v.released, v.finished) if moment}
    moments |= {dossier.received for dossier in DOSSIERS}
    outside = {m for m in moments if not _in_office(m)}
    assert outside == {T2.received}


def _in_office(moment: datetime) -> bool:
    clock = moment.strftime("%H:%M")
    working = moment.weekday() < 5 and moment.date() != HOLIDAY
    return working and ("07:30" <= clock <= "11:30" or "13:30" <= clock <= "17:00")


def test_the_source_corrects_itself_only_on_the_twenty_sixth():
    before, after = T2.view(at(26, 11, 7, 30)), T2.view(at(27, 11, 7, 30))
    assert before is not None
    assert after is not None
    assert (before.status, before.released) == ("processing", None)
    assert (after.status, after.released) == ("done", at(20, 11, 16, 30))


def test_the_waiting_dossier_waits_with_its_appointment_standing_still():
    statuses = {moment: T5.view(moment) for moment in (at(13, 11, 10), at(30, 11, 7, 30), at(30, 11, 9))}
    assert [(v.status, v.lock, v.due) for v in statuses.values() if v] == [
        ("waiting", "PAUSE", at(17, 11, 17)),
        ("waiting", "PAUSE", at(17, 11, 17)),
        ("processing", "", at(2, 12, 17)),
    ]


def test_held_elsewhere_since_the_twelfth():
    view = T6.view(at(12, 11, 17))
    assert view is not None
    assert view.status == "interoperating"


def test_seven_bad_rows_each_with_its_own_fault_and_none_of_the_story():
    assert Counter(row.fault for row in BAD_ROWS) == {
        "due_before_received": 1,
        "unknown_status": 1,
        "received_unreadable": 1,
        "two_contents": 2,
        "no_unit": 1,
        "received_in_future": 1,
    }
    twins = [row for row in BAD_ROWS if row.fault == "two_contents"]
    assert len({row.record_id for row in twins}) == len({row.acted for row in twins}) == 1
    assert len(set(twins)) == 2
    assert not {row.record_id for row in BAD_ROWS} & {dossier.record_id for dossier in DOSSIERS}
    assert not {row.code for row in BAD_ROWS} & {dossier.code for dossier in DOSSIERS}
