"""Acts of persons: each is checked, done once and leaves an audit row."""

import pytest

from tests.warehouse_samples import DAY, MONDAY, MORNING, a_mail, an_item
from warehouse import desk, ledger, ledger_read
from warehouse.engine import transaction
from warehouse.errors import DeskError, IllegalTransitionError


def dispute(conn, item="T2", **changes):
    told = {"item_key": f"dossier/one-stop/{item}", "code": item, "reason": "đã trả ngày 20/11", "by": "lan"}
    return desk.open_dispute(conn, **(told | {"content_hash": "h", "opened_on": MONDAY, "now": MORNING} | changes))


def test_a_dispute_is_opened_once_and_answered_once(engine):
    with transaction(engine) as conn:
        number = dispute(conn)
        with pytest.raises(DeskError, match="already disputed"):
            dispute(conn)
        assert [row["code"] for row in desk.open_disputes(conn)] == ["T2"]
        with pytest.raises(DeskError):
            desk.answer_dispute(conn, number, "maybe", "", "lan", MORNING)
        desk.answer_dispute(conn, number, "upheld", "đúng", "lan", MORNING + DAY)
        with pytest.raises(DeskError):
            desk.answer_dispute(conn, number, "rejected", "", "lan", MORNING + DAY)
        assert desk.open_disputes(conn) == []
        assert [row["outcome"] for row in desk.all_disputes(conn, ["dossier/one-stop/T2"])] == ["upheld"]
        assert desk.all_disputes(conn, ["dossier/one-stop/T1"]) == []
        assert dispute(conn) != number
        assert [(a["act"], a["by"]) for a in desk.audit_rows(conn)] == [
            ("dispute_open", "lan"),
            ("dispute_answer", "lan"),
            ("dispute_open", "lan"),
        ]


def test_the_stop_button_and_the_mode(engine):
    with transaction(engine) as conn:
        assert (desk.mail_switch(conn).stopped, desk.mail_switch(conn).mode) == (False, None)
        desk.set_mode(conn, "live", "lan", "khai trương", MORNING)
        desk.stop_mail(conn, "lan", "nghi sai số liệu", MORNING)
        switch = desk.mail_switch(conn)
        assert (switch.stopped, switch.mode, switch.stopped_by, switch.stopped_at) == (True, "live", "lan", MORNING)
        desk.start_mail(conn, "lan", "", MORNING)
        assert not desk.mail_switch(conn).stopped
        with pytest.raises(DeskError):
            desk.set_mode(conn, "everybody", "lan", "", MORNING)


def test_bounced_addresses(engine):
    with transaction(engine) as conn:
        desk.mark_bounced(conn, "h1@example.gov.vn", "lan", "550", MORNING)
        desk.mark_bounced(conn, "h2@example.gov.vn", "lan", "550", MORNING)
        desk.mark_reachable(conn, "h1@example.gov.vn", "lan", "", MORNING)
        assert desk.bounced_addresses(conn) == {"h2@example.gov.vn"}


def test_addresses_bounce_however_their_letters_are_written(engine):
    with transaction(engine) as conn:
        desk.mark_bounced(conn, "H1@Example.gov.vn", "lan", "550", MORNING)
        assert desk.bounced_addresses(conn) == {"h1@example.gov.vn"}
        desk.mark_reachable(conn, "h1@EXAMPLE.gov.vn", "lan", "", MORNING)
        assert desk.bounced_addresses(conn) == frozenset()


def uncertain(conn, address="h1@example.gov.vn"):
    mail_id = ledger.plan(conn, a_mail(address), [an_item(address)])
    ledger.claim(conn, mail_id, "run-1", MORNING)
    ledger.mark_in_data(conn, mail_id, MORNING)
    ledger.mark_uncertain(conn, mail_id, MORNING, "reply_lost")
    return mail_id


@pytest.mark.parametrize(
    ("outcome", "state", "reason"),
    [("handed", "handed", "reply_lost"), ("not_handed", "refused", "resolved_not_handed"), ("resend", "planned", "")],
)
def test_a_person_settles_an_uncertain_mail(engine, outcome, state, reason):
    with transaction(engine) as conn:
        mail_id = uncertain(conn)
        desk.resolve_uncertain(conn, mail_id, outcome, "lan", MORNING + DAY)
        row = ledger_read.mail(conn, mail_id)
        assert (row["state"], row["reason"], row["resolved_by"]) == (state, reason, "lan")
        assert (len(ledger_read.last_handed(conn)), ledger_read.sendable(conn, MONDAY, MORNING)) == (
            int(outcome == "handed"),
            [mail_id] if outcome == "resend" else [],
        )
        (act,) = desk.audit_rows(conn)
        assert (act["act"], act["target"], act["detail"]) == ("outbox_resolve", str(mail_id), {"outcome": outcome})


def test_only_an_uncertain_mail_can_be_settled_and_only_today_sent_again(engine):
    with transaction(engine) as conn:
        planned = ledger.plan(conn, a_mail("h2@example.gov.vn"), [])
        for outcome in desk.OUTCOMES:
            with pytest.raises(IllegalTransitionError):
                desk.resolve_uncertain(conn, planned, outcome, "lan", MORNING)
        mail_id = uncertain(conn)
        with pytest.raises(DeskError, match="too late"):
            desk.resolve_uncertain(conn, mail_id, "resend", "lan", MORNING + DAY, today=MONDAY + DAY)
        with pytest.raises(DeskError):
            desk.resolve_uncertain(conn, mail_id, "perhaps", "lan", MORNING)
        assert desk.audit_rows(conn) == []


def test_the_mail_desk_holds_approves_and_cancels(engine):
    with transaction(engine) as conn:
        first, second = (ledger.plan(conn, a_mail(f"{n}@example.gov.vn"), []) for n in "ab")
        desk.hold_mail(conn, first, "lan", "đang xem lại", MORNING)
        assert ledger_read.sendable(conn, MONDAY, MORNING) == [second]
        desk.approve_mail(conn, first, "giám đốc", MORNING)
        desk.cancel_mail(conn, second, "lan", "nhầm", MORNING)
        assert ledger_read.sendable(conn, MONDAY, MORNING) == [first]
        row = ledger_read.mail(conn, second)
        assert (row["state"], row["reason"]) == ("expired", "cancelled")
        assert [a["act"] for a in desk.audit_rows(conn)] == ["outbox_cancel", "outbox_approve", "outbox_hold"]
