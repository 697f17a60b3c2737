"""What the ledger tells: last handed, in doubt, asked, told, corrected."""

from datetime import date

from sqlalchemy import select

from tests.warehouse_samples import DAY, MONDAY, a_mail, an_item, planned, sent
from warehouse import ledger_read
from warehouse.engine import reading
from warehouse.tables import mail_items


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
    sent(engine, a_mail(day=MONDAY), [an_item("old")], "uncertain")
    sent(engine, a_mail(day=MONDAY + DAY), [an_item("T1")])
    sent(engine, a_mail(day=MONDAY + DAY, revision=2), [an_item("T2")], "refused")
    sent(engine, a_mail(day=MONDAY + 2 * DAY), [an_item("S2")], "uncertain")
    for head in ("h2@example.gov.vn", "h3@example.gov.vn", "h4@example.gov.vn"):
        sent(engine, a_mail(head), [an_item(head)])
    planned(engine, a_mail("h3@example.gov.vn", day=MONDAY + DAY), [an_item("Q1")], state="expired")
    planned(engine, a_mail("h4@example.gov.vn", day=MONDAY + DAY), [an_item("L1")])
    assert _doubt(engine) == {"h1": ["T2", "S2"], "h3": ["Q1"]}
    assert _doubt(engine, MONDAY + 2 * DAY) == {"h1": ["S2"]}


def test_a_place_that_never_got_a_mail_has_nothing_in_doubt(engine):
    planned(engine, a_mail(day=MONDAY), [an_item("T1")], state="expired")
    sent(engine, a_mail("h2@example.gov.vn", day=MONDAY, kind="bulletin"), [an_item("T2")])
    planned(engine, a_mail("h2@example.gov.vn", day=MONDAY + DAY), [an_item("T3")], state="expired")
    assert _doubt(engine) == {}


def _doubt(engine, since: date = MONDAY) -> dict[str, list[str]]:
    with reading(engine) as conn:
        found = ledger_read.unsettled_since_last_handed(conn, since)
    return {address[:2]: [item["code"] for item in items] for (_, address), items in found.items()}


def test_the_ladder_reads_handed_askings_only(engine):
    item = an_item("A1", announced_level=2, announced_on=MONDAY + 4 * DAY)
    sent(engine, a_mail(day=MONDAY + DAY), [an_item("A1", level=2), an_item("B1")])
    sent(engine, a_mail(day=MONDAY), [item])
    sent(engine, a_mail("h2@example.gov.vn"), [an_item("A1", role="informed")])
    sent(engine, a_mail("h3@example.gov.vn", day=MONDAY + 2 * DAY), [an_item("A1")], "uncertain")
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
