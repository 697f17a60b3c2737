"""What the seven mornings come to in a weekly and a monthly report: worked out by hand from the story, not computed."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.reporting import _told_field
from tasks.reporting_unit import _remedies
from tasks.rules.model import Duration, DurationUnit
from tasks.rules.records import DossierFile, DossierRecord, RecommendationFile
from tasks.rules.report_figures import dossier_figures, field_of, remedy_figures
from tasks.rules.report_model import FINISHED, OPEN, Figure, Period, PeriodKind, Remedy, Tallies, last_complete
from tests.unit import story_world as story
from tests.unit.story_world import at

WEEK, MONTH = PeriodKind.WEEK, PeriodKind.MONTH


def tallied(dossiers: list[DossierFile], period: Period, world, *, present: bool = True) -> Tallies:
    tallies = Tallies()
    for dossier in dossiers:
        for unit, figure in dossier_figures(dossier, period, world, present=present):
            tallies.add(unit, field_of(dossier), figure)
    return tallies


def told(day: date, period: Period, *, known: date | None = None) -> dict[str, str]:
    """By unit, as `late 2, on_time 2`; `known`: the morning whose knowledge is asked for."""
    files = [f for f in story.files(known or day).values() if isinstance(f, DossierFile)]
    tallies = tallied(files, period, story.world(day), present=known in (None, day))
    return {
        unit: ", ".join(f"{name} {n}" for name, n in sorted(counts.items())) for unit, counts in tallies.units.items()
    }


def remedies(day: date) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for file in story.files(day).values():
        if isinstance(file, RecommendationFile):
            for unit, remedy in remedy_figures(file, story.world(day)):
                found.setdefault(unit, []).append(remedy.value)
    return {unit: " ".join(sorted(names)) for unit, names in found.items()}


# --- periods -------------------------------------------------------------------------------------------------------

PERIODS = [
    (WEEK, date(2026, 11, 30), date(2026, 11, 23), date(2026, 11, 29), "2026-W48"),
    (WEEK, date(2026, 12, 6), date(2026, 11, 23), date(2026, 11, 29), "2026-W48"),  # Sunday: its week is not over
    (WEEK, date(2027, 1, 4), date(2026, 12, 28), date(2027, 1, 3), "2026-W53"),
    (WEEK, date(2026, 1, 7), date(2025, 12, 29), date(2026, 1, 4), "2026-W01"),
    (MONTH, date(2026, 12, 1), date(2026, 11, 1), date(2026, 11, 30), "2026-11"),
    (MONTH, date(2028, 3, 31), date(2028, 2, 1), date(2028, 2, 29), "2028-02"),
    (MONTH, date(2027, 1, 1), date(2026, 12, 1), date(2026, 12, 31), "2026-12"),
]


@pytest.mark.parametrize(("kind", "day", "first", "last", "key"), PERIODS)
def test_a_report_is_about_the_last_week_or_month_that_is_over(kind, day, first, last, key) -> None:
    period = last_complete(kind, day)
    assert (period.first, period.last, period.key) == (first, last, key)


def test_a_period_ends_with_its_last_day_in_hanoi() -> None:
    period = last_complete(WEEK, date(2026, 11, 30))
    inside = [at(23, 11), at(29, 11, 23, 59)]
    outside = [at(22, 11, 23, 59), at(30, 11), None]
    assert [period.holds(moment) for moment in (*inside, *outside)] == [True, True, False, False, False]


# --- the story -----------------------------------------------------------------------------------------------------


def test_the_week_of_the_first_five_mornings() -> None:
    """On time T3 T4 S1, late T1 Q1 S2 T6 A1; T2 had been resolved the week before; open are T5, A2 and L1."""
    assert told(date(2026, 11, 30), last_complete(WEEK, date(2026, 11, 30))) == {
        "31157": "late 2, on_time 2, paused 1",
        "31231": "due_soon 1, late 1",
        "31246": "late 1",
        "31309": "tier_2 1",
        "SNNMT": "late 1, on_time 1",
    }


def test_the_month() -> None:
    """Early T2 (by law, not by its appointment) and T5 (its pause not counted); on time T7, never collected, and A2."""
    assert told(date(2026, 12, 1), last_complete(MONTH, date(2026, 12, 1))) == {
        "31157": "early 2, late 2, on_time 3, received 7",
        "31231": "late 1, on_time 1, received 1",
        "31246": "late 1, received 1",
        "31309": "received 1, tier_2 1",
        "SNNMT": "late 1, on_time 1, received 2",
    }


def test_what_is_open_counts_for_who_holds_it_and_what_is_finished_for_who_received_it() -> None:
    before = told(date(2026, 11, 27), last_complete(WEEK, date(2026, 11, 27)))
    assert before["SNNMT"] == "received 2, tier_2 1"  # T6; S1 and S2 are done
    assert "tier" not in before["31157"]
    after = told(date(2026, 11, 30), last_complete(WEEK, date(2026, 11, 30)))
    assert after["31157"].startswith("late 2")  # T1, and T6 that SNNMT held when it was finished


def test_the_past_as_it_was_known_then_and_as_it_is_known_now() -> None:
    """On Monday T2 lay open, past its appointment; on Friday one knew that it had been resolved the week before."""
    monday, period = date(2026, 11, 23), last_complete(WEEK, date(2026, 11, 23))
    then = told(monday, period)
    now = told(monday, period, known=date(2026, 11, 27))
    assert then["31157"] == "due_soon 3, paused 1, received 1, tier_1 1"
    assert now["31157"] == "due_soon 2, early 1, paused 1, received 1, tier_1 1"
    assert {unit: text for unit, text in then.items() if unit != "31157"} == {
        unit: text for unit, text in now.items() if unit != "31157"
    }


REMEDIES = {
    date(2026, 11, 23): {"31157": "in_time", "31231": "overdue", "31246": "in_time overdue", "31299": "undated"},
    date(2026, 11, 30): {
        "31157": "reported",
        "31231": "reported",
        "31246": "in_time in_time past_original",  # R4 is in time by its document, and late against the first date
        "31299": "undated",
    },
    date(2026, 12, 1): {
        "31157": "done",
        "31231": "done",
        "31246": "in_time in_time past_original",
        "31299": "in_time",
    },
}


@pytest.mark.parametrize("day", REMEDIES, ids=str)
def test_recommendations_by_who_owes_them_today(day: date) -> None:
    assert remedies(day) == REMEDIES[day]


def test_a_date_in_a_year_without_a_calendar_is_no_missing_date() -> None:
    """Counted as in time, and shown as such on the sheet of its unit."""
    day = date(2026, 11, 23)
    files = [f for f in story.files(day).values() if isinstance(f, RecommendationFile)]
    far = [replace(f, record=replace(f.record, due_on=date(2028, 3, 1)), events=()) for f in files]
    world = story.world(day)
    found = [(unit, figure) for item in far for unit, figure in remedy_figures(item, world)]
    assert {figure for _, figure in found} == {Remedy.IN_TIME}
    reading = SimpleNamespace(world=world, recommendations=lambda: far)
    (one,) = [remedy for remedy in _remedies(reading, found[0][0]) if remedy.code == far[0].record.recommendation_code]
    assert (one.due_on, one.days_late) == (date(2028, 3, 1), None)


def test_a_recommendation_in_doubt_is_nobodys_lateness() -> None:
    """As in mails: its newer version lies in quarantine, and may say that all is done."""
    world = story.world(date(2026, 11, 23))
    files = [f for f in story.files(world.today).values() if isinstance(f, RecommendationFile)]
    late = next(f for f in files if ("31231", Remedy.OVERDUE) in remedy_figures(f, world))
    doubted = replace(late, in_doubt=True)
    assert list(remedy_figures(doubted, world)) == [("31231", Remedy.UNCLEAR)]
    shown = [_remedies(SimpleNamespace(world=world, recommendations=lambda f=f: [f]), "31231") for f in (late, doubted)]
    (one,), (other,) = map(list, shown)
    assert (one.in_doubt, other.in_doubt, other.days_late) == (False, True, None)
    assert one.days_late


def test_a_number_that_slipped_into_the_column_of_the_field_is_not_told() -> None:
    told = [_told_field(name) for name in ("Đất đai", "", "0912 345 678", "092088001234", "a@b.vn")]
    assert told == ["Đất đai", "", "", "", ""]


def test_a_dossier_in_doubt_and_one_without_a_date_are_unclear() -> None:
    day = date(2026, 11, 27)
    world, period = story.world(day), last_complete(WEEK, day)
    late = story.dossier("A1", day)
    bare = replace(late, record=replace(late.record, due_at=None, duration=None))
    for file in (replace(late, in_doubt=True), bare):
        assert list(dossier_figures(file, period, world, present=True)) == [("31231", Figure.UNCLEAR)]


@pytest.mark.parametrize(("status", "figures"), [(1, []), (3, []), (7, ["received"]), (9, ["received", "early"])])
def test_only_what_has_a_result_is_finished(status: int, figures: list[str]) -> None:
    day = date(2026, 11, 30)
    file = story.dossier("A2", day)
    record = replace(file.record, received_at=at(23, 11, 9), status=status, resolved_at=at(25, 11, 9))
    found = dossier_figures(replace(file, record=record), last_complete(WEEK, day), story.world(day), present=True)
    assert [figure.value for _, figure in found] == figures


# --- sums ----------------------------------------------------------------------------------------------------------

dossiers = st.builds(
    lambda unit, status, received, lasted, days, field: DossierFile(
        record=DossierRecord(
            origin=story.dossier("T1", date(2026, 11, 23)).record.origin,
            record_key="x",
            dossier_code="x",
            unit_code=unit,
            status=status,
            received_at=at(2, 11, 9) + timedelta(hours=received),
            duration=Duration(amount=days, unit=DurationUnit.WORKING_DAY) if days else None,
            resolved_at=at(2, 11, 9) + timedelta(hours=received + lasted) if status in (9, 10) else None,
            field=field,
        )
    ),
    unit=st.sampled_from(["31157", "31231", "SNNMT", "gone"]),
    status=st.sampled_from([1, 2, 3, 4, 5, 7, 9, 10]),
    received=st.integers(0, 700),
    lasted=st.integers(0, 400),
    days=st.integers(0, 20),
    field=st.sampled_from(["", "Hộ tịch", "Đất đai"]),
)


@settings(max_examples=40, deadline=None)
@given(files=st.lists(dossiers, max_size=25), kind=st.sampled_from(PeriodKind), present=st.booleans())
def test_sums_by_unit_and_by_field_are_the_total(files: list[DossierFile], kind: PeriodKind, present: bool) -> None:
    day = date(2026, 11, 30)
    period, world = last_complete(kind, day), story.world(day)
    tallies = tallied(files, period, world, present=present)
    for groups in (tallies.units, tallies.fields):
        assert sum(map(Counter, groups.values()), Counter()) == Counter(tallies.total)
    for file in files:
        figures = [figure for _, figure in dossier_figures(file, period, world, present=present)]
        assert sum(f in OPEN for f in figures) <= 1
        assert sum(f in FINISHED for f in figures) == (
            file.record.status in (9, 10) and period.holds(file.record.resolved_at) and figures != []
        )
