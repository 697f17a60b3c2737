"""What a watcher outside misses at which moment: a working week of an office, told by its signs of life."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from tasks.calendar_files import shipped_calendar
from tasks.rules.heartbeat import Beat, MailDay, Signs, day_looked_at, missing_at
from tasks.rules.timezone import HANOI

CALENDAR, CLOSES = shipped_calendar(), time(10)
FRIDAY, MONDAY, HOLIDAY, WEDNESDAY = (date(2026, 11, day) for day in (20, 23, 24, 25))


def at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), HANOI)


def ended(job: str, moment: datetime, state: str = "done") -> Beat:
    day = moment.date()
    return Beat(job=job, at=moment, business_date=day, state=state, ended_on=day, ended_at=moment)


def seen(*beats: Beat, **more: object) -> Signs:
    """A warehouse with these beats, at work since long ago, everything else as it must be."""
    usual = {"first_run_at": at(date(2026, 1, 5), "07:30"), "mails": MailDay(), "sources": ["one-stop", "contacts"]}
    return Signs(**{"beats": {beat.job: beat for beat in beats}} | usual | more)


def well(day: date, clock: str) -> list[Beat]:
    """Everything went as on any working day until then."""
    now = at(day, clock)
    night = CALENDAR.previous_working_day(day)
    beats = [
        ended("housekeeping", now - timedelta(hours=12)),
        Beat(job="up", at=now, business_date=day, state="serving"),
    ]
    last = day if clock >= "07:40" else night
    return [*beats, ended("morning", at(last, "07:40")), ended("bulletin", at(last, "07:45")), ended("sync", now)]


def without(beats: list[Beat], *jobs: str) -> list[Beat]:
    return [beat for beat in beats if beat.job not in jobs]


def told(day: date, clock: str, signs: Signs) -> list[str]:
    return [one.code for one in missing_at(at(day, clock), signs, CLOSES, CALENDAR)]


@pytest.mark.parametrize(
    ("day", "clock"),
    [
        (MONDAY, "06:00"),
        (MONDAY, "09:59"),
        (MONDAY, "11:00"),
        (MONDAY, "23:59"),
        (WEDNESDAY, "00:01"),
        (FRIDAY, "17:00"),
    ],
)
def test_nothing_is_missed_on_a_day_on_which_all_went_well(day, clock):
    assert told(day, clock, seen(*well(day, clock))) == []


@pytest.mark.parametrize("day", [HOLIDAY, date(2026, 11, 22), date(2026, 2, 17)])  # a holiday, a Sunday, Tết
def test_days_off_are_silent_whatever_is_missing(day):
    assert told(day, "11:00", seen(mails=MailDay(waiting=3))) == []


def test_a_make_up_saturday_is_watched_like_any_working_day():
    assert "morning" in told(date(2026, 1, 10), "11:00", seen())


@pytest.mark.parametrize(
    ("clock", "last_morning", "missing"),
    [
        ("09:59", at(FRIDAY, "07:40"), []),
        ("10:00", at(FRIDAY, "07:40"), ["morning"]),
        ("10:00", at(MONDAY, "07:40"), []),
        ("09:59", at(date(2026, 11, 19), "07:40"), ["morning"]),  # of Friday still: an alarm does not end overnight
        ("23:00", at(FRIDAY, "07:40"), ["morning"]),
    ],
)
def test_the_morning_must_have_come_to_its_end_when_the_mail_window_closes(clock, last_morning, missing):
    beats = [*without(well(MONDAY, clock), "morning", "sync"), ended("morning", last_morning)]
    synced = [ended("sync", at(MONDAY, clock)), ended("bulletin", at(MONDAY, "07:45"))]
    assert told(MONDAY, clock, seen(*beats, *synced)) == missing


def test_a_morning_that_broke_off_has_not_come_to_its_end():
    broke = replace(ended("morning", at(FRIDAY, "07:40")), at=at(MONDAY, "07:31"), business_date=MONDAY, state="failed")
    beats = [*without(well(MONDAY, "11:00"), "morning"), broke]
    (one,) = missing_at(at(MONDAY, "11:00"), seen(*beats), CLOSES, CALENDAR)
    assert (one.code, one.since) == ("morning", at(MONDAY, "10:00"))


@pytest.mark.parametrize(
    ("mails", "stopped_at", "missing"),
    [
        (MailDay(waiting=2), None, ["not_out"]),
        (MailDay(refused=1, uncertain=1), None, ["refused", "uncertain"]),
        (MailDay(waiting=2), at(MONDAY, "07:00"), []),  # somebody's will, for today
        (MailDay(waiting=2), at(FRIDAY, "16:00"), ["stopped"]),  # and forgotten since
    ],
)
def test_mails_that_did_not_reach_anybody(mails, stopped_at, missing):
    assert told(MONDAY, "10:30", seen(*well(MONDAY, "10:30"), mails=mails, stopped_at=stopped_at)) == missing


@pytest.mark.parametrize(
    ("clock", "beat", "missing"),
    [
        ("08:14", None, []),
        ("08:15", None, ["bulletin"]),
        ("08:15", ended("bulletin", at(MONDAY, "07:45")), []),
        ("08:15", ended("morning", at(MONDAY, "08:10")), []),  # which sends it too
        ("08:15", Beat(job="bulletin", at=at(MONDAY, "07:55"), business_date=MONDAY, state="busy"), []),
    ],
)
def test_the_bulletin_is_there_by_a_quarter_past_eight(clock, beat, missing):
    beats = [*without(well(MONDAY, clock), "bulletin", "morning"), ended("morning", at(FRIDAY, "07:40"))]
    assert told(MONDAY, clock, seen(*beats, *([beat] if beat else []))) == missing


@pytest.mark.parametrize(
    ("clock", "last", "missing"),
    [
        ("09:59", "07:40", []),  # pulled by the morning; office hours are two hours old at ten
        ("10:01", "08:00", ["one-stop, contacts"]),
        ("12:00", "10:30", []),
        ("16:45", "14:30", ["one-stop, contacts"]),
        ("22:00", "17:00", []),  # the last of the day
        ("22:00", "14:30", ["one-stop, contacts"]),
    ],
)
def test_every_source_is_pulled_within_two_hours_of_office(clock, last, missing):
    beats = [*without(well(MONDAY, clock), "sync"), ended("sync", at(MONDAY, last))]
    found = missing_at(at(MONDAY, clock), seen(*beats), CLOSES, CALENDAR)
    assert [one.job for one in found if one.code == "sync"] == missing


def test_one_source_alone_is_named_where_each_has_runs_of_its_own():
    own = [ended("sync:one-stop", at(MONDAY, "14:00")), ended("sync:contacts", at(MONDAY, "11:30"))]
    found = missing_at(at(MONDAY, "14:30"), seen(*without(well(MONDAY, "14:30"), "sync"), *own), CLOSES, CALENDAR)
    assert [(one.job, one.since) for one in found] == [("contacts", at(MONDAY, "11:30"))]


@pytest.mark.parametrize(
    ("beat", "missing"),
    [
        (ended("housekeeping", at(FRIDAY, "22:30")), ["housekeeping"]),
        (ended("housekeeping", at(date(2026, 11, 21), "22:30")), []),
        (Beat(job="up", at=at(MONDAY, "10:44"), business_date=MONDAY, state="serving"), ["up_silent"]),
        (Beat(job="up", at=at(MONDAY, "10:44"), business_date=MONDAY, state="stopped"), ["up_stopped"]),
        (Beat(job="up", at=at(MONDAY, "10:46"), business_date=MONDAY, state="stopped"), []),  # being restarted
    ],
)
def test_the_night_and_the_server(beat, missing):
    assert told(MONDAY, "11:00", seen(*without(well(MONDAY, "11:00"), beat.job), beat)) == missing


def test_who_never_served_is_not_missed_cron_or_workers_do_it():
    assert told(MONDAY, "11:00", seen(*without(well(MONDAY, "11:00"), "up"))) == []


def test_nothing_is_expected_of_the_time_before_the_first_run():
    assert told(MONDAY, "11:00", seen(first_run_at=None)) == ["never"]
    assert told(MONDAY, "11:00", seen(first_run_at=at(MONDAY, "10:30"))) == []
    assert told(WEDNESDAY, "11:00", seen(first_run_at=at(MONDAY, "10:30"))) == [
        "morning",
        "bulletin",
        "sync",
        "housekeeping",
    ]


@pytest.mark.parametrize(
    ("day", "clock", "looked_at"),
    [
        (MONDAY, "10:00", MONDAY),
        (MONDAY, "09:59", FRIDAY),
        (HOLIDAY, "12:00", MONDAY),
        (WEDNESDAY, "09:00", MONDAY),
        (date(2026, 2, 23), "09:00", date(2026, 2, 13)),  # the first morning after Tết
        (date(2024, 3, 1), "09:00", date(2024, 2, 29)),
        (date(2026, 1, 12), "09:00", date(2026, 1, 10)),  # a make-up Saturday
    ],
)
def test_the_day_whose_mails_are_looked_at(day, clock, looked_at):
    assert day_looked_at(at(day, clock), CLOSES, CALENDAR) == looked_at
