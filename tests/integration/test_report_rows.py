"""The warehouse as it was known at a moment, on both databases: what was learnt later is not in it."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, Text, insert, update

from tasks.report_reading import Reading
from tasks.rules.timezone import HANOI
from tests.warehouse_samples import (
    DAY,
    MONDAY,
    MORNING,
    a_bad_row,
    a_batch,
    a_dossier,
    a_mail,
    an_item,
    load,
    sent,
    units_batch,
)
from warehouse import desk
from warehouse.engine import reading, transaction
from warehouse.report_rows import Known, doubtful, reason_counts
from warehouse.tables import differences, loads

BEGIN = MORNING.replace(hour=0, minute=0) - 7 * DAY
END = MORNING.replace(hour=0, minute=0)
LATER = MORNING + DAY
EVE = MORNING - timedelta(hours=1)


def asked(engine: Engine, at: datetime, question: Any) -> Any:
    with reading(engine) as conn:
        return question(Known(conn, at))


def known(engine: Engine, at: datetime, as_of: datetime = MORNING) -> dict[str, str]:
    """Record key → status of the dossiers a report would read."""
    pages = asked(engine, at, lambda k: [row for page in k.dossiers(BEGIN, END, as_of) for row in page])
    return {row["record_key"]: row["status"] for row in pages}


@pytest.fixture
def changed(engine: Engine) -> Engine:
    """Monday: 1 and 2 open, 3 finished last week, 4 long ago. Tuesday: 1 finished, 2 bad, 3 open again, 5 new."""
    old = datetime(2026, 11, 2, 9, tzinfo=HANOI)
    done = {"status": "9", "resolved_at": MORNING - 3 * DAY}
    rows = [a_dossier("1"), a_dossier("2"), a_dossier("3", **done)]
    load(engine, a_batch([*rows, a_dossier("4", status="9", received_at=old, resolved_at=old)]))
    finished = a_dossier("1", content="two", status="9", resolved_at=MORNING + timedelta(hours=3))
    rows = [finished, a_dossier("3", content="two"), a_dossier("5")]
    load(engine, a_batch(rows, as_of=LATER, run_id="run-2", quarantined=[a_bad_row("2")]))
    return engine


@pytest.mark.parametrize(
    ("at", "statuses"),
    [
        (EVE, {}),
        (MORNING, {"1": "4", "2": "4", "3": "9"}),
        (LATER - timedelta(microseconds=1), {"1": "4", "2": "4", "3": "9"}),
        (LATER, {"1": "9", "2": "4", "3": "4", "5": "4"}),  # 1 was still open at as_of
    ],
)
def test_versions_begin_when_they_were_learnt_and_end_where_the_next_begins(changed, at, statuses) -> None:
    assert known(changed, at) == statuses


def test_pages_hold_everything_once(changed, monkeypatch) -> None:
    monkeypatch.setattr("warehouse.report_rows.PAGE", 1)
    assert known(changed, MORNING) == {"1": "4", "2": "4", "3": "9"}


def test_a_unit_that_was_renamed_bore_its_old_name_then(engine: Engine) -> None:
    from tests.warehouse_samples import a_unit

    load(engine, units_batch([a_unit("31157")]))
    load(engine, units_batch([a_unit("31157", content="two", name="Mới")], as_of=LATER, run_id="run-2"))
    names = [asked(engine, at, lambda k: [r["name"] for r in k.rows("units")]) for at in (EVE, MORNING, LATER)]
    assert names == [[], ["UBND 31157"], ["Mới"]]


def test_a_bad_row_casts_doubt_from_when_it_came(changed: Engine) -> None:
    rows = [asked(changed, at, Known.quarantined) for at in (MORNING, LATER)]
    assert [doubtful(found)[0] for found in rows] == [frozenset(), {("dossiers", "one-stop", "2")}]
    assert reason_counts(rows[1]) == [("Trạng thái không có trong danh mục", 1)]
    swept = [row | {"reasons": [reason | {"text": ""} for reason in row["reasons"]]} for row in rows[1]]
    assert reason_counts(swept) == [("status_unknown", 1)]
    load(changed, a_batch([a_dossier("2", content="two")], as_of=LATER + DAY, run_id="run-3", complete=True))
    assert len(asked(changed, LATER, Known.quarantined)) == 1
    assert asked(changed, LATER + DAY, Known.quarantined) == []


def test_a_bad_row_without_a_key_casts_doubt_on_its_code(engine: Engine) -> None:
    bad = a_bad_row("?7") | {"content": {"dossier_code": "H7", "unit_code": None}}
    load(engine, a_batch([], quarantined=[bad]))
    assert doubtful(asked(engine, MORNING, Known.quarantined)) == (frozenset(), {("one-stop", "H7", "")})


def test_a_bad_row_of_a_recommendation_casts_doubt_on_it(engine: Engine) -> None:
    rows = [
        {"record_key": key, "content_hash": "x", "source_ref": f"r#{key}", "recommendation_code": key}
        | {"unit_code": "A", "content": "nội dung", "issued_on": MONDAY}
        for key in ("R1", "R2")
    ]
    told = {"dataset": "recommendations", "source": "inspections"}
    load(engine, a_batch(rows, **told))
    load(engine, a_batch([rows[0]], quarantined=[a_bad_row("R2")], as_of=LATER, run_id="run-2", **told))
    run = SimpleNamespace(clock=SimpleNamespace(as_of=LATER), calendar=None, hours=None, flag_rules=None)
    with reading(engine) as conn:
        found = [Reading(run, conn, at).recommendations() for at in (MORNING, LATER)]
    assert [[item.in_doubt for item in items] for items in found] == [[False, False], [False, True]]


def test_sources_are_as_fresh_as_they_were_then(changed: Engine) -> None:
    with transaction(changed) as conn:
        conn.execute(update(loads).where(loads.c.run_id == "run-2").values(state="refused"))
    assert asked(changed, LATER, Known.moments) == {"one-stop": MORNING}
    assert asked(changed, MORNING, Known.last_states) == {"one-stop": "promoted"}
    assert asked(changed, LATER, Known.last_states) == {"one-stop": "refused"}
    span = (MORNING, LATER + DAY)
    assert [asked(changed, at, lambda k: k.refusals(*span)) for at in (MORNING, LATER)] == [{}, {"one-stop": 1}]


OUTCOMES = [("handed", "handed"), ("not_handed", "refused"), ("resend", "planned")]


@pytest.mark.parametrize(("outcome", "now"), OUTCOMES)
def test_what_a_person_resolved_later_was_uncertain_then(engine: Engine, outcome: str, now: str) -> None:
    number = sent(engine, a_mail(), [an_item()], "uncertain")
    sent(engine, a_mail("h2@example.gov.vn"), [an_item("T2", unit_code="SNV")])
    with transaction(engine) as conn:
        desk.resolve_uncertain(conn, number, outcome, "Ops", LATER)
    states = [
        asked(engine, at, lambda k: [m["state"] for m in k.mails(MONDAY, MONDAY)]) for at in (MORNING, LATER + DAY)
    ]
    assert states == [["uncertain", "handed"], [now, "handed"]]
    assert asked(engine, EVE, lambda k: k.mails(MONDAY, MONDAY)) == []
    assert len(asked(engine, MORNING, lambda k: k.mails(MONDAY, MONDAY, "SNV"))) == 1


def test_a_dispute_is_open_until_it_was_answered(engine: Engine) -> None:
    with transaction(engine) as conn:
        told = {"item_key": "dossier/one-stop/T1", "code": "T1", "content_hash": "x", "reason": "đã trả", "by": "Ops"}
        number = desk.open_dispute(conn, **told, opened_on=MONDAY, now=MORNING)
        desk.answer_dispute(conn, number, "upheld", "đúng", "Ops", LATER)
    outcomes = [asked(engine, at, lambda k: [d["outcome"] for d in k.disputes()]) for at in (EVE, MORNING, LATER)]
    assert outcomes == [[], [None], ["upheld"]]
    assert asked(engine, LATER, lambda k: k.disputes("31157")) == []  # no mail has asked that unit for it
    sent(engine, a_mail(), [an_item()])
    assert len(asked(engine, LATER, lambda k: k.disputes("31157"))) == 1


def test_a_difference_is_open_until_it_was_fixed_or_explained(engine: Engine) -> None:
    texts = {c.name: "" for c in differences.columns if isinstance(c.type, Text)}
    usual = texts | {"kind": "field_differs", "unit_code": "A", "facts": {}, "first_seen_at": MORNING}
    settled = {
        "D-1": {},
        "D-2": {"state": "fixed", "fixed_at": LATER},
        "D-3": {"state": "explained", "explained_at": LATER},
    }
    with transaction(engine) as conn:
        for number, more in settled.items():
            conn.execute(
                insert(differences).values(usual | {"id": number, "last_seen_at": MORNING, "state": "open"} | more)
            )
    found = [asked(engine, at, lambda k: [d["id"] for d in k.differences("A")]) for at in (EVE, MORNING, LATER)]
    assert found == [[], ["D-1", "D-2", "D-3"], ["D-1"]]
