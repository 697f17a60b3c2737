"""X6: the accounts of a PostgreSQL warehouse can do their work and nothing beyond it; asked of the server itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from deployments.roles import READ, RUN, SOURCE, source_statements, statements
from tests.told_desk import told_folder, typed_in
from tests.warehouse_samples import MORNING
from warehouse import desk
from warehouse.engine import open_engine, transaction
from warehouse.tables import metadata

RUN_MAY_NOT = (
    "DELETE FROM mails",
    "DELETE FROM mail_items",
    "DELETE FROM disputes",
    "DELETE FROM switches",
    "DELETE FROM audit",
    "UPDATE audit SET by = 'minh'",
    "TRUNCATE audit",
    "DROP TABLE audit",
    "ALTER TABLE audit DISABLE TRIGGER ALL",
    "CREATE TABLE mine (id integer)",
    "UPDATE dondoc_version SET version_num = '9999'",
)
READ_MAY_NOT = (
    "SELECT content FROM quarantine",
    "SELECT reasons FROM quarantine",
    "SELECT * FROM quarantine",
    "SELECT body FROM mails",
    "SELECT digest FROM mails",
    "SELECT path FROM landed",
    "INSERT INTO switches (name, value, at, by, reason) VALUES ('mail', 'running', now(), 'x', '')",
    "UPDATE mails SET state = 'handed'",
    "DELETE FROM flags",
    "CREATE TABLE mine (id integer)",
)
READ_MAY = ("SELECT id, record_key, closed_at FROM quarantine", "SELECT id, state, address FROM mails", "TABLE flags")


def as_role(url: str, role: str) -> str:
    return make_url(url).set(username=role).render_as_string(hide_password=False)


def denied(engine: Engine, statement: str) -> bool:
    try:
        with engine.begin() as conn:
            conn.execute(text(statement))
    except DBAPIError as fault:
        return getattr(fault.orig, "sqlstate", "") in ("42501", "25006")  # insufficient privilege, read-only
    return False


@pytest.fixture
def url(new_url, tmp_path) -> str:
    made = new_url("postgresql", migrated=True)
    told_folder(made, tmp_path)
    engine = open_engine(made)
    with transaction(engine) as conn:
        desk.stop_mail(conn, "lan", "thử", MORNING)
    with engine.begin() as conn:
        for _ in range(2):  # also after an upgrade
            for statement in statements():
                conn.exec_driver_sql(statement)
    engine.dispose()
    return made


@pytest.fixture
def role(url: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    engine = create_engine(as_role(url, request.param))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("role", [RUN], indirect=True)
def test_who_runs_cannot_undo_what_people_were_told_or_did(role):
    assert [statement for statement in RUN_MAY_NOT if not denied(role, statement)] == []


@pytest.mark.parametrize("role", [READ], indirect=True)
def test_who_looks_sees_no_records_and_no_letters(role):
    assert [statement for statement in READ_MAY_NOT if not denied(role, statement)] == []
    with role.begin() as conn:
        for statement in READ_MAY:
            conn.execute(text(statement))


def test_every_table_has_its_rights(url):
    engine = create_engine(as_role(url, RUN))
    with engine.begin() as conn:
        for name in metadata.tables:
            conn.execute(text(f"SELECT 1 FROM {name} LIMIT 1"))
    engine.dispose()


def test_the_desk_works_for_who_runs(url, tmp_path: Path):
    folder = tmp_path / "desk"
    folder.mkdir()
    config = (tmp_path / "dondoc.toml").read_text(encoding="utf-8").replace(url, as_role(url, RUN))
    (folder / "dondoc.toml").write_text(config, encoding="utf-8")
    dondoc = typed_in(folder)
    assert isinstance(dondoc("mail", "start", "--by", "lan"), str)
    assert isinstance(dondoc("dispute", "open", "H1", "--reason", "đã trả", "--by", "lan"), str)
    assert isinstance(dondoc("audit", "check"), str)


def test_a_source_is_read_through_its_view_only(new_url):
    made = new_url("postgresql")
    owner = create_engine(made)
    with owner.begin() as conn:
        for statement in ("CREATE TABLE ho_so (id integer, cong_dan text)", "CREATE SCHEMA bao_cao"):
            conn.exec_driver_sql(statement)
        conn.exec_driver_sql('CREATE VIEW bao_cao."v_HoSo" AS SELECT id FROM ho_so')
        for statement in source_statements(["bao_cao.v_HoSo"]):
            conn.exec_driver_sql(statement)
    source = create_engine(as_role(made, SOURCE))
    with source.begin() as conn:
        assert conn.execute(text('SELECT * FROM bao_cao."v_HoSo"')).all() == []
    for statement in ("SELECT * FROM ho_so", "INSERT INTO ho_so VALUES (1, 'x')", "UPDATE ho_so SET id = 2"):
        assert denied(source, statement)
        assert denied(source, f"SET TRANSACTION READ WRITE; {statement}")
    for engine in (owner, source):
        engine.dispose()


def test_the_command_prints_what_was_tried_here(new_url, tmp_path):
    dondoc = typed_in(told_folder(new_url("sqlite", migrated=True), tmp_path))
    printed = dondoc("db", "roles", "--sql")
    assert all(f"{statement};" in printed for statement in statements())
    assert {RUN, READ, SOURCE} <= set(dondoc("db", "roles").replace(":", " ").split())
