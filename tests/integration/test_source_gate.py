"""What the gate of a source counts, from the books."""

from tasks.source_gate import pull_counts
from tests.warehouse_samples import a_bad_row, a_batch, a_unit, load, units_batch
from warehouse.engine import reading

DEPARTMENTS = {"source": "departments", "system": "directory"}
WARDS = {"source": "wards", "system": "directory"}


def counts(engine, batch, seen):
    with reading(engine) as conn:
        told = pull_counts(conn, batch, frozenset(seen))
    return told.known, told.vanished


def test_records_of_another_source_of_the_system_have_not_vanished(engine):
    load(engine, units_batch([a_unit("SNV"), a_unit("STC")], **DEPARTMENTS))
    wards = [a_unit("31157"), a_unit("31231")]
    load(engine, units_batch(wards, **WARDS))
    assert counts(engine, units_batch(wards, **WARDS), ["31157|", "31231|"]) == (2, 0)
    assert counts(engine, units_batch(wards[:1], **WARDS), ["31157|"]) == (2, 1)
    assert counts(engine, units_batch([], **DEPARTMENTS), []) == (2, 2)


def test_a_pull_that_is_not_complete_misses_nothing(engine):
    load(engine, units_batch([a_unit("31157")]))
    assert counts(engine, units_batch([], complete=False), []) == (0, 0)


def test_bad_rows_seen_before_are_told_apart(engine):
    load(engine, a_batch([], quarantined=[a_bad_row("1")]))
    with reading(engine) as conn:
        told = pull_counts(conn, a_batch([], quarantined=[a_bad_row("1"), a_bad_row("2")]), frozenset())
    assert (told.pulled, told.quarantined, told.quarantined_known) == (2, 2, 1)
