"""The schema: created, recognised, refused, and equal to what the tables say."""

import os
import sqlite3
import stat
import traceback
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import event, inspect, text
from sqlalchemy.exc import IntegrityError

from warehouse import schema
from warehouse.engine import open_engine, reading, sqlite_file, transaction
from warehouse.errors import SchemaError, WarehouseDamagedError, WarehouseUnavailableError
from warehouse.tables import metadata


@pytest.fixture
def empty(warehouse_url):
    engine = open_engine(warehouse_url)
    yield engine
    engine.dispose()


def _migrate_to(engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    with transaction(engine) as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, revision)


def _shape(engine) -> list[str]:
    """What the database itself says of its tables and indexes, in one order."""
    with reading(engine) as conn:
        if engine.dialect.name == "sqlite":
            rows = conn.execute(text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))
            return sorted(" ".join(str(row[0]).split()) for row in rows)
        indexes = conn.execute(text("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'")).scalars()
        columns = conn.execute(
            text(
                "SELECT table_name, ordinal_position, column_name, data_type, is_nullable"
                " FROM information_schema.columns WHERE table_schema = 'public'"
            )
        )
        return sorted([*indexes, *(str(tuple(row)) for row in columns)])


def test_upgrade_creates_and_check_accepts_and_both_may_be_repeated(empty):
    schema.upgrade(empty)
    schema.upgrade(empty)
    schema.check(empty)


def test_migrations_and_tables_are_equal(empty, new_url, database_kind):
    schema.upgrade(empty)
    with reading(empty) as conn:
        context = MigrationContext.configure(conn, opts={"version_table": schema.VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
    direct = open_engine(new_url(database_kind))
    with transaction(direct) as conn:
        metadata.create_all(conn)
    ours = [line for line in _shape(empty) if schema.VERSION_TABLE not in line]
    assert ours == _shape(direct)
    direct.dispose()


def test_a_database_that_is_not_there_is_missing_and_is_not_made_by_looking(empty):
    with pytest.raises(SchemaError) as refused:
        schema.check(empty)
    assert refused.value.code == "missing"
    path = sqlite_file(empty)
    assert path is None or not path.exists()


def test_a_database_of_another_application_is_refused_and_left_alone(empty):
    with transaction(empty) as conn:
        conn.exec_driver_sql("CREATE TABLE invoices (id INTEGER)")
    for act in (schema.check, schema.upgrade):
        with pytest.raises(SchemaError, match="invoices") as refused:
            act(empty)
        assert refused.value.code == "foreign"
    with reading(empty) as conn:
        assert inspect(conn).get_table_names() == ["invoices"]


def test_an_older_schema_is_refused_until_upgraded_and_keeps_its_rows(empty):
    _migrate_to(empty, "0001")
    with transaction(empty) as conn:
        conn.exec_driver_sql(
            "INSERT INTO switches (name, value, at, by, reason)"
            " VALUES ('mail', 'stopped', '2026-11-23T00:30:00.000000Z', 'ops', '')"
        )
    with pytest.raises(SchemaError, match="dondoc db upgrade") as refused:
        schema.check(empty)
    assert refused.value.code == "older"
    schema.upgrade(empty)
    schema.check(empty)
    with reading(empty) as conn:
        assert conn.execute(text("SELECT value FROM switches")).scalars().all() == ["stopped"]


def test_a_newer_schema_is_refused_by_check_and_upgrade(engine):
    with transaction(engine) as conn:
        conn.exec_driver_sql("UPDATE dondoc_version SET version_num = '9999'")
    for act in (schema.check, schema.upgrade):
        with pytest.raises(SchemaError, match="9999") as refused:
            act(engine)
        assert refused.value.code == "newer"


def test_a_lost_table_is_noticed(engine):
    with transaction(engine) as conn:
        conn.exec_driver_sql("DROP TABLE quarantine")
    with pytest.raises(SchemaError, match="quarantine") as refused:
        schema.check(engine)
    assert refused.value.code == "damaged"


@pytest.mark.parametrize("statements", [1, 5, 30, 45])
def test_an_interrupted_migration_leaves_nothing_and_is_run_again(empty, statements):
    left = statements

    def interrupt(_conn, _cursor, statement, *_):
        nonlocal left
        left -= statement.lstrip().startswith("CREATE")
        if left == 0:
            raise KeyboardInterrupt

    event.listen(empty, "before_cursor_execute", interrupt)
    with pytest.raises(KeyboardInterrupt):
        schema.upgrade(empty)
    event.remove(empty, "before_cursor_execute", interrupt)
    with reading(empty) as conn:
        assert inspect(conn).get_table_names() == []
    schema.upgrade(empty)
    schema.check(empty)


def test_the_sqlite_file_is_private_and_its_folder_is_made(tmp_path):
    path = tmp_path / "var" / "deep" / "dondoc.sqlite3"
    engine = open_engine(f"sqlite:///{path}")
    assert not path.exists()
    schema.upgrade(engine)
    with transaction(engine):
        modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in path.parent.iterdir()}
    engine.dispose()
    assert set(modes) >= {path.name, path.name + "-wal"}
    assert all(mode & 0o137 == 0 for mode in modes.values())


def test_every_sqlite_connection_keeps_the_promises(new_url):
    engine = open_engine(new_url("sqlite"))
    with transaction(engine) as conn:
        told = {
            name: conn.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_a_file_that_is_no_database_is_a_sentence(tmp_path):
    path = tmp_path / "broken.sqlite3"
    path.write_bytes(b"this is not a database" * 100)
    engine = open_engine(f"sqlite:///{path}")
    with pytest.raises(WarehouseDamagedError, match="not a database"):
        schema.check(engine)
    engine.dispose()


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    engine = open_engine(f"sqlite:///{tmp_path}/file/dondoc.sqlite3")
    with pytest.raises(WarehouseUnavailableError, match="cannot be opened"):
        schema.upgrade(engine)


def test_a_server_that_is_down_is_a_sentence_without_the_password():
    engine = open_engine("postgresql+psycopg://dondoc:geheim@127.0.0.1:1/dondoc")
    with pytest.raises(WarehouseUnavailableError) as refused:
        schema.check(engine)
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("url", ["mysql://localhost/x", "not a url"])
def test_other_databases_are_refused(url):
    with pytest.raises(WarehouseUnavailableError):
        open_engine(url)


def test_errors_do_not_show_what_a_row_held(engine):
    row = {"id": "r", "flow": "Nguyễn Văn Bí Mật"}
    with pytest.raises(IntegrityError) as fault, transaction(engine) as conn:
        conn.execute(text("INSERT INTO runs (run_id, flow) VALUES (:id, :flow)"), row)
    assert "Bí Mật" not in "".join(traceback.format_exception(fault.value))


def test_sqlite_sees_the_same_database_by_driver(new_url):
    """What we store is readable without us: plain UTC text."""
    url = new_url("sqlite", migrated=True)
    engine = open_engine(url)
    with transaction(engine) as conn:
        conn.exec_driver_sql(
            "INSERT INTO switches (name, value, at, by, reason)"
            " VALUES ('mode', 'live', '2026-11-23T00:30:00.000000Z', 'ops', '')"
        )
    engine.dispose()
    with sqlite3.connect(os.fspath(url.removeprefix("sqlite:///"))) as raw:
        assert raw.execute("SELECT at FROM switches").fetchone() == ("2026-11-23T00:30:00.000000Z",)
