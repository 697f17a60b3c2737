"""The ledger: only the drawn transitions, one mail per key, one asking per item."""

from datetime import timedelta

import pytest

from tests.warehouse_samples import DAY, MONDAY, MORNING, a_mail, an_item, planned
from warehouse import day_book, ledger, ledger_read
from warehouse.engine import reading, transaction
from warehouse.errors import AlreadyPlannedError, IllegalTransitionError
from warehouse.ledger import STATES

NOW = MORNING
LATER = NOW + timedelta(minutes=5)

MOVES = {
    "claim": lambda conn, i: ledger.claim(conn, i, "run-2", NOW),
    "mark_in_data": lambda conn, i: ledger.mark_in_data(conn, i, NOW),
    "mark_handed": lambda conn, i: ledger.mark_handed(conn, i, NOW, "250 ok"),
    "mark_refused": lambda conn, i: ledger.mark_refused(conn, i, NOW, "mailbox_unknown", "550 no"),
    "mark_uncertain": lambda conn, i: ledger.mark_uncertain(conn, i, NOW, "reply_lost"),
    "mark_retry": lambda conn, i: ledger.mark_retry(conn, i, NOW, LATER, "greylisted", "450 later"),
    "hold": lambda conn, i: ledger.hold(conn, i, "approval"),
    "release": ledger.release,
    "supersede": ledger.supersede,
    "cancel": lambda conn, i: ledger.expire_one(conn, i, "cancelled", NOW),
    "resolve": lambda conn, i: ledger.resolve(conn, i, "handed", {}),
}

# The whole diagram of design §9, drawn a second time: from → act → to. Everything else must be refused.
DIAGRAM = {
    "planned": {"claim": "claimed", "hold": "held", "supersede": "superseded", "cancel": "expired"},
    "claimed": {
        "mark_in_data": "in_data",
        "mark_refused": "refused",
        "mark_retry": "retry",
        "supersede": "superseded",
    },
    "in_data": {
        "mark_handed": "handed",
        "mark_refused": "refused",
        "mark_retry": "retry",
        "mark_uncertain": "uncertain",
    },
    "retry": {"claim": "claimed", "hold": "held", "supersede": "superseded", "cancel": "expired"},
    "held": {"release": "planned", "supersede": "superseded", "cancel": "expired"},
    "uncertain": {"resolve": "handed"},
    "handed": {},
    "refused": {},
    "expired": {},
    "superseded": {},
}


def state_of(engine, mail_id) -> str:
    with reading(engine) as conn:
        return ledger_read.mail(conn, mail_id)["state"]


@pytest.mark.parametrize("start", STATES)
def test_every_transition_is_drawn_or_refused(engine, start):
    for number, (act, move) in enumerate(MOVES.items()):
        mail_id = planned(engine, a_mail(f"h{number}@example.gov.vn"), state=start)
        wanted = DIAGRAM[start].get(act)
        if wanted is None:
            with pytest.raises(IllegalTransitionError) as refused, transaction(engine) as conn:
                move(conn, mail_id)
            assert (refused.value.mail_id, refused.value.found) == (mail_id, start), act
            assert state_of(engine, mail_id) == start, act
        else:
            with transaction(engine) as conn:
                move(conn, mail_id)
            assert state_of(engine, mail_id) == wanted, act


def test_the_diagram_knows_every_state():
    assert set(DIAGRAM) == set(STATES) == set(ledger.TRANSITIONS)


def test_an_unknown_mail_moves_nowhere(engine):
    with pytest.raises(IllegalTransitionError, match="unknown"), transaction(engine) as conn:
        ledger.claim(conn, 4711, "run", NOW)


def test_the_way_of_a_mail_that_is_tried_twice(engine):
    mail_id = planned(engine, items=[an_item()])
    with transaction(engine) as conn:
        ledger.claim(conn, mail_id, "run-2", NOW)
        ledger.mark_retry(conn, mail_id, NOW, LATER, "greylisted", "450 later")
        assert ledger_read.sendable(conn, MONDAY, NOW) == []
        assert ledger_read.sendable(conn, MONDAY, LATER) == [mail_id]
        ledger.claim(conn, mail_id, "run-3", LATER)
        ledger.mark_in_data(conn, mail_id, LATER, run_id="run-3")
        ledger.mark_handed(conn, mail_id, LATER, "250 ok " + "x" * 900)
        row = ledger_read.mail(conn, mail_id)
    assert (row["state"], row["tries"], row["touched_by"], row["in_data_at"]) == ("handed", 2, "run-3", LATER)
    assert len(row["reply"]) == 500


