"""Flags that need no clock work: standing still, gone from the source, nobody known to hold it, nothing to count by."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from tasks.mail.letter import MailStyle
from tasks.mail.render import render_digest
from tasks.rules.arming import HEAD_FLAGS, INSPECTING_FLAGS
from tasks.rules.corrections import Told
from tasks.rules.digests import compose
from tasks.rules.dossier_flags import World, dossier_flags
from tasks.rules.flags import open_flags
from tasks.rules.model import Audience, ClearedReason, Duration, DurationUnit, Flag, Role
from tasks.rules.office_hours import DEFAULT_HOURS
from tasks.rules.recommendations import recommendation_flags
from tasks.rules.records import DossierEvent, FlagRules, RecommendationEvent
from tasks.rules.situation import Books, Situation
from tests.unit import story_world as story

MONDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 25)
FAR = datetime(2026, 12, 31, 17, tzinfo=story.HANOI)
FIVE = Duration(amount=5, unit=DurationUnit.WORKING_DAY)


def world(day: date = MONDAY, **rules) -> World:
    return World(story.DIRECTORY, story.CALENDAR, DEFAULT_HOURS, FlagRules(**rules), story.as_of(day))


def a_dossier(**record):
    """Received on 02/11, 15 working days before the Monday of the story, due at the end of the year."""
    item = story.dossier("T1", MONDAY)
    told = {"received_at": story.at(2, 11, 9), "due_at": FAR, "duration": None, "updated_at": None} | record
    return replace(item, record=replace(item.record, **told))


def with_event(item, at, event="status", **more):
    return replace(item, events=(*item.events, DossierEvent(dossier_code="T1", at=at, event=event, **more)))


def flags_of(item, day: date = MONDAY, **rules) -> set[Flag]:
    return {f.flag for f in dossier_flags(item, world(day, **rules))}


def composed(day, files, told=None, **rules):
    at = world(day, **rules)
    dossiers = [f for f in files if hasattr(f.record, "dossier_code")]
    recommendations = [f for f in files if hasattr(f.record, "recommendation_code")]
    books = Books(last_handed={told.address: told} if told else {}, told=[told] if told else [])
    items = open_flags(dossiers, recommendations, at)
    return compose(Situation(items=items, files={f.record.item_key: f for f in files}, world=at, books=books))


def text_of(digest) -> str:
    return render_digest(digest, MailStyle(contact_address="cchc@x.gov.vn")).text


# --- stalled: open, not paused, nothing for ten working days


@pytest.mark.parametrize(
    ("case", "item", "stalled"),
    [
        ("nothing since it came 15 working days ago", a_dossier(), True),
        ("received exactly ten working days ago", a_dossier(received_at=story.at(9, 11, 9)), True),
        ("received nine working days ago", a_dossier(received_at=story.at(10, 11, 9)), False),
        ("an event nine working days ago", with_event(a_dossier(), story.at(10, 11, 9)), False),
        ("an event ten working days ago", with_event(a_dossier(), story.at(9, 11, 9)), True),
        ("an event of tomorrow says nothing yet", with_event(a_dossier(), story.at(25, 11, 9)), True),
        ("the source touched it last week", a_dossier(updated_at=story.at(17, 11, 9)), False),
        ("a change of its row was learnt last week", replace(a_dossier(), content_changed_at=story.at(17, 11)), False),
        ("paused", with_event(a_dossier(), story.at(3, 11, 9), "pause"), False),
        ("the source says paused", a_dossier(paused=True), False),
        ("resolved", a_dossier(status=9, resolved_at=story.at(3, 11, 9)), False),
        ("also without any date to be due", a_dossier(due_at=None), True),
        ("also when overdue", a_dossier(due_at=story.at(9, 11, 17)), True),
    ],
)
def test_stalled(case, item, stalled):
    assert (Flag.STALLED in flags_of(item)) is stalled, case


def test_how_long_is_configured():
    assert Flag.STALLED not in flags_of(a_dossier(), stalled_working_days=16)
    assert Flag.STALLED not in flags_of(a_dossier(), off=frozenset({"stalled"}))


def test_a_dossier_that_stands_still_is_asked_about_and_never_escalated():
    (mail,) = composed(MONDAY, [a_dossier()])
    (item,) = mail.items(Role.ASKED)
    assert (mail.audience, item.facts.flag, item.level, item.next_step) == (Audience.HEAD, Flag.STALLED, 0, None)
    text = text_of(mail)
    assert "Hồ sơ đang vướng ở khâu nào?" in text
    assert "Cập nhật gần nhất: 02/11/2026" in text
    assert "quá hạn" not in text.split("Thực hiện".upper())[0].lower()


def test_once_it_moved_the_question_is_answered_not_the_dossier_done():
    (mail,) = composed(MONDAY, [a_dossier()])
    (after,) = composed(WEDNESDAY, [a_dossier(updated_at=story.at(23, 11, 9))], Told(1, mail))
    (left,) = after.items(Role.CLEARED)
    assert left.cleared.reason is ClearedReason.UPDATED
    assert "đã có cập nhật ngày 23/11/2026" in text_of(after)
    assert "hoàn thành" not in text_of(after)


def test_an_item_still_asked_for_is_not_told_to_have_left():
    overdue = a_dossier(due_at=story.at(9, 11, 17), duration=FIVE)
    paused = with_event(overdue, story.at(4, 11, 9), "pause")
    (mail,) = composed(MONDAY, [paused])
    assert {i.facts.flag for i in mail.items(Role.ASKED)} == {Flag.PAUSED_PAST_DUE}
    resumed = with_event(paused, story.at(5, 11, 9), "resume")
    (after,) = composed(WEDNESDAY, [resumed], Told(1, mail))
    assert Flag.OVERDUE in {i.facts.flag for i in after.items(Role.ASKED)}
    assert after.items(Role.CLEARED) == ()


# --- vanished: two sweeps did not find it


def test_a_vanished_dossier_is_for_ops_alone_whatever_else_is_wrong_with_it():
    lost = replace(a_dossier(due_at=story.at(9, 11, 17)), missed_since=story.at(20, 11), in_doubt=True)
    assert flags_of(lost) == flags_of(lost, off=frozenset({"vanished"})) == {Flag.VANISHED}
    assert composed(MONDAY, [lost]) == ()


def test_a_vanished_dossier_is_never_told_to_be_done():
    (mail,) = composed(MONDAY, [story.dossier("T1", MONDAY)])
    lost = replace(story.dossier("T1", WEDNESDAY), missed_since=story.at(23, 11))
    assert composed(WEDNESDAY, [lost], Told(1, mail)) == ()
    (after,) = composed(WEDNESDAY, [lost, story.dossier("T2", WEDNESDAY)], Told(1, mail))
    assert [(i.facts.code, i.role) for i in after.items()] == [("T2", Role.ASKED)]


def test_a_dossier_found_again_is_asked_for_again():
    assert Flag.OVERDUE in flags_of(story.dossier("T1", WEDNESDAY), WEDNESDAY)


# --- for ops only


@pytest.mark.parametrize(
    ("flag", "item"),
    [
        (Flag.NO_DUE_DATE, a_dossier(due_at=None, updated_at=story.at(20, 11))),
        (Flag.UNKNOWN_UNIT, a_dossier(unit_code="99999", due_at=story.at(9, 11, 17))),
        (Flag.DATA_IN_DOUBT, replace(a_dossier(due_at=story.at(9, 11, 17)), in_doubt=True)),
        (Flag.VANISHED, replace(a_dossier(due_at=story.at(9, 11, 17)), missed_since=story.at(20, 11))),
        (Flag.CALENDAR_UNKNOWN, a_dossier(due_at=datetime(2031, 5, 5, 17, tzinfo=story.HANOI))),
    ],
)
def test_what_cannot_be_judged_is_flagged_and_mailed_to_nobody(flag, item):
    assert flags_of(item) == {flag}
    assert flag not in HEAD_FLAGS | INSPECTING_FLAGS
    assert composed(MONDAY, [item]) == ()


@pytest.mark.parametrize("more", [{"officer_post": "nobody knows"}, {"procedure_code": "9.999999"}])
def test_an_unknown_officer_or_procedure_changes_no_reminder(more):
    known, unknown = a_dossier(due_at=story.at(9, 11, 17)), a_dossier(due_at=story.at(9, 11, 17), **more)
    assert flags_of(unknown) == flags_of(known)
    assert [d.recipient for d in composed(MONDAY, [unknown])] == [d.recipient for d in composed(MONDAY, [known])]


# --- unknown holder: a question to the lead unit


def held_by_nobody_known(day=MONDAY):
    item = replace(story.dossier("T1", day), events=())
    return with_event(item, story.at(12, 11, 8), "transfer", to_unit_code="no-such-unit")


def test_a_dossier_with_an_unknown_holder_is_a_question_to_the_lead_unit():
    item = held_by_nobody_known()
    assert flags_of(item, off=frozenset({"stalled"})) == {Flag.UNKNOWN_UNIT, Flag.OVERDUE}
    (mail,) = composed(MONDAY, [item], off=frozenset({"stalled"}))
    (asked,) = mail.items()
    assert (mail.recipient.unit_code, asked.role, asked.level, asked.next_step) == ("31157", Role.ASKED, 0, None)
    text = text_of(mail)
    assert "ĐỀ NGHỊ CHO Ý KIẾN" in text
    assert "Hồ sơ hiện ở đơn vị nào" in text
    assert "no-such-unit" not in text


def test_nothing_is_asked_where_nothing_is_due():
    item = held_by_nobody_known()
    item = replace(item, record=replace(item.record, due_at=FAR, duration=None))
    assert flags_of(item, off=frozenset({"stalled"})) == {Flag.UNKNOWN_UNIT}


def test_a_holder_known_later_is_asked_and_the_question_is_no_error():
    (mail,) = composed(MONDAY, [held_by_nobody_known()], off=frozenset({"stalled"}))
    found = replace(story.dossier("T1", WEDNESDAY), events=())
    found = with_event(found, story.at(12, 11, 8), "transfer", to_unit_code="SNNMT")
    digests = composed(WEDNESDAY, [found], Told(1, mail), off=frozenset({"stalled"}))
    assert [(d.recipient.unit_code, i.facts.flag) for d in digests for i in d.items(Role.ASKED)] == [
        ("SNNMT", Flag.OVERDUE)
    ]
    assert all(d.items(Role.CORRECTED) == () for d in digests)


# --- procedures of hours or of one day: a count


def test_short_procedures_due_soon_are_counted_not_listed():
    hours = Duration(amount=4, unit=DurationUnit.WORKING_HOUR)
    today = Duration(amount=0, unit=DurationUnit.WORKING_DAY)
    items = []
    for number, duration in enumerate((hours, today, today)):
        item = a_dossier(received_at=story.at(23, 11, 7, 10), due_at=None, duration=duration)
        record = replace(item.record, record_key=f"K{number}", dossier_code=f"KHAN-{number}")
        items.append(replace(item, record=record))
    (mail,) = composed(MONDAY, [*items, story.dossier("T3", MONDAY)])
    assert {i.facts.code for i in mail.items(Role.ASKED)} == {"T3", "KHAN-0", "KHAN-1", "KHAN-2"}
    text = text_of(mail)
    assert "KHAN" not in text
    assert "03 hồ sơ thuộc thủ tục giải quyết trong ngày hoặc tính theo giờ, hạn gần nhất 11 giờ 30 phút" in text
    assert "04 hồ sơ" in text.split("\n\n")[1]
    assert "T3" in text


# --- recommendations without a plan, without news


def a_recommendation(*events, changed=None, **record):
    item = story.recommendation("R5", MONDAY)
    told = {"issued_on": date(2026, 11, 2), "due_on": date(2026, 12, 31)} | record
    log = tuple(RecommendationEvent(recommendation_code="R5", at=at, event=event) for event, at in events)
    return replace(item, record=replace(item.record, **told), events=log, content_changed_at=changed)


ACCEPTED = ("accept_plan", story.at(3, 11, 9))


@pytest.mark.parametrize(
    ("case", "item", "expected"),
    [
        ("nothing since it was issued", a_recommendation(), {Flag.NO_PLAN, Flag.STALE}),
        ("issued ten working days ago", a_recommendation(issued_on=date(2026, 11, 9)), {Flag.NO_PLAN}),
        ("issued nine working days ago", a_recommendation(issued_on=date(2026, 11, 10)), set()),
        ("only acknowledged", a_recommendation(("acknowledge", story.at(16, 11, 9))), {Flag.NO_PLAN}),
        ("planned, then silence", a_recommendation(ACCEPTED), set()),
        ("planned, silent for 15 working days", a_recommendation(ACCEPTED, issued_on=date(2026, 10, 1)), set()),
        ("planned long ago", a_recommendation(("accept_plan", story.at(2, 11, 9))), {Flag.STALE}),
        ("progress last week", a_recommendation(ACCEPTED, ("progress", story.at(17, 11, 9))), set()),
        ("its row changed last week", a_recommendation(changed=story.at(17, 11, 9)), {Flag.NO_PLAN}),
        ("reported", a_recommendation(("report", story.at(3, 11, 9))), {Flag.AWAITING_VERIFICATION}),
        ("closed", a_recommendation(("close", story.at(3, 11, 9))), set()),
        ("without a date nobody is reminded", a_recommendation(due_on=None), {Flag.DUE_DATE_MISSING}),
        ("the column says planned", a_recommendation(status="planned"), {Flag.STALE}),
    ],
)
def test_questions_about_recommendations(case, item, expected):
    assert {f.flag for f in recommendation_flags(item, world())} == expected, case


def test_a_recommendation_without_a_plan_is_a_question():
    (mail,) = composed(MONDAY, [a_recommendation()])
    assert {(i.facts.flag, i.level) for i in mail.items(Role.ASKED)} == {(Flag.NO_PLAN, 0), (Flag.STALE, 0)}
    assert "Dự kiến ngày nào gửi kế hoạch thực hiện kiến nghị?" in text_of(mail)
