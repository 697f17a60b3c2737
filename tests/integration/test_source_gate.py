"""What the gate of a source counts, from the books."""

from tasks.source_gate import pull_counts
from tests.warehouse_samples import MORNING, a_bad_row, a_batch, a_unit, load, units_batch
from warehouse import staging
from warehouse.engine import transaction

DEPARTMENTS = {"source": "departments", "system": "directory"}
WARDS = {"source": "wards", "system": "directory"}


def told(engine, pull):
    with transaction(engine) as conn:
        staged = staging.begin(conn, pull.batch.dataset)
        staging.add(conn, staged, staging.frame_of(pull.batch.dataset, pull.rows, MORNING), pull.aside)
        counts = pull_counts(conn, pull.batch, staged)
        staging.end(conn, staged)
    return counts


def vanished(engine, pull):
    counts = told(engine, pull)
    return counts.known, counts.vanished


def test_records_of_another_source_of_the_system_have_not_vanished(engine):
    load(engine, units_batch([a_unit("SNV"), a_unit("STC")], **DEPARTMENTS))
    wards = [a_unit("31157"), a_unit("31231")]
    load(engine, units_batch(wards, **WARDS))
    assert vanished(engine, units_batch(wards, sweep=True, **WARDS)) == (2, 0)
    assert vanished(engine, units_batch(wards[:1], sweep=True, **WARDS)) == (2, 1)
    assert vanished(engine, units_batch([], sweep=True, **DEPARTMENTS)) == (2, 2)


def test_a_pull_that_is_not_complete_misses_nothing(engine):
    load(engine, units_batch([a_unit("31157")]))
    assert vanished(engine, units_batch([], complete=False)) == (0, 0)


def test_bad_rows_seen_before_are_told_apart(engine):
    load(engine, a_batch([], quarantined=[a_bad_row("1")]))
    counts = told(engine, a_batch([], quarantined=[a_bad_row("1"), a_bad_row("2")]))
    assert (counts.pulled, counts.quarantined, counts.quarantined_known) == (2, 2, 1)


def test_a_record_that_lies_in_quarantine_has_not_vanished(engine):
    load(engine, units_batch([a_unit("31157"), a_unit("31231")]))
    assert vanished(engine, units_batch([a_unit("31157")], sweep=True, quarantined=[a_bad_row("31231|")])) == (2, 0)
