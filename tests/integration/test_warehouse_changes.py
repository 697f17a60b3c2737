"""Which items a correction may be due for: told of, and changed since."""

from datetime import timedelta

import pytest

from tests.warehouse_samples import DAY, MONDAY, MORNING, a_batch, a_dossier, a_mail, an_item, load, planned, sent
from warehouse.changes import changed_and_told
from warehouse.engine import reading

LONG_AGO = MORNING - 60 * DAY
SINCE_KNOWN, SINCE_TOLD = MORNING - 30 * DAY, MONDAY - timedelta(days=180)


def found(engine, since_known=SINCE_KNOWN, since_told=SINCE_TOLD):
    with reading(engine) as conn:
        return changed_and_told(conn, since_known, since_told)


def an_event(code, **changes):
    row = {"record_key": f"{code}|pause", "content_hash": code, "source_ref": "sha256:ee#1"}
    return row | {"dossier_code": code, "at": MORNING, "event": "pause"} | changes


def events(engine, rows, **changes):
    return load(engine, a_batch(rows, **{"dataset": "dossier_events", "source": "events", "run_id": "r9", **changes}))


@pytest.fixture
def told(engine):
    """T1 asked, T2 informed, T3 cleared, T4 in a mail that never went; all are old rows."""
    load(engine, a_batch([a_dossier(f"T{n}") for n in range(1, 6)], as_of=LONG_AGO))
    sent(engine, a_mail(), [an_item("T1"), an_item("T2", role="informed"), an_item("T3", role="cleared")])
    planned(engine, a_mail("h2@example.gov.vn"), [an_item("T4")])
    return engine


def test_what_was_told_and_did_not_change_needs_no_look(told):
    assert found(told) == set()


def test_changed_rows_count_where_a_handed_mail_told_of_them(told):
    load(told, a_batch([a_dossier(f"T{n}", content="two") for n in range(1, 6)], run_id="r2"))
    assert found(told) == {"dossier/one-stop/T1", "dossier/one-stop/T2"}
    assert found(told, since_told=MONDAY + DAY) == set()
    assert found(told, since_known=MORNING + DAY) == set()


def test_an_event_changes_the_dossier_of_its_code_and_system(told):
    events(told, [an_event("HT1"), an_event("HT5")])
    events(told, [an_event("HT2")], source="other", system="other", run_id="r10")
    assert found(told) == {"dossier/one-stop/T1"}


def test_an_event_known_long_ago_is_no_change(told):
    events(told, [an_event("HT1")], as_of=LONG_AGO)
    assert found(told) == set()


def test_a_key_with_slashes_and_a_recommendation(engine):
    load(engine, a_batch([a_dossier("a/b")]))
    row = {"record_key": "KN/1", "content_hash": "1", "source_ref": "sha256:ff#1", "recommendation_code": "KN/1"}
    row |= {"unit_code": "31157", "content": "-", "issued_on": MONDAY}
    load(engine, a_batch([row], dataset="recommendations", source="inspections", run_id="r2"))
    keys = ["dossier/one-stop/a/b", "recommendation/one-stop/KN/1"]
    sent(engine, a_mail(), [an_item("a/b", item_key=keys[0]), an_item("KN/1", item_key=keys[1])])
    assert found(engine) == set(keys)
