"""What a run costs follows what is open and what came: no statement of a half-hourly run walks all dossiers.

Asked of SQLite's planner, which has no statistics and so plans the same for three rows as for three million.
"""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event

from tests.warehouse_samples import DAY, MONDAY, MORNING, a_batch, a_dossier, a_mail, an_item, load, sent
from warehouse import changes, current, quarantine, reopenings
from warehouse.engine import reading

OPEN_ONLY = "ix_dossiers__open"
WHOLE = re.compile(r"(SCAN|SEARCH) (dossiers|dossier_events|[a-z])\b(?! USING INTEGER PRIMARY KEY)(.*)")


def walks(plan: list[str]) -> list[str]:
    """Steps that visit every row of a large table, or every row of one system."""
    found = []
    for step in plan:
        told = WHOLE.match(step)
        if told and OPEN_ONLY not in step and (told[1] == "SCAN" or step.endswith("(system=?)")):
            found.append(step)
    return found


@pytest.fixture
def warehouse(new_warehouse):
    engine = new_warehouse("sqlite")
    load(engine, a_batch([a_dossier("1"), a_dossier("2"), a_dossier("3", status="9")]))
    sent(engine, a_mail(), [an_item("1")])
    return engine


@pytest.fixture
def plans(warehouse):
    """Statement → its plan, of everything asked from now on."""
    seen: dict[str, list[str]] = {}

    @event.listens_for(warehouse, "before_cursor_execute")
    def explained(_conn, cursor, statement, parameters, _context, many):
        if statement.split()[0] in ("SELECT", "UPDATE", "INSERT") and not many:
            steps = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            seen[statement] = [step[3] for step in steps]

    return seen


READS = {
    "open dossiers": current.open_dossiers,
    "keys of open dossiers": lambda conn: current.open_keys(conn, "one-stop"),
    "dossiers by code": lambda conn: current.dossiers_by_code(conn, [("one-stop", "H1"), ("one-stop", "H2")]),
    "dossiers by key": lambda conn: current.dossiers_by_key(conn, ["dossier/one-stop/1"]),
    "events by code": lambda conn: current.events_for(conn, [("one-stop", "H1"), ("one-stop", "H2")]),
    "told and changed": lambda conn: changes.changed_and_told(conn, MORNING, MONDAY - timedelta(days=30)),
    "reopened": reopenings.reopened,
    "sources of what is open": current.sources_of_open_items,
    "in doubt": quarantine.doubtful_keys,
}


@pytest.mark.parametrize("read", READS)
def test_a_read_of_a_run_starts_from_what_is_open_or_named(warehouse, plans, read):
    with reading(warehouse) as conn:
        READS[read](conn)
    assert plans
    assert {statement: bad for statement, plan in plans.items() if (bad := walks(plan))} == {}


def test_a_load_starts_from_what_came(warehouse, plans):
    rows = [a_dossier("1", content="two"), a_dossier("2"), a_dossier("4")]
    load(warehouse, a_batch(rows, as_of=MORNING + DAY, run_id="run-2"))
    assert any(statement.startswith("UPDATE dossiers") for statement in plans)
    assert {statement: bad for statement, plan in plans.items() if (bad := walks(plan))} == {}
