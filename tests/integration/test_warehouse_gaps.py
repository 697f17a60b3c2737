"""What open items name, counted by the database; who looks after quarantined rows, and since when they lie there."""

from datetime import timedelta

import pytest

from tests.warehouse_samples import DAY, MORNING, a_bad_row, a_batch, a_dossier, load
from warehouse import desk, gaps, quarantine_desk
from warehouse.engine import reading, transaction
from warehouse.errors import DeskError


def test_units_and_procedures_are_counted_over_what_is_open(engine):
    rows = [
        a_dossier("1", unit_code="B", procedure_code="P1"),
        a_dossier("2", unit_code="A", procedure_code="P1", duration_amount=None),
        a_dossier("3", unit_code="A", received_at=MORNING),
        a_dossier("4", unit_code="C", status="9", procedure_code="P2"),
    ]
    load(engine, a_batch(rows))
    with reading(engine) as conn:
        units, procedures = gaps.units_named(conn), gaps.procedures_named(conn)
    assert [(unit.code, unit.items) for unit in units] == [("A", 2), ("B", 1)]
    assert units[0].latest == MORNING
    assert [(p.code, p.items, p.without_duration) for p in procedures] == [("P1", 2, 1)]


@pytest.mark.parametrize(("owner", "keys"), [(None, ["1", "2"]), ("Lan", ["1"]), ("none", ["2"]), ("Huệ", [])])
def test_rows_are_found_by_who_looks_after_them(engine, owner, keys):
    load(engine, a_batch([], quarantined=[a_bad_row("1"), a_bad_row("2")]))
    with transaction(engine) as conn:
        first = quarantine_desk.open_rows(conn)[0]["id"]
        quarantine_desk.assign(conn, first, "Lan", "Trưởng phòng", MORNING)
        assert [row["record_key"] for row in quarantine_desk.open_rows(conn, owner=owner)] == keys
        assert [(act["by"], act["detail"]) for act in quarantine_desk.acts_on(conn, first)] == [
            ("Trưởng phòng", {"owner": "Lan"})
        ]
        with pytest.raises(DeskError):
            quarantine_desk.assign(conn, 99, "Lan", "x", MORNING)


def test_rows_are_counted_by_when_they_were_first_seen(engine):
    load(engine, a_batch([], quarantined=[a_bad_row("1")]))
    load(engine, a_batch([], as_of=MORNING + DAY, run_id="r2", quarantined=[a_bad_row("1"), a_bad_row("2")]))
    with reading(engine) as conn:
        counts = [quarantine_desk.count_since(conn, MORNING + timedelta(hours=h)) for h in (0, 1, 25)]
    assert counts == [0, 1, 2]


def test_a_drop_accepted_is_in_the_audit(engine):
    with transaction(engine) as conn:
        desk.note_accepted_drop(conn, "ho-so", "sync-1", "tách hệ thống", MORNING)
        (row,) = desk.audit_rows(conn)
    assert (row["act"], row["target"], row["detail"]) == ("accept_drop", "ho-so", {"reason": "tách hệ thống"})
