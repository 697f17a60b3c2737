"""W9: an upgrade killed at any statement leaves the schema that was there and is run again; others are refused.

The last step at every statement, longer ways at fewer of them; DONDOC_KILL_EVERY=1 takes all.
"""

import os
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, text

from deployments.exits import refusal_of
from warehouse import schema
from warehouse.engine import open_engine, reading, transaction

pytestmark = pytest.mark.slow
MIGRATIONS = "tests.fault_migrations"
KEPT = (
    "INSERT INTO switches (name, value, at, by, reason)"
    " VALUES ('mail', 'stopped', '2026-11-23T00:30:00.000000Z', '', '')"
)


def at_revision(engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    with transaction(engine) as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, revision)


def shape(engine) -> dict[str, list[str]]:
    with reading(engine) as conn:
        seen = inspect(conn)
        return {table: sorted(column["name"] for column in seen.get_columns(table)) for table in seen.get_table_names()}


@pytest.mark.parametrize("revision", [None, *schema.revisions()[:-1]])
def test_an_upgrade_killed_anywhere_leaves_what_was_there_and_goes_through_later(runs, warehouse_url, revision):
    engine = open_engine(warehouse_url)
    if revision:
        at_revision(engine, revision)
        with transaction(engine) as conn:
            conn.execute(text(KEPT))
    before, point = shape(engine), 1
    steps = schema.revisions()
    usual = 2 * (len(steps) - (steps.index(revision) + 1 if revision else 0)) - 1
    stride = min(usual, int(os.environ.get("DONDOC_KILL_EVERY", usual)))
    while not (ended := runs.ask(act=MIGRATIONS, url=warehouse_url, kill_at=point)) or ended[0].status == -9:
        assert shape(engine) == before, f"half a schema at statement {point}"
        point += stride
    schema.check(engine)
    with reading(engine) as conn:
        assert conn.execute(text("SELECT count(*) FROM switches")).scalar_one() == (1 if revision else 0)
    engine.dispose()
    assert point > 5


@pytest.mark.parametrize(
    ("damage", "word"),
    [("UPDATE dondoc_version SET version_num = '9999'", "9999"), ("DELETE FROM dondoc_version", "dondoc_version")],
)
def test_a_run_on_a_schema_it_does_not_know_is_refused(fault_stage, database_kind, damage, word):
    stage = fault_stage(database_kind)
    engine = open_engine(stage.url)
    with transaction(engine) as conn:
        conn.execute(text(damage))
    ended = stage.sync()
    assert (ended.status, ended.refused, word in ended.sentence) == (2, True, True)
    engine.dispose()


def test_the_desk_refuses_an_older_schema_with_what_to_do(warehouse_url):
    engine = open_engine(warehouse_url)
    at_revision(engine, schema.revisions()[-2])
    with pytest.raises(schema.SchemaError) as refused:
        schema.check(engine)
    status, (sentence,) = refusal_of(refused.value)
    assert (status, "dondoc db upgrade" in sentence) == (2, True)
    engine.dispose()
