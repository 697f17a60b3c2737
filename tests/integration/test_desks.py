"""The six desks as the books of a real database tell them, each line with its age and a command; and what moved."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import update
from typer.main import get_command

from deployments.attention import needs_attention
from deployments.cli import app
from tasks.calendar_files import shipped_calendar
from tasks.reports.card_page import card_page
from tasks.reports.desks import DeskView, desk_lines, desks_markdown, desks_plain
from tasks.rules.desk_model import Desk
from tasks.rules.item_moves import moves_between
from tests.warehouse_samples import (
    DAY,
    MORNING,
    a_bad_row,
    a_batch,
    a_dossier,
    a_flag,
    a_mail,
    load,
    planned,
    sent,
)
from warehouse import desk, flag_store
from warehouse.desk_lists import desks_of
from warehouse.engine import reading, transaction
from warehouse.flag_moves import spans_between
from warehouse.tables import mails

FRIDAY = MORNING + 4 * DAY  # 24/11 is a holiday: three working days later
VIEW = DeskView(FRIDAY, shipped_calendar(), "danh-ba", "vi")
PERSON, PHONE = "Nguyễn Thị Thử Nghiệm", "0912 345 678"


def flagged(engine, rows, as_of=MORNING):
    with transaction(engine) as conn:
        flag_store.bring_into_line(
            conn,
            rows,
            as_of=as_of,
            business_date=as_of.date(),
            run_id="r",
            rule_version="r1",
            calendar_version="c1",
        )


def mismatch(code: str, cause: str, procedure: str = "1.001"):
    return a_flag(code, "due_mismatch", tier=None, facts={"procedure_code": procedure, "cause": cause})


@pytest.fixture
def full(engine):
    """Something on every desk."""
    load(engine, a_batch([a_dossier("1")], quarantined=[a_bad_row("7"), a_bad_row(f"{PERSON}|{PHONE}")]))
    sent(engine, a_mail("h1@example.gov.vn"), outcome="uncertain")
    planned(engine, a_mail("h2@example.gov.vn", reason="approval", state="held"))
    mail_id = planned(engine, a_mail("h3@example.gov.vn"))
    with transaction(engine) as conn:
        desk.hold_mail(conn, mail_id, "lan", f"{PERSON} gọi {PHONE}", MORNING)
    for number in (4, 5, 6):
        planned(engine, a_mail(f"h{number}@example.gov.vn", reason="shadow", state="held"))
    lone = a_flag("31157", "no_recipient", subject="unit", tier=None, facts={"unit_name": "UBND xã Alpha"})
    mismatches = [mismatch("T1", "holiday_ignored"), mismatch("T2", "holiday_ignored"), mismatch("T3", "unexplained")]
    flagged(engine, [lone, *mismatches])
    with transaction(engine) as conn:
        told = {"item_key": "dossier/one-stop/1", "code": "H1", "reason": f"{PERSON}, {PHONE}", "by": "lan"}
        desk.open_dispute(conn, **told, content_hash="h", opened_on=MORNING.date(), now=MORNING)
    return engine


def test_every_matter_stands_on_its_desk_with_its_age_and_the_command_that_settles_it(full):
    with reading(full) as conn:
        desks = desks_of(conn)
        told = desks_plain(desks, VIEW)
    assert {name: found["total"] for name, found in told.items()} == {
        "uncertain": 1,
        "held": 5,
        "no_recipient": 1,
        "quarantine": 2,
        "disputes": 1,
        "mismatches": 3,
    }
    assert {name: [line["command"] for line in found["lines"]] for name, found in told.items()} == {
        "uncertain": ["dondoc outbox resolve 1"],
        "held": ["dondoc mail mode live", "dondoc outbox approve 2", "dondoc outbox approve 3"],
        "no_recipient": ["dondoc run sync --source danh-ba"],
        "quarantine": ["dondoc quarantine show 1", "dondoc quarantine show 2"],
        "disputes": ["dondoc dispute answer H1 --answer NỘI_DUNG"],
        "mismatches": ["dondoc explain dossier T1", "dondoc explain dossier T3"],
    }
    assert {line["age_working_days"] for found in told.values() for line in found["lines"]} == {3}
    assert [(line["reason"], line["count"]) for line in told["mismatches"]["lines"]] == [
        ("holiday_ignored", 2),
        ("unexplained", 1),
    ]


def test_every_command_is_one_that_the_command_line_has(full):
    with reading(full) as conn:
        told = desks_plain(desks_of(conn), VIEW)
    for command in {line["command"] for found in told.values() for line in found["lines"]}:
        place, words = get_command(app), command.split()[1:]
        while words and words[0] in getattr(place, "commands", {}):
            place = place.commands[words.pop(0)]
        assert not hasattr(place, "commands"), command
        known = {option for parameter in place.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, command


def test_page_and_terminal_say_it_in_words_and_name_no_person(full):
    with reading(full) as conn:
        desks = desks_of(conn)
    page, lines = card_page(desks_markdown(desks, VIEW), "vi"), "\n".join(desk_lines(desks, VIEW))
    for said in ("người phụ trách giữ lại", "chờ người có thẩm quyền duyệt", "chế độ shadow", "UBND xã Alpha"):
        assert said in page
        assert said in lines
    assert "nguồn tính sai ngày nghỉ" in page
    assert "<code>dondoc outbox approve 2</code>" in page
    for text in (page, lines, json.dumps(desks_plain(desks, VIEW), default=str, ensure_ascii=False)):
        assert not [word for word in (PERSON, PHONE, "@example") if word in text]


def test_what_needs_attention_is_said_in_words_too_and_names_no_person(full):
    with reading(full) as conn:
        lines = [line["text"] for line in needs_attention(conn, [], "vi", 100) if line["kind"] == "held"]
    assert "(chờ người có thẩm quyền duyệt)" in lines[0]
    assert "(người phụ trách giữ lại)" in lines[1]
    assert not [word for word in (PERSON, PHONE, "approval") if word in "".join(lines)]


def test_what_a_person_settled_is_off_the_desk_and_the_rest_is_counted(full):
    with transaction(full) as conn:
        desk.resolve_uncertain(conn, 1, "handed", "lan", FRIDAY)
        desk.approve_mail(conn, 2, "minh", FRIDAY)
        conn.execute(update(mails).where(mails.c.reason == "shadow").values(state="expired"))
        left = desks_of(conn, most=1)
    assert {name: found.total for name, found in left.items() if found.total} == {
        Desk.HELD: 1,
        Desk.NO_RECIPIENT: 1,
        Desk.QUARANTINE: 2,
        Desk.DISPUTES: 1,
        Desk.MISMATCHES: 3,
    }
    assert "Và 1 việc khác." in desks_markdown(left, VIEW), "one quarantined row is not shown"
    assert len(left[Desk.QUARANTINE].matters) == 1


def test_what_moved_between_two_runs_is_found_in_the_stored_flags(engine):
    late = {code: a_flag(code, days_late=days, tier=1 if days <= 5 else 2) for code, days in (("A", 4), ("B", 2))}
    flagged(engine, [*late.values(), a_flag("C", "due_soon", tier=None, days_late=None), a_flag("D", days_late=9)])
    now = MORNING + 2 * DAY
    grown = [a_flag("A", days_late=6, tier=2), a_flag("B", days_late=4), a_flag("C", days_late=1), a_flag("E")]
    flagged(engine, grown, now)
    with reading(engine) as conn:
        found = moves_between(spans_between(conn, MORNING, now, 2), MORNING, now)
        same = spans_between(conn, now, now + timedelta(minutes=15), 0)
    codes = {name: [move.code for move in getattr(found, name)] for name in ("new", "cleared", "worse")}
    assert codes == {"new": ["E"], "cleared": ["D"], "worse": ["A", "C"]}
    assert same == []
