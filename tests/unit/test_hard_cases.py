"""Hard cases of the rules, one a test: what must not be said of an item, however odd its history is."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tasks.rules.corrections import Told, corrections_due
from tasks.rules.digests import compose
from tasks.rules.directory import Directory
from tasks.rules.disputes import disputes_in_log, effect_of
from tasks.rules.dossier_flags import World, dossier_flags
from tasks.rules.dossier_history import dates_of, state_at
from tasks.rules.flags import open_flags
from tasks.rules.ladder import Asked, standing
from tasks.rules.model import (
    Audience,
    CorrectionKind,
    Digest,
    DigestItem,
    DigestKind,
    Flag,
    Recipient,
    Role,
    Section,
)
from tasks.rules.office_hours import DEFAULT_HOURS
from tasks.rules.recommendations import recommendation_flags
from tasks.rules.records import DossierEvent, RecommendationEvent, Succession, Unit
from tasks.rules.situation import Books, Situation
from tests.unit import story_world as story

MONDAY = date(2026, 11, 23)
WEDNESDAY = date(2026, 11, 25)
H1 = Recipient(address="h1@x.gov.vn", post="h1", unit_code="31157", unit_name="UBND phường Thới Long")


def flags_of(item, day=MONDAY):
    return {f.flag for f in dossier_flags(item, story.world(day))}


def changed(item, **record):
    return replace(item, record=replace(item.record, **record))


def mail(facts, day=MONDAY, role=Role.ASKED, recipient=H1, audience=Audience.HEAD, level=1):
    section = Section(
        unit_code=facts.unit_code,
        unit_name=facts.unit_name,
        items=(DigestItem(facts=facts, role=role, level=level),),
    )
    return Digest(
        business_date=day,
        audience=audience,
        recipient=recipient,
        revision=1,
        kind=DigestKind.REMINDER,
        sections=(section,),
        as_of=story.as_of(day),
        data_moment=story.as_of(day),
    )


def overdue(item="T1", day=MONDAY):
    return next(f for f in dossier_flags(story.dossier(item, day), story.world(day)) if f.flag is Flag.OVERDUE)


def digests(day, files, told=None, items=None):
    world = story.world(day)
    items = (
        items
        if items is not None
        else open_flags(
            [f for f in files if hasattr(f.record, "dossier_code")],
            [f for f in files if hasattr(f.record, "recommendation_code")],
            world,
        )
    )
    books = Books(last_handed={told.address: told} if told else {}, told=[told] if told else [])
    return compose(Situation(items=items, files={f.record.item_key: f for f in files}, world=world, books=books))


# --- one odd item never silences the others


@pytest.mark.parametrize("year", [2028, 2031])
def test_a_date_beyond_the_calendar_is_for_ops_and_stops_nobody(year):
    far = story.recommendation("R2", MONDAY)
    far = replace(far, record=replace(far.record, due_on=date(year, 12, 31)))
    assert [f.flag for f in recommendation_flags(far, story.world(MONDAY))] == [Flag.CALENDAR_UNKNOWN]
    found = digests(MONDAY, [far, story.dossier("T1", MONDAY)])
    assert [i.facts.code for d in found for i in d.items(Role.ASKED)] == ["T1"]


def test_a_finished_dossier_with_a_far_appointment_still_leaves_the_list():
    told = Told(1, mail(overdue()))
    done = story.dossier("T1", date(2026, 11, 27))
    done = changed(done, due_at=datetime(2029, 1, 8, 17, tzinfo=story.HANOI))
    found = digests(date(2026, 11, 27), [done], told)
    assert [d.kind for d in found] == [DigestKind.ALL_CLEAR]


# --- nobody verifies himself, nobody is told that an open item is done


@pytest.mark.parametrize("body", ["", "no-such-unit"])
def test_without_an_inspecting_body_the_owner_is_not_asked_to_verify(body):
    item = story.recommendation("R3", MONDAY)
    item = replace(item, record=replace(item.record, inspecting_unit_code=body))
    assert [f.flag for f in recommendation_flags(item, story.world(MONDAY))] == [Flag.UNKNOWN_UNIT]


def test_no_all_clear_while_the_item_cannot_be_judged():
    told = Told(1, mail(overdue()))
    lost = changed(story.dossier("T1", WEDNESDAY), unit_code="99999")
    assert flags_of(lost, WEDNESDAY) == {Flag.UNKNOWN_UNIT}
    assert digests(WEDNESDAY, [lost], told) == ()


def test_no_all_clear_to_an_address_that_left_the_directory():
    gone = Recipient(address="former@x.gov.vn", post="former", unit_code="31157")
    told = Told(1, mail(overdue(), recipient=gone))
    assert digests(date(2026, 11, 27), [story.dossier("T1", date(2026, 11, 27))], told) == ()


def test_resolved_a_minute_after_as_of_is_resolved():
    done = changed(story.dossier("T1", MONDAY), status=9, resolved_at=story.as_of(MONDAY) + timedelta(minutes=1))
    assert flags_of(done) == set()
    found = digests(MONDAY, [done], Told(1, mail(overdue(), day=date(2026, 11, 20))))
    assert found[0].items(Role.CLEARED)[0].cleared.reason.value == "resolved_late"


def test_a_newer_version_in_quarantine_takes_the_item_out_of_the_mails():
    doubtful = replace(story.dossier("T1", MONDAY), in_doubt=True)
    assert flags_of(doubtful) == {Flag.DATA_IN_DOUBT}


# --- pauses and events


def test_a_pause_without_resume_ends_where_the_source_last_spoke():
    item = story.dossier("T5", MONDAY)
    item = changed(item, paused=False, status=4, updated_at=story.at(19, 11, 9))
    dues = {
        dates_of(item, state_at(item, story.as_of(d)), story.CALENDAR, DEFAULT_HOURS).due_on
        for d in (MONDAY, WEDNESDAY, date(2026, 11, 26))
    }
    assert len(dues) == 1, "the due date must not move with the calendar"


def test_no_correction_of_a_pause_the_source_denies():
    item = changed(story.dossier("T5", WEDNESDAY), paused=False, status=4, updated_at=story.at(14, 11, 9))
    told = replace(overdue(), item_key=item.record.item_key, code="T5", appointment_on=None, due_at=None)
    assert (
        corrections_due([Told(1, mail(told))], frozenset(), {item.record.item_key: item}, story.world(WEDNESDAY)) == {}
    )


# --- the ladder


def asked(day, unit="31157", level=1, facts=None):
    facts = facts or overdue(day=WEDNESDAY)
    return Asked(item_key=facts.item_key, arming=facts.arming, level=level, unit_code=unit, business_date=day)


def level(facts, history, spoke_for=lambda _c, _d: False):
    return standing(facts, history, story.CALENDAR, date(2026, 11, 27), spoke_for=spoke_for).level


def test_three_working_days_after_the_first_mail_the_superior_is_told():
    facts = overdue(day=WEDNESDAY)
    assert level(facts, [asked(MONDAY, facts=facts)]) == 2


def test_an_item_that_went_away_and_came_back_begins_anew():
    facts = replace(overdue(day=WEDNESDAY), asked_from=WEDNESDAY)
    assert level(facts, [asked(MONDAY, facts=facts)]) == 1


def test_an_item_asked_of_another_holder_begins_anew():
    facts = overdue(day=WEDNESDAY)
    assert level(facts, [asked(MONDAY, unit="SNNMT", facts=facts)]) == 1


def test_the_heir_of_the_unit_carries_the_count_on():
    facts = overdue(day=WEDNESDAY)
    assert level(facts, [asked(MONDAY, unit="old", facts=facts)], lambda code, _day: code == "old") == 2


# --- corrections and extensions


def corrections(files, told, day):
    found = corrections_due([Told(1, told)], frozenset(), {f.record.item_key: f for f in files}, story.world(day))
    return [i.correction for items in found.values() for i in items]


def test_a_transfer_back_known_late_corrects_the_mail_to_the_wrong_holder():
    held = story.dossier("T6", MONDAY)
    facts = next(f for f in dossier_flags(held, story.world(MONDAY)) if f.flag is Flag.OVERDUE)
    back = DossierEvent(dossier_code="T6", at=story.at(20, 11, 9), event="transfer", to_unit_code="31157")
    now = replace(story.dossier("T6", WEDNESDAY), events=(*held.events, back))
    found = corrections([now], mail(facts), WEDNESDAY)
    assert [c.kind for c in found] == [CorrectionKind.OTHER_HOLDER]
    assert found[0].unit_name == "UBND phường Thới Long"


def test_an_extension_of_a_recommendation_known_late_is_corrected():
    item = story.recommendation("R4", MONDAY)
    facts = recommendation_flags(item, story.world(MONDAY))[0]
    late = RecommendationEvent(
        recommendation_code="R4",
        at=story.at(19, 11, 9),
        event="extend",
        document_no="1",
        new_due_on=date(2026, 12, 31),
    )
    found = corrections([replace(item, events=(late,))], mail(facts), WEDNESDAY)
    assert [c.kind for c in found] == [CorrectionKind.OTHER_DUE_DATE]


def test_an_event_dated_without_time_on_the_mails_own_day_corrects_nothing():
    item = story.dossier("T1", WEDNESDAY)
    pause = DossierEvent(dossier_code="T1", at=story.as_of(MONDAY), event="pause")  # "23/11" means opening time
    assert corrections([replace(item, events=(pause,))], mail(overdue()), WEDNESDAY) == []


def test_an_extension_to_an_earlier_date_changes_nothing():
    item = story.recommendation("R5", MONDAY)
    earlier = RecommendationEvent(
        recommendation_code="R5",
        at=story.at(20, 11, 9),
        event="extend",
        document_no="1",
        new_due_on=date(2026, 11, 20),
    )
    assert recommendation_flags(replace(item, events=(earlier,)), story.world(MONDAY)) == ()


# --- disputes and addresses


def test_a_dispute_in_the_log_is_a_dispute():
    item = story.recommendation("R2", WEDNESDAY)
    opened = RecommendationEvent(recommendation_code="R2", at=story.at(24, 11, 10), event="dispute")
    disputed = disputes_in_log(replace(item, events=(opened,)))
    assert effect_of(disputed, "-", story.CALENDAR, WEDNESDAY).out_of_mails
    answered = replace(opened, at=story.at(25, 11, 7), event="progress")
    disputed = disputes_in_log(replace(item, events=(opened, answered)))
    assert not effect_of(disputed, "-", story.CALENDAR, WEDNESDAY).out_of_mails


def test_one_person_at_both_units_is_asked_and_not_informed_as_well():
    contacts = [replace(c, email="h1@x.gov.vn") if c.unit_code == "SNNMT" else c for c in story.CONTACTS]
    directory = Directory(story.UNITS, story.SUCCESSIONS, contacts, story.ABSENCES)
    world = replace_directory(story.world(MONDAY), directory)
    item = story.dossier("T6", MONDAY)
    found = compose(
        Situation(items=open_flags([item], [], world), files={item.record.item_key: item}, world=world, books=Books())
    )
    assert [[(i.facts.code, i.role) for i in d.items()] for d in found] == [[("T6", Role.ASKED)]]


def replace_directory(world: World, directory: Directory) -> World:
    return World(directory, world.calendar, world.hours, world.rules, world.as_of)


def test_a_unit_succeeded_in_the_middle_keeps_its_first_mail():
    ended = Unit(code="A", name="A", valid_to=date(2026, 11, 24))
    heir = Unit(code="B", name="B", valid_from=WEDNESDAY)
    way = Succession(old_code="A", new_code="B", effective_from=WEDNESDAY, share="whole")
    directory = Directory([ended, heir], [way])
    assert directory.answering("A", MONDAY, date(2026, 11, 27)).today == heir
