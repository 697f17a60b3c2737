"""Early, on time, late: what each definition says of one dossier, why two differ, and which periods are compared."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.difference_model import Scope
from tasks.rules.dossier_history import dates_of
from tasks.rules.model import Duration, DurationUnit
from tasks.rules.office_hours import DEFAULT_HOURS
from tasks.rules.punctuality import Definition, Reason, Verdict, by_law, by_source, when_finished, why_different
from tasks.rules.punctuality_tally import MOST_GAPS, Judged, Tally, ToldFigures, row_of
from tasks.rules.punctuality_targets import months, targets
from tasks.rules.records import DossierEvent, DossierFile, DossierRecord, Provenance
from tasks.rules.timezone import HANOI
from tests.unit.deadline_kit import CALENDAR, at

RECEIVED = at("2026-11-09T09:10")  # a Monday; five working days end on Monday 16/11
DAYS = Duration(amount=5, unit=DurationUnit.WORKING_DAY)
HOURS = Duration(amount=8, unit=DurationUnit.WORKING_HOUR)
EARLY, ON_TIME, LATE, UNKNOWN = Verdict
MINUTE, DAY = Definition


def a_file(due: str = "", duration: Duration | None = DAYS, events=(), received: datetime = RECEIVED) -> DossierFile:
    origin = Provenance(
        source="one-stop", system="one-stop", source_ref="sha256:00#1", content_hash="h", data_moment=RECEIVED
    )
    record = DossierRecord(
        origin=origin,
        record_key="1",
        dossier_code="H1",
        unit_code="A",
        status=9,
        received_at=received,
        due_at=at(due) if due else None,
        duration=duration,
    )
    told = (DossierEvent(dossier_code="H1", at=at(e[0]), event=e[1], **(e[2] if e[2:] else {})) for e in events)
    return DossierFile(record=record, events=tuple(told))


PAUSED = (("2026-11-10T10:00", "pause"), ("2026-11-12T10:00", "resume"))  # two days do not count: due on 18/11
NEVER_RESUMED = PAUSED[:1]
EXTENDED = (("2026-11-13T10:00", "extend", {"document_no": "9/VB", "new_due_at": at("2026-11-20T17:00")}),)
UNDOCUMENTED = (("2026-11-13T10:00", "extend", {"new_due_at": at("2026-11-20T17:00")}),)
CASES = [
    ("a day before", "2026-11-13T16:00", a_file("2026-11-16T17:00"), EARLY, EARLY, None),
    ("on the day, in time", "2026-11-16T10:00", a_file("2026-11-16T17:00"), ON_TIME, ON_TIME, None),
    ("the next day", "2026-11-17T08:00", a_file("2026-11-16T17:00"), LATE, LATE, None),
    ("on the day, after the minute", "2026-11-16T16:00", a_file("2026-11-16T09:10"), LATE, ON_TIME, Reason.TIME_OF_DAY),
    (
        "promised earlier than the law",
        "2026-11-13T08:00",
        a_file("2026-11-12T17:00"),
        LATE,
        EARLY,
        Reason.APPOINTMENT_EARLIER,
    ),
    ("promised later binds", "2026-11-18T08:00", a_file("2026-11-18T17:00"), ON_TIME, ON_TIME, None),
    ("a pause", "2026-11-18T08:00", a_file("2026-11-16T17:00", events=PAUSED), LATE, ON_TIME, Reason.PAUSE),
    (
        "a pause, and promised too early without it",
        "2026-11-18T08:00",
        a_file("2026-11-12T17:00", events=PAUSED),
        LATE,
        ON_TIME,
        Reason.APPOINTMENT_EARLIER,
    ),
    (
        "a pause that nobody ended lasted until the result",
        "2026-11-18T08:00",
        a_file("2026-11-16T17:00", events=NEVER_RESUMED),
        LATE,
        EARLY,
        Reason.PAUSE,
    ),
    ("extended", "2026-11-20T08:00", a_file("2026-11-16T17:00", events=EXTENDED), LATE, ON_TIME, Reason.EXTENSION),
    ("extended by nobody", "2026-11-20T08:00", a_file("2026-11-16T17:00", events=UNDOCUMENTED), LATE, LATE, None),
    ("no appointment, in time", "2026-11-16T08:00", a_file(), ON_TIME, ON_TIME, None),
    ("no appointment, late", "2026-11-17T08:00", a_file(), ON_TIME, LATE, Reason.NO_APPOINTMENT),
    ("no date at all", "2026-11-17T08:00", a_file(duration=None), ON_TIME, UNKNOWN, Reason.NO_DATE),
    (
        "promised for a Saturday",
        "2026-11-16T08:00",
        a_file("2026-11-14T11:30", duration=None),
        LATE,
        ON_TIME,
        Reason.DAY_OFF,
    ),
    (
        "promised for a Sunday, allowed until Monday",
        "2026-11-16T08:00",
        a_file("2026-11-15T17:00"),
        LATE,
        ON_TIME,
        Reason.DAY_OFF,
    ),
    (
        "finished on Saturday duty",
        "2026-11-14T09:00",
        a_file("2026-11-13T17:00", duration=None),
        LATE,
        ON_TIME,
        Reason.FINISHED_ON_DAY_OFF,
    ),
    ("by the hour, in time", "2026-11-10T09:30", a_file("2026-11-10T10:40", HOURS), ON_TIME, ON_TIME, None),
    ("by the hour, after the minute", "2026-11-10T10:41", a_file("2026-11-10T10:40", HOURS), LATE, LATE, None),
    (
        "by the hour, promised earlier the same day",
        "2026-11-10T09:30",
        a_file("2026-11-10T09:00", HOURS),
        LATE,
        ON_TIME,
        Reason.APPOINTMENT_EARLIER,
    ),
]


@pytest.mark.parametrize(("case", "finished", "dossier", "told", "law", "reason"), CASES, ids=[c[0] for c in CASES])
def test_two_verdicts_and_why_they_differ(case, finished, dossier, told, law, reason) -> None:
    finished_at, due_at = at(finished), dossier.record.due_at
    state = when_finished(dossier, finished_at)
    dates = dates_of(dossier, state, CALENDAR, DEFAULT_HOURS)
    assert by_source(finished_at, due_at, MINUTE, due_by_day=False) is told
    assert by_law(finished_at, dates, CALENDAR) is law
    if told is not law:
        unpaused = dates_of(dossier, replace(state, pauses=()), CALENDAR, DEFAULT_HOURS).own_on
        assert why_different(finished_at, due_at, state, dates, lambda: unpaused) is reason
    else:
        assert reason is None


@pytest.mark.parametrize(
    ("finished", "definition", "by_day", "verdict"),
    [
        ("2026-11-15T23:59:59", MINUTE, False, EARLY),
        ("2026-11-16T00:00:00", MINUTE, False, ON_TIME),
        ("2026-11-16T09:00:00", MINUTE, False, ON_TIME),
        ("2026-11-16T09:00:01", MINUTE, False, LATE),
        ("2026-11-16T23:59:59", DAY, False, ON_TIME),
        ("2026-11-16T23:59:59", MINUTE, True, ON_TIME),  # only the day of the appointment is known
        ("2026-11-17T00:00:00", DAY, False, LATE),
    ],
)
def test_the_limits_of_the_source_s_definition(finished, definition, by_day, verdict) -> None:
    assert by_source(at(finished), at("2026-11-16T09:00"), definition, due_by_day=by_day) is verdict


moments = st.datetimes(datetime(2026, 1, 5), datetime(2026, 12, 20)).map(lambda m: m.replace(tzinfo=HANOI))  # noqa: DTZ001


@given(
    moments, moments, st.sampled_from([None, DAYS, HOURS, Duration(amount=3, unit=DurationUnit.CALENDAR_DAY)]), moments
)
def test_the_law_is_never_harsher_than_an_appointment_and_every_gap_has_a_reason(
    received, due, duration, finished
) -> None:
    dossier = a_file(due.isoformat(), duration, received=received)
    state = when_finished(dossier, finished)
    dates = dates_of(dossier, state, CALENDAR, DEFAULT_HOURS)
    law = by_law(finished, dates, CALENDAR)
    for definition in Definition:
        told = by_source(finished, due, definition, due_by_day=False)
        assert told is LATE or law is not LATE
        if told is not law:
            reason = why_different(finished, due, state, dates, lambda: None)
            assert reason not in (Reason.OTHER, Reason.NO_DATE, Reason.NO_APPOINTMENT, Reason.PAUSE)


# rows


def judged(n: int, told: Verdict = LATE, law: Verdict = ON_TIME) -> Judged:
    day = date(2026, 11, 16)
    reason = Reason.TIME_OF_DAY if told is not law else None
    return Judged(
        code=f"H{n}",
        finished_on=day,
        appointment_on=day,
        due_on=day,
        by_source=told,
        by_day=law,
        by_law=law,
        reason=reason,
    )


NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


def figures(early: int, on_time: int, late: int, period=NOVEMBER, unit: str = "A", told_at=None) -> ToldFigures:
    counts = {"early": early, "on_time": on_time, "late": late}
    return ToldFigures(
        source="one-stop", unit_code=unit, period_from=period[0], period_to=period[1], told_at=told_at, **counts
    )


def tally_of(*all_judged: Judged) -> Tally:
    tally = Tally()
    for one in all_judged:
        tally.add(one)
    return tally


@pytest.mark.parametrize(
    ("told", "unexplained", "same_by_day"),
    [
        (figures(0, 1, 2), 0, False),  # as recomputed
        (figures(0, 3, 0), 2, True),  # as its definition by the day gives
        (figures(1, 1, 1), 1, False),  # one moved
        (figures(0, 1, 5), 3, False),  # three we do not have
        (figures(0, 0, 0), 3, False),  # three it does not have
        (None, None, False),
    ],
)
def test_what_cannot_be_named_is_counted(told, unexplained, same_by_day) -> None:
    tally = tally_of(judged(1), judged(2), judged(3, ON_TIME))
    row = row_of("one-stop", "A", NOVEMBER, tally, MINUTE, told)
    assert (row["unexplained"], row["same_by_day"]) == (unexplained, same_by_day)
    assert row["recomputed"] == {"early": 0, "on_time": 1, "late": 2}
    assert row["by_law"] == {"early": 0, "on_time": 3, "late": 0, "unknown": 0}
    assert (row["gap_count"], row["reasons"]) == (2, {"time_of_day": 2})
    assert [one["code"] for one in row["gaps"]] == ["H1", "H2"]


def test_all_gaps_are_counted_and_some_are_named() -> None:
    row = row_of("one-stop", "A", NOVEMBER, tally_of(*(judged(n) for n in range(MOST_GAPS + 7))), DAY, None)
    assert (row["gap_count"], len(row["gaps"])) == (MOST_GAPS + 7, MOST_GAPS)


# periods

AS_OF = at("2026-11-23T08:00")
OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))
QUARTER = (date(2026, 7, 1), date(2026, 9, 30))
HALF_NOVEMBER = (date(2026, 11, 1), date(2026, 11, 15))


@pytest.mark.parametrize(
    ("case", "told", "scope", "all_told", "periods"),
    [
        ("nothing asked, nothing told: two months", [], Scope(), False, [OCTOBER, NOVEMBER]),
        ("what was told long ago is not dug out", [figures(1, 1, 1, QUARTER)], Scope(), False, [OCTOBER, NOVEMBER]),
        ("of a file everything", [figures(1, 1, 1, QUARTER)], Scope(), True, [QUARTER]),
        ("of a file what was asked", [figures(1, 1, 1, p) for p in (QUARTER, OCTOBER)],
         Scope(period_from=OCTOBER[0], period_to=NOVEMBER[1]), True, [OCTOBER]),
        ("an empty file: months", [], Scope(), True, [OCTOBER, NOVEMBER]),
        ("asked for: months, cut at its ends", [], Scope(period_from=date(2026, 10, 20), period_to=HALF_NOVEMBER[1]),
         False, [(date(2026, 10, 20), OCTOBER[1]), HALF_NOVEMBER]),
        ("asked for since", [], Scope(period_from=HALF_NOVEMBER[0]), False, [(NOVEMBER[0], AS_OF.date())]),
        ("asked for until", [], Scope(period_to=OCTOBER[1]), False, [(date(2026, 9, 1), date(2026, 9, 30)), OCTOBER]),
        ("told for a part of it", [figures(1, 1, 1, OCTOBER)],
         Scope(period_from=OCTOBER[0], period_to=HALF_NOVEMBER[1]), False, [OCTOBER, HALF_NOVEMBER]),
    ],
)  # fmt: skip
def test_which_periods_are_compared(case, told, scope, all_told, periods) -> None:
    found = targets("one-stop", frozenset({"one-stop"}), MINUTE, told, scope, AS_OF, all_told=all_told)
    assert [target.period for target in found] == periods, case


def test_figures_are_compared_as_of_when_they_were_told() -> None:
    morning = at("2026-11-20T07:30")
    (october, november) = targets(
        "one-stop", frozenset({"s"}), MINUTE, [figures(1, 1, 1, told_at=morning)], Scope(), AS_OF, all_told=False
    )
    assert november.holds("s", morning - timedelta(minutes=1))
    assert not november.holds("s", morning)
    assert not november.holds("another", at("2026-11-10T08:00"))
    assert october.holds("s", at("2026-10-31T23:59"))
    assert not october.holds("s", at("2026-11-01T00:00"))


def test_months_cover_a_span_without_gap_or_overlap() -> None:
    spans = [*months(date(2026, 1, 31), date(2028, 3, 1))]
    assert (spans[0][0], spans[-1][1]) == (date(2026, 1, 31), date(2028, 3, 1))
    days = [first + timedelta(days=n) for first, last in spans for n in range((last - first).days + 1)]
    assert days == [date(2026, 1, 31) + timedelta(days=n) for n in range(len(days))]
