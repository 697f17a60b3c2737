"""X7: whoever tampers with the audit, the database owner included, is found at the first row that does not fit."""

import csv
import io

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from tests.repo.tree import ROOT, name_of, product
from tests.told_desk import told_folder, typed_in
from tests.warehouse_samples import DAY, MORNING
from warehouse import audit_chain, desk, schema
from warehouse.engine import open_engine, reading, transaction

ACTS = 6
STEPS = ROOT / "warehouse" / "migrations" / "versions"
PINNED = "2a0f54b95dcf7056d7ef8e2ab4a5cec47c081854114e3cda394706c7f8d95dc9"
TAMPERING = {
    "a reason rewritten": ('UPDATE audit SET detail = \'{"name":"mail","reason":"khác"}\' WHERE id = 3', 3),
    "somebody else's name": ("UPDATE audit SET by = 'minh' WHERE id = 3", 3),
    "another day": ("UPDATE audit SET at = '2026-11-20T00:00:00.000000Z' WHERE id = 1", 1),
    "a row taken out": ("DELETE FROM audit WHERE id = 4", 5),
    "the first row taken out": ("DELETE FROM audit WHERE id = 1", 2),
    "a row put in without a seal": (
        "INSERT INTO audit (id, at, by, act, target, detail)"
        " SELECT 90, at, by, act, target, detail FROM audit WHERE id = 2",
        90,
    ),
    "a row put in with a seal from elsewhere": (
        "INSERT INTO audit (id, at, by, act, target, detail, seal)"
        " SELECT 90, at, by, act, target, detail, seal FROM audit WHERE id = 2",
        90,
    ),
    "two rows exchanged": ("UPDATE audit SET id = CASE id WHEN 2 THEN -1 WHEN 5 THEN 2 END WHERE id IN (2, 5)", -1),
    "a seal taken off": ("UPDATE audit SET seal = NULL WHERE id = 6", 6),
}


def acted(engine) -> None:
    with transaction(engine) as conn:
        for number in range(ACTS // 2):
            desk.stop_mail(conn, "lan", f"sự cố {number}", MORNING + number * DAY)
            desk.start_mail(conn, "lan", "", MORNING + number * DAY)


@pytest.fixture
def told(engine):
    acted(engine)
    return engine


def test_what_was_written_through_the_desk_holds(told):
    with reading(told) as conn:
        assert audit_chain.first_break(conn) is None
        assert audit_chain.head(conn).rows == ACTS
        noon = audit_chain.head(conn, before=MORNING + DAY)
        assert (noon.rows, noon) == (2, audit_chain.head(conn, rows=2))
        assert audit_chain.head(conn, rows=99) == audit_chain.head(conn)


@pytest.mark.parametrize("case", TAMPERING)
def test_the_first_row_that_does_not_fit_is_named(told, case):
    statement, row_id = TAMPERING[case]
    with transaction(told) as conn:
        conn.execute(text(statement))
    with reading(told) as conn:
        broken = audit_chain.first_break(conn)
    assert broken is not None
    assert broken.row_id == row_id


def test_a_cut_end_is_found_by_the_seal_that_was_noted_elsewhere(told):
    with reading(told) as conn:
        noted = audit_chain.head(conn)
    with transaction(told) as conn:
        conn.execute(text("DELETE FROM audit WHERE id >= 5"))
    with reading(told) as conn:
        assert audit_chain.first_break(conn) is None
        assert audit_chain.head(conn) != noted


def test_equal_acts_have_equal_seals_on_every_database(new_warehouse):
    heads = set()
    for kind in ("sqlite", "postgresql"):
        engine = new_warehouse(kind)
        acted(engine)
        with reading(engine) as conn:
            heads.add(audit_chain.head(conn))
    assert len(heads) == 1


def test_what_was_written_before_there_was_a_chain_is_sealed_by_the_upgrade(warehouse_url):
    engine = open_engine(warehouse_url)
    config = Config()
    config.set_main_option("script_location", str(ROOT / "warehouse" / "migrations"))
    with transaction(engine) as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0006")
        for number in (1, 2):
            conn.execute(
                text("INSERT INTO audit (at, by, act, target, detail) VALUES (:at, 'lan', 'x', 'mục', :detail)"),
                {"at": f"2026-11-2{number}T00:30:00.000000Z", "detail": '{"n":1,"a":"ữ"}'},
            )
    schema.upgrade(engine)
    acted(engine)
    with reading(engine) as conn:
        assert audit_chain.first_break(conn) is None
        assert audit_chain.head(conn).rows == 2 + ACTS
    with transaction(engine) as conn:
        conn.execute(text("UPDATE audit SET target = 'khác' WHERE target = 'mục'"))
        assert audit_chain.first_break(conn) is not None
    engine.dispose()


def test_a_seal_never_changes_its_form_and_a_migration_leans_on_nothing_that_may_change():
    """Rows in the field were sealed so: another form would call every one of them tampered with."""
    told = {"at": MORNING, "by": "lan", "act": "dispute_open", "target": "H00.A-1", "detail": {"reason": "trễ", "n": 1}}
    assert audit_chain.seal_of("ab", **told) == PINNED
    ours = {
        line for path in STEPS.glob("0*.py") for line in path.read_text("utf-8").splitlines() if "warehouse" in line
    }
    assert {line.partition(" import")[0] for line in ours if " import" in line} == {"from warehouse.migrations.columns"}


def test_the_commands_list_export_and_check(new_url, tmp_path):
    url = new_url("sqlite", migrated=True)
    dondoc = typed_in(told_folder(url, tmp_path))
    dondoc("mail", "stop", "--reason", "=HYPERLINK(1)", "--by", "-lan")
    assert "=HYPERLINK(1)" in dondoc("audit", "list")
    (row,) = csv.DictReader(io.StringIO(dondoc("audit", "list", "--csv")))
    assert (row["by"], row["act"], len(row["seal"])) == ("'-lan", "switch_mail", 64)
    assert row["seal"][:16] in dondoc("audit", "check")
    engine = open_engine(url)
    with transaction(engine) as conn:
        conn.execute(text("UPDATE audit SET by = 'minh'"))
    engine.dispose()
    refused = dondoc("audit", "check")
    assert (type(refused).__name__, refused.row_id) == ("AuditBrokenError", int(row["id"]))


def test_nobody_writes_the_audit_beside_the_chain():
    beside = [name_of(path) for path in product() if "insert(audit)" in path.read_text(encoding="utf-8")]
    assert beside == ["warehouse/audit_chain.py"]