def test_only_the_run_that_claimed_may_begin_to_send(engine):
    mail_id = planned(engine)
    with transaction(engine) as conn:
        ledger.claim(conn, mail_id, "run-3", NOW)
    with pytest.raises(IllegalTransitionError), transaction(engine) as conn:
        ledger.mark_in_data(conn, mail_id, NOW, run_id="run-2")


def test_one_mail_per_key_and_the_transaction_goes_on(engine):
    with transaction(engine) as conn:
        first = ledger.plan(conn, a_mail(), [an_item("T1")])
        with pytest.raises(AlreadyPlannedError):
            ledger.plan(conn, a_mail(message_id="<other>"), [an_item("T2")])
        second = ledger.plan(conn, a_mail("h2@example.gov.vn"), [an_item("T3")])
    with reading(engine) as conn:
        assert [m["id"] for m in ledger_read.mails_of(conn)] == [first, second]
        assert [i["code"] for i in ledger_read.items_of(conn, [first, second])] == ["T1", "T3"]


ASKED_TWICE = {
    "the same again": ({}, {}, False),
    "as information": ({}, {"role": "informed"}, True),
    "at the next level": ({}, {"level": 2}, True),
    "after a new arming event": ({}, {"arming": "extended"}, True),
    "of another family": ({}, {"family": "paused_past_due"}, True),
    "by another audience": ({"audience": "superior"}, {}, True),
    "on another date": ({"day": MONDAY + DAY}, {}, True),
}


@pytest.mark.parametrize(("mail", "item", "allowed"), ASKED_TWICE.values(), ids=ASKED_TWICE)
def test_an_item_is_asked_once(engine, mail, item, allowed):
    planned(engine, a_mail(), [an_item()])
    again = a_mail("h2@example.gov.vn", **mail)
    if allowed:
        planned(engine, again, [an_item(**item)])
        return
    with pytest.raises(AlreadyPlannedError):
        planned(engine, again, [an_item(**item)])
    with reading(engine) as conn:
        assert len(ledger_read.mails_of(conn)) == 1


def test_a_superseded_mail_frees_its_items_for_the_next_revision(engine):
    first = planned(engine, items=[an_item()])
    with transaction(engine) as conn:
        ledger.supersede(conn, first, "run-2", "item_closed")
        assert ledger_read.next_revision(conn, MONDAY, "head", "h1@example.gov.vn") == 2
        second = ledger.plan(conn, a_mail(revision=2), [an_item()])
        assert [m["id"] for m in ledger_read.standing(conn, MONDAY, "head", "h1@example.gov.vn")] == [second]
        assert ledger_read.next_revision(conn, MONDAY, "head", "nobody@example.gov.vn") == 1


def test_what_a_dead_run_left_is_reclaimed(engine):
    claimed, tried, cut = (planned(engine, a_mail(f"{n}@example.gov.vn")) for n in "abc")
    with transaction(engine) as conn:
        ledger.claim(conn, tried, "dead", NOW)
        ledger.mark_retry(conn, tried, NOW, LATER, "greylisted")
        for mail_id in (claimed, tried, cut):
            ledger.claim(conn, mail_id, "dead", NOW)
        ledger.mark_in_data(conn, cut, NOW)
    with transaction(engine) as conn:
        assert ledger.reclaim(conn, "run-2", LATER) == (2, 1)
        assert ledger.reclaim(conn, "run-2", LATER) == (0, 0)
        assert ledger_read.sendable(conn, MONDAY, LATER) == [claimed, tried]
        row = ledger_read.mail(conn, cut)
        assert ("head", "uncertain") in day_book.mails_touched(conn, "run-2")
    assert (row["state"], row["reason"]) == ("uncertain", ledger.KILLED_IN_DATA)
    assert (state_of(engine, claimed), state_of(engine, tried)) == ("planned", "retry")


def test_yesterdays_mails_expire_unless_they_have_left(engine):
    states = ("planned", "retry", "held", "claimed", "in_data", "handed", "uncertain", "refused")
    ids = {state: planned(engine, a_mail(f"{state}@example.gov.vn"), state=state) for state in states}
    with transaction(engine) as conn:
        assert ledger.expire(conn, MONDAY, NOW, "run-2") == 0
        assert ledger.expire(conn, MONDAY + DAY, NOW, "run-2") == 3
    expired = {state for state, mail_id in ids.items() if state_of(engine, mail_id) == "expired"}
    assert expired == {"planned", "retry", "held"}
    with reading(engine) as conn:
        assert ledger_read.counts_by_state(conn) == {**dict.fromkeys(STATES, 0), "expired": 3} | dict.fromkeys(
            ("claimed", "in_data", "handed", "uncertain", "refused"), 1
        )
        assert ledger_read.counts_by_state(conn, MONDAY + DAY) == dict.fromkeys(STATES, 0)
