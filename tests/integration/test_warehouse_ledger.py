"""The ledger: only the drawn transitions, one mail per key, one asking per item, and what each reader is told."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from tests.warehouse_samples import DAY, MONDAY, MORNING, a_mail, an_item
from warehouse import ledger, ledger_read
from warehouse.engine import reading, transaction
from warehouse.errors import AlreadyPlannedError, IllegalTransitionError
from warehouse.ledger import STATES
from warehouse.tables import mail_items, mails

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


def planned(engine, mail=None, items=(), state=None) -> int:
    with transaction(engine) as conn:
        mail_id = ledger.plan(conn, mail or a_mail(), items)
        if state is not None:
            conn.execute(update(mails).where(mails.c.id == mail_id).values(state=state))
    return mail_id


def sent(engine, mail, items=(), outcome="mark_handed") -> int:
    mail_id = planned(engine, mail, items)
    with transaction(engine) as conn:
        for act in ("claim", "mark_in_data", outcome):
            MOVES[act](conn, mail_id)
    return mail_id


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
        assert ledger_read.touched(conn, "run-2")["uncertain"] == 1
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


def test_the_last_handed_mail_is_by_date_and_revision_and_never_a_bulletin(engine):
    place = ("head", "h1@example.gov.vn")
    sent(engine, a_mail(day=MONDAY + DAY), [an_item("T2")])
    sent(engine, a_mail(day=MONDAY), [an_item("T1")])
    planned(engine, a_mail(day=MONDAY + 2 * DAY), [an_item("T3")])
    sent(engine, a_mail(day=MONDAY + 3 * DAY, kind="bulletin"), [an_item("T4")])
    with reading(engine) as conn:
        handed = ledger_read.last_handed(conn)
    assert set(handed) == {place}
    assert handed[place].mail["business_date"] == MONDAY + DAY
    assert [item["code"] for item in handed[place].items] == ["T2"]


def test_items_in_doubt_are_those_newer_than_the_last_handed_mail(engine):
    sent(engine, a_mail(day=MONDAY), [an_item("old")], "mark_uncertain")
    sent(engine, a_mail(day=MONDAY + DAY), [an_item("T1")])
    sent(engine, a_mail(day=MONDAY + 2 * DAY), [an_item("S2")], "mark_uncertain")
    sent(engine, a_mail("h2@example.gov.vn", day=MONDAY), [an_item("A1")], "mark_refused")
    planned(engine, a_mail("h3@example.gov.vn"), [an_item("Q1")], state="expired")
    planned(engine, a_mail("h4@example.gov.vn"), [an_item("L1")])
    with reading(engine) as conn:
        found = {place[1][:2]: [i["code"] for i in items] for place, items in _doubt(conn).items()}
        assert found == {"h1": ["S2"], "h2": ["A1"], "h3": ["Q1"]}
        assert set(_doubt(conn, MONDAY + DAY)) == {("head", "h1@example.gov.vn")}


def _doubt(conn, since: date | None = None):
    return ledger_read.unsettled_since_last_handed(conn, since)


def test_the_ladder_reads_handed_askings_only(engine):
    item = an_item("A1", announced_level=2, announced_on=MONDAY + 4 * DAY)
    sent(engine, a_mail(day=MONDAY + DAY), [an_item("A1", level=2), an_item("B1")])
    sent(engine, a_mail(day=MONDAY), [item])
    sent(engine, a_mail("h2@example.gov.vn"), [an_item("A1", role="informed")])
    sent(engine, a_mail("h3@example.gov.vn", day=MONDAY + 2 * DAY), [an_item("A1")], "mark_uncertain")
    with reading(engine) as conn:
        rows = ledger_read.asked_history(conn, ["dossier/one-stop/A1", *(f"dossier/x/{n}" for n in range(1100))])
    told = [(r["business_date"], r["level"], r["announced_level"], r["announced_on"], r["address"]) for r in rows]
    assert told == [
        (MONDAY, 1, 2, MONDAY + 4 * DAY, "h1@example.gov.vn"),
        (MONDAY + DAY, 2, None, None, "h1@example.gov.vn"),
    ]


def test_corrections_find_what_was_told_and_what_was_corrected(engine):
    told = sent(engine, a_mail(digest={"facts": "frozen"}), [an_item("T2"), an_item("T9", role="cleared")])
    fix = an_item("T2", role="corrected", corrects=[told])
    sent(engine, a_mail(day=MONDAY + DAY), [fix])
    planned(engine, a_mail("h2@example.gov.vn", day=MONDAY + DAY), [fix])
    with reading(engine) as conn:
        found = ledger_read.told_items(conn, ["dossier/one-stop/T2", "dossier/one-stop/T9"])
        assert [(i["code"], i["mail_id"]) for i in found.items] == [("T2", told)]
        assert found.digests == {told: {"facts": "frozen"}}
        assert ledger_read.told_items(conn, since=MONDAY + DAY).items == ()
        assert [row["corrects"] for row in ledger_read.corrections_made(conn)] == [[told]]
        assert ledger_read.corrections_made(conn, ["dossier/one-stop/T1"]) == []


def test_mails_are_listed_without_their_bytes_and_shown_with_them(engine):
    mail_id = planned(engine, a_mail(body=b"Subject: \xc4\x91\r\n", digest={"tựa": "đôn đốc"}))
    planned(engine, a_mail(audience="ops", address="ops@example.gov.vn"))
    with reading(engine) as conn:
        (listed,) = ledger_read.mails_of(conn, MONDAY, "head", "planned")
        shown = ledger_read.mail(conn, mail_id)
        assert ledger_read.mail_by_message_id(conn, listed["message_id"]) == shown
        assert ledger_read.mail(conn, 4711) is None
        assert ledger_read.composed(conn, "run-1") == 2
    assert "body" not in listed
    assert (bytes(shown["body"]), shown["digest"]) == (b"Subject: \xc4\x91\r\n", {"tựa": "đôn đốc"})


def test_items_keep_their_order_and_their_mails_date(engine):
    mail_id = planned(engine, items=[an_item("Z"), an_item("A", role="informed")])
    with reading(engine) as conn:
        rows = conn.execute(select(mail_items).where(mail_items.c.mail_id == mail_id).order_by(mail_items.c.ordinal))
        assert [(r.code, r.business_date, r.audience, r.live) for r in rows] == [
            ("Z", MONDAY, "head", True),
            ("A", MONDAY, "head", True),
        ]
